"""The queue of the server, kept alive.

In Gradio 6.31 a message to a page that has just gone away raises an error in the task that hands
out all the work. The task ends, and with it every conversation, until the server starts again.
"""

import logging
from contextlib import suppress
from typing import Any

_log = logging.getLogger(__name__)


def keep_going(queue: Any) -> None:
    """Make a queue outlive pages that go away while a message is on its way to them, and go on with
    the next question after any other fault.

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
