"""Progress on stderr: a bar on a terminal, silence in a pipe."""

import sys
from types import TracebackType
from typing import Any


class Bar:
    """One bar per stage, made when the stage begins. Call it with done, total and stage."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._stage = ""
        self._bar: Any = None

    def __enter__(self) -> "Bar":
        """Use as a context that closes the bar."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int | None = None, stage: str = "") -> None:
        """Show how far a stage is."""
        if not sys.stderr.isatty():
            return
        if self._bar is None or stage != self._stage:
            self._begin(stage, total)
        self._bar.update(done - self._bar.n)

    def _begin(self, stage: str, total: int | None) -> None:
        from tqdm import tqdm

        if self._bar is not None:
            self._bar.close()
        self._stage = stage
        self._bar = tqdm(total=total, desc=stage or None, unit=self._unit, file=sys.stderr)
