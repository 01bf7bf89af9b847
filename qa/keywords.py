"""The keyword leg: BM25 over stemmed English words, kept as one block of bytes."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.counting import WORD, count_terms

K1, B = 1.2, 0.75


class KeywordIndex:
    """BM25 scores (Robertson et al. 1994, in bm25s's eager sparse form) of every text for a
    question. Texts are known by row number only."""

    def __init__(self, bm25: Any, count: int) -> None:
        import Stemmer

        self._bm25 = bm25
        self._count = count
        self._stemmer = Stemmer.Stemmer("english")

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> "KeywordIndex":
        """Build the index.

        :param texts: the texts, in row order; may be empty.
        :returns: an index of ``len(texts)`` rows.
        """
        counted = count_terms(texts, K1, B)
        return cls._of(counted.vocabulary, counted.arrays, len(texts))

    @classmethod
    def _of(
        cls, vocabulary: dict[str, int], arrays: dict[str, NDArray[Any]], count: int
    ) -> "KeywordIndex":
        import bm25s

        bm25 = bm25s.BM25(k1=K1, b=B)
        bm25.vocab_dict = vocabulary
        bm25.scores = {**arrays, "num_docs": count}
        bm25.unique_token_ids_set = set(vocabulary.values())
        bm25.nonoccurrence_array = None
        return cls(bm25, count)

    def __len__(self) -> int:
        """Give the number of rows."""
        return self._count

    def scores(self, question: str, beside: Sequence["KeywordIndex"] = ()) -> NDArray[np.float32]:
        """Score every row.

        :param question: any text.
        :param beside: indexes that are searched together with this one: a word is as rare as it is
            in all their rows, so that scores of the one compare with those of the others.
        :returns: shape ``(len(self),)``; zero where no word of the question occurs.
        """
        words = self._words(question)
        if not words:
            return np.zeros(self._count, dtype=np.float32)
        if beside:
            return self._reweighed(words, beside)
        scores: NDArray[np.float32] = self._bm25.get_scores(words).astype(np.float32, copy=False)
        return scores

    def frequency(self, word: str) -> int:
        """Count the rows that hold a word.

        :param word: as stemmed here.
        :returns: how many; 0 for an unknown word.
        """
        return len(self._column(word)[0])

    def _reweighed(
        self, words: Sequence[str], beside: Sequence["KeywordIndex"]
    ) -> NDArray[np.float32]:
        """Score with the rarity that the words have in several indexes. The scores that are kept
        are products of rarity and weight in the row, so that one rarity can take the place of
        another."""
        scores = np.zeros(self._count, dtype=np.float32)
        rows_of_all = self._count + sum(len(other) for other in beside)
        for word in words:
            rows, found = self._column(word)
            holders = len(rows) + sum(other.frequency(word) for other in beside)
            scores[rows] += found * (
                _rarity(holders, rows_of_all) / _rarity(len(rows), self._count)
            )
        return scores

    def _column(self, word: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Give the rows that hold a word, and what it is worth in each."""
        place = self._bm25.vocab_dict.get(word)
        if place is None:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        kept = self._bm25.scores
        column = slice(int(kept["indptr"][place]), int(kept["indptr"][place + 1]))
        return kept["indices"][column], kept["data"][column]

    def _words(self, question: str) -> list[str]:
        """Give the words of the question that the index knows."""
        import bm25s

        words: list[str] = bm25s.tokenize(
            [question],
            token_pattern=WORD,
            stopwords="en",
            stemmer=self._stemmer,
            return_ids=False,
            show_progress=False,
        )[0]
        return [word for word in words if word and word in self._bm25.vocab_dict]

    def to_bytes(self) -> bytes:
        """Serialise the index; ``from_bytes`` gives it back."""
        from safetensors.numpy import save

        vocabulary = json.dumps(self._bm25.vocab_dict, ensure_ascii=False).encode()
        arrays = {"vocabulary": np.frombuffer(vocabulary, dtype=np.uint8)}
        if self._bm25.vocab_dict:
            arrays |= {
                name: np.ascontiguousarray(self._bm25.scores[name])
                for name in ("data", "indices", "indptr")
            }
        about = json.dumps({"count": self._count, "k1": K1, "b": B})
        return bytes(save(arrays, metadata={"about": about}))  # one key: more come in any order

    @classmethod
    def from_bytes(cls, data: bytes) -> "KeywordIndex":
        """Read what ``to_bytes`` wrote.

        :param data: the bytes.
        :returns: the index.
        :raises ValueError: the bytes are not such an index.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            arrays = load(data)
            size = int.from_bytes(data[:8], "little")
            about = json.loads(data[8 : 8 + size])["__metadata__"]["about"]
            count = int(json.loads(about)["count"])
            vocabulary = json.loads(arrays.pop("vocabulary").tobytes())
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise ValueError(f"not a keyword index: {error}") from error
        return cls._of(vocabulary, arrays, count)


def _rarity(holders: int, rows: int) -> float:
    """The inverse document frequency that bm25s computes, in Lucene's form."""
    return math.log(1 + (rows - holders + 0.5) / (holders + 0.5))
