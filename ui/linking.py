"""Links to the chat that bring a question along. It waits in the box until somebody presses Ask."""

from collections.abc import Mapping
from urllib.parse import quote

from qa.admission import checked_question
from qa.errors import InputError

PARAMETER = "q"


def chat_link(question: str) -> str | None:
    """Make the link that puts a question into the box.

    :param question: any text that can be sent.
    :returns: a path with a query of ASCII letters, digits and ``-._~%``; None for a text that is no
        question.
    """
    try:
        return f"/?{PARAMETER}={quote(checked_question(question), safe='')}"
    except (InputError, UnicodeEncodeError):
        return None


def linked_question(query: Mapping[str, str]) -> str | None:
    """Read the question that a link brought along.

    :param query: of the address of the page; anything may stand in it.
    :returns: the question as plain text; None where there is none, or it is none.
    """
    given = query.get(PARAMETER)
    try:
        return None if given is None else checked_question(given)
    except InputError:
        return None
