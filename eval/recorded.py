"""A run that was written down before: its report and its rows, read back to compare with."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.compare import Comparison, Scored, compare
from eval.compare_page import page
from eval.report import FORMAT
from qa.errors import InputError

ROWS = "rows.jsonl"
OUT = "comparison.json"
PAGE = "comparison.html"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run as it lies in its folder: where, how it was run, and the result of each question."""

    path: Path
    run: dict[str, Any]
    results: tuple[Scored, ...]


def read_recorded(report: Path) -> Recorded:
    """Read a run back.

    :param report: its ``report.json``, or the folder that holds it; ``rows.jsonl`` lies beside it.
    :returns: the run.
    :raises InputError: a file is missing or damaged, or is no report of an evaluation.
    """
    path = report / "report.json" if report.is_dir() else report
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        results = tuple(_results(path.parent / ROWS))
    except OSError as error:
        raise InputError(
            f"Cannot read {error.filename or path}: {error.strerror}. --compare needs the "
            f"report.json of an earlier 'pullquote eval' run, with its {ROWS} beside it."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{path} is damaged ({error}). Run that evaluation again, or compare with another one."
        ) from error
    _require_report(path, about, len(results))
    return Recorded(path, about["run"], results)


def compare_recorded(before: Recorded, after: Recorded, out: Path) -> Comparison:
    """Compare two runs and write ``comparison.json`` and ``comparison.html``.

    :param before: the older one.
    :param after: the one to judge.
    :param out: the folder to write to.
    :returns: what was written.
    :raises InputError: they have no question in common, or ``out`` cannot be written.
    """
    runs = (before.run, after.run)
    comparison = compare(before.results, after.results, runs, str(before.path))
    if not comparison.paired:
        raise InputError(
            f"No question id of {before.path} is in this run. Compare runs of one question set."
        )
    record = asdict(comparison) | {"regression": comparison.regression}
    try:
        _write(out / OUT, json.dumps(record, ensure_ascii=False, indent=2))
        _write(out / PAGE, page(comparison))
    except OSError as error:
        raise InputError(
            f"Cannot write to {error.filename or out}: {error.strerror}. Give another --out folder."
        ) from error
    return comparison


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def _results(path: Path) -> Iterator[Scored]:
    with path.open(encoding="utf-8") as rows:
        for number, line in enumerate(rows, start=1):
            try:
                yield _result(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"row {number} of {path.name} is no result of a question"
                ) from error


def _result(row: dict[str, Any]) -> Scored:
    scores = {
        name: None if value is None else float(value) for name, value in row["scores"].items()
    }
    asked = (row["question"], row.get("gold"), row.get("gold_articles"))
    return Scored(str(row["id"]), str(row["question"]), asked, row["answer"], scores)


def _require_report(path: Path, about: Any, results: int) -> None:
    """Refuse what is no report, is of a later version, or does not belong to its rows."""
    counts = about.get("counts") if isinstance(about, dict) else None
    if not isinstance(counts, dict) or not isinstance(about.get("run"), dict):
        raise InputError(f"{path} is not the report.json of a 'pullquote eval' run.")
    if not isinstance(about.get("format"), int) or about["format"] > FORMAT:
        raise InputError(
            f"{path} has format {about.get('format')}; this version reads up to {FORMAT}. Run that "
            "evaluation again with this version."
        )
    if counts.get("questions") != results:
        raise InputError(
            f"{path} tells of {counts.get('questions')} questions, but {ROWS} beside it has "
            f"{results}: it is of another run, or of one that was cut off. Finish or repeat it."
        )
