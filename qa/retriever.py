"""Both search legs and their fusion."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from qa.datatypes import Filters, Hit, Passage
from qa.recency import Days, looks_back, recency

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]


class Keywords(Protocol):
    """BM25 by row."""

    def scores(self, question: str) -> Scores:
        """Score every row."""


class Vectors(Protocol):
    """Unit vectors by row: a ``VectorIndex``, or several after one another."""

    def search(
        self, queries: Scores, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Scores, Rows]:
        """Find the k nearest rows of every query, best first, padded with -1."""

    def vectors(self, rows: Rows) -> Scores:
        """Give rows back."""


class Searchable(Protocol):
    """One generation of a store: rows of both legs and passages correspond."""

    @property
    def vectors(self) -> Vectors:
        """Give the dense leg."""

    @property
    def keywords(self) -> Keywords:
        """Give the keyword leg."""

    @property
    def days(self) -> Days:
        """Give for every row the day of its earliest article."""

    def allowed(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Mark the rows to search: those within the filters, and of rows of one story that say the
        same only the earliest. None for all. What is not marked takes no part in the fusion, so
        copies of a story change neither its rank nor that of others."""

    def passage(self, row: int, filters: Filters = ...) -> Passage:
        """Give the passage of a row."""


def fuse(keyword: Scores, dense: Scores, dense_weight: float) -> Scores:
    """Mix both legs: the weighted sum of their scores, each scaled from the least that it can be to
    the most that a candidate has (Bruch et al. 2023, TM2C2). So one that is far behind takes
    nothing from what tells the others apart.

    :param keyword: BM25 scores of the candidates, shape ``(n,)``; 0 at least.
    :param dense: cosines of the same candidates, shape ``(n,)``; -1 at least.
    :param dense_weight: share of the dense leg, 0 to 1.
    :returns: scores in [0, 1], shape ``(n,)``.
    """
    return dense_weight * _of_most(dense + 1) + (1 - dense_weight) * _of_most(keyword)


def _of_most(scores: Scores) -> Scores:
    most = scores.max()
    return scores / most if most > 0 else np.zeros_like(scores)


class Retriever:
    """Finds passages for a question by words and by meaning.

    :param store: what is searched.
    :param encoder: of the question.
    :param candidates: how many passages each leg hands to the fusion.
    :param dense_weight: share of the dense leg in it.
    :param recency_weight: what an article of the day of the question is worth over one long past,
        where that day is known.
    """

    def __init__(
        self,
        store: Searchable,
        encoder: Encoder,
        candidates: int = 100,
        dense_weight: float = 0.8,
        recency_weight: float = 0.0,
    ) -> None:
        self._store = store
        self.encoder = encoder
        self._candidates = candidates
        self._dense_weight = dense_weight
        self._recency_weight = recency_weight

    def retrieve(self, question: str, k: int, filters: Filters = Filters()) -> list[Hit]:
        """Find the best passages.

        :param question: the question, as understood.
        :param k: how many to give at most.
        :param filters: what they may come from.
        :returns: hits, best first; empty where the filters leave nothing.
        """
        allowed = self._store.allowed(filters)
        query = self.encoder.encode_queries([question])
        keyword = self._store.keywords.scores(question)
        rows = self._pool(query, keyword, allowed)
        if not len(rows):
            return []
        dense = self._store.vectors.vectors(rows) @ query[0]
        fused = fuse(keyword[rows], dense, self._dense_weight)
        if self._recency_weight and filters.asked and not looks_back(question, filters.asked):
            recent = recency(self._store.days[rows], filters.asked)
            fused = fused + self._recency_weight * recent
        return [
            Hit(
                self._store.passage(int(rows[place]), filters),
                float(fused[place]),
                float(keyword[rows[place]]),
                float(dense[place]),
            )
            for place in np.argsort(-fused, kind="stable")[:k]
        ]

    def _pool(self, query: Scores, keyword: Scores, allowed: NDArray[np.bool_] | None) -> Rows:
        """Give the union of what each leg finds, as ascending row numbers."""
        _, near = self._store.vectors.search(query, self._candidates, allowed)
        matching = keyword if allowed is None else np.where(allowed, keyword, 0)
        depth = min(self._candidates, len(matching))
        best = np.argpartition(-matching, depth - 1)[:depth] if depth else np.empty(0, np.int64)
        found = np.concatenate([near[0][near[0] >= 0], best[matching[best] > 0]])
        return np.unique(found).astype(np.int64)
