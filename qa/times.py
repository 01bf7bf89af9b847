"""Expressions of time in a sentence, and the days they mean. What may mean two things is left
out: an expression that is not resolved is better than one that is resolved wrongly."""

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from qa.datatypes import TimeMention
from qa.times_absolute import ABSOLUTE
from qa.times_calendar import Period, iso, month, years
from qa.times_calendar import day as one_day
from qa.times_days import Relative
from qa.times_relative import RELATIVE
from qa.times_tense import tense

_ANCHOR = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


class _Candidate(NamedTuple):
    """Something that a rule knows, at ``[start, end)``; its meaning is None if that is open."""

    start: int
    end: int
    value: Period | None


def find_times(text: str, anchor: str | None) -> tuple[TimeMention, ...]:
    """Find the expressions of time in a text and resolve them.

    :param text: a sentence of an article, or a question.
    :param anchor: the day from which it speaks, as an ISO date in its precision: that of the
        article, or today. What does not follow from it is left out; under None only what says
        its year itself is resolved.
    :returns: the expressions in order, none within another; ``text[start:end]`` is each one.
    :raises ValueError: the anchor is no ISO date.
    """
    today = None if anchor is None else _period(anchor)
    kept: list[TimeMention] = []
    end = 0
    for one in sorted(_candidates(text, today), key=lambda found: (found.start, -found.end)):
        if one.start < end:
            continue
        end = one.end
        if one.value is not None:
            words = text[one.start : one.end]
            kept.append(TimeMention(words, one.start, one.end, iso(one.value)))
    return tuple(kept)


def _period(anchor: str) -> Period:
    """The days that an anchor may be."""
    found = _ANCHOR.fullmatch(anchor)
    if found is None:
        raise ValueError(f"'{anchor}' is not YYYY-MM-DD, YYYY-MM or YYYY")
    year, number, day = (int(part) if part else None for part in found.groups())
    if year is None or number is None:
        return years(year or 0, year or 0)
    return month(year, number) if day is None else one_day(year, number, day)


def _candidates(text: str, today: Period | None) -> Iterator[_Candidate]:
    """Apply every rule everywhere."""
    for pattern, rule in ABSOLUTE:
        for found in pattern.finditer(text):
            yield _Candidate(*found.span("said"), _exists(partial(rule, found)))
    for pattern, relative in RELATIVE:
        for found in pattern.finditer(text):
            yield _Candidate(*found.span("said"), today and _resolved(relative, found, today))


def _resolved(rule: Relative, found: re.Match[str], today: Period) -> Period | None:
    """Resolve from the first and from the last day that the anchor may be; None if that differs."""
    verb = tense(found.string, *found.span("said"))
    first, last = (_exists(partial(rule, found, day, verb)) for day in today)
    return first if first == last else None


def _exists(rule: "partial[Period | None]") -> Period | None:
    """Ask a rule; None if there is no such day (31 April, or beyond the calendar)."""
    try:
        return rule()
    except (ValueError, OverflowError):
        return None
