"""Questions in a table: CSV or tab-separated values below a line of headings."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from eval.fields import BadRow, SkippedCallback, parse, shown, usable
from eval.lines import numbered_lines, row_origin
from eval.records import Question, from_row
from eval.squad_like import Sourced
from qa.errors import InputError

DELIMITERS = "\t,;"
LONGEST_HEAD = 65_536  # bytes of the headings
LISTS = ("answers", "article_ids")
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
Line = tuple[int, bytes]


def delimiter_of(first_line: bytes) -> str | None:
    """Find what separates the headings of a table of questions.

    :param first_line: the first line of the file.
    :returns: a tab, comma or semicolon; None where no heading is ``question``.
    """
    for delimiter in DELIMITERS:
        if "question" in _headings(first_line, delimiter):
            return delimiter
    return None


def read_table(path: Path, skipped: SkippedCallback) -> Iterator[Sourced]:
    """Read a table with the columns ``question`` and ``answers`` or ``article_ids``.

    ``id``, ``asked``, ``is_impossible`` and ``context`` are optional, other columns are kept. A
    list is split at ``|`` or is a JSON list; an empty ``answers`` means that there is nothing to
    find. A table without ``answers`` tells only the right articles. Without a column ``id`` a
    question is called ``row N``, N being its line in the file, where the headings are line 1.

    :param path: the file, in UTF-8, plain or packed.
    :param skipped: called with each row that cannot be used.
    :yields: pairs of an origin and a question, in file order.
    :raises InputError: the headings do not fit.
    """
    lines = (line for line in numbered_lines(path, skipped) if line[1].strip())
    head = next(lines, (1, b""))[1].strip()
    delimiter = delimiter_of(head)
    if delimiter is None:
        raise InputError(f"{path} has no column 'question' in its first line. Name the columns.")
    columns = _headings(head, delimiter)
    _check(path, columns)
    for number, row in _rows(path, lines, columns, delimiter, skipped):
        origin = row_origin(path, number)
        row.setdefault("id", f"row {number}")
        for question in usable(origin, skipped, _from_cells, row):
            yield origin, question


def _headings(line: bytes, delimiter: str) -> list[str]:
    heads = line[:LONGEST_HEAD].decode("utf-8-sig", errors="replace")
    return [cell.strip().lower() for cell in _cells(heads, delimiter)]


def _check(path: Path, columns: Sequence[str]) -> None:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise InputError(f"{path} has two columns {shown(twice[0])}. Rename one of them.")
    if not set(LISTS) & set(columns):
        raise InputError(f"{path} needs a column 'answers' or 'article_ids', divided by |.")


def _rows(
    path: Path,
    lines: Iterator[Line],
    columns: Sequence[str],
    delimiter: str,
    skipped: SkippedCallback,
) -> Iterator[tuple[int, dict[str, str]]]:
    """Read the rows with the line on which each begins.

    A row that does not fit loses its first line only: a quotation mark that is not closed takes
    nothing of what follows it.
    """
    waiting: deque[Line] = deque()
    while line := waiting.popleft() if waiting else next(lines, None):
        taken: list[Line] = []
        feed = _recorded(chain([line], _drained(waiting), lines), taken)
        make = partial(_record, columns=columns, delimiter=delimiter)
        rows = list(usable(row_origin(path, line[0]), skipped, make, feed))
        if not rows:
            waiting.extendleft(reversed(taken[1:]))
        for row in rows:
            yield line[0], row


def _drained(waiting: deque[Line]) -> Iterator[Line]:
    while waiting:
        yield waiting.popleft()


def _recorded(lines: Iterator[Line], taken: list[Line]) -> Iterator[str]:
    for number, line in lines:
        taken.append((number, line))
        try:
            yield line.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadRow(f"not UTF-8 at byte {error.start}") from error


def _record(lines: Iterator[str], columns: Sequence[str], delimiter: str) -> dict[str, str]:
    """Read one row; only a CSV cell may hold the end of a line."""
    try:
        cells = (
            _cells(next(lines), delimiter)
            if delimiter == "\t"
            else next(csv.reader(lines, delimiter=delimiter, strict=True))
        )
    except csv.Error as error:
        raise BadRow(f"not CSV: {error}") from error
    if len(cells) != len(columns):
        raise BadRow(f"{len(cells)} fields under {len(columns)} headings")
    return dict(zip(columns, cells, strict=True))


def _cells(line: str, delimiter: str) -> list[str]:
    """Split one line. Tab-separated values are quoted by some programs and not by others: a cell
    is unquoted where it can only have been quoted."""
    line = line.rstrip("\r\n")
    if delimiter == "\t":
        return [_unquoted(cell) for cell in line.split("\t")]
    return next(csv.reader([line], delimiter=delimiter), [])


def _unquoted(cell: str) -> str:
    inner = cell[1:-1]
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if quoted else cell


def _from_cells(row: dict[str, str]) -> Question:
    filled: dict[str, Any] = {name: cell for name, cell in row.items() if cell.strip()}
    for name in LISTS:
        if name in filled:
            filled[name] = _list(name, filled[name])
    if "is_impossible" in filled:
        filled["is_impossible"] = _truth(filled["is_impossible"])
    question = from_row(filled)
    return question if "answers" in row else replace(question, answers=None)


def _list(name: str, cell: str) -> list[Any]:
    if not cell.lstrip().startswith("["):
        return [part.strip() for part in cell.split("|") if part.strip()]
    try:
        values = parse(cell.encode("utf-8", "surrogatepass"))
    except BadRow as error:
        raise BadRow(f"field '{name}' begins with [ but is {error}") from error
    if not isinstance(values, list):
        raise BadRow(f"field '{name}' is {shown(cell)}; it must be a JSON list of texts")
    return values


def _truth(cell: str) -> bool:
    try:
        return WORDS[cell.strip().lower()]
    except KeyError as error:
        raise BadRow(f"field 'is_impossible' is {shown(cell)}; it must be true or false") from error
