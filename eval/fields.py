"""Fields of a row of a question file, checked one by one; a bad one is named with its row."""

import json
import math
from collections.abc import Callable, Iterator
from datetime import date
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


def parse(data: bytes) -> Any:
    """Read JSON in UTF-8, with or without a byte order mark.

    :param data: one JSON value.
    :returns: the value; its numbers are finite.
    :raises BadRow: the bytes are something else.
    """
    try:
        return json.loads(
            data.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise BadRow(f"not UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise BadRow(f"not JSON: {error}") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _finite(spelled: str) -> float:
    return value if math.isfinite(value := float(spelled)) else _refuse_constant(spelled)


def an_object(row: Any) -> dict[str, Any]:
    """Take a JSON object."""
    if not isinstance(row, dict):
        raise BadRow(f"not a JSON object but {shown(row)}")
    return row


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


def entries(row: dict[str, Any], name: str) -> list[Any]:
    """Take a list that is required, of anything."""
    values = row.get(name)
    if not isinstance(values, list):
        raise BadRow(f"field '{name}' is {shown(values)}; it must be a list of objects")
    return values


def objects(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Take a list of JSON objects that is required."""
    values = entries(row, name)
    if not all(isinstance(value, dict) for value in values):
        raise BadRow(f"field '{name}' is {shown(values)}; it must be a list of objects")
    return values


def flag(row: dict[str, Any], name: str) -> bool | None:
    """Take true or false; None where the field is absent."""
    value = row.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadRow(f"field '{name}' is {shown(value)}; it must be true or false")
    return value


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
