"""Counting the words of many texts: BM25 weights of every word in every text, all at once.

The words, weights and layout are those that bm25s makes from a list of texts; it counts text by
text in Python, which took four fifths of a publication.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD = r"\w+"

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Counted:
    """``vocabulary`` numbers the stems in order of appearance. ``arrays`` is a sparse matrix by
    columns: ``data[indptr[j]:indptr[j + 1]]`` are the weights of stem j in the texts of the same
    places in ``indices``. Empty where no text has a word."""

    vocabulary: dict[str, int]
    arrays: dict[str, NDArray[Any]]


class _Numbering(dict[str, int]):
    """Numbers words as they are asked for."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def count_terms(texts: Sequence[str], k1: float, b: float) -> Counted:
    """Weigh the words of texts: BM25 in Lucene's form (Kamphuis et al., ECIR 2020).

    :param texts: any texts; stop words do not count, and words count by their stem.
    :param k1: how soon a word that is repeated stops to count more.
    :param b: how much the length of a text counts.
    :returns: the weights.
    """
    words, lengths, numbering = _words(texts)
    vocabulary, stem_of = _stems(numbering)
    rows, columns, times, sizes = _counts(stem_of[words], lengths)
    if not len(rows):
        return Counted({}, {})
    found = np.bincount(columns, minlength=len(vocabulary))
    rarity = np.log(1 + (len(texts) - found + 0.5) / (found + 0.5)).astype(np.float32)
    damping = k1 * ((1 - b) + b * sizes / sizes.mean())
    data = (rarity[columns] * (times / (damping[rows] + times))).astype(np.float32)
    indptr = np.concatenate([[0], np.cumsum(found)]).astype(np.int64)
    return Counted(vocabulary, {"data": data, "indices": rows, "indptr": indptr})


def _counts(stems: Numbers, lengths: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Give the texts, stems and times of all pairs that occur, by stem and then by text, and how
    many words each text has; -1 is no stem."""
    kept = stems >= 0
    rows = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[kept]
    sizes = np.bincount(rows, minlength=len(lengths)).astype(np.int32)
    pairs = stems[kept].astype(np.int64) << 32 | rows
    pairs.sort()
    firsts = np.flatnonzero(np.diff(pairs, prepend=-1))
    times = np.diff(firsts, append=len(pairs)).astype(np.int32)
    pairs = pairs[firsts]
    return pairs.astype(np.int32), (pairs >> 32).astype(np.int32), times, sizes


def _words(texts: Sequence[str]) -> tuple[Numbers, Numbers, _Numbering]:
    """Give the number of every word, one text after the other, and how many each text has."""
    numbering = _Numbering()
    find = re.compile(WORD).findall
    parts = [np.empty(0, np.int32)]
    for text in texts:
        found = find(text.lower())
        parts.append(np.fromiter(map(numbering.__getitem__, found), np.int32, len(found)))
    lengths = np.array([len(part) for part in parts[1:]], np.int32)
    return np.concatenate(parts), lengths, numbering


def _stems(words: _Numbering) -> tuple[dict[str, int], Numbers]:
    """Number the stems of words, and tell the stem of each word: -1 for a stop word."""
    import Stemmer
    from bm25s.stopwords import STOPWORDS_EN

    stopped = frozenset(STOPWORDS_EN)
    vocabulary = _Numbering()
    stems = Stemmer.Stemmer("english").stemWords(list(words))
    stem_of = [
        -1 if word in stopped else vocabulary[stem] for word, stem in zip(words, stems, strict=True)
    ]
    return dict(vocabulary), np.array(stem_of, np.int32)
