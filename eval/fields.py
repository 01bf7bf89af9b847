"""Rows of a question file, checked field by field; a bad one is named and left out."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from qa.datatypes import Skipped

SkippedCallback = Callable[[Skipped], None]
T = TypeVar("T")
LONGEST_SHOWN = 60


class BadRow(ValueError):
    """A row that gives no question; the message names the field and what it should be."""


def usable(
    origin: str, skipped: SkippedCallback, make: Callable[[Any], T], row: Any
) -> Iterator[T]:
    """Yield what ``make`` gives for the row, or name the row when it is refused.

    :param origin: file and row, as the user will read it.
    :param skipped: called with the origin and the reason of a refused row.
    :param make: raises :class:`BadRow` for a row that it cannot use.
    :param row: what ``make`` is given.
    :yields: one value, or none.
    """
    try:
        yield make(row)
    except BadRow as error:
        skipped(Skipped(origin, str(error)))


def json_rows(path: Path, skipped: SkippedCallback) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the objects of a JSON lines file, one line at a time; blank lines are passed over.

    :param path: the file, in UTF-8.
    :param skipped: called with each line that is not a JSON object.
    :yields: pairs of the row's origin (``file#row N``, N from 1) and the row.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            origin = f"{path}#row {number}"
            if line.strip():
                for row in usable(origin, skipped, _parse, line):
                    yield origin, row


def _parse(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BadRow(f"not UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise BadRow(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise BadRow(f"not a JSON object but {shown(row)}")
    return row


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def identity(row: dict[str, Any], name: str) -> str:
    """Take an id: a text, or a whole number, which is kept as the text that was given."""
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(row, name)


def text(row: dict[str, Any], name: str) -> str:
    """Take a text that is required and not blank."""
    value = row.get(name)
    if value is None:
        raise BadRow(f"field '{name}' is missing")
    if not isinstance(value, str) or not value.strip():
        raise BadRow(f"field '{name}' is {shown(value)}; it must be a text that is not blank")
    return value


def texts(row: dict[str, Any], name: str) -> tuple[str, ...] | None:
    """Take a list of texts, each once; None where the field is absent."""
    values = row.get(name)
    if values is None:
        return None
    if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
        raise BadRow(f"field '{name}' is {shown(values)}; it must be a list of texts")
    return tuple(dict.fromkeys(values))


def objects(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Take a list of JSON objects that is required."""
    values = row.get(name)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise BadRow(f"field '{name}' is {shown(values)}; it must be a list of objects")
    return values


def day(row: dict[str, Any], name: str) -> str | None:
    """Take an ISO date; None where the field is absent."""
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _is_day(value):
        raise BadRow(f"field '{name}' is {shown(value)}; it must be a date such as 2019-04-27")
    return value


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def shown(value: object) -> str:
    """Spell a value for a message, cut where it is long."""
    spelled = repr(value)
    return spelled if len(spelled) <= LONGEST_SHOWN else spelled[: LONGEST_SHOWN - 1] + "…"
