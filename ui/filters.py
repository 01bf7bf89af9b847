"""The filter bar: what its fields hold, checked and in words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TypeVar

from qa.datatypes import Article, Filters
from qa.errors import PullquoteError
from ui.clashes import first_day, last_day
from ui.words import date_words

PICK = "Article: choose one of those found, or empty the field."
Read = TypeVar("Read")

_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_NAMED = 3
_SHOWN = 48


@dataclass(frozen=True, slots=True)
class Fields:
    """What the fields hold, as the browser sent it: anything. Only ``article``, the id of the one
    article that was chosen, is kept on the server."""

    after: object = None
    before: object = None
    outlets: object = None
    headline: object = None
    today: object = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bar is set to. ``filters.asked`` is the stated today, ``headline`` that of the one
    article. ``fault`` says in a sentence what is wrong with a field; the others hold."""

    filters: Filters = Filters()
    headline: str | None = None
    fault: str | None = None


class _FieldError(ValueError):
    """A field that cannot be used; says so in a sentence."""


def read_bar(fields: Fields, outlets: Sequence[str], articles: Callable[[str], Article]) -> Bar:
    """Check what stands in the bar.

    :param fields: what the browser sent.
    :param outlets: the outlets of the archive.
    :param articles: opens an article by its id.
    :returns: what the bar is set to, with the first fault.
    """
    faults: list[str] = []
    after = _checked(faults, lambda: _day(fields.after, "From"))
    before = _checked(faults, lambda: _day(fields.before, "To"))
    if after is not None and before is not None and first_day(after) > last_day(before):
        faults.append(
            f"No day is from {date_words(after)} on and up to {date_words(before)}. "
            "Change one of the two dates."
        )
        after = before = None
    sources = _checked(faults, lambda: _outlets(fields.outlets, outlets, faults)) or ()
    headline = _checked(faults, lambda: _headline(fields, articles))
    today = _checked(faults, lambda: _today(fields.today))
    only = () if fields.article is None else (fields.article,)
    filters = Filters(after, before, sources, only, today)
    return Bar(filters, headline or fields.article, faults[0] if faults else None)


def full_names(value: object, outlets: Sequence[str]) -> list[str]:
    """Give outlets of which a part was typed their names, as far as one is meant.

    :param value: what the browser sent.
    :param outlets: those of the archive.
    :returns: the names, each once, with what means none or several as it was typed.
    """
    texts = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    return list(dict.fromkeys(_meant(one, outlets) for one in texts if one.strip()))


def without(fields: Fields, command: str, outlets: Sequence[str]) -> Fields:
    """Take one thing out of the bar.

    :param fields: what the fields hold.
    :param command: that of a chip of ``bar_chips``; anything else changes nothing.
    :param outlets: those of the archive.
    :returns: what they hold then.
    """
    kind, _, name = command.partition(" ")
    if kind == "dates":
        return replace(fields, after=None, before=None)
    if kind == "outlets":
        return replace(fields, outlets=[])
    if kind == "outlet":
        return replace(
            fields, outlets=[one for one in full_names(fields.outlets, outlets) if one != name]
        )
    if kind == "article":
        return replace(fields, article=None, headline=None)
    if kind in ("after", "before", "today"):
        return replace(fields, **{kind: None})
    return fields


def bar_chips(bar: Bar) -> list[tuple[str, str]]:
    """Put what the bar is set to in words.

    :param bar: the bar.
    :returns: each text with the command that takes it out, as ``without`` knows it.
    """
    filters = bar.filters
    dated = (("From", filters.after, "after"), ("To", filters.before, "before"))
    chips = [(f"{said} {date_words(day)}", key) for said, day, key in dated if day is not None]
    chips += [(name, f"outlet {name}") for name in filters.sources]
    if bar.headline is not None:
        chips.append((f"Only “{_short(bar.headline)}”", "article"))
    if filters.asked is not None:
        chips.append((f"As of {date_words(filters.asked)}", "today"))
    return chips


def _checked(faults: list[str], read: Callable[[], Read]) -> Read | None:
    """What a field holds; None where it cannot be used, which is noted."""
    try:
        return read()
    except _FieldError as error:
        faults.append(str(error))
        return None


def _day(value: object, name: str) -> str | None:
    """A date of any precision from a field; None from an empty one."""
    text = "" if value is None else value.strip() if isinstance(value, str) else None
    if text == "":
        return None
    if text is None or not _is_date(text):
        shown = "This" if text is None else f"“{_short(text)}”"
        raise _FieldError(f"{name}: {shown} is no date. Write 2019, 2019-05 or 2019-05-27.")
    return text


def _today(value: object) -> str | None:
    """A day, whole: "last week" cannot be counted from a month."""
    day = _day(value, "Today")
    if day is not None and len(day) != 10:
        raise _FieldError(f"Today: “{day}” is not one day. Write it as 2019-05-27.")
    return day


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


def _outlets(value: object, outlets: Sequence[str], faults: list[str]) -> tuple[str, ...]:
    """Those that are meant, each once. What is wrong with one is noted and the others hold."""
    if value is None or value == "":
        return ()
    typed = [value] if isinstance(value, str) else value
    if not isinstance(typed, list) or not all(isinstance(one, str) for one in typed):
        raise _FieldError("Outlets: choose them from the list.")
    names = [_checked(faults, partial(_outlet, one, outlets)) for one in typed if one.strip()]
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _outlet(typed: str, outlets: Sequence[str]) -> str:
    """The one outlet that is meant by a name or a part of it."""
    if typed in outlets:
        return typed
    wanted = typed.strip().casefold()
    found = [one for one in outlets if one.casefold() == wanted]
    found = found or [one for one in outlets if wanted in one.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        raise _FieldError(f"Outlets: none is called “{_short(typed)}”. Choose from the list.")
    named = ", ".join(_short(one) for one in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    raise _FieldError(f"Outlets: “{_short(typed)}” may mean {named}{more}. Choose one of them.")


def _meant(typed: str, outlets: Sequence[str]) -> str:
    try:
        return _outlet(typed, outlets)
    except _FieldError:
        return typed


def _headline(fields: Fields, articles: Callable[[str], Article]) -> str | None:
    """The headline of the one article; its id where it has none."""
    if fields.article is None:
        if fields.headline is None or str(fields.headline).isspace() or fields.headline == "":
            return None
        raise _FieldError(PICK)
    try:
        found = articles(fields.article)
    except PullquoteError:
        gone = f"Article: “{_short(fields.article)}” is not in the archive any more. Remove it."
        raise _FieldError(gone) from None
    return found.title or found.id


def _short(text: str) -> str:
    clean = " ".join(text.encode("utf-8", "ignore").decode().split())
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"
