"""How a question was understood, shown above its answer with a button to take each step back."""

from collections.abc import Sequence
from typing import Any

from qa.asked_filters import Asked
from qa.datatypes import Filters
from qa.questions import Understood
from ui.words import date_words, escape

AS_TYPED = "as typed"
_DROP = "without: "


def choices(understood: Understood) -> list[dict[str, str]]:
    """Offer to ask again as typed, and without each filter.

    :param understood: the question as it was understood.
    :returns: buttons for the chat component; none for a question that stayed as it was.
    """
    dropping = [
        {"label": f"Without “{one.text}”", "value": _DROP + one.text} for one in understood.asked
    ]
    if understood.read_as == understood.question and not understood.filters:
        return []
    return [{"label": "Ask as typed", "value": AS_TYPED}, *dropping]


def dropped_by(choice: str, understood: Understood) -> tuple[str, ...] | None:
    """Tell which filter phrase a button takes back.

    :param choice: the value of the button, from the browser; anything.
    :param understood: the question to which the buttons belong.
    :returns: the phrase; the empty tuple for "as typed"; None for what is no button of these.
    """
    if choice not in [one["value"] for one in choices(understood)]:
        return None
    return () if choice == AS_TYPED else (choice.removeprefix(_DROP),)


def render_filters(understood: Understood) -> str:
    """Say what the answer was restricted to.

    :param understood: the question as it was understood.
    :returns: one line of Markdown; empty where nothing was restricted.
    """
    said = _said(understood.filters, understood.asked)
    return f'<span class="pq-meta">{escape(f"Only {said}")}</span>\n\n' if said else ""


def _said(filters: Filters, asked: Sequence[Asked]) -> str:
    parts: list[str] = []
    if filters.sources:
        parts.append(f"from {' or '.join(filters.sources)}")
    if filters.articles:
        parts.append("from the article of the last answer")
    if filters.after is not None:
        parts.append(f"published on or after {date_words(filters.after)}")
    if filters.before is not None:
        parts.append(f"published up to {date_words(filters.before)}")
    return ", ".join(parts)


def answer_message(markdown: str, understood: Understood, **kept: Any) -> dict[str, Any]:
    """Make the message of an answer.

    :param markdown: the rendered answer.
    :param understood: the question as it was understood.
    :param kept: what stays with the message on the server; the browser gets none of it.
    :returns: the message, as the chat component takes it.
    """
    content = render_filters(understood) + markdown
    message = {"role": "assistant", "content": content, "understood": understood, **kept}
    offered = choices(understood)
    return {**message, "options": offered} if offered else message
