"""The evaluations of a browser, each in a private folder of its own below the store."""

import json
import re
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from eval.report import Report
from eval.resuming import ROWS
from eval.run import Mode
from eval.written import read_report
from qa.errors import InputError
from qa.schema import now

MOST_RUNS = 10
FORMS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_ABOUT = "about.json"
_OWNER = re.compile(r"[0-9a-f]{64}")
NOT_HERE = "This evaluation is not here. It may have been removed."


@dataclass(frozen=True, slots=True)
class Kept:
    """A run that is kept. ``questions`` is the file that is asked, by its name where it lies with
    the run; ``exact_match`` is in percent, None until the run is finished; ``total`` is 0 until it
    is known; ``mode`` is that of ``pullquote eval``."""

    number: int
    name: str
    questions: str
    sample: int
    seed: int
    started_at: str
    total: int = 0
    finished: bool = False
    exact_match: float | None = None
    error: str | None = None
    mode: Mode = "open"


class KeptRuns:
    """The folder of one browser's evaluations.

    :param store: the folder of the store.
    :param owner: the browser, as ``ui.browsers.owner`` names it.
    """

    def __init__(self, store: Path, owner: str) -> None:
        if not _OWNER.fullmatch(owner):
            raise InputError(NOT_HERE)
        self._folder = store / "browsers" / owner / "evaluations"

    def all(self) -> list[Kept]:
        """List what is kept.

        :returns: the newest first; what cannot be read is left out.
        """
        found = (self._read(number) for number in sorted(self._numbers(), reverse=True))
        return [kept for kept in found if kept is not None]

    def get(self, number: int) -> Kept:
        """Read about a run.

        :param number: of the run.
        :returns: what is known of it.
        :raises InputError: this browser has no such run.
        """
        kept = self._read(number) if number in self._numbers() else None
        if kept is None:
            raise InputError(NOT_HERE)
        return kept

    def add(
        self, name: str, questions: Path | bytes, sample: int, seed: int, mode: Mode = "open"
    ) -> Kept:
        """Make room for a new run; the oldest one goes where there are too many.

        :param name: of the question set.
        :param questions: the file of the set, or the bytes of one that was uploaded.
        :param sample: how many questions to draw.
        :param seed: of the draw.
        :param mode: whether to search the archive, or to read the paragraphs of the set.
        :returns: the run.
        :raises InputError: the folder cannot be written.
        """
        number = max(self._numbers(), default=0) + 1
        try:
            self.path(number).mkdir(parents=True, mode=0o700)
            if isinstance(questions, bytes):
                own = f"questions{_suffix(name)}"
                (self.path(number) / own).write_bytes(questions)
                questions = Path(own)
            kept = Kept(number, name, str(questions), sample, seed, now(), mode=mode)
            self.write(kept)
        except OSError as error:
            raise InputError(
                f"The run cannot be kept in the store: {error.strerror}. Make room or give access."
            ) from error
        for old in sorted(self._numbers())[:-MOST_RUNS]:
            self.remove(old)
        return kept

    def write(self, kept: Kept) -> None:
        """Note what is known of a run.

        :param kept: the run.
        """
        path = self.path(kept.number) / _ABOUT
        half = path.with_suffix(".tmp")
        half.write_text(json.dumps(asdict(kept)), encoding="utf-8", errors="backslashreplace")
        half.replace(path)

    def finish(self, kept: Kept, total: int, error: str | None) -> None:
        """Note how a run ended.

        :param kept: the run as it began.
        :param total: how many questions it had.
        :param error: why it failed, None where it did not.
        """
        if not self.path(kept.number).is_dir():
            return
        done = self.answered(kept.number)
        finished = error is None and 0 < total <= done
        figure = self.report(kept.number).scores.get("exact_match") if finished else None
        self.write(
            replace(
                kept,
                total=total,
                finished=finished,
                error=error,
                exact_match=None if figure is None else figure.value,
            )
        )

    def answered(self, number: int) -> int:
        """Count the questions that a run has answered.

        :param number: of the run.
        :returns: how many rows it has written.
        """
        try:
            with (self.path(number) / ROWS).open("rb") as rows:
                return sum(1 for row in rows if row.endswith(b"\n"))
        except OSError:
            return 0

    def report(self, number: int) -> Report:
        """Read the report of a run.

        :param number: of the run.
        :returns: the report.
        :raises InputError: this browser has no such run, or it has no report.
        """
        if number not in self._numbers():
            raise InputError(NOT_HERE)
        return read_report(self.path(number) / "report.json")

    def remove(self, number: int) -> None:
        """Remove a run.

        :param number: of the run; nothing happens where this browser has none of it.
        """
        if number in self._numbers():
            shutil.rmtree(self.path(number), ignore_errors=True)

    def questions(self, kept: Kept) -> Path:
        """Give the file that a run asks.

        :param kept: the run.
        :returns: its own copy, or the sample questions.
        """
        return self.path(kept.number) / kept.questions

    def path(self, number: int) -> Path:
        """Give the folder of a run.

        :param number: of the run.
        :returns: where its files are.
        """
        return self._folder / str(number)

    def _numbers(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        return [int(path.name) for path in self._folder.iterdir() if path.name.isdecimal()]

    def _read(self, number: int) -> Kept | None:
        try:
            fields: dict[str, Any] = json.loads((self.path(number) / _ABOUT).read_text("utf-8"))
            return Kept(**fields)
        except (OSError, ValueError, TypeError):
            return None


def _suffix(name: str) -> str:
    """The suffix of a file that was uploaded, where it is one that tells its form."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix in FORMS else ""
