"""Expressions of time that say their year: they mean the same whenever they are read."""

import re
from collections.abc import Callable
from datetime import date

from qa.times_calendar import Part, Period, day, month, months, part, years
from qa.times_words import MONTH, WEEKDAY, WEEKDAY_SHORT, month_number, weekday_number

Absolute = Callable[[re.Match[str]], Period | None]

YEAR = r"(?P<year>(?:1[6-9]|20)\d\d)"
NAMED = rf"(?P<month>{MONTH})"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
ON = rf"(?:(?P<weekday>{WEEKDAY}|{WEEKDAY_SHORT}),?\s)?"
TO = rf"(?:[-–]|\s(?:to|through|and|until)\s)(?:(?P<month2>{MONTH})\s)?"
RANGE = rf"{NAMED}\s{DAY}{TO}(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?"
PART = (
    r"(?P<part>(?i:early(?:\sin)?\s|mid(?:-|\s)|late(?:\sin)?\s|"
    r"the\s(?:very\s)?(?:beginning|start|middle|end)\sof\s))"
)
SEASON = r"(?P<season>(?i:spring|summer|autumn|fall))"
OPEN, CLOSED = r"(?<![\w$£€#./’'-])", r"(?![\w%°]|[.,:/]\d|[-–]\w|\s?[-–]\s?\d)"

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9}
_ORDINALS = ("first", "second", "third", "fourth")
_IN_YEAR = (
    r"(?:[Ii]n|[Ss]ince|[Uu]ntil|[Dd]uring|[Bb]y|[Bb]efore|[Aa]fter|[Bb]ack\sin|[Tt]hroughout|"
    r"the\syear)\s(?:about\s)?"
)
_NO_UNIT = (
    r"(?=\s*(?:$|[.,;:!?)”\"’—\n]|(?![Bb]\.?C|A\.?D)[A-Z]|(?:and|or|but|when|where|with|to|at|by|"
    r"after|before|for|as|that|than|the|an?|s?he|it|they|we|its?|his|her|their|on|in|from|through|"
    r"until|under|over|who|which|was|were|is|are|has|have|had|did|because|while|following|despite|"
    r"amid|between|elections?|presidential|if|about|against|of|into|without|alone|shows?|"
    r"showed|made|saw|will|would|[a-z]{3,}ed)\b))"
)
_EVENT = (
    r"(?=\s(?:(?:Winter|Summer)\sOlympics|Olympics|World\sCup|(?:presidential|general|midterm|parliamentary|national|local|mayoral)?\s?"
    r"(?:elections?|race|campaign|vote|summit|season|census|budget|agreement|deal|tax)\b))"
)


def part_of(whole: Period, words: str) -> Period:
    """Take the part of a month, a year or a decade that some words name.

    :param whole: the month, year or decade.
    :param words: such as "early ", "mid-" or "the end of "; the two ends of a year are a month.
    :returns: the days of that part.
    """
    words = words.lower()
    at_end = " end " in words
    starts = "beginning" in words or "start" in words
    if (at_end or starts) and (whole.last - whole.first).days in (364, 365):
        return month(whole.first.year, 12 if at_end else 1)
    which: Part = "late" if at_end or "late" in words else "mid" if "mid" in words else "early"
    return part(whole, which)


def season(year: int, name: str) -> Period:
    """The three months of a season, as meteorologists of the northern half count them."""
    first = _SEASONS[name.lower()]
    return months(year, first, first + 2)


def on_day(found: re.Match[str], year: int) -> Period | None:
    """The day that month, number and perhaps weekday name in a year; None where they disagree."""
    period = day(year, month_number(found["month"]), int(found["day"]))
    name = found.groupdict().get("weekday")
    if name and weekday_number(name) != period.first.weekday():
        return None
    return period


def day_range(found: re.Match[str], year: int) -> Period | None:
    """From one day to a later one, at most a year apart; "3 and 14" are two days, no range."""
    if _lists(found):
        return None
    first = month_number(found["month"])
    last = month_number(found["month2"]) if found["month2"] else first
    start = date(year, first, int(found["day"]))
    end = date(year + (last < first), last, int(found["day2"]))
    return Period(start, end) if start < end else None


def _lists(found: re.Match[str]) -> bool:
    """Whether two times joined by "and" are just two: there is no "between" before them."""
    before = found.string[: found.start("said")][-8:].lower()
    return " and " in found["said"] and before != "between "


def _day(found: re.Match[str]) -> Period | None:
    return on_day(found, int(found["year"]))


