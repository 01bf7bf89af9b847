"""Time spent on a long piece of work, over all the processes that it took."""

import json
import time
from pathlib import Path


class Spent:
    """Time on the clock and of the CPU, in seconds, that goes on where a killed process was.

    :param path: keeps both, and the number of processes so far.
    :param every: seconds between two times of keeping; so much a killed process may lose.
    """

    def __init__(self, path: Path, every: float = 1.0) -> None:
        self._path = path
        self._every = every
        self._before = _kept(path)
        self._started = time.perf_counter(), time.process_time()
        self._due = 0.0

    def now(self) -> tuple[float, float, int]:
        """Give seconds on the clock, seconds of the CPU, and the number of processes."""
        wall, cpu, runs = self._before
        started = self._started
        return (
            wall + time.perf_counter() - started[0],
            cpu + time.process_time() - started[1],
            runs + 1,
        )

    def keep(self, *_: object) -> None:
        """Keep both, unless that was done just before; takes what an index run tells."""
        if time.perf_counter() >= self._due:
            whole = self._path.with_suffix(".part")
            whole.write_text(json.dumps(self.now()), encoding="utf-8")
            whole.replace(self._path)
            self._due = time.perf_counter() + self._every


def _kept(path: Path) -> tuple[float, float, int]:
    try:
        wall, cpu, runs = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return 0.0, 0.0, 0
    return float(wall), float(cpu), int(runs)
