"""Stretches of the calendar as pairs of days, both inclusive, and their way into ISO."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal, NamedTuple

Part = Literal["early", "mid", "late"]


class Period(NamedTuple):
    """From one day to another, both inclusive."""

    first: date
    last: date


def day(year: int, month: int, number: int) -> Period:
    """One day."""
    return Period(date(year, month, number), date(year, month, number))


def month(year: int, number: int) -> Period:
    """One month; the 13th is January of the next year, the 0th December of the last."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    return Period(date(year, number, 1), date(year, number, monthrange(year, number)[1]))


def months(year: int, first: int, last: int) -> Period:
    """Some months of one year."""
    return Period(month(year, first).first, month(year, last).last)


def years(first: int, last: int) -> Period:
    """Whole years."""
    return Period(date(first, 1, 1), date(last, 12, 31))


def week(of: date) -> Period:
    """The week from Monday to Sunday that a day lies in."""
    monday = of - timedelta(days=of.weekday())
    return Period(monday, monday + timedelta(days=6))


def part(whole: Period, which: Part) -> Period:
    """A third of a month (ten days), a year (four months) or a decade.

    :param whole: a month, a year or a decade.
    :param which: the beginning, the middle or the end.
    :returns: for a month its days 1 to 10, 11 to 20 or 21 to the last.
    """
    at = ("early", "mid", "late").index(which)
    year = whole.first.year
    if whole.last.year > year:
        return years(year + (0, 4, 7)[at], year + (3, 6, 9)[at])
    if whole.last.month > whole.first.month:
        return months(year, 4 * at + 1, 4 * at + 4)
    first = whole.first.replace(day=10 * at + 1)
    return Period(first, whole.last if which == "late" else first + timedelta(days=9))


def iso(period: Period) -> str:
    """Write a period in ISO 8601, in the precision that it fills.

    :param period: some days.
    :returns: "2019", "2019-05", "2019-05-27", or two of a kind with a slash between.
    """
    first, last = period
    size = 10
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        size = 4 if first.month == 1 and last.month == 12 else 7
    low, high = first.isoformat()[:size], last.isoformat()[:size]
    return low if low == high else f"{low}/{high}"
