"""What to try when there is no answer, fitted to the reason and to what the search was held to."""

from collections.abc import Iterator

from qa.datatypes import Filters, Reason
from ui.words import date_words

_ADD = "Add articles that deal with it: 'pullquote index PATH'."
_PLAIN = "Ask for a name, a date, a place or a figure, in words that an article would use."
_AGAIN = "Ask the same once more."
_REPORT = "If it fails again, run 'pullquote check': it says whether the archive is sound."
_SIMPLER = "Ask for one thing at a time, and name who or what it is about."


def tries(reason: Reason | None, filters: Filters) -> list[str]:
    """Say what a person can do next.

    :param reason: why there is no answer; None as for ``below_threshold``.
    :param filters: those that were in force.
    :returns: plain sentences, the most promising first.
    """
    if reason == "error":
        return [_AGAIN, _REPORT]
    held = list(_loosen(filters))
    if reason == "nothing_in_range":
        return [*held, _add_within(filters)]
    if reason == "off_topic":
        return [*held, _ADD, _PLAIN]
    return [*held, _SIMPLER if held else _PLAIN, _ADD]


def _loosen(filters: Filters) -> Iterator[str]:
    """One sentence for each thing that the search was held to."""
    if filters.after or filters.before:
        yield f"Widen the dates: only articles {_range(filters)} were searched."
    if filters.sources:
        yield f"Drop the outlet filter: only {_either(filters.sources)} was searched."
    if filters.articles:
        one = len(filters.articles) == 1
        yield f"Ask the whole archive: only {'one article was' if one else 'a few were'} searched."
    if filters.asked:
        yield f"Ask as of a later day: nothing after {date_words(filters.asked)} was searched."


def _range(filters: Filters) -> str:
    if filters.after is None:
        return f"up to {date_words(filters.before)}"
    if filters.before is None:
        return f"from {date_words(filters.after)} on"
    if filters.after == filters.before:
        return f"of {date_words(filters.after)}"
    return f"from {date_words(filters.after)} to {date_words(filters.before)}"


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)


def _add_within(filters: Filters) -> str:
    dated = filters.after or filters.before
    return "Add articles of that time: 'pullquote index PATH'." if dated else _ADD
