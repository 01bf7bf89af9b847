"""Filters that a question states in its own words: outlets, the article at hand, and when
something was published.

A date in a question is mostly a part of what is asked: an article of 2020 may tell what happened
in 2019, and a range of dates would hide it. So a date restricts only beside a word of publishing:
"articles from 2019", "news since May 2018", "what was reported last week". "What happened in
2019?", "the visit of 2014" and "how many cases were reported in 2019" stay as they are.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa.datatypes import Filters, TimeMention
from qa.times import find_times
from qa.turns import Turn, event_day
from qa.wording import capitalised

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
_EVENT = re.compile(r"the (?P<event>[a-z]+)\b")
_HERE = re.compile(
    r",?\s*\b(?:according to|in|from) (?:this|that|the same) (?:article|report|story|piece)\b,?",
    re.IGNORECASE,
)
_SAYING = r"(?:say|says|said|report|reports|reported|write|writes|wrote|print|prints|printed|claim)"


@dataclass(frozen=True, slots=True)
class Asked:
    """A phrase that restricts: ``question[start:end] == text``, as it was typed.

    :param filters: what it alone asks for.
    :param kept: whether its words stay in the question that is read, as in "what did the Meridian
        Post report about the strike?", which would fall apart without them.
    """

    text: str
    start: int
    end: int
    filters: Filters
    kept: bool = False


def asked_filters(
    question: str, turns: Sequence[Turn], today: str | None, outlets: Sequence[str]
) -> tuple[Asked, ...]:
    """Find the phrases of a question that restrict where its answer may come from.

    :param question: as typed.
    :param turns: the earlier turns, oldest first.
    :param today: ISO date from which "last week" is counted; without it such phrases are left.
    :param outlets: the outlets of the archive.
    :returns: the phrases in order, none within another.
    """
    found = [
        *_outlets(question, outlets),
        *_this_article(question, turns),
        *_dates(question, turns, today),
    ]
    kept: list[Asked] = []
    for one in sorted(found, key=lambda asked: (asked.start, -asked.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def combined(asked: Sequence[Asked]) -> Filters:
    """Join what several phrases ask for: either outlet, and the narrowest dates.

    :param asked: the phrases.
    :returns: the filters; a start behind the end is given as it was asked.
    """
    after = [one.filters.after for one in asked if one.filters.after is not None]
    before = [one.filters.before for one in asked if one.filters.before is not None]
    return Filters(
        after=max(after, default=None),
        before=min(before, default=None),
        sources=tuple(dict.fromkeys(name for one in asked for name in one.filters.sources)),
        articles=tuple(dict.fromkeys(name for one in asked for name in one.filters.articles)),
    )


def without_phrases(question: str, asked: Sequence[Asked]) -> str:
    """Take the phrases out of a question, which then starts with a capital again.

    :param question: as typed.
    :param asked: phrases of it, in order.
    :returns: what is left to be read; the whole question if that would be nothing.
    """
    left, at = "", 0
    for one in asked:
        if not one.kept:
            left, at = left + question[at : one.start], one.end
    rest = left + question[at:]
    if rest == question:
        return question
    rest = re.sub(r"\s+", " ", rest).strip(" ,")
    rest = re.sub(r"[ ,]+([?.!])", r"\1", rest)
    return capitalised(rest) if re.search(r"\w", rest) else question


def _outlets(question: str, outlets: Sequence[str]) -> Iterator[Asked]:
    """Outlets behind a word that makes them a source, one or a list of them."""
    called = {_called(one): one for one in sorted(outlets, key=len, reverse=True) if one.strip()}
    if not called:
        return
    name = rf"(?:the\s)?(?:{'|'.join(re.escape(one) for one in called)})\b"
    listed = rf"{name}(?:(?:,|,?\s(?:or|and))\s(?:in\s)?{name})*"
    said = (
        rf"(?P<cut>,?\s*\b(?:(?:as\s)?(?:reported|published|printed)\s(?:by|in)|according\sto|in)"
        rf"\s(?P<names>{listed}),?)|\b(?:did|does|has|do)\s(?P<saying>{name})(?=\s{_SAYING}\b)"
    )
    for found in re.finditer(said, question, re.IGNORECASE):
        part = "saying" if found["cut"] is None else "names"
        sources = tuple(
            outlet
            for short, outlet in called.items()
            if short in found[part] or (" " in short and short.lower() in found[part].lower())
        )
        if sources:
            span = found.span("saying" if found["cut"] is None else "cut")
            yield _phrase(question, *span, Filters(sources=sources), part == "saying")


def _called(outlet: str) -> str:
    """The name without "The". One of a single word must be typed with its capital: "in time" is not
    in *Time*."""
    return outlet.strip().removeprefix("The ")


def _this_article(question: str, turns: Sequence[Turn]) -> Iterator[Asked]:
    """The article of the last answer."""
    quotes = turns[-1].answer.quotes if turns else ()
    if quotes and turns[-1].answer.status == "answered":
        for found in _HERE.finditer(question):
            yield _phrase(question, *found.span(), Filters(articles=(quotes[0].article_id,)))


def _dates(question: str, turns: Sequence[Turn], today: str | None) -> Iterator[Asked]:
    """Times beside a word of publishing. "In articles from 2019" goes whole; of "what do articles
    from 2019 say" only the time does."""
    for pattern in _DATED:
        for found in pattern.finditer(question):
            tie = (found["tie"] or "").strip().lower()
            period = _period(question[found.end() :], tie, turns, today)
            filters = None if period is None else _range(tie, *period[1:])
            if period is not None and filters is not None:
                start = found.start() if found["led"] else found.start("cut")
                yield _phrase(question, start, found.end() + period[0], filters)


