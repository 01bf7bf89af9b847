"""Phrases of a question that restrict where its answer may come from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.datatypes import Filters
from qa.wording import capitalised


@dataclass(frozen=True, slots=True)
class Event:
    """When something happened: ``day`` is an ISO date in its precision, ``source`` the outlet that
    says so."""

    day: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A phrase that restricts: ``question[start:end] == text``, as it was typed.

    :param filters: what it alone asks for.
    :param kept: whether its words stay in the question that is read, as in "what did the Meridian
        Post report about the strike?", which would fall apart without them.
    :param event: the event from which it counts, where it names one.
    """

    text: str
    start: int
    end: int
    filters: Filters
    kept: bool = False
    event: Event | None = None


def phrase(question: str, start: int, end: int, filters: Filters, kept: bool = False) -> Asked:
    """Make a phrase of some words, without the space and the commas around them.

    :param question: the question.
    :param start: where the words start.
    :param end: and where they end.
    :param filters: what they ask for.
    :param kept: whether they stay in the question that is read.
    :returns: the phrase.
    """
    said = question[start:end]
    text = said.strip(" ,")
    start += said.index(text)
    return Asked(text, start, start + len(text), filters, kept)


def combined(asked: Sequence[Asked]) -> Filters:
    """Join what several phrases ask for: either outlet, and the narrowest dates.

    :param asked: the phrases.
    :returns: the filters; a start behind the end is given as it was asked.
    """
    after = [one.filters.after for one in asked if one.filters.after is not None]
    before = [one.filters.before for one in asked if one.filters.before is not None]
    dated = [one.filters for one in asked if one.filters.after or one.filters.before]
    return Filters(
        after=max(after, default=None),
        before=min(before, default=None),
        sources=tuple(dict.fromkeys(name for one in asked for name in one.filters.sources)),
        articles=tuple(dict.fromkeys(name for one in asked for name in one.filters.articles)),
        undated=bool(dated) and all(one.undated for one in dated),
    )


def merged(own: Filters, earlier: Filters) -> Filters:
    """Take the filters of an earlier question over where a new one states none of their sort. What
    only followed from the times of its words follows from those of the new one again, or not.

    :param own: those of the new question.
    :param earlier: those of the question that it repeats in part.
    :returns: both; the day of the earlier question is left out.
    """
    kept = own.after is not None or own.before is not None or earlier.undated
    return replace(
        own,
        after=own.after if kept else earlier.after,
        before=own.before if kept else earlier.before,
        sources=own.sources or earlier.sources,
        articles=own.articles or earlier.articles,
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
