"""The conversation that a page shows, as it stands on the server.

Another one may take its place while a question is being answered: a new chat, or an earlier one.
What comes of the question must not be shown in it then.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ui.chat import Message


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation at one moment. ``number`` tells it from those before and after it on the same
    page; ``chat`` names the chat it is kept in, None for one of which nothing is kept yet."""

    number: int = 0
    messages: tuple[Message, ...] = ()
    chat: str | None = None


class Conversation:
    """What one page shows. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Standing()

    def __deepcopy__(self, memo: dict[int, Any]) -> "Conversation":
        """Give each page one of its own: Gradio copies the first value of a state for it."""
        return Conversation()

    @property
    def now(self) -> Standing:
        """Give the conversation as it is."""
        return self._now

    def begin(self, messages: Sequence[Message] = (), chat: str | None = None) -> None:
        """Put another conversation in the place of this one.

        :param messages: what is shown of it.
        :param chat: the chat it goes on with; None begins a new one.
        """
        with self._lock:
            self._now = Standing(self._now.number + 1, tuple(messages), chat)

    def go_on(self, asked: Standing, messages: Sequence[Message], chat: str | None) -> bool:
        """Show what came of a question, if the conversation is still the one it was asked in.

        :param asked: the conversation when the question was asked.
        :param messages: all that is to be shown.
        :param chat: the chat it is kept in.
        :returns: False where another conversation has taken its place, which then stays.
        """
        with self._lock:
            if self._now.number != asked.number:
                return False
            self._now = replace(asked, messages=tuple(messages), chat=chat)
            return True
