"""When an event was, by what the earlier turns and the articles of the archive say. Where they tell
of several of its name, none is chosen."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from qa.datatypes import Filters, Hit, Passage
from qa.event_names import Named
from qa.names import find_names
from qa.passages import sentences
from qa.phrases import Event
from qa.times import find_times
from qa.times_calendar import Period, day, month, years
from qa.times_tense import tense
from qa.times_words import WEEKDAY as _DAY
from qa.times_words import weekday_number
from qa.turns import ASKED_TIME, Turn
from qa.wording import content, words

_SEARCHED = 60  # passages that are looked through
_FIRST = 2  # sentences at the start of an article that say what it is about
_APART = timedelta(days=3)  # of one event that lasts, or whose day is told a little differently
_BESIDE = timedelta(days=45)  # between an event and an article that is about it
_SHARE = (3, 4)  # of the articles that must agree
_LONG = timedelta(days=31)
_SINCE = re.compile(r"\b(?:since|until|before|after|from)\s\Z", re.IGNORECASE)

Search = Callable[..., Sequence[Hit]]
"""``Pipeline.search``."""


@dataclass(frozen=True, slots=True)
class Almanac:
    """What an archive tells of times.

    :param first: the date of its earliest article; None where none is dated.
    :param last: that of its latest.
    :param search: finds passages.
    """

    first: str | None
    last: str | None
    search: Search


class _Told(NamedTuple):
    """A time that an article gives for an event; ``stated`` where its words do, not its date."""

    first: date
    last: date
    stated: bool
    passage: Passage

    @property
    def long(self) -> bool:
        """Whether it is no day of an event, but may exclude one."""
        return self.last - self.first > _LONG


def look_up(
    named: Named,
    question: str,
    turns: Sequence[Turn],
    almanac: Almanac | None,
    today: str | None,
) -> Event | None:
    """Find out when an event was: from an earlier turn that asked for it, else from the archive.

    :param named: the event.
    :param question: the question that names it.
    :param turns: the earlier turns, oldest first.
    :param almanac: what is searched; None for nothing.
    :param today: the day of the question, after which no article was written.
    :returns: None where that is not known, or several are meant.
    """
    told = _from_turns(named, turns)
    if told is not None or almanac is None:
        return told
    query = " ".join((named.noun, *sorted(named.others), *(named.within or ())[:1]))
    hits = almanac.search(query, _SEARCHED, Filters(asked=today))
    return event_told(named, [hit.passage for hit in hits], question)


def event_told(named: Named, passages: Iterable[Passage], question: str = "") -> Event | None:
    """Decide when an event was by what passages say.

    Those of the passages count whose headline or a sentence names the event, by the time in that
    sentence; else, where they begin an article that is about it, by its date. What speaks of the
    other names in the question goes first, if any of it does.

    :param named: the event.
    :param passages: of any articles.
    :param question: the question that names it.
    :returns: None unless nearly all of the articles agree.
    """
    told = [one for passage in passages for one in _times_told(named, passage)]
    asked = frozenset().union(*(content(one.text) for one in find_names(question))) - named.others
    narrow = [one for one in told if asked and asked <= _spoken_of(one.passage)]
    return _agreed(narrow) or _agreed(told)


def _from_turns(named: Named, turns: Sequence[Turn]) -> Event | None:
    """The day, if an earlier turn asked just that and its quote says it."""
    for turn in reversed(turns):
        about = named.others <= content(turn.read_as) and _in_order(named.noun, turn.read_as)
        if not (about and ASKED_TIME.match(turn.read_as)) or not turn.answer.quotes:
            continue
        if turn.answer.status != "answered":
            continue
        best = turn.answer.quotes[0]
        days = [one.value for one in best.times if one.start < best.end and best.start < one.end]
        single = len(days) == 1 and "/" not in days[0]
        return Event(days[0], best.source) if single else None
    return None


def _times_told(named: Named, passage: Passage) -> Iterator[_Told]:
    """When the event was, as a passage has it: in the lines that name it; else in those that say
    what the article is about, if one of them does; else by its date."""
    spans = [passage.text[low:high] for low, high in sentences(passage.text)]
    opening = [passage.title or "", *(spans[:_FIRST] if passage.start == 0 else ())]
    naming = [line for line in (opening[0], *spans) if _names(named, line)]
    if not naming or not named.others <= _spoken_of(passage):
        return
    found = _of_lines(named, naming, passage)
    if all(one.long for one in found) and any(_names(named, line) for line in opening):
        found += _of_lines(named, opening, passage) or _of_date(passage)
    yield from (one for one in found if _fits(named, one))


def _of_lines(named: Named, lines: Iterable[str], passage: Passage) -> list[_Told]:
    """The time in each line that stands nearest to the noun of the event; any day before a year."""
    found = []
    for line in lines:
        told = [_Told(*one, True, passage) for one in _times_in(named, line, passage.published)]
        found += sorted(told, key=lambda one: one.long)[:1]
    return found


def _of_date(passage: Passage) -> list[_Told]:
    whole = passage.published is not None and len(passage.published) == 10
    return [_Told(*_days(str(passage.published)), False, passage)] if whole else []


def _times_in(named: Named, line: str, published: str | None) -> list[tuple[date, date]]:
    """The times of a line, the nearest to the noun first. "Since 1998" is none of them."""
    at = min((at for form in named.forms if (at := line.lower().find(form)) >= 0), default=0)
    times = [one for one in find_times(line, published) if not _SINCE.search(line[: one.start])]
    if not times and published is not None and len(published) == 10:
        return [(day, day) for day in _coming(named, line, date.fromisoformat(published))]
    times.sort(key=lambda one: max(one.start - at, at - one.end))
    return [_days(one.value) for one in times]


def _coming(named: Named, line: str, published: date) -> Iterator[date]:
    """The day of "Monday's summit" and "the summit on Monday" where no verb says that it is past:
    what is spoken of so is still to come."""
    nouns = "|".join(map(re.escape, sorted(named.forms)))
    said = (
        rf"{_DAY}[’']s\s(?:\w+\s){{0,2}}(?:{nouns})\b|\b(?:{nouns})\s(?:\w+\s){{0,3}}on\s{_DAY}\b"
    )
    for found in re.finditer(said, line, re.IGNORECASE):
        name = re.search(_DAY, found[0], re.IGNORECASE)
        if name is not None and tense(line, *found.span()) != "past":
            ahead = weekday_number(name[0]) - published.weekday()
            yield published + timedelta(days=ahead % 7)


def _names(named: Named, line: str) -> bool:
    return any(_in_order(form, line) for form in named.forms)


def _in_order(noun: str, line: str) -> bool:
    return f" {noun} " in f" {' '.join(words(line))} "


def _spoken_of(passage: Passage) -> frozenset[str]:
    return content(f"{passage.title or ''} {passage.text}")


def _fits(named: Named, told: _Told) -> bool:
    """Whether a time may be that in the name; the date of an article may be beside it."""
    if named.within is None:
        return True
    low, high = _days(named.within[0])[0], _days(named.within[1])[1]
    room = timedelta() if told.stated else _BESIDE
    return _beside(told[:2], (low, high), room)


def _agreed(told: Sequence[_Told]) -> Event | None:
    """The one time that nearly all articles bear out."""
    articles = {one.passage.article_id for one in told}
    days = [one for one in told if one.stated and one.last - one.first <= _LONG]
    if not days and len(articles) > 1:  # one article that gives no day proves nothing
        days = list(told)
    borne_out = [one for one in days if _borne_out(one, told, len(articles))]
    if not borne_out:
        return None
    best = min(borne_out, key=lambda one: (one.last - one.first, one.first))
    if any(not _together(best, one) for one in borne_out):
        return None
    return Event(_written(best), best.passage.source)


def _borne_out(time: _Told, told: Sequence[_Told], articles: int) -> bool:
    """Whether nearly all articles fit a time, and one of them was written when it was news."""
    fitting = [one.passage for one in told if _together(time, one)]
    written = [_days(one.published) for one in fitting if one.published is not None]
    news = any(_beside(time[:2], days, _BESIDE) for days in written)
    return news and _SHARE[0] * articles <= _SHARE[1] * len({one.article_id for one in fitting})


def _together(one: _Told, other: _Told) -> bool:
    """Whether two times may be those of one event."""
    room = _APART if one.stated == other.stated else _BESIDE
    return _beside(one[:2], other[:2], room)


def _beside(one: tuple[date, date], other: tuple[date, date], room: timedelta) -> bool:
    return one[0] - other[1] <= room and other[0] - one[1] <= room


def _written(told: _Told) -> str:
    """The first day, or the month where no day is known."""
    if told.first.day == 1 and told.last - told.first > timedelta(days=26):
        return told.first.isoformat()[:7]
    return told.first.isoformat()


def _days(value: str) -> tuple[date, date]:
    """The first and the last day of an ISO date or interval."""
    first, _, last = value.partition("/")
    return _whole(first)[0], _whole(last or first)[1]


def _whole(value: str) -> Period:
    year, *rest = (int(part) for part in value.split("-"))
    if not rest:
        return years(year, year)
    return day(year, rest[0], rest[1]) if len(rest) == 2 else month(year, rest[0])
