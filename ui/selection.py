"""Words that a person selected on the page, found again in the stored text by their offsets.

A page may break lines and shrink white space, so places are told in visible characters: the count
of those before the selection names one place in the text, even for words that occur twice. What
stands there is then compared with what was selected, letter by letter.
"""

import re

ANSWER_CHARS = 400

_SPACE = (
    r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a"
    r"\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_VISIBLE = re.compile(rf"[^{_SPACE}]")
_SPACES = re.compile(rf"[{_SPACE}]+")


def located(text: str, start: int, before: int, selected: str) -> tuple[int, int] | None:
    """Find a selection.

    :param text: the stored text.
    :param start: where what is shown of it begins.
    :param before: how many visible characters lie between that and the selection.
    :param selected: the selection, its white space in any form.
    :returns: ``(start, end)`` of it in the text, from its first to its last visible character;
        None where these words do not stand there, or are none, or too many.
    """
    wanted = _squeezed(selected)
    if not 0 < len(wanted) <= ANSWER_CHARS or before < 0 or not 0 <= start <= len(text):
        return None
    ends = None
    for count, match in enumerate(_VISIBLE.finditer(text, start)):
        if count == before:
            ends = match.start()
        if ends is not None and count == before + len(wanted) - 1:
            found = text[ends : match.end()]
            return (ends, match.end()) if _squeezed(found) == wanted else None
    return None


def _squeezed(text: str) -> str:
    return _SPACES.sub("", text)
