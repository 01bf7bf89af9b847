"""Text as it came to text as it is stored: one form of Unicode, and the story without its page."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

from qa import furniture
from qa.repetition import SeenLines

_NEWLINE = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff"  # controls, halves of surrogate pairs
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width, direction
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"  # byte order mark, annotation, tags
)
_MARKS = re.compile(r"[^\w\s!-~]{128,}")  # what no script stacks; composing them is quadratic
_BLANK_LINES = re.compile(r"\n{3,}")


def normalise(text: str) -> str:
    """Bring a text into one form, without losing a visible character.

    Newlines become ``\\n`` with at most one blank line between two lines, every kind of space a
    plain one; controls and invisible characters go, and so does white space at the ends of the
    text and before a newline. The rest is composed (NFC), with no endless stacks of accents.

    :param text: any text.
    :returns: the text; ``normalise`` of it is the same text.
    """
    text = _SPACE.sub(" ", _NEWLINE.sub("\n", text))
    text = _MARKS.sub(_fewer_marks, _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", text)
    return _joined(line.rstrip() for line in text.split("\n"))


def _fewer_marks(found: re.Match[str]) -> str:
    """Keep 30 of any 128 and more accents on one letter (the limit of UAX #15, Stream-Safe)."""
    runs = (
        "".join(run) for _, run in groupby(found[0], lambda mark: unicodedata.combining(mark) > 0)
    )
    return "".join(
        run[:30] if len(run) >= 128 and unicodedata.combining(run[0]) else run for run in runs
    )


def clean(text: str, seen: SeenLines | None = None, source: str | None = None) -> str:
    """Normalise an article and take out the page furniture in and around the story.

    :param text: the text of an article as it was read.
    :param seen: the lines of the archive that the article is part of; None leaves the evidence of
        repetition out.
    :param source: where the article was published, as it was given to ``seen``.
    :returns: the story; ``clean`` of it with the same ``seen`` is the same text. Empty if there
        was nothing else.
    """
    lines = normalise(text).split("\n")
    return _joined(furniture.without(lines, lambda line: _repeats(seen, source, line)))


def _repeats(seen: SeenLines | None, source: str | None, line: str) -> int:
    """Tell how many articles of the source have a line; 0 where none were counted."""
    return 0 if seen is None else seen.count(source, line)


def _joined(lines: Iterable[str]) -> str:
    """Join lines, with at most one blank line between two."""
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
