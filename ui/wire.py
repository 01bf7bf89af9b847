"""What the scripts of the page and the server say to each other: one JSON object each way."""

import json
from typing import Any

SENT_CHARS = 20_000
_LARGEST = 2**31


def heard(sent: object) -> dict[str, Any]:
    """Read what a script sent.

    :param sent: the content of the box it writes to; anything.
    :returns: the object, which still is anything; empty for what is none.
    """
    if not isinstance(sent, str) or len(sent) > SENT_CHARS:
        return {}
    try:
        found = json.loads(sent.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def text(message: dict[str, Any], name: str) -> str:
    """Take a text out of a message.

    :param message: what a script sent.
    :param name: of the field.
    :returns: the text without lone surrogates; empty where there is none.
    """
    found = message.get(name)
    return found.encode("utf-8", "ignore").decode() if isinstance(found, str) else ""


def number(message: dict[str, Any], name: str) -> int:
    """Take a whole number out of a message.

    :param message: what a script sent.
    :param name: of the field.
    :returns: the number; -1 where there is none, or one beyond any text.
    """
    found = message.get(name)
    if isinstance(found, bool) or not isinstance(found, int):
        return -1
    return found if 0 <= found < _LARGEST else -1


def reply(message: dict[str, Any], said: dict[str, Any]) -> str:
    """Answer a message.

    :param message: what a script sent; its ``n`` tells the script which answer this is.
    :param said: what to say.
    :returns: JSON in ASCII.
    """
    return json.dumps({"n": number(message, "n"), **said})
