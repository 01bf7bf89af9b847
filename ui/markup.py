"""The building blocks of rendered answers: our own tags around escaped text.

HTML tags stand on lines of their own with blank lines around them, so that what is between them
is still read as Markdown and its backslashes count.
"""

from collections.abc import Sequence

from qa.datatypes import TimeMention
from ui.words import escape, time_words, told_times


def blocks(*parts: str) -> str:
    """Put parts under each other.

    :param parts: Markdown; empty ones are left out.
    :returns: Markdown with blank lines between them.
    """
    return "\n\n".join(part for part in parts if part)


def block(css_class: str, *parts: str, tag: str = "div", more: str = "") -> str:
    """Put parts into an element of their own.

    :param css_class: its class; words of the program's own, as are the two below.
    :param parts: Markdown.
    :param tag: its name.
    :param more: further attributes.
    :returns: Markdown.
    """
    attributes = f' class="{css_class}"' + (f" {more}" if more else "")
    return blocks(f"<{tag}{attributes}>", *parts, f"</{tag}>")


def fold(css_class: str, title: str, *parts: str) -> str:
    """Put parts away under a title that opens them.

    :param css_class: its class.
    :param title: words of the program's own.
    :param parts: Markdown.
    :returns: Markdown.
    """
    opening = f'<details class="{css_class}"><summary>{title}</summary>'
    return blocks(opening, *parts, "</details>")


def span(css_class: str, text: str) -> str:
    """Mark foreign text with a class.

    :param css_class: its class.
    :param text: any text; it is escaped.
    :returns: Markdown of one line.
    """
    return f'<span class="{css_class}">{escape(text)}</span>'


def meta(*parts: str) -> str:
    """Write small print.

    :param parts: any texts; empty ones are left out.
    :returns: Markdown of one line, with dots between the parts.
    """
    return span("pq-meta", " · ".join(part for part in parts if part))


def times_note(times: Sequence[TimeMention]) -> str:
    """Say what expressions of time mean, in a small note beside a quote.

    :param times: those of a sentence or a question.
    :returns: Markdown of one line; empty where all of them speak for themselves.
    """
    told = [f"“{one.text}” is {time_words(one.value)}" for one in told_times(times)]
    return span("pq-times", " · ".join(told)) if told else ""
