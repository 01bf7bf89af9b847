"""Stories that an archive and articles of one's own both tell, in words that are nearly the same.

Within a store such copies are found when it is published; between two they are found when both are
opened, by the same signatures and the same rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qa.copies import LIKE, Signatures, is_copy
from qa.folding import Version, counterparts
from qa.snapshot import Snapshot

_MOST = 16  # texts of the archive that one of one's own is compared with, the likest first


@dataclass(frozen=True, slots=True)
class Shared:
    """``rows`` pairs rows of the archive with rows of one's own that they hold. ``stories`` gives
    for the rows of one's own a row of the archive whose story they tell."""

    rows: tuple[tuple[int, int], ...]
    stories: dict[int, int]


def shared_stories(archive: Snapshot, own: Snapshot) -> Shared:
    """Find which rows of one's own the archive tells, too.

    :param archive: the archive.
    :param own: one's own articles.
    :returns: the rows, as they are numbered in each store.
    """
    texts, signed = archive.signed()
    pairs: list[tuple[int, int]] = []
    stories: dict[int, int] = {}
    for text_id, signature in zip(*own.signed(), strict=True):
        if not signature.any():
            continue
        mine, rows = own.version(text_id)
        for place in _likest(signature, signed):
            theirs, held_by = archive.version(texts[place])
            if not is_copy(mine.shingles, theirs.shingles) or not len(held_by):
                continue
            stories |= {row: int(held_by[0]) for row in rows.tolist() if row not in stories}
            pairs += [
                (archive_row, int(rows[number]))
                for number, row in _held(mine, theirs)
                for archive_row in archive.standing(int(held_by[row]))
            ]
    return Shared(tuple(dict.fromkeys(pairs)), stories)


def _likest(signature: Signatures, signed: Signatures) -> list[int]:
    """Places of the texts that may be copies, the likest first."""
    alike = (signed == signature).sum(axis=1)
    order = np.argsort(-alike, kind="stable")[:_MOST]
    return [int(place) for place in order if alike[place] >= LIKE]


def _held(mine: Version, theirs: Version) -> Iterator[tuple[int, int]]:
    """Yield the passages of one's own with those of the archive that say the same."""
    for number, near in counterparts(mine, theirs).items():
        yield from ((number, row) for row in near)
