"""What follows for the dates of articles from the times in a question that does not speak of
articles: "Who visited Japan in 2019?", "What happened last week?", "before the summit".

No article can report what has not happened, and later ones may look back. So a time restricts from
its first day on, without an end; "before" and "until" restrict to what was published by then. This
is a guess about the question, so undated articles stay, the words stay in the question, and whoever
asks may take it back where nothing within answers. Where the question looks ahead ("Where will they
meet in June?") or asks for a time ("Which year held the record before 2018?") nothing follows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.asked_dates import between, day_of
from qa.datatypes import Filters, TimeMention
from qa.event_names import Named, event_name
from qa.events import Almanac, look_up
from qa.phrases import Asked, phrase
from qa.times import find_times
from qa.turns import ASKED_TIME, Turn

_TIED = re.compile(
    r"\b(?P<tie>in|on|at|during|throughout|back in|between|from|since|after|before|prior to|until|"
    r"till|up to)\s(?:the\s(?:year|month)\s)?\Z",
    re.IGNORECASE,
)
_ANY_TIE = re.compile(
    r"\b(?:of|by|for|about|around|to|than|with|the|an?|this|that|called)\s\Z", re.I
)
_TO_EVENT = re.compile(
    r"\b(?P<tie>(?i:during|throughout|since|after|following|before|prior to|ahead of|until|till|"
    r"up to))\s(?=the\s|[^\W\d_a-z])"
)
_SAME = {"prior to": "before", "ahead of": "before", "till": "until", "following": "after"}
_BACK = ("before", "until", "up to")
_AHEAD = re.compile(
    r"\b(?:will|shall|would|won[’']t|might|(?:is|are|was|were) (?:still |also )?(?:to|due)|"
    r"going to|planned|planning|scheduled|expected|expects?|hopes? to|plans? to|set to|upcoming|"
    r"forecast)\b",
)
_LOOKS_BACK = re.compile(r"\b(?:last|latest|first|previous|ever|never|earlier)\b", re.IGNORECASE)
_ON = re.compile(r"\s(?:on|onwards?)\b")
# "The day before the summit" may be told on the day itself.
_COUNTED = re.compile(
    r"\b(?:moment|minute|hour|day|night|evening|morning|week|month|year|eve)s?\s\Z", re.IGNORECASE
)
_TITLE = re.compile(r"[’'%]|:\s|[-–]\w|\s[-–]\s")  # "2001: A Space Odyssey", "last year's budget"


def asked_times(
    question: str, turns: Sequence[Turn], today: str | None, almanac: Almanac
) -> tuple[Asked, ...]:
    """Find the times of a question that restrict when its answer was published.

    :param question: the stand-alone question, as it is read.
    :param turns: the earlier turns, which may tell the day of an event.
    :param today: ISO date from which "last week" is counted.
    :param almanac: what the archive tells of times.
    :returns: at most one from which and one up to which, each leaving something of the archive out.
    """
    events = list(_events(question, turns, today, almanac))
    # "Before the visit in May": the month tells which visit, and says no more.
    inside = [range(one.start, one.end) for one in events]
    inside += [span for span, tie, _ in _named(question, today) if tie in _BACK]
    times = [one for one in _times(question, today) if not any(one.start in at for at in inside)]
    found = [*times, *events]
    cutting = [one for one in found if _cuts(one.filters, almanac)]
    since = [one for one in cutting if one.filters.after is not None]
    until = [one for one in cutting if one.filters.before is not None]
    # Of "in 2017 and in 2019" the wider one, which leaves room for both.
    kept = [
        *sorted(since, key=lambda one: str(one.filters.after))[:1],
        *sorted(until, key=lambda one: str(one.filters.before))[-1:],
    ]
    crossed = len(kept) == 2 and str(kept[0].filters.after) > f"{kept[1].filters.before}-99-99"
    return () if crossed else tuple(sorted(kept, key=lambda one: one.start))


def _times(question: str, today: str | None) -> Iterator[Asked]:
    """Times on the calendar: a year, a date, "last week"."""
    absolute = {one.start for one in find_times(question, None)}
    for one in find_times(question, today):
        before = question[: one.start]
        tied = _TIED.search(before)
        named = one.start in absolute or _ANY_TIE.search(before)
        if _TITLE.match(question, one.end) or (tied is None and named):
            continue
        tie = "" if tied is None else tied["tie"].lower()
        start = one.start if tied is None else tied.start()
        filters = _follows(question, _SAME.get(tie, tie), start, one, today)
        if filters is not None:
            yield phrase(question, start, one.end, filters, kept=True)


def _follows(
    question: str, tie: str, start: int, time: TimeMention, today: str | None
) -> Filters | None:
    first, _, last = time.value.partition("/")
    if not _may_restrict(question, tie, start, first, today):
        return None
    if tie == "from" and not last and not _ON.match(question, time.end):
        return None
    open_ended = tie in ("since", "after", *_BACK)
    made = between(tie if open_ended else "since", first, last or first)
    return None if made is None else replace(made, undated=True)


def _may_restrict(question: str, tie: str, start: int, first: str, today: str | None) -> bool:
    """Whether what was asked about lies behind, and was not still to come."""
    if tie in _BACK:
        looks_back = ASKED_TIME.match(question) or _LOOKS_BACK.search(question)
        return not (looks_back or _COUNTED.search(question[:start]))
    ahead = today is not None and day_of(first).isoformat() > today
    return not ahead and _AHEAD.search(question) is None


def _events(
    question: str, turns: Sequence[Turn], today: str | None, almanac: Almanac
) -> Iterator[Asked]:
    """Times that an event gives: "before the summit"."""
    for span, tie, named in _named(question, today):
        if not _may_restrict(question, tie, span.start, "0001", today):
            continue
        event = look_up(named, question, turns, almanac, today)
        # What followed may be told on the very day.
        made = event and between(tie if tie in _BACK else "since", event.day, event.day)
        if made:
            undated = replace(made, undated=True)
            said = phrase(question, span.start, span.stop, undated, kept=True)
            yield replace(said, event=event)


def _named(question: str, today: str | None) -> Iterator[tuple[range, str, Named]]:
    """The events to which a preposition ties something: where each stands, with what tie."""
    for found in _TO_EVENT.finditer(question):
        named = event_name(question[found.end() :], today)
        if named is not None:
            tie = found["tie"].lower()
            span = range(found.start(), found.end() + named.length)
            yield span, _SAME.get(tie, tie), named


def _cuts(filters: Filters, almanac: Almanac) -> bool:
    """Whether any article of the archive lies outside."""
    if almanac.first is None or almanac.last is None:
        return False
    if filters.after is not None:
        return f"{filters.after}-00-00"[:10] > f"{almanac.first}-99-99"[:10]
    return f"{filters.before}-99-99"[:10] < f"{almanac.last}-00-00"[:10]
