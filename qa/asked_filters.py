"""Filters that a question states in its own words: outlets, the article at hand, and when
something was published."""

import re
from collections.abc import Iterator, Sequence

from qa.asked_dates import published_dates
from qa.datatypes import Filters
from qa.events import Almanac
from qa.phrases import Asked, phrase
from qa.turns import Turn

_HERE = re.compile(
    r",?\s*\b(?:according to|in|from) (?:this|that|the same) (?:article|report|story|piece)\b,?",
    re.IGNORECASE,
)
_SAYING = r"(?:say|says|said|report|reports|reported|write|writes|wrote|print|prints|printed|claim)"


def asked_filters(
    question: str,
    turns: Sequence[Turn],
    today: str | None,
    outlets: Sequence[str],
    almanac: Almanac | None = None,
) -> tuple[Asked, ...]:
    """Find the phrases of a question that restrict where its answer may come from.

    :param question: as typed.
    :param turns: the earlier turns, oldest first.
    :param today: ISO date from which "last week" is counted; without it such phrases are left.
    :param outlets: the outlets of the archive.
    :param almanac: what the archive tells of events.
    :returns: the phrases in order, none within another.
    """
    found = [
        *_outlets(question, outlets),
        *_this_article(question, turns),
        *published_dates(question, turns, today, almanac),
    ]
    kept: list[Asked] = []
    for one in sorted(found, key=lambda asked: (asked.start, -asked.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


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
            yield phrase(question, *span, Filters(sources=sources), part == "saying")


def _called(outlet: str) -> str:
    """The name without "The". One of a single word must be typed with its capital: "in time" is not
    in *Time*."""
    return outlet.strip().removeprefix("The ")


def _this_article(question: str, turns: Sequence[Turn]) -> Iterator[Asked]:
    """The article of the last answer."""
    quotes = turns[-1].answer.quotes if turns else ()
    if quotes and turns[-1].answer.status == "answered":
        for found in _HERE.finditer(question):
            yield phrase(question, *found.span(), Filters(articles=(quotes[0].article_id,)))
