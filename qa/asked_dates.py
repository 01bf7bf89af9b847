"""When something was published, as a question states it: "articles from 2019", "news since May
2018", "what was reported last week". A time without such a word is no range of dates; what follows
from it all the same is found in ``asked_times``: "how many cases were reported in 2019"."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from qa.datatypes import Filters, TimeMention
from qa.event_names import event_name
from qa.events import Almanac, look_up
from qa.phrases import Asked, Event, phrase
from qa.times import find_times
from qa.turns import Turn

# With their capital they would be names ("BBC News"), unless the question begins with them.
_ARTICLES = (
    r"(?:(?:\bn|^N)ews(?:paper)? (?:articles?|reports?|stories)|\bpress reports?|"
    r"(?:\ba|^A)rticles?|(?:\bn|^N)ews|(?:\bc|^C)overage)"
)
_TIE = r"(?P<tie>(?:in|on|from|during|since|after|before|until|up to|by|between)\s)?"
_DATED = (
    re.compile(
        rf"(?P<led>\b(?i:according to|in|from|by|only)\s)?(?:(?i:the|any|all)\s)?{_ARTICLES}\s"
        rf"(?P<cut>(?:published\s|printed\s|reported\s|written\s)?{_TIE})"
    ),
    re.compile(
        r"(?P<led>)?\b(?:what|anything)\s(?:is|was|has\sbeen)\s(?:reported|published|printed)\s"
        rf"(?P<cut>{_TIE})",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<led>\bas\s(?=reported))(?P<cut>reported\s{_TIE})", re.IGNORECASE),
)
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d(?![\w-])")
_AND = re.compile(r"\s+and\s+")
_OF_EVENTS = ("since", "before", "after", "until")


class _Period(NamedTuple):
    """The time that some words begin with: their length, and its ends as ISO dates."""

    length: int
    first: str
    last: str
    event: Event | None = None


def published_dates(
    question: str, turns: Sequence[Turn], today: str | None, almanac: Almanac | None
) -> Iterator[Asked]:
    """Find times beside a word of publishing. "In articles from 2019" goes whole; of "what do
    articles from 2019 say" only the time does.

    :param question: as typed.
    :param turns: the earlier turns, which may tell the day of an event.
    :param today: ISO date from which "last week" is counted.
    :param almanac: what the archive tells of events.
    :yields: the phrases, each with the dates between which an article must be published.
    """
    for pattern in _DATED:
        for found in pattern.finditer(question):
            tie = (found["tie"] or "").strip().lower()
            rest = question[found.end() :]
            period = _time(rest, tie, today) or _event(rest, tie, question, turns, today, almanac)
            filters = None if period is None else between(tie, period.first, period.last)
            if period is not None and filters is not None:
                start = found.start() if found["led"] else found.start("cut")
                end = found.end() + period.length
                yield replace(phrase(question, start, end, filters), event=period.event)


def between(tie: str, first: str, last: str) -> Filters | None:
    """Make the dates that a preposition makes of a period.

    :param tie: in lower case; empty where there is none.
    :param first: the first day of the period, as an ISO date in its precision.
    :param last: and its last day.
    :returns: None beyond the calendar, and where nothing lies between.
    """
    try:
        if tie == "before":
            return Filters(before=(day_of(first) - timedelta(days=1)).isoformat())
        if tie == "after":
            return Filters(after=(day_of(last, True) + timedelta(days=1)).isoformat())
    except OverflowError:
        return None
    if tie == "since":
        return Filters(after=first)
    if tie in ("until", "up to", "by"):
        return Filters(before=last)
    return Filters(after=first, before=last) if first <= last else None


def day_of(value: str, at_end: bool = False) -> date:
    """Give an end of an ISO date in its precision.

    :param value: a day, a month or a year.
    :param at_end: whether its last day is meant.
    :returns: its first or last day.
    """
    year, *rest = (int(part) for part in value.split("-"))
    month = rest[0] if rest else 12 if at_end else 1
    if len(rest) == 2:
        return date(year, month, rest[1])
    return date(year, month, monthrange(year, month)[1] if at_end else 1)


def _time(rest: str, tie: str, today: str | None) -> _Period | None:
    """The time at the start of some words."""
    leading = "reported between " if tie == "between" else "reported in "
    times = find_times(leading + rest, today)
    if times and times[0].start == len(leading):
        return _joined(leading, rest, tie, times)
    year = _YEAR.match(rest)
    return _time(year[0], tie, today) if year is not None and rest != year[0] else None


def _joined(leading: str, rest: str, tie: str, times: Sequence[TimeMention]) -> _Period | None:
    """The first time; after "between" as far as the second one."""
    end = times[0].end
    first, _, last = times[0].value.partition("/")
    if tie == "between" and not last:
        link = _AND.match(leading + rest, end)
        if link is None or len(times) < 2 or times[1].start != link.end():
            return None
        end, last = times[1].end, times[1].value.rpartition("/")[2]
    return _Period(end - len(leading), first, last or first)


def _event(
    rest: str,
    tie: str,
    question: str,
    turns: Sequence[Turn],
    today: str | None,
    almanac: Almanac | None,
) -> _Period | None:
    """The event at the start of some words, where it is known when that was."""
    named = event_name(rest, today) if tie in _OF_EVENTS else None
    event = None if named is None else look_up(named, question, turns, almanac, today)
    if named is None or event is None:
        return None
    return _Period(named.length, event.day, event.day, event)
