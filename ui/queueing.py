"""The queue of the server, kept alive.

In Gradio 6.31 a message to a page that has just gone away raises an error in the task that hands
out all the work. The task ends, and with it every conversation, until the server starts again. And
of the sessions it keeps for good until there are 2,000, when the oldest goes for each new one, even
where an answer is on its way to it.
"""

import logging
from collections import OrderedDict
from contextlib import suppress
from typing import Any

SESSIONS, MOST_SESSIONS = 256, 2000

_log = logging.getLogger(__name__)


class Sessions(OrderedDict[str, Any]):
    """Messages by session. Where there is no room the session goes that was longest not used and
    waits for nothing.

    :param room: how many to keep; more where more wait.
    :param most: how many to keep even then: programs ask and never fetch the answer.
    :param waiting: by session the ids of the events it waits for; forgets what goes.
    """

    def __init__(self, room: int, most: int, waiting: dict[str, set[str]]) -> None:
        super().__init__()
        self._room, self._most = room, most
        self._waiting = waiting

    def __getitem__(self, session: str) -> Any:
        """Give the messages of a session, which is in use by that."""
        self.move_to_end(session)
        return super().__getitem__(session)

    def __setitem__(self, session: str, messages: Any) -> None:
        """Take in a session."""
        if session not in self and len(self) >= self._room:
            self._make_room()
        super().__setitem__(session, messages)

    def _make_room(self) -> None:
        idle = (session for session in self if not self._waiting.get(session))
        oldest = next(iter(self)) if len(self) >= self._most else None
        gone = next(idle, oldest)
        if gone is not None:
            del self[gone]
            self._waiting.pop(gone, None)


def keep_going(queue: Any) -> None:
    """Make a queue outlive pages that go away while a message is on its way to them, keep the
    sessions that wait for an answer, and go on with the next question after any other fault.

    :param queue: that of an app which is not launched yet.
    """
    send, process = queue.send_message, queue.start_processing

    def send_message(*message: Any, **named: Any) -> None:
        with suppress(KeyError):  # the page is gone; nobody waits for it
            send(*message, **named)

    async def start_processing() -> None:
        while True:
            closed = queue.stopped
            try:
                await process()
                return
            except Exception:
                _log.exception("The queue stumbled; it goes on")
                queue.stopped = closed

    queue.send_message, queue.start_processing = send_message, start_processing
    queue.pending_messages_per_session = Sessions(
        SESSIONS, MOST_SESSIONS, queue.pending_event_ids_session
    )
