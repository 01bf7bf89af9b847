"""Chats, kept for each browser: listed, opened again, renamed, deleted for good.

Every access names its owner. What belongs to somebody else is treated exactly as what is not there.
"""

import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from qa.datatypes import Answer
from qa.questions import Understood
from qa.schema import now
from ui.chat_file import ChatFile, NotKept, room_left

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MOST_CHATS = 200
MOST_TURNS = 2_000
MOST_BYTES = 16 * 1024 * 1024
NAME_CHARS = 80

_TURN = "t.id, t.chat, t.asked, t.question, t.record, t.understood, t.generation"
_USED = "SELECT coalesce(max(used), 0) + 1 FROM chats"
_FULL = "Chats are not kept now: their file is full. Delete some of yours."


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat in the list. ``created`` and ``changed`` are ISO times in UTC."""

    id: str
    name: str
    created: str
    changed: str
    turns: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what came back, ready to be kept. ``answer`` is the record as it is shown."""

    answer: Answer
    understood: Understood
    generation: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A turn of a chat. ``asked`` is the ISO time of the question, in UTC; ``record`` is what
    ``--json`` prints."""

    id: str
    chat: str
    asked: str
    question: str
    record: dict[str, Any]
    understood: dict[str, Any]
    generation: int

    def restored(self) -> Asked:
        """Make the records again.

        :returns: what was kept.
        :raises ValueError: it was written by a version whose records were of another form.
        """
        answer = _reader_of(Answer).validate_python(self.record)
        understood = _reader_of(Understood).validate_python(self.understood)
        return Asked(answer, understood, self.generation)


@cache
def _reader_of(kind: type[Any]) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


class History:
    """The chats of everyone.

    :param file: where they are kept.
    """

    def __init__(self, file: ChatFile) -> None:
        self._file = file

    def chats(self, owner: str) -> list[Chat]:
        """List the chats of a browser.

        :param owner: whose.
        :returns: last used first.
        :raises NotKept: the file cannot be read.
        """
        rows: list[tuple[Any, ...]] = self._file.read(
            lambda connection: connection.execute(
                "SELECT id, name, created, changed, (SELECT count(*) FROM turns WHERE chat = c.id) "
                "FROM chats c WHERE owner = ? ORDER BY used DESC",
                (owner,),
            ).fetchall(),
            [],
        )
        return [Chat(*row) for row in rows]

    def turns(self, owner: str, chat: str) -> list[Kept] | None:
        """Open a chat.

        :param owner: whose.
        :param chat: its id.
        :returns: its turns, oldest first; None where this browser has no such chat.
        :raises NotKept: the file cannot be read.
        """

        def work(connection: sqlite3.Connection) -> list[Kept] | None:
            if not _owns(connection, owner, chat):
                return None
            rows = connection.execute(
                f"SELECT {_TURN} FROM turns t WHERE t.chat = ? ORDER BY t.number", (chat,)
            )
            return [_kept(row) for row in rows]

        return self._file.read(work, None)

    def add(self, owner: str, chat: str | None, asked: Asked) -> Kept:
        """Keep a turn.

        :param owner: whose.
        :param chat: the chat it goes on with; None, or one that is not there, begins a new one,
            named for the question.
        :param asked: the turn.
        :returns: the turn as it was kept, with the chat it is in.
        :raises NotKept: the file cannot be written.
        """
        return self._file.change(lambda connection: _added(connection, owner, chat, asked))

    def rename(self, owner: str, chat: str, name: str) -> bool:
        """Give a chat another name.

        :param owner: whose.
        :param chat: its id.
        :param name: any text; what cannot be seen is taken out, and it is shortened.
        :returns: False where this browser has no such chat, or nothing of the name is left.
        :raises NotKept: the file cannot be written.
        """
        tidy = tidy_name(name)

        def work(connection: sqlite3.Connection) -> bool:
            renamed = connection.execute(
                "UPDATE chats SET name = ? WHERE id = ? AND owner = ?", (tidy, chat, owner)
            )
            return renamed.rowcount == 1

        return bool(tidy) and self._file.change(work)

    def forget(self, owner: str, chat: str | None) -> int:
        """Delete a chat, or all chats of a browser, with the feedback given in them. Nothing of it
        stays in the file or in its log.

        :param owner: whose.
        :param chat: its id; None for all.
        :returns: how many were deleted.
        :raises NotKept: the file cannot be written.
        """

        def work(connection: sqlite3.Connection) -> int:
            if chat is None:
                connection.execute("DELETE FROM feedback WHERE owner = ?", (owner,))
                connection.execute("DELETE FROM dropped WHERE owner = ?", (owner,))
                return connection.execute("DELETE FROM chats WHERE owner = ?", (owner,)).rowcount
            both = (owner, chat)
            connection.execute("DELETE FROM feedback WHERE owner = ? AND chat = ?", both)
            return connection.execute("DELETE FROM chats WHERE owner = ? AND id = ?", both).rowcount

        return self._file.change(work, erase=True)

    def dropped(self, owner: str) -> int:
        """Count the chats that were dropped to make room for newer ones.

        :param owner: whose.
        :returns: how many so far.
        :raises NotKept: the file cannot be read.
        """
        row = self._file.read(
            lambda connection: connection.execute(
                "SELECT chats FROM dropped WHERE owner = ?", (owner,)
            ).fetchone(),
            None,
        )
        return 0 if row is None else int(row[0])


def tidy_name(text: str) -> str:
    """Make a name of any text.

    :param text: a question, or what was typed.
    :returns: one line of visible characters, shortened with an ellipsis; may be empty.
    """
    known = text.encode("utf-8", "ignore").decode()
    seen = "".join(one if one.isprintable() else " " for one in known)
    line = " ".join(seen.split())
    return line if len(line) <= NAME_CHARS else line[: NAME_CHARS - 1].rstrip() + "…"


def _added(connection: sqlite3.Connection, owner: str, chat: str | None, asked: Asked) -> Kept:
    if not room_left(connection):
        raise NotKept(_FULL)
    time, question = now(), asked.understood.question
    if chat is None or not _owns(connection, owner, chat):
        chat = secrets.token_urlsafe(16)
        named = (chat, owner, tidy_name(question) or "A question", time, time)
        connection.execute(f"INSERT INTO chats VALUES (?, ?, ?, ?, ?, ({_USED}))", named)
    else:
        connection.execute(
            f"UPDATE chats SET changed = ?, used = ({_USED}) WHERE id = ?", (time, chat)
        )
    record, understood = json.dumps(asdict(asked.answer)), json.dumps(asdict(asked.understood))
    size = len(record) + len(understood) + len(question)
    turn = (secrets.token_urlsafe(16), chat, time, question, record, understood)
    connection.execute(
        "INSERT INTO turns (id, chat, asked, question, record, understood, generation, bytes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*turn, asked.generation, size),
    )
    _make_room(connection, owner, chat)
    return _kept((*turn, asked.generation))


def _make_room(connection: sqlite3.Connection, owner: str, newest: str) -> None:
    """Drop the chats of a browser that were not used for longest, then the oldest turns of the
    newest one, until the rest is within bounds."""
    while _too_much(connection, owner):
        oldest = connection.execute(
            "SELECT id FROM chats WHERE owner = ? AND id != ? ORDER BY used LIMIT 1",
            (owner, newest),
        ).fetchone()
        if oldest is None:
            connection.execute(
                "DELETE FROM turns WHERE number IN "
                "(SELECT number FROM turns WHERE chat = ? ORDER BY number LIMIT 1)",
                (newest,),
            )
            continue
        connection.execute("DELETE FROM chats WHERE id = ?", oldest)
        connection.execute(
            "INSERT INTO dropped VALUES (?, 1) ON CONFLICT DO UPDATE SET chats = chats + 1",
            (owner,),
        )


def _too_much(connection: sqlite3.Connection, owner: str) -> bool:
    chats, turns, size = connection.execute(
        "SELECT count(DISTINCT c.id), count(t.id), coalesce(sum(t.bytes), 0) "
        "FROM chats c LEFT JOIN turns t ON t.chat = c.id WHERE c.owner = ?",
        (owner,),
    ).fetchone()
    over = chats > MOST_CHATS or turns > MOST_TURNS or size > MOST_BYTES
    return bool(over and turns > 1)


def _owns(connection: sqlite3.Connection, owner: str, chat: str) -> bool:
    row = connection.execute("SELECT 1 FROM chats WHERE id = ? AND owner = ?", (chat, owner))
    return row.fetchone() is not None


def _kept(row: Sequence[Any]) -> Kept:
    turn, chat, asked, question, record, understood, generation = row
    return Kept(turn, chat, asked, question, _loaded(record), _loaded(understood), generation)


def _loaded(text: str) -> dict[str, Any]:
    """A record; empty where a fault of the disk has left no JSON, so that the others still open."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
