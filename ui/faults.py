"""What a user sees when something is at fault: one line, and an exit code."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from qa.errors import PullquoteError

QUIET = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}

_INTERRUPTED, _TERMINATED = 130, 143


def guarded(run: Callable[[], object]) -> None:
    """Run a command. Exits 2 with one line when the input or the store is at fault, 130 when it is
    interrupted and 143 when it is told to end; never shows a trace.

    :param run: the command; may exit by itself.
    """
    os.environ.update({name: os.environ.get(name, value) for name, value in QUIET.items()})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    try:
        run()
    except PullquoteError as error:
        _stop(str(error))
    except KeyboardInterrupt:
        _leave(_INTERRUPTED)
    except SystemExit as ended:
        if ended.code in (_INTERRUPTED, _TERMINATED):
            _leave(int(ended.code))
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:
        logging.getLogger("pullquote").debug("unexpected error", exc_info=error)
        _stop(
            f"Unexpected {type(error).__name__}: {error}. "
            "PULLQUOTE_LOG_LEVEL=debug shows where; please report it."
        )


def _leave(code: int) -> NoReturn:
    """End the process. Where a model still computes in a thread, the interpreter's own way of
    ending would abort, so it is not taken; all that had to be closed has been by now."""
    if threading.active_count() == 1:
        sys.exit(code)
    logging.shutdown()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _stop(message: str) -> NoReturn:
    sys.stderr.write(" ".join(message.split()) + "\n")
    sys.exit(2)
