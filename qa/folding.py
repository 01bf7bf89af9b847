"""Folding: which passages of a story are said already by an earlier version of it.

A passage is held by another text if most of its words stand there, no run of words is new, and
neither is any name, number or negation: what could be another answer is never folded away.
Headlines, bylines and datelines may differ, as they do between outlets that carry one story.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.copies import SHINGLE, Hashes, covered, shingles, word_spans

Marks = NDArray[np.bool_]
Places = NDArray[np.int64]

HELD = 0.5  # share of the words of a passage that stand in runs of four in the other text
NEW_WORDS = 6  # in one gap between such runs, and at least half of it: a statement of its own
COUNTERPART = 1 / 3  # share of a passage's words that make another one its counterpart

_DATELINE = re.compile(
    r"^[A-Z][A-Z .,'’-]+(?:,? [A-Z][a-z]+\.? \d{1,2})?(?: ?\([^)\n]{1,40}\))? [-–—] ", re.MULTILINE
)
_BESIDE = re.compile(r"^[^\n]{1,120}(?<![.!?”\"'’)])$|^\([^\n]{1,200}\)$", re.MULTILINE)
_WRAPPED = 120  # where no line is longer, a line is no paragraph
_NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
hundred thousand million billion trillion half third quarter dozen first second"""
_TELLING = frozenset([*_NUMBERS.split(), "no", "not", "never", "nor", "none", "nobody", "nothing"])
_OPENERS = ".!?:;\n“”\"'‘("


@dataclass(frozen=True, slots=True)
class Version:
    """A text of a story, taken apart: its words, its runs of four words, which words tell something
    by themselves or stand beside the prose, and the words that each passage holds."""

    words: tuple[str, ...]
    shingles: Hashes
    telling: Marks
    aside: Marks
    windows: Places

    @classmethod
    def of(cls, text: str, windows: NDArray[np.int32]) -> "Version":
        """Take a text apart.

        :param text: the text.
        :param windows: start and end of its passages in characters, shape ``(n, 2)``.
        :returns: the version; ``windows`` of it count in words.
        """
        spans = word_spans(text)
        starts = np.array([start for start, _ in spans], np.int64)
        return cls(
            words=tuple(text[start:end].casefold() for start, end in spans),
            shingles=shingles([text])[0],
            telling=np.array([_tells(text, *span) for span in spans], np.bool_),
            aside=_aside(text, starts),
            windows=np.searchsorted(starts, windows.astype(np.int64)),
        )


def _tells(text: str, start: int, end: int) -> bool:
    """Tell whether a word is a number, a negation, or a name by its capital inside a sentence."""
    word = text[start:end]
    if word.casefold() in _TELLING or any(mark.isdigit() for mark in word):
        return True
    before = text[max(0, start - 3) : start].rstrip(" ")
    return word[0].isupper() and before[-1:] not in ("", *_OPENERS)


def _aside(text: str, starts: Places) -> Marks:
    """Mark the words of datelines, and of headlines, bylines and credits: short lines without a
    stop, or in brackets."""
    lines = max(map(len, text.split("\n"))) > _WRAPPED
    marks = np.zeros(len(starts), np.bool_)
    for pattern in (_DATELINE, _BESIDE) if lines else (_DATELINE,):
        for match in pattern.finditer(text):
            low, high = np.searchsorted(starts, match.span())
            marks[low:high] = True
    return marks


def counterparts(version: Version, earlier: Version) -> dict[int, list[int]]:
    """Find the passages of a version that an earlier one holds, and where it does.

    :param version: of a story.
    :param earlier: of the same story.
    :returns: the places of those passages among the windows of ``version``, each with the windows
        of ``earlier`` that say a third of it or more, the nearest first; one at least.
    """
    if not len(version.shingles) or not len(earlier.shingles):
        return {}
    marks = covered(version.shingles, earlier.shingles)
    place = _place(version.shingles, earlier.shingles)
    fresh = _fresh(version, earlier, marks, place)
    found: dict[int, list[int]] = {}
    for number, (low, high) in enumerate(version.windows.tolist()):
        prose = ~version.aside[low:high]
        if fresh[low:high].any() or not prose.any():
            continue
        if marks[low:high][prose].mean() >= HELD and (near := _near(place[low:high], earlier)):
            found[number] = near
    return found


def _place(shingled: Hashes, by: Hashes) -> Places:
    """Tell for each run of four words where the other text has it first; -1 for nowhere."""
    order = np.argsort(by, kind="stable")
    at = np.minimum(np.searchsorted(by[order], shingled), len(by) - 1)
    return np.where(by[order][at] == shingled, order[at], -1)


def _fresh(version: Version, earlier: Version, marks: Marks, place: Places) -> Marks:
    """Mark the words of the gaps that say what the earlier version does not say in their place."""
    fresh = np.zeros(len(marks), np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], marks, [True]]).astype(np.int8)))
    for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        there = _across(earlier.words, place, low, high)
        new = np.array([word not in there for word in version.words[low:high]], np.bool_)
        new &= ~version.aside[low:high]
        statement = new.sum() >= max(NEW_WORDS, (high - low) / 2)
        if statement or (new & version.telling[low:high]).any():
            fresh[low:high] = True
    return fresh


def _across(words: Sequence[str], place: Places, low: int, high: int) -> set[str]:
    """Give the words that stand in the other text where the gap ``[low, high)`` is in this one: as
    far as the runs of words beside it tell."""
    left = int(place[low - SHINGLE]) + SHINGLE if low >= SHINGLE else None
    right = int(place[high]) if high < len(place) else None
    length = high - low
    if left is not None and right is not None and left - 1 <= right <= left + 3 * length + 10:
        return set(words[max(0, left - 2) : right + 2])
    there: set[str] = set()
    if left is not None:
        there |= set(words[max(0, left - 2) : left + length + 1])
    if right is not None:
        there |= set(words[max(0, right - length - 1) : right + 2])
    return there


def _near(places: Places, earlier: Version) -> list[int]:
    """Order the windows of the earlier version by how much of a passage they say."""
    said = places[places >= 0]
    lows, highs = earlier.windows[:, 0, None], earlier.windows[:, 1, None]
    counts = ((lows <= said) & (said + SHINGLE <= highs)).sum(axis=1)
    enough = max(1.0, COUNTERPART * len(said))
    order = np.argsort(-counts, kind="stable")
    best = [int(n) for n in order if counts[n] >= enough]
    return best or [int(order[0])] if len(said) else []
