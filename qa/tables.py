"""CSV and TSV files with a header: one article a row, in the fields of JSON Lines."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from qa.datatypes import Skipped
from qa.decoding import NotText, encoding_of
from qa.drafts import Draft
from qa.folders import Notice, name
from qa.rows import row_draft

_SAMPLE = 65_536  # bytes and characters from which encoding and separator are told
_BLOCK = 1 << 20
_SEPARATORS = {".csv": ",;\t|", ".tsv": "\t"}
_OPEN = "is a quotation mark left open?"


def read_table(path: Path, max_chars: int, skipped: Notice) -> Iterator[Draft]:
    """Read one article a row. The header names the fields, ``text`` among them; ``id``, ``title``,
    ``published``, ``source``, ``url`` and ``authors`` (split at semicolons) are optional.

    :param path: a file of rows separated by commas, semicolons, tabs or bars.
    :param max_chars: the most characters a text may have.
    :param skipped: told of each row that gives no article, by its number; the header is row 1.
    :yields: the articles, read as they are asked for.
    :raises NotText: the file as a whole is no such table.
    :raises OSError: the file cannot be read.
    """
    most = 4 * max_chars + _SAMPLE
    csv.field_size_limit(max(most, csv.field_size_limit()))  # one for the process: only raised
    with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
        separator = _separator(file, path)
        rows = csv.reader(iter(lambda: file.readline(most), ""), delimiter=separator, strict=True)
        header = _header(rows)
        number = 1
        for number, cells in _numbered(rows):
            try:
                draft = row_draft(path, number, _fields(header, cells))
            except NotText as error:
                skipped(Skipped(f"{name(path)}#row {number}", str(error)))
                continue
            yield draft
    if number == 1:
        raise NotText("no rows below its header")


def _encoding(path: Path) -> str:
    """Tell the encoding of a file: by its mark, as UTF-8, or as its first part looks."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        encoding = encoding_of(head[: head.rfind(b"\n") + 1] or head)
        if encoding != "utf-8":
            return encoding
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        while block := file.read(_BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return encoding_of(block)
    return encoding


def _separator(file: TextIO, path: Path) -> str:
    """Choose the separator that makes a column of the header ``text``."""
    head = file.readline(_SAMPLE)
    file.seek(0)
    if not head.strip():
        raise NotText("its first line, the header, is blank" if head else "empty")
    for separator in _SEPARATORS[path.suffix.lower()]:
        if "text" in map(_column, next(csv.reader([head], delimiter=separator))):
            return separator
    raise NotText("no column 'text' in its header, the first line")


def _column(cell: str) -> str:
    """The name of a column."""
    return cell.strip().lower()


def _header(rows: Iterator[list[str]]) -> list[str]:
    """Read the names of the columns."""
    try:
        return [_column(cell) for cell in next(rows)]
    except csv.Error as error:
        raise NotText(f"its header is not a row of a table ({error}): {_OPEN}") from error


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, Sequence[str] | csv.Error]]:
    """Yield the rows below the header that are not blank with their numbers, or their fault."""
    number = 1
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, error
        else:
            if any(cell.strip() for cell in cells):
                yield number, cells


def _fields(header: Sequence[str], cells: Sequence[str] | csv.Error) -> dict[str, object]:
    """Pair a row with the header."""
    if isinstance(cells, csv.Error):
        raise NotText(f"is not a row of a table ({cells}): {_OPEN}") from cells
    if any(cell.strip() for cell in cells[len(header) :]) or len(cells) < len(header):
        raise NotText(f"the number of fields is {len(cells)}, not {len(header)} as in the header")
    row: dict[str, object] = dict(zip(header, cells, strict=False))
    if isinstance(authors := row.get("authors"), str):
        row["authors"] = authors.split(";")
    return row
