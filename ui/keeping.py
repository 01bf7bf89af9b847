"""What happens to a turn once it is answered: it is kept, and its message tells by which name."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from qa.datatypes import Answer
from qa.schema import now
from qa.turns import Turn
from ui.chat import Answering, Message, View, told
from ui.chat_file import ChatFile, NotKept
from ui.feedback import Feedback
from ui.history import Asked, History, Kept
from ui.render import render_notice
from ui.words import escape

SHOWN_TURNS = 30
_ARTICLES = 64
_UNREADABLE = "This answer was kept in a form that cannot be shown any more."
_ID = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True, slots=True)
class Bookmark:
    """By which names a turn is known. ``chat`` is empty where it is not kept; ``asked`` is the ISO
    time of the question, in UTC."""

    turn: str
    chat: str
    asked: str


class Keeper:
    """Chats and feedback of a store.

    :param store: the folder of the store.
    """

    def __init__(self, store: Path) -> None:
        self.file = ChatFile(store)
        self.history = History(self.file)
        self.feedback = Feedback(self.file)

    def keep(
        self, view: View, owner: str | None, chat: str | None, generation: int
    ) -> tuple[View, str | None]:
        """Keep the turn that a view shows, if it is done. Whatever is wrong with the disk, the
        answer is shown; where chats cannot be kept, the first one says so.

        :param view: what the page is to show.
        :param owner: whose chat it is; nothing is kept of a program, which has no name.
        :param chat: the chat that goes on; None begins a new one.
        :param generation: of the archive that answered.
        :returns: the view with the turn's name in its last message, and the chat it is in.
        """
        if not view.done or not view.messages or "turn" not in view.messages[-1]:
            return view, chat
        *before, last = view.messages
        mark, notice = Bookmark(secrets.token_urlsafe(16), "", now()), ""
        if owner is not None:
            try:
                kept = self.history.add(owner, chat, _asked(last, generation))
                mark, chat = Bookmark(kept.id, kept.chat, kept.asked), kept.chat
            except NotKept as error:
                notice = "" if any("kept" in one for one in before) else str(error)
        return replace(view, messages=(*before, marked(last, mark, notice))), chat


def marked(message: Message, mark: Bookmark, notice: str = "") -> Message:
    """Put the names of a turn into the message of its answer, where the page's script finds them.

    :param message: of the answer.
    :param mark: the names.
    :param notice: a sentence to show below the answer.
    :returns: another message.
    """
    answered = "pq-answered" if _shown(message).status == "answered" else "pq-refused"
    names = f"pq-turn pq-turn--{mark.turn} pq-chat--{mark.chat} {answered}"
    parts = [message["content"], f'<span class="{names}"></span>']
    if notice:
        parts.append(f'<span class="pq-meta">{escape(notice)}</span>')
    return {**message, "content": "\n\n".join(parts), "kept": mark}


def replayed(turns: Sequence[Kept], pipeline: Answering) -> list[Message]:
    """Render a chat anew from its records; a follow-up goes on from there.

    :param turns: its turns, oldest first; the newest are shown.
    :param pipeline: opens the articles that are quoted.
    :returns: messages as the chat makes them.
    """
    messages: list[Message] = []
    context: list[Turn] = []
    articles = lru_cache(_ARTICLES)(pipeline.article)  # however often one is quoted
    for kept in turns[-SHOWN_TURNS:]:
        messages.append({"role": "user", "content": escape(kept.question)})
        try:
            asked = kept.restored()
        except ValueError:
            messages.append({"role": "assistant", "content": render_notice(_UNREADABLE)})
            continue
        said = told(articles, asked.answer, asked.understood, context[-6:])
        mark = Bookmark(kept.id, kept.chat, kept.asked)
        messages += [*said[:-1], marked(said[-1], mark)]
        context.append(messages[-1]["turn"])
    return messages


def find_turn(messages: Sequence[Message], turn: object) -> Message | None:
    """Find the answer of a turn among the messages of a session.

    :param messages: as they stay on the server.
    :param turn: its id, from the browser; anything.
    :returns: the message; None where this session shows no such turn.
    """
    if not isinstance(turn, str) or not _ID.fullmatch(turn):
        return None
    found = (one for one in messages if "kept" in one and one["kept"].turn == turn)
    return next(found, None)


def _asked(message: Message, generation: int) -> Asked:
    return Asked(_shown(message), message["understood"], generation)


def _shown(message: Message) -> Answer:
    """The record as it is shown: with the question as typed and as it was read."""
    understood = message["understood"]
    found: Answer = message["turn"].answer
    return replace(found, question=understood.question, read_as=understood.read_as)
