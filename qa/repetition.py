"""How often a short line stands in different articles of one source, counted in fixed memory."""

import re
from hashlib import blake2b

_LONGEST = 240  # characters of a line that is still counted
_CELLS = 1 << 22  # of each row; a line counted too often needs a collision in both rows
_MOST = 255
_DIGITS = re.compile(r"\d+")


class SeenLines:
    """Counts lines without keeping one: in a count-min sketch with conservative update (Estan and
    Varghese 2002), so a count may be too high by chance, never too low up to 255.

    Lines are equal if their words are, whatever their case, spaces and numbers.
    """

    def __init__(self) -> None:
        self._rows = (bytearray(_CELLS), bytearray(_CELLS))
        self._texts: set[bytes] = set()

    def add(self, source: str | None, text: str) -> None:
        """Count each short line of an article once; an equal text of the source counts no more.

        :param source: where the article was published; those without one count together.
        :param text: the normalised text of the article.
        """
        digest = _digest(source, text)
        if digest in self._texts:
            return
        self._texts.add(digest)
        keys = {key for line in text.split("\n") if (key := _key(line))}
        for first, second in (_cells(source, key) for key in keys):
            low = min(self._rows[0][first], self._rows[1][second])
            for row, cell in zip(self._rows, (first, second), strict=True):
                if row[cell] == low < _MOST:
                    row[cell] += 1

    def count(self, source: str | None, line: str) -> int:
        """Tell how many articles have a line.

        :param source: the source whose articles count.
        :param line: a line of normalised text.
        :returns: the number of different articles, at most 255; 0 for a blank or a long line.
        """
        key = _key(line)
        if not key:
            return 0
        first, second = _cells(source, key)
        return min(self._rows[0][first], self._rows[1][second])


def _key(line: str) -> str:
    """What equal lines have in common; empty for a line that is not counted."""
    return _DIGITS.sub("0", " ".join(line.split()).casefold()) if len(line) <= _LONGEST else ""


def _digest(source: str | None, text: str) -> bytes:
    """Tell texts of sources apart; no source is none of the named ones."""
    named = "" if source is None else f"={source}"
    return blake2b(f"{named}\n{text}".encode(), digest_size=12).digest()


def _cells(source: str | None, key: str) -> tuple[int, int]:
    """Where a line is counted in the two rows."""
    digest = _digest(source, key)
    return (
        int.from_bytes(digest[:6], "big") % _CELLS,
        int.from_bytes(digest[6:], "big") % _CELLS,
    )
