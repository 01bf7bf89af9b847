"""What may be asked: questions and filters, checked before anything is searched."""

import re
from datetime import date

from qa.datatypes import Filters
from qa.errors import InputError

QUESTION_CHARS = 512
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def checked_question(question: str) -> str:
    """Trim a question and refuse what is none.

    :param question: what was typed.
    :returns: the question without the space around it.
    :raises InputError: it is empty or longer than 512 characters.
    """
    trimmed = question.encode("utf-8", "ignore").decode().strip()
    if not trimmed:
        raise InputError("The question is empty. Ask for a name, a date, a place or a figure.")
    if len(trimmed) > QUESTION_CHARS:
        raise InputError(
            f"The question has {len(trimmed):,} characters; the limit is {QUESTION_CHARS}. "
            "Ask one thing at a time."
        )
    return trimmed


def checked_filters(filters: Filters) -> Filters:
    """Refuse dates that are none, and ranges that hold nothing.

    :param filters: what was asked for.
    :returns: the same.
    :raises InputError: a date is not ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
    """
    for name in ("after", "before", "asked"):
        value = getattr(filters, name)
        if value is not None and not _is_date(value):
            raise InputError(
                f"The date '{value}' of '{name}' is not of the form YYYY-MM-DD, YYYY-MM or YYYY."
            )
    if filters.after and filters.before and filters.after[:4] > filters.before[:4]:
        raise InputError(f"No day is after {filters.after} and before {filters.before}.")
    return filters


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError:
        return False
    return True
