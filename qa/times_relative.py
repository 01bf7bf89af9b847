"""Expressions of time that mean something only from a given day on: the article's, or today.

Each rule gets the day and what the verbs around say. What could mean two things gives None.
"""

import re
from collections.abc import Callable
from datetime import date

from qa.times_absolute import (
    CLOSED,
    DAY,
    NAMED,
    ON,
    OPEN,
    PART,
    RANGE,
    SEASON,
    day_range,
    on_day,
    part_of,
    season,
)
from qa.times_calendar import Period, month, years
from qa.times_days import DAYS, WHICH, Relative, side_of, step
from qa.times_tense import Tense
from qa.times_words import MONTH, month_number

_FAR = 130  # days from which a date of another year would have been given its year
_NAMED_DAYS = ((1, 6), (9, 11))


def _months(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """This, last or next month or year, or a part of it."""
    steps = step(found["which"])
    if found["unit"] == "year":
        whole = years(today.year + steps, today.year + steps)
    else:
        whole = month(today.year, today.month + steps)
    if found["part"]:
        vague = found["which"].lower() == "the" and verb == "past"
        return None if vague else part_of(whole, found["part"])
    return side_of(whole, found["side"], today)


def _month_of_year(found: re.Match[str], today: date, verb: Tense | None) -> Period:
    """A month of last, this or next year."""
    whole = month(today.year + step(found["which"]), month_number(found["month"]))
    return part_of(whole, found["part"]) if found["part"] else whole


def _which_month(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """Last, this or next May: the nearest one that is not the current month."""
    number, steps = month_number(found["month"]), step(found["which"])
    if steps == 0:
        return month(today.year, number)
    year = today.year
    if steps < 0 and number >= today.month:
        year -= 1
    elif steps > 0 and number <= today.month:
        year += 1
    elif steps > 0 and number - today.month < 3:  # "next July" in May: this one, or next year's?
        return None
    return month(year, number)


def _which_season(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """Last, this or next summer, where only one can be meant."""
    steps = step(found["which"])
    whole = season(today.year, found["season"])
    if steps == 0:
        return whole
    if (steps < 0) != (today < whole.first):
        return None
    return season(today.year + steps, found["season"])


def _bare_month(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    if verb not in ("past", "future"):
        return None
    number = month_number(found["month"])
    whole = _nearest([month(today.year + away, number) for away in (-1, 0, 1)], today, verb)
    return part_of(whole, found["part"]) if whole and found["part"] else whole


def _bare_day(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """A day without a year. Jan. 6 and Sept. 11 are the names of two days of their own years."""
    if (month_number(found["month"]), int(found["day"])) in _NAMED_DAYS:
        return None
    return _nearest(_each_year(found, today, on_day), today, verb)


def _bare_range(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    return _nearest(_each_year(found, today, day_range), today, verb)


def _each_year(
    found: re.Match[str], today: date, rule: Callable[[re.Match[str], int], Period | None]
) -> list[Period]:
    """What a date without a year is in the last, this and the next year, where it exists."""
    periods = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            period = rule(found, year)
        except ValueError:  # 29 February
            continue
        periods += [period] if period else []
    return periods


def _nearest(periods: list[Period], today: date, verb: Tense | None) -> Period | None:
    """The period that a writer means who leaves out the year: in the direction of the verb, and in
    this year or not far from it. Without a verb it must be of this year and near."""
    if verb == "past":
        fitting = [period for period in periods if period.first <= today][-1:]
    elif verb == "future":
        fitting = [period for period in periods if period.last >= today][:1]
    else:
        fitting = [one for one in periods if one.first.year == today.year]
    for period in fitting:
        away = max((period.first - today).days, (today - period.last).days)
        sure = verb in ("past", "future")
        near = _FAR if sure else _FAR // 2
        if away <= near or (sure and period.first.year == today.year):
            return period
    return None


_SURE = (
    r"(?<!confidence\s)(?<!trust\s)(?<!faith\s)(?:[Ii]n|[Ss]ince|[Uu]ntil|[Dd]uring|[Bb]ack\sin)"
    rf"\s(?P<said>{NAMED})"
)
_PROPER = (
    r"(?:[Bb]y|[Ff]rom|[Bb]efore|[Aa]fter|[Tt]hrough|(?<!Fourth\s)[Oo]f)\s(?P<said>(?P<month>January|"
    r"February|"
    r"July|September|October|November|December))"
)
_WHOLE_MONTH = rf"(?!\w|\s\d|,\s\d|[-–/]\w|\s(?:to|through|and|or)\s{MONTH}|\sMadness|[’']s)"
_RULES: tuple[tuple[str, Relative], ...] = (
    *DAYS,
    (
        rf"(?<!of\s)(?P<said>(?:{PART}|(?P<side>[Ee]arlier|[Ll]ater)\s)?{WHICH}\s(?P<unit>month|year))"
        r"(?![\w-])",
        _months,
    ),
    (
        r"(?P<said>(?P<part>[Tt]he\s(?:very\s)?end\sof\s)(?P<side>)(?P<which>the)\s"
        r"(?P<unit>month|year))(?![\w-])",
        _months,
    ),
    (
        rf"(?P<said>{PART}?{NAMED}(?:,)?\s(?:of\s)?(?P<which>last|this|next)\syear)(?![\w-])",
        _month_of_year,
    ),
    (rf"(?P<said>{WHICH}\s{NAMED}){_WHOLE_MONTH}", _which_month),
    (rf"(?P<said>{WHICH}\s{SEASON})(?![\w-])", _which_season),
    (
        r"(?!\A(?:May|March)\s\d+\s(?!and|at|in|for|as|was|is|will)[a-z])"  # a verb
        rf"(?<!the\s)(?P<said>{ON}{NAMED}\s{DAY}){CLOSED}(?!,?\s\d{{4}})",
        _bare_day,
    ),
    (rf"(?P<said>{ON}(?:the\s)?{DAY}\s(?:of\s)?{NAMED}){CLOSED}(?!,?\s\d{{4}})", _bare_day),
    (rf"(?P<said>{RANGE}){CLOSED}(?!,?\s\d{{4}})", _bare_range),
    (rf"{_SURE}(?P<part>){_WHOLE_MONTH}", _bare_month),
    (rf"{_PROPER}(?P<part>){_WHOLE_MONTH}", _bare_month),
    (rf"(?P<said>{PART}{NAMED}){_WHOLE_MONTH}", _bare_month),
)
RELATIVE = tuple((re.compile(OPEN + pattern), rule) for pattern, rule in _RULES)
