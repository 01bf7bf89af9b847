"""Questions in JSON: one row a line, or one document for the whole set."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.fields import BadRow, SkippedCallback, an_object, parse, usable
from eval.lines import json_rows, row_origin, whole
from eval.records import from_row
from eval.squad_like import Sourced, article_questions, mrqa_questions
from qa.errors import InputError


def is_document(first_line: bytes) -> bool | None:
    """Tell by its first line whether a JSON file is one document or has a row a line.

    :param first_line: the line, or the first part of a very long one.
    :returns: None where the line alone does not tell.
    """
    try:
        value = parse(first_line)
    except BadRow:
        return None
    if isinstance(value, dict):
        return isinstance(value.get("data"), list) and "question" not in value
    return None


def read_json_lines(path: Path, skipped: SkippedCallback) -> Iterator[Sourced]:
    """Read JSON lines: flat rows (the project's own and the flat form of SQuAD) and MRQA rows.

    :param path: the file, plain or packed.
    :param skipped: called with each row, or question of a row, that cannot be used.
    :yields: pairs of an origin and a question, in file order.
    """
    for origin, row in json_rows(path, skipped):
        yield from _row_questions(origin, row, skipped)


def _row_questions(origin: str, row: dict[str, Any], skipped: SkippedCallback) -> Iterator[Sourced]:
    if "qas" in row:
        yield from mrqa_questions(origin, row, skipped)
    elif set(row) != {"header"}:  # the first line of an MRQA file tells of the file
        for question in usable(origin, skipped, from_row, row):
            yield origin, question


def read_document(path: Path, skipped: SkippedCallback) -> Iterator[Sourced]:
    """Read a SQuAD file, or a JSON list of rows such as those of a JSON lines file.

    :param path: the file, plain or packed; it is read as a whole.
    :param skipped: called with each part that cannot be used.
    :yields: pairs of an origin and a question, in file order.
    :raises InputError: it is neither.
    """
    document = whole(path)
    entries = document.get("data") if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise InputError(
            f"{path} is neither SQuAD JSON, which needs data[].paragraphs[], nor a list of rows."
        )
    counts: Counter[str] = Counter()
    for number, entry in enumerate(entries, start=1):
        origin = row_origin(path, number)
        for row in usable(origin, skipped, an_object, entry):
            if isinstance(document, dict) and "question" not in row and "qas" not in row:
                yield from article_questions(origin, row, counts, skipped)
            else:
                yield from _row_questions(origin, row, skipped)