def _iso_day(found: re.Match[str]) -> Period:
    return day(*map(int, found[0].split("-")))


def _day_range(found: re.Match[str]) -> Period | None:
    return day_range(found, int(found["year"]))


def _month(found: re.Match[str]) -> Period:
    whole = month(int(found["year"]), month_number(found["month"]))
    return part_of(whole, found["part"]) if found["part"] else whole


def _month_range(found: re.Match[str]) -> Period | None:
    first, last = month_number(found["month"]), month_number(found["month2"])
    fits = first < last and not _lists(found)
    return months(int(found["year"]), first, last) if fits else None


def _year(found: re.Match[str]) -> Period:
    year = int(found["year"])
    return years(year, year)


def _part_year(found: re.Match[str]) -> Period:
    return part_of(_year(found), found["part"])


def _year_range(found: re.Match[str]) -> Period | None:
    first, last = int(found["year"]), int(found["year2"])
    return years(first, last) if first < last and not _lists(found) else None


def _decade(found: re.Match[str]) -> Period | None:
    first = int(found["year"])
    if first % 100 == 0:  # the 1900s may be a decade or a century
        return None
    whole = years(first, first + 9)
    return part_of(whole, found["part"]) if found["part"] else whole


def _century(found: re.Match[str]) -> Period:
    last = int(found["century"]) * 100
    return years(last - 99, last)


def _quarter(found: re.Match[str]) -> Period:
    number = int(found["q"]) if found["q"] else _ORDINALS.index(found["nth"].lower()) + 1
    return months(int(found["year"]), 3 * number - 2, 3 * number)


def _half(found: re.Match[str]) -> Period:
    first = 1 if found["nth"].lower() == "first" else 7
    return months(int(found["year"]), first, first + 5)


def _season(found: re.Match[str]) -> Period:
    return season(int(found["year"]), found["season"])


_RULES: tuple[tuple[str, Absolute], ...] = (
    (rf"(?P<said>{ON}{NAMED}\s{DAY}(?:,|\sof|,?\sin)?\s{YEAR}){CLOSED}", _day),
    (rf"(?P<said>{ON}(?:the\s)?{DAY}\s(?:of\s)?{NAMED},?\s{YEAR}){CLOSED}", _day),
    (rf"(?P<said>{YEAR}-\d\d-\d\d){CLOSED}", _iso_day),
    (rf"(?P<said>{RANGE},?\s{YEAR}){CLOSED}", _day_range),
    (rf"(?P<said>{PART}?{NAMED}(?:,|\sof)?\s{YEAR}){CLOSED}", _month),
    (
        rf"(?P<said>{NAMED}(?:[-–]|\s(?:to|through|and|until)\s)(?P<month2>{MONTH})\s{YEAR})"
        rf"{CLOSED}",
        _month_range,
    ),
    (rf"{_IN_YEAR}(?P<said>{YEAR}){CLOSED}{_NO_UNIT}", _year),
    (rf"[Tt]he\s(?P<said>{YEAR}){CLOSED}{_EVENT}", _year),
    (rf"(?P<said>{PART}{YEAR}){CLOSED}{_NO_UNIT}", _part_year),
    (
        rf"(?:[Ff]rom|[Bb]etween)\s(?P<said>{YEAR}\s(?:to|and|until|through)\s"
        rf"(?P<year2>(?:1[6-9]|20)\d\d)){CLOSED}{_NO_UNIT}",
        _year_range,
    ),
    (rf"(?P<said>(?:[Tt]he\s)?{PART}?(?P<year>(?:1[6-9]|20)\d0)s)(?![\w-])", _decade),
    (r"(?P<said>[Tt]he\s(?P<century>1[5-9]|2[01])(?:th|st)\scentury)(?!\w)", _century),
    (
        rf"(?P<said>(?:[Tt]he\s(?P<nth>first|second|third|fourth)[\s-]quarter\sof\s|Q(?P<q>[1-4])\s)"
        rf"{YEAR}){CLOSED}",
        _quarter,
    ),
    (rf"(?P<said>[Tt]he\s(?P<nth>first|second)\shalf\sof\s{YEAR}){CLOSED}", _half),
    (rf"(?P<said>(?:[Tt]he\s)?{SEASON}(?:\sof)?\s{YEAR}){CLOSED}", _season),
)
ABSOLUTE = tuple((re.compile(OPEN + pattern), rule) for pattern, rule in _RULES)
