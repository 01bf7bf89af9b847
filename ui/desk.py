"""The desk where articles of one's own are read in: one job at a time for the whole server."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from qa.errors import InputError

MOST_WAITING = 20

Stage = Literal["waiting", "reading", "indexing", "done", "refused"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fate:
    """What has become of a file or a pasted text so far; ``words`` say more than the stage."""

    name: str
    stage: Stage = "waiting"
    words: str = ""


class Stopped(Exception):
    """The server is closing; what was not published is dropped."""


@dataclass(slots=True)
class Job:
    """A run of the worker: its fates are replaced as a whole while it goes on."""

    owner: str
    fates: tuple[Fate, ...]
    work: "Callable[[Job], None]"
    ended: bool = False
    stopped: bool = False

    def go_on(self) -> None:
        """Go on.

        :raises Stopped: the server is closing.
        """
        if self.stopped:
            raise Stopped


class Desk:
    """A worker in a thread of its own, and the jobs that wait for it."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()  # the first is being worked on
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._closed = False

    def put(self, job: Job) -> None:
        """Let a job wait for its turn.

        :param job: what to do; a browser has one at a time.
        :raises InputError: the browser has another one here, or too many wait.
        """
        with self._changed:
            if any(other.owner == job.owner for other in self._jobs):
                raise InputError("Your last articles are still being read. Add more after that.")
            if len(self._jobs) >= MOST_WAITING or self._closed:
                raise InputError("Many others are adding articles now. Try again in some minutes.")
            self._jobs.append(job)
            if self._worker is None:
                self._worker = threading.Thread(target=self._run, name="desk", daemon=True)
                self._worker.start()
            self._changed.notify()

    def ahead(self, job: Job) -> int:
        """Count the jobs whose turn is earlier.

        :param job: a job that was put here.
        :returns: how many; 0 while it is worked on and after it ended.
        """
        with self._changed:
            return self._jobs.index(job) if job in self._jobs else 0

    def of(self, owner: str) -> Job | None:
        """Find the job of a browser.

        :param owner: names the browser.
        :returns: its job that waits or is worked on, None where there is none.
        """
        with self._changed:
            return next((job for job in self._jobs if job.owner == owner), None)

    def close(self, patience: float = 10.0) -> None:
        """Stop: the job at work ends at its next step, the others are not begun.

        :param patience: the most seconds to wait for it.
        """
        with self._changed:
            self._closed = True
            for job in self._jobs:
                job.stopped = True
            self._changed.notify()
        if self._worker is not None:
            self._worker.join(patience)

    def _run(self) -> None:
        while job := self._next():
            try:
                job.work(job)
            except Exception:
                _log.exception("A job ended in a fault of its own")
            finally:
                with self._changed:
                    self._jobs.popleft()
                    job.ended = True

    def _next(self) -> Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed)
            return self._jobs[0] if self._jobs else None
