"""What people said of answers: one verdict for each browser and turn, changeable and removable."""

import secrets
import sqlite3
from collections.abc import Collection
from dataclasses import astuple, dataclass, fields
from typing import Any, Literal, get_args

from qa.schema import now
from ui.chat_file import ChatFile, NotKept, room_left

Verdict = Literal["right", "wrong", "words", "absent"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
COMMENT_CHARS = 1_000
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Words of an article: ``text[start:start + len(answer)] == answer`` in that revision."""

    article: str
    revision: int
    answer: str
    start: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A turn as it was judged.

    :param turn: its id.
    :param chat: the chat it is in; empty for one that is not kept.
    :param asked: ISO time of the question.
    :param question: as typed.
    :param read_as: as it was read, to stand alone.
    :param shown: the answer that was shown; None for a refusal.
    :param verdict: ``words`` says that those of ``place`` are the right ones.
    :param place: the right words; for ``absent`` and ``wrong`` the best candidate, which is none.
    """

    turn: str
    chat: str
    asked: str
    question: str
    read_as: str
    shown: str | None
    verdict: Verdict
    place: Place | None


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict as it is kept. ``given`` is its ISO time, ``id`` names it in exports."""

    id: str
    given: str
    judged: Judged
    comment: str


class Feedback:
    """The verdicts of everyone.

    :param file: where they are kept.
    """

    def __init__(self, file: ChatFile) -> None:
        self._file = file

    def give(self, owner: str, judged: Judged) -> None:
        """Keep a verdict, in the place of an earlier one of this browser on the same turn, whose
        comment stays.

        :param owner: who judges.
        :param judged: the turn and the verdict.
        :raises NotKept: the file cannot be written, or holds enough of this browser.
        """

        def work(connection: sqlite3.Connection) -> None:
            (there,) = connection.execute(
                "SELECT count(*) FROM feedback WHERE owner = ? AND turn != ?", (owner, judged.turn)
            ).fetchone()
            if there >= MOST or not room_left(connection):
                raise NotKept("There is no room for more feedback. Take some of yours back.")
            connection.execute(_GIVE, _row(owner, judged))

        self._file.change(work)

    def comment(self, owner: str, turn: str, text: str) -> bool:
        """Put a comment beside a verdict.

        :param owner: whose verdict.
        :param turn: the turn.
        :param text: any text, cut at its limit.
        :returns: False where this browser has not judged that turn.
        :raises NotKept: the file cannot be written.
        """
        tidy = text.encode("utf-8", "ignore").decode().replace("\0", "").strip()[:COMMENT_CHARS]
        return self._file.change(
            lambda connection: (
                connection.execute(
                    "UPDATE feedback SET comment = ? WHERE owner = ? AND turn = ?",
                    (tidy, owner, turn),
                ).rowcount
                == 1
            )
        )

    def take_back(self, owner: str, turn: str) -> bool:
        """Remove a verdict and its comment.

        :param owner: whose.
        :param turn: the turn.
        :returns: False where this browser has not judged that turn.
        :raises NotKept: the file cannot be written.
        """
        both = (owner, turn)
        return self._file.change(
            lambda connection: (
                connection.execute(
                    "DELETE FROM feedback WHERE owner = ? AND turn = ?", both
                ).rowcount
                == 1
            )
        )

    def on(self, owner: str, turns: Collection[str]) -> list[Given]:
        """Give the verdicts of a browser on some turns.

        :param owner: whose.
        :param turns: their ids.
        :returns: oldest first.
        :raises NotKept: the file cannot be read.
        """
        return [one for one in self.everything(owner) if one.judged.turn in turns]

    def everything(self, owner: str | None) -> list[Given]:
        """Give all verdicts.

        :param owner: whose; None for those of all browsers.
        :returns: oldest first.
        :raises NotKept: the file cannot be read.
        """
        mine = "" if owner is None else "WHERE owner = ?"
        values = () if owner is None else (owner,)
        return self._file.read(
            lambda connection: [
                _given(row)
                for row in connection.execute(
                    f"SELECT {_COLUMNS} FROM feedback {mine} ORDER BY given, rowid", values
                )
            ],
            [],
        )


_COLUMNS = (
    "id, given, comment, turn, chat, asked, question, read_as, shown, verdict, "
    "article, revision, answer, start"
)
_KEPT = (
    *("given", "verdict", "question", "read_as", "asked", "shown"),
    *("article", "revision", "answer", "start"),
)
_GIVE = (
    f"INSERT INTO feedback (owner, {_COLUMNS}) VALUES ({', '.join('?' * 15)}) "
    "ON CONFLICT (owner, turn) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _KEPT)
)
_PLACE = len(fields(Place))


def _row(owner: str, judged: Judged) -> tuple[Any, ...]:
    flat = [getattr(judged, one.name) for one in fields(Judged)[:-1]]
    place = (None,) * _PLACE if judged.place is None else astuple(judged.place)
    return (owner, secrets.token_urlsafe(16), now(), "", *flat, *place)


def _given(row: tuple[Any, ...]) -> Given:
    name, given, comment, turn, chat, asked, question, read_as, shown, verdict = row[:-_PLACE]
    place = None if row[-1] is None else Place(*row[-_PLACE:])
    judged = Judged(turn, chat, asked, question, read_as, shown, verdict, place)
    return Given(name, given, judged, comment)
