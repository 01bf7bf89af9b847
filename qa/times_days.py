"""Days and weeks as one speaks of them from a given day on: "yesterday", "on Tuesday", "last
week", "two days ago". What could mean two things gives None."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from qa.times_calendar import Period, month, week, years
from qa.times_tense import Tense
from qa.times_words import NUMBER, WEEKDAY, number_of, weekday_number

Relative = Callable[[re.Match[str], date, Tense | None], Period | None]
"""A rule: what was found, the day from which it speaks, and what the verbs around say."""

WHICH = (  # "the last week" and "my last year" are not last week and last year
    r"(?<!the\s)(?<!my\s)(?<!his\s)(?<!her\s)(?<!our\s)(?<!its\s)(?<!their\s)"
    r"(?P<which>[Ll]ast|[Tt]his|[Nn]ext)"
)

_WEEK = timedelta(days=7)
_STEPS = {"last": -1, "past": -1, "this": 0, "the": 0, "next": 1}
_DAYS = {
    "day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
}
_NOT_ONE_DAY = re.compile(
    r"\b(?:[Ee]very|[Ee]ach|[Ss]uper|[Bb]lack|[Cc]yber|[Gg]ood|[Aa]sh|[Pp]alm|[Ee]aster|[Bb]loody|"
    r"[Gg]iving|[Ff]at|[Hh]oly|an?|any|one|some|most|or|to|through|the|following|previous|that|"
    r"first|second|third|fourth|[Rr]uby|[Gg]irl|[Mm]an|[Jj]oe|Mail\son)\s\Z"
)


def step(word: str) -> int:
    """Count the months, years or weeks from this one to the "last", "this" or "next" one.

    :param word: one of them, in any case.
    :returns: -1, 0 or 1.
    """
    return _STEPS[word.lower().split()[0]]


def side_of(whole: Period, side: str | None, today: date) -> Period:
    """Take what lies before today ("earlier") or after it ("later").

    :param whole: a week, a month or a year.
    :param side: the word, or None for the whole.
    :param today: a day, mostly in it.
    :returns: the part, today included.
    """
    if side is None or not whole.first <= today <= whole.last:
        return whole
    early = side.lower().startswith("earl")
    return Period(whole.first, today) if early else Period(today, whole.last)


def _named_day(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """Yesterday, tomorrow; "today" only where a verb says that it is not "nowadays"."""
    words = found["said"].lower().removeprefix("the ")
    if words == "today" and verb not in ("past", "future"):
        return None
    then = today + timedelta(days=_DAYS.get(words, 0))
    return Period(then, then)


def _weekday(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """A weekday: up to today in the past tense, from today on in the future tense."""
    if _NOT_ONE_DAY.search(found.string[max(0, found.start() - 16) : found.start()]):
        return None
    number = weekday_number(found["weekday"])
    which = (found["which"] or "").lower()
    if found["week"] or which == "this":
        return _in_week(number, found["week"] or "this", today)
    back = timedelta(days=(today.weekday() - number) % 7)
    ahead = timedelta(days=(number - today.weekday()) % 7)
    if which in ("last", "this past"):
        then = today - (back or _WEEK)
    elif which:
        then = today + (ahead or _WEEK)
        if which == "next" and week(then) == week(today):
            return None
    elif verb in ("past", "future"):
        then = today - back if verb == "past" else today + ahead
    else:
        return None
    return Period(then, then)


def _in_week(number: int, which: str, today: date) -> Period | None:
    """A weekday of this, the last or the next week."""
    whole = _week(today, which)
    if whole is None:
        return None
    then = whole.first + timedelta(days=number)
    return Period(then, then)


def _week(today: date, which: str) -> Period | None:
    """A week from Monday; on a Sunday nobody knows which one "this" is."""
    return None if today.weekday() == 6 else week(today + step(which) * _WEEK)


def _weeks(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """This, last or next week, or the part of it before or after today."""
    whole = _week(today, found["which"])
    return whole and side_of(whole, found["side"], today)


def _weekend(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """Saturday and Sunday of this or the last week, as far as it is clear which."""
    which, saturday = found["which"].lower(), week(today).first + timedelta(days=5)
    ahead = which == "this" or (which == "the" and today < saturday)
    if which in ("last", "this past") or (which == "the" and verb == "past" and ahead):
        saturday -= _WEEK
    elif not ahead or (verb != "future" and today < saturday):
        return None
    return Period(saturday, saturday + timedelta(days=1))


def _ago(found: re.Match[str], today: date, verb: Tense | None) -> Period | None:
    """So many days, weeks, months or years back, in the precision of the unit; who says "ten
    years ago" has not counted."""
    count, unit = number_of(found["count"].lower()), found["unit"]
    if unit == "year" and count % 5 == 0:
        return None
    if unit == "year":
        return years(today.year - count, today.year - count)
    if unit == "month":
        return month(today.year, today.month - count)
    then = today - count * (_WEEK if unit == "week" else timedelta(days=1))
    return week(then) if unit == "week" else Period(then, then)


_AFTER_DAY = (
    r"(?![\w/]|[-–]\w|\s(?:to|through|or|until)\s[A-Z][a-z]+day|\sof\b|\s(?:Night|Times|Telegraph|"
    r"Mirror|Mail|Post|Herald|School|Mass|Service|Group|Addams|Club|Review)\b|\s(?:before|after|"
    r"next|the\s13th|and\s[A-Z][a-z]+day))"
)
DAYS: tuple[tuple[str, Relative], ...] = (
    (
        r"(?P<said>(?:[Tt]he\sd|d)ay\s(?:before\syesterday|after\stomorrow)|[Yy]esterday|"
        r"(?<!the\s)[Ll]ast\snight|[Tt]his\s(?:morning|afternoon|evening)|[Tt]onight|today|"
        r"(?<![A-Za-z,]\s)Today)(?!\w|(?<=oday)[’']s|-)",
        _named_day,
    ),
    (r"(?<!better\s)(?<!of\s)(?<!for\s)(?<!a\s)(?P<said>[Tt]omorrow)(?!\w|[’']s|-)", _named_day),
    (
        r"(?P<said>(?:(?P<which>[Ll]ast|[Nn]ext|[Tt]his(?:\s(?:past|coming))?|[Tt]he\scoming)\s)?"
        rf"(?P<weekday>{WEEKDAY})(?:\s(?:morning|afternoon|evening|night))?"
        rf"(?:,?\s(?:of\s)?(?P<week>last|this|next)\sweek)?){_AFTER_DAY}",
        _weekday,
    ),
    (
        rf"(?<!of\s)(?P<said>(?:(?P<side>[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate)\s)?{WHICH}\sweek)"
        r"(?![\w-])",
        _weeks,
    ),
    (
        r"(?P<said>(?:[Ee]arl(?:y|ier)\s|[Ll]ate(?:r)?\s)?(?P<which>[Ll]ast|[Tt]his(?:\spast)?|"
        r"(?<=[Oo]ver\s)the|(?<=during\s)the|(?<=at\s)the)\sweekend)"
        r"(?![\w-])",
        _weekend,
    ),
    (
        rf"(?<!half\s)(?<!than\s)(?<!about\s)(?<!almost\s)(?<!nearly\s)(?<!over\s)(?<!some\s)"
        rf"(?<!around\s)(?<!roughly\s)(?<!least\s)(?<!most\s)(?P<said>(?P<count>(?i:{NUMBER}))\s"
        rf"(?P<unit>day|week|month|year)s?\sago)(?!\w|\s(?:{WEEKDAY}|today|this|last|next))",
        _ago,
    ),
)
