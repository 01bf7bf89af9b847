"""What the filter bar and a question leave together, and how a filter reads in words."""

from typing import Literal

from qa.datatypes import Filters
from ui.words import date_words

Sort = Literal["dates", "outlets", "articles"]


def intersected(bar: Filters, own: Filters) -> tuple[Filters, tuple[Sort, ...]]:
    """Join what the bar is set to with what a question asks for.

    :param bar: the bar.
    :param own: those of the question.
    :returns: what meets both, and the sorts of filter of which nothing is left.
    """
    after = max((day for day in (bar.after, own.after) if day), key=first_day, default=None)
    before = min((day for day in (bar.before, own.before) if day), key=last_day, default=None)
    sources, articles = _common(bar.sources, own.sources), _common(bar.articles, own.articles)
    clashes: list[Sort] = []
    if _dated(bar) and _dated(own) and after and before and first_day(after) > last_day(before):
        clashes.append("dates")
    if sources is None:
        clashes.append("outlets")
    if articles is None:
        clashes.append("articles")
    asked = bar.asked if own.asked is None else own.asked
    dated = [one for one in (bar, own) if _dated(one)]
    undated = bool(dated) and all(one.undated for one in dated)
    return Filters(after, before, sources or (), articles or (), asked, undated), tuple(clashes)


def said(filters: Filters, sort: Sort) -> str:
    """Put one sort of filter in words.

    :param filters: the filters, which hold something of that sort.
    :param sort: which.
    :returns: for instance "published in 2019" or "from Harbour Wire or Meridian Post".
    """
    if sort == "outlets":
        return f"from {' or '.join(filters.sources)}"
    if sort == "articles":
        return "from one article"
    after, before = filters.after, filters.before
    if after is not None and after == before:
        return f"published {'on' if len(after) == 10 else 'in'} {date_words(after)}"
    if after is not None and before is not None:
        return f"published {date_words(after)} to {date_words(before)}"
    if after is not None:
        return f"published from {date_words(after)} on"
    return f"published up to {date_words(before)}"


def first_day(day: str) -> str:
    """Give the first day that a date of any precision may mean, for comparing.

    :param day: an ISO date.
    :returns: ten characters.
    """
    return f"{day}-00-00"[:10]


def last_day(day: str) -> str:
    """Give the last day that a date of any precision may mean, for comparing.

    :param day: an ISO date.
    :returns: ten characters.
    """
    return f"{day}-99-99"[:10]


def _dated(filters: Filters) -> bool:
    return filters.after is not None or filters.before is not None


def _common(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...] | None:
    """What both allow, where empty allows all; None if that is nothing."""
    if not some or not others:
        return some or others
    wanted = {one.casefold() for one in others}
    return tuple(one for one in some if one.casefold() in wanted) or None
