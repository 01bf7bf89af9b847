"""Progress on stderr: a bar on a terminal, silence in a pipe."""

import sys
from types import TracebackType
from typing import Any


class Bar:
    """One bar per stage, made when the stage begins. Call it with done, total and stage."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._stage = ""
        self.shown: Any = None

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
        if self.shown is not None:
            self.shown.close()

    def __call__(self, done: int, total: int | None = None, stage: str = "") -> None:
        """Show how far a stage is."""
        if not sys.stderr.isatty():
            return
        if self.shown is None or stage != self._stage:
            self._begin(stage, done, total)
        self.shown.update(done - self.shown.n)

    def _begin(self, stage: str, done: int, total: int | None) -> None:
        """Start from what was done before, so that the time left is told by this run's own pace."""
        from tqdm import tqdm

        if self.shown is not None:
            self.shown.close()
        self._stage = stage
        self.shown = tqdm(
            total=total, initial=done, desc=stage or None, unit=self._unit, file=sys.stderr
        )
