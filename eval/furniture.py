"""Count the page furniture that cleaning takes out and the story lines that it loses:
``python -m eval.furniture LABELS... --data FOLDER``.

A label says of one line of an article, named by file, number and sha256, whether to keep or to
drop it; no text is kept with it. Articles are cleaned as indexing does it, with the lines of the
whole archive seen first.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from qa.cleaning import clean, normalise
from qa.errors import PullquoteError
from qa.repetition import SeenLines

ARCHIVE = "news-dev"
DOCUMENTS = "seeds"


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of one line; ``line`` counts from 1 in the raw text."""

    file: str
    line: int
    sha256: str
    label: Literal["keep", "drop"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Labelled lines, and those that cleaning got wrong, as (file, line)."""

    furniture: int
    story: int
    missed: tuple[tuple[str, int], ...]
    lost: tuple[tuple[str, int], ...]


def load_labels(path: Path) -> list[Label]:
    """Read labels.

    :param path: a TSV file with the columns ``file``, ``line``, ``sha256`` and ``label``.
    :returns: the labels in order.
    :raises PullquoteError: if a label is neither keep nor drop.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return [_label(path, row) for row in csv.DictReader(file, delimiter="\t")]


def _label(path: Path, row: Mapping[str, str]) -> Label:
    """Make a label of a row."""
    match row["label"]:
        case "keep" | "drop" as label:
            return Label(row["file"], int(row["line"]), row["sha256"], label)
        case other:
            raise PullquoteError(f"{path.name}: label {other!r} is neither keep nor drop.")


def kept_lines(raw: str, cleaned: str) -> set[int]:
    """Find which lines of a text its cleaned form still has, in order.

    :param raw: the text as it came.
    :param cleaned: the same text without some of its lines.
    :returns: the numbers of the kept lines in ``raw``, from 1.
    """
    left = [line.strip() for line in cleaned.split("\n") if line.strip()]
    kept: set[int] = set()
    for number, line in enumerate(raw.split("\n"), start=1):
        parts = [part.strip() for part in normalise(line).split("\n") if part.strip()]
        if parts and left[: len(parts)] == parts:
            del left[: len(parts)]
            kept.add(number)
    return kept


def count(labels: Sequence[Label], raw: Mapping[str, str], cleaned: Mapping[str, str]) -> Counts:
    """Compare what was kept with the labels.

    :param labels: what to compare with.
    :param raw: for each file its text as it came.
    :param cleaned: for each file its cleaned text.
    :returns: the counts.
    :raises PullquoteError: if a labelled line is not the one that the archive has.
    """
    kept = {file: kept_lines(raw[file], cleaned[file]) for file in {one.file for one in labels}}
    for one in labels:
        _verify(one, raw[one.file])
    missed = [one for one in labels if one.label == "drop" and one.line in kept[one.file]]
    lost = [one for one in labels if one.label == "keep" and one.line not in kept[one.file]]
    furniture = sum(one.label == "drop" for one in labels)
    return Counts(furniture, len(labels) - furniture, _places(missed), _places(lost))


def _places(labels: Iterable[Label]) -> tuple[tuple[str, int], ...]:
    """Where labelled lines stand."""
    return tuple((one.file, one.line) for one in labels)


def _verify(label: Label, raw: str) -> None:
    """Refuse a label that was made for another text."""
    lines = raw.split("\n")
    found = lines[label.line - 1] if 0 < label.line <= len(lines) else ""
    if sha256(found.encode()).hexdigest() != label.sha256:
        raise PullquoteError(
            f"{label.file}, line {label.line}: the text is not the one that was labelled."
        )


def clean_archive(data: Path, files: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Read the labelled files and clean them as indexing does.

    :param data: the folder with ``data/news-dev/articles.jsonl`` and ``seeds/``.
    :param files: the labelled files.
    :returns: for each file its text as it came, and its cleaned text.
    :raises PullquoteError: if a file is not there.
    """
    raw: dict[str, str] = {}
    sources: dict[str, str | None] = {}
    seen = SeenLines()
    for name, source, text in _articles(data, files):
        seen.add(source, text)
        if name in files:
            raw[name], sources[name] = text, source
    if missing := sorted(files - raw.keys()):
        raise PullquoteError(f"{data} has no {missing[0]} ({len(missing)} labelled files missing).")
    return raw, {name: clean(text, seen, sources[name]) for name, text in raw.items()}


def _articles(data: Path, files: set[str]) -> Iterator[tuple[str, str | None, str]]:
    """Read the archive, if a label is about it, and the documents: name, source and text."""
    if any(file.startswith(f"{ARCHIVE}/") for file in files):
        with (data / "data" / ARCHIVE / "articles.jsonl").open(encoding="utf-8") as archive:
            for article in map(json.loads, archive):
                yield f"{ARCHIVE}/{article['id']}", article["source"], article["text"]
    for path in sorted((data / DOCUMENTS).glob("*.txt")):
        yield f"{DOCUMENTS}/{path.name}", None, path.read_bytes().decode("utf-8")


def report(counts: Counts, errors: bool) -> Iterator[str]:
    """Tell the counts.

    :param counts: the counts of some labels.
    :param errors: whether to name the lines that were got wrong.
    :yields: lines for a person.
    """
    dropped = counts.furniture - len(counts.missed)
    yield f"furniture dropped  {_share(dropped, counts.furniture)}"
    yield f"story lost         {_share(len(counts.lost), counts.story)}"
    if errors:
        yield from (f"missed  {file}  line {line}" for file, line in counts.missed)
        yield from (f"lost    {file}  line {line}" for file, line in counts.lost)


def _share(part: int, whole: int) -> str:
    """Write a share; of nothing there is none."""
    return f"{part:,} of {whole:,}" + (f" ({100 * part / whole:.2f}%)" if whole else "")


def main() -> None:
    """Compare label files with what cleaning keeps."""
    parser = argparse.ArgumentParser(prog="python -m eval.furniture", description=__doc__)
    parser.add_argument("labels", type=Path, nargs="+", help="label files (TSV)")
    parser.add_argument("--data", type=Path, default=Path("../shared"), help="where the texts are")
    parser.add_argument("--errors", action="store_true", help="name the lines got wrong")
    options = parser.parse_args()
    try:
        labels = [label for path in options.labels for label in load_labels(path)]
        raw, cleaned = clean_archive(options.data, {label.file for label in labels})
        lines = list(report(count(labels, raw, cleaned), options.errors))
    except (OSError, PullquoteError) as error:
        parser.exit(2, f"{error}\n")
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
