"""Going on with a run: what it is known by, and which of its rows are there already."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.questions import Question

FORMAT = 2
"""Changes with the shape of a row: rows of another shape are never gone on with."""

ROWS = "rows.jsonl"
IDENTITY = "run.json"
ORDER = "their questions are others, or in another order"
Say = Callable[[str], None]


def identity(
    questions: Sequence[Question], settings: Mapping[str, Any], **parts: Any
) -> dict[str, str]:
    """Name everything that a row depends on.

    :param questions: the whole set, whatever part of it is run.
    :param settings: of the pipeline; the level of logging plays no part.
    :param parts: the rest: mode, filters, models, the state of the store.
    :returns: a digest by name.
    """
    whole = (json.dumps(asdict(question), sort_keys=True, default=str) for question in questions)
    kept = {name: value for name, value in settings.items() if name != "log_level"}
    named = {name: [json.dumps(value, sort_keys=True)] for name, value in parts.items()}
    named |= {"settings": [json.dumps(kept, sort_keys=True)], "format": [str(FORMAT)]}
    return {name: _digest(texts) for name, texts in {"questions": whole, **named}.items()}


def _digest(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


def prepare(
    out: Path, wanted: Mapping[str, str] | None, questions: Sequence[Question], say: Say
) -> int:
    """Make the rows file ready to be appended to.

    Rows of the same run that come first in it, in the order of the questions, stay. A last line
    that was torn is cut off. All other rows are kept under another name, and that is said.

    :param out: the folder.
    :param wanted: the identity of this run; None to start afresh in any case.
    :param questions: those to ask, in order.
    :param say: receives one line for a person.
    :returns: how many of the questions have their row.
    """
    path = out / ROWS
    count, size = 0, 0
    if path.exists() and path.stat().st_size:
        reason = _differs(out / IDENTITY, wanted)
        count, size = (0, 0) if reason else _matching(path, [q.id for q in questions])
        if _whole_lines_after(path, size):
            aside = _set_aside(path)
            say(f"Rows that this run does not use are kept in {aside}: {reason or ORDER}.")
    with path.open("ab") as rows:
        rows.truncate(size)
    (out / IDENTITY).write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
    if count:
        say(f"{count} of {len(questions)} questions were answered before; going on from there.")
    return count


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read rows back, one at a time.

    :param path: a rows file without a torn line.
    :yields: JSON objects.
    """
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield json.loads(line)


def _differs(path: Path, wanted: Mapping[str, str] | None) -> str | None:
    """Say in what the run that is there differs from the one wanted; None where it does not."""
    if wanted is None:
        return "this run was to start afresh"
    try:
        there = json.loads(path.read_text(encoding="utf-8"))
        names = sorted(name for name in wanted if there.get(name) != wanted[name])
    except (OSError, ValueError, AttributeError):
        return "what they were made with is not known"
    return f"they were made with other {', '.join(names)}" if names else None


def _matching(path: Path, ids: Sequence[str]) -> tuple[int, int]:
    """Count the rows that are those of the first questions, and their bytes."""
    count = size = 0
    with path.open("rb") as lines:
        for line in lines:
            if count == len(ids) or _id(line) != ids[count]:
                break
            count, size = count + 1, size + len(line)
    return count, size


def _id(line: bytes) -> str | None:
    """The id of a row; None for a line that is torn or no row."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    known = line.endswith(b"\n") and isinstance(row, dict) and isinstance(row.get("id"), str)
    return row["id"] if known else None


def _whole_lines_after(path: Path, size: int) -> bool:
    """Whether whole lines stand after so many bytes."""
    with path.open("rb") as lines:
        lines.seek(size)
        return any(line.endswith(b"\n") for line in lines)


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"rows-{number}.jsonl")).exists():
        number += 1
    shutil.copyfile(path, aside)
    return aside
