"""One evaluation at a time for the whole server, in a thread that ends when nobody looks on."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from qa.errors import PullquoteError
from ui.courtesy import Courtesy

LEASE_S = 12.0
_FAILED = "Something went wrong in this run, not with your questions. The log says what."

_log = logging.getLogger(__name__)

Told = Callable[[int, int], None]
Work = Callable[[Told], None]
"""Does the run; tells ``(done, total)`` after each question."""


class Stopped(Exception):
    """A run was told to stop, or nobody looks on any more."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a run is: questions done, of how many, and those a second since it began; ``left_s``
    are the seconds to go, None while that cannot be told."""

    done: int
    total: int
    rate: float
    left_s: float | None


class Run:
    """An evaluation under way.

    :param owner: the browser that asked for it.
    :param number: of the run among those of the browser.
    :param work: what to do.
    :param courtesy: lets people's questions go first.
    :param lease: seconds for which it goes on without being looked at.
    """

    def __init__(
        self, owner: str, number: int, work: Work, courtesy: Courtesy, lease: float = LEASE_S
    ) -> None:
        self.owner = owner
        self.number = number
        self.error: str | None = None
        self._work, self._courtesy, self._lease = work, courtesy, lease
        self._stop, self._ended = threading.Event(), threading.Event()
        self._seen = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._done, self._total = 0, 0

    @property
    def under_way(self) -> bool:
        """Tell whether it has not ended yet."""
        return not self._ended.is_set()

    def stop(self) -> None:
        """Let it end after the question it is at."""
        self._stop.set()

    def renew(self) -> None:
        """Say that somebody looks on."""
        self._seen = time.monotonic()

    def wait(self, timeout: float) -> bool:
        """Wait for its end.

        :param timeout: in seconds.
        :returns: whether it has ended.
        """
        return self._ended.wait(timeout)

    def pace(self) -> Pace:
        """Tell how far it is.

        :returns: the figures; the rate leaves out what an earlier part of the run has answered.
        """
        first, done, total = self._first, self._done, self._total
        if first is None or done <= first[1]:
            return Pace(done, total, 0.0, None)
        rate = (done - first[1]) / max(time.monotonic() - first[0], 1e-6)
        return Pace(done, total, rate, (total - done) / rate)

    def begin(self, ended: Callable[["Run"], None]) -> None:
        """Start the thread.

        :param ended: is called in it at the end, whatever the end was.
        """
        # Not a daemon: one that is in the midst of its arithmetic when the interpreter goes would
        # take it down. It notices the end of the main thread by itself.
        threading.Thread(target=self._go, args=(ended,), name="evaluation").start()

    def _go(self, ended: Callable[["Run"], None]) -> None:
        try:
            self._work(self._told)
        except Stopped:
            pass
        except PullquoteError as error:
            self.error = str(error)
        except Exception:
            _log.exception("An evaluation failed")
            self.error = _FAILED
        finally:
            ended(self)
            self._ended.set()

    def _told(self, done: int, total: int) -> None:
        if self._first is None:
            self._first = (time.monotonic(), done)
        self._done, self._total = done, total
        if done < total:
            self._courtesy.give_way()
            self._require_wanted()

    def _require_wanted(self) -> None:
        unseen = time.monotonic() - self._seen > self._lease
        if unseen or self._stop.is_set() or not threading.main_thread().is_alive():
            raise Stopped


class Runner:
    """Starts runs, one at a time for all browsers.

    :param courtesy: lets people's questions go first.
    :param lease: seconds for which a run goes on without being looked at.
    """

    def __init__(self, courtesy: Courtesy, lease: float = LEASE_S) -> None:
        self._courtesy = courtesy
        self._lease = lease
        self._lock = threading.Lock()
        self._run: Run | None = None

    def start(self, owner: str, prepare: Callable[[], tuple[int, Work]]) -> Run | None:
        """Start a run unless one is under way.

        :param owner: the browser.
        :param prepare: makes its number and its work; called only where it can start.
        :returns: the run; None where another one is under way.
        """
        with self._lock:
            if self._run is not None:
                return None
            number, work = prepare()
            self._run = Run(owner, number, work, self._courtesy, self._lease)
            self._run.begin(self._ended)
            return self._run

    def of(self, owner: str | None) -> Run | None:
        """Find the run of a browser.

        :param owner: the browser.
        :returns: its run; None where none of its is under way.
        """
        run = self._run
        return run if run is not None and owner is not None and run.owner == owner else None

    def _ended(self, run: Run) -> None:
        with self._lock:
            self._run = None
