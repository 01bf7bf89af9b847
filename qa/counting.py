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

WORD = r"(?u)\b\w+\b"

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
    stems = stem_of[words]
    kept = stems >= 0
    if not kept.any():
        return Counted({}, {})
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)[kept]
    places, times = np.unique(stems[kept] * np.int64(len(texts)) + rows, return_counts=True)
    columns, holders = np.divmod(places, len(texts))
    sizes = np.bincount(rows, minlength=len(texts))
    found = np.bincount(columns, minlength=len(vocabulary))
    rarity = np.log(1 + (len(texts) - found + 0.5) / (found + 0.5)).astype(np.float32)
    damping = k1 * ((1 - b) + b * sizes[holders] / sizes.mean())
    data = (rarity[columns] * (times / (damping + times))).astype(np.float32)
    indptr = np.concatenate([[0], np.cumsum(found)]).astype(np.int64)
    return Counted(
        vocabulary, {"data": data, "indices": holders.astype(np.int32), "indptr": indptr}
    )


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


def _stems(words: _Numbering) -> tuple[dict[str, int], NDArray[np.int64]]:
    """Number the stems of words, and tell the stem of each word: -1 for a stop word."""
    import Stemmer
    from bm25s.stopwords import STOPWORDS_EN

    stopped = frozenset(STOPWORDS_EN)
    vocabulary = _Numbering()
    stems = Stemmer.Stemmer("english").stemWords(list(words))
    stem_of = [
        -1 if word in stopped else vocabulary[stem] for word, stem in zip(words, stems, strict=True)
    ]
    return dict(vocabulary), np.array(stem_of, np.int64)