def _period(
    rest: str, tie: str, turns: Sequence[Turn], today: str | None
) -> tuple[int, str, str] | None:
    """The time at the start of some words: its length, and its ends as ISO dates."""
    leading = "reported between " if tie == "between" else "reported in "
    times = find_times(leading + rest, today)
    if times and times[0].start == len(leading):
        return _joined(leading, rest, tie, times)
    year = _YEAR.match(rest)
    if year is not None and rest != year[0]:
        return _period(year[0], tie, turns, today)
    event = _EVENT.match(rest) if tie in ("since", "before", "after") else None
    day = None if event is None else event_day(event["event"], turns)
    return None if event is None or day is None else (event.end(), day, day)


def _joined(
    leading: str, rest: str, tie: str, times: Sequence[TimeMention]
) -> tuple[int, str, str] | None:
    """The first time; after "between" as far as the second one."""
    end = times[0].end
    first, _, last = times[0].value.partition("/")
    if tie == "between" and not last:
        link = _AND.match(leading + rest, end)
        if link is None or len(times) < 2 or times[1].start != link.end():
            return None
        end, last = times[1].end, times[1].value.rpartition("/")[2]
    return end - len(leading), first, last or first


def _range(tie: str, first: str, last: str) -> Filters | None:
    """The days that a preposition makes of a period; None beyond the calendar."""
    try:
        if tie == "before":
            return Filters(before=(_day(first) - timedelta(days=1)).isoformat())
        if tie == "after":
            return Filters(after=(_day(last, True) + timedelta(days=1)).isoformat())
    except OverflowError:
        return None
    if tie == "since":
        return Filters(after=first)
    if tie in ("until", "up to", "by"):
        return Filters(before=last)
    return Filters(after=first, before=last) if first <= last else None


def _day(value: str, at_end: bool = False) -> date:
    """The first or the last day of an ISO date in its precision."""
    year, *rest = (int(part) for part in value.split("-"))
    month = rest[0] if rest else 12 if at_end else 1
    if len(rest) == 2:
        return date(year, month, rest[1])
    return date(year, month, monthrange(year, month)[1] if at_end else 1)


def _phrase(question: str, start: int, end: int, filters: Filters, kept: bool = False) -> Asked:
    """A phrase without the space and the commas around it."""
    said = question[start:end]
    text = said.strip(" ,")
    start += said.index(text)
    return Asked(text, start, start + len(text), filters, kept)


def merged(own: Filters, earlier: Filters) -> Filters:
    """Take the filters of an earlier question over where a new one states none of their sort.

    :param own: those of the new question.
    :param earlier: those of the question that it repeats in part.
    :returns: both; the day of the earlier question is left out.
    """
    dated = own.after is not None or own.before is not None
    return replace(
        own,
        after=own.after if dated else earlier.after,
        before=own.before if dated else earlier.before,
        sources=own.sources or earlier.sources,
        articles=own.articles or earlier.articles,
    )
