"""What a reader made of a question, judged by its gold answers."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.metrics import exact_match, f1
from qa.answers import Candidate, candidates
from qa.datatypes import Hit, Passage, Span
from qa.evidence import Evidence
from qa.reranking import read_enough


@dataclass(frozen=True, slots=True)
class Judged:
    """A span that may be answered: the evidence for it, whether it equals a gold answer, and its
    F1; both are 0 where the question has no answer."""

    evidence: Evidence
    exact: float
    f1: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader made of one question about the paragraph of an article; ``golds`` is empty
    for an unanswerable one. ``shares`` has the softmax of the best span of each passage, 0 where it
    does not beat its null."""

    question: str
    article: str
    paragraph: str
    golds: tuple[str, ...]
    hits: tuple[Hit, ...]
    spans: tuple[tuple[Span, ...], ...]
    shares: tuple[float, ...] = ()

    def within(self, retrieval_weight: float, depth: float) -> "Reading":
        """Give what would have been read with a limited depth.

        :param retrieval_weight: of the ranking.
        :param depth: as for ``read_enough``.
        :returns: the reading without the spans of passages below it.
        """
        again = _Again(self.spans)
        spans = read_enough(again, self.question, self.hits, retrieval_weight, depth)
        return replace(self, spans=tuple(map(tuple, spans)))

    def judged(self, retrieval_weight: float) -> tuple[Judged, ...]:
        """Give what would be answered, best-ranked first; spans that beat their null come before
        those that do not."""
        return tuple(self._judge(candidate) for candidate in self._ranked(retrieval_weight))

    def softmax(self, retrieval_weight: float) -> tuple[float, float]:
        """Give the softmax of what would be answered: over all spans of its passage and "no
        answer", and over the best span of every passage and its "no answer"; 0 where none is."""
        ranked = self._ranked(retrieval_weight)
        if not ranked:
            return 0.0, 0.0
        place = next(n for n, hit in enumerate(self.hits) if hit is ranked[0].hit)
        best = [spans[0] for spans in self.spans if spans]
        logits = [logit for span in best for logit in (span.logit, span.logit - span.margin)]
        over_all = math.exp(self.spans[place][0].logit - float(np.logaddexp.reduce(logits)))
        return (self.shares[place] if self.shares else 0.0), over_all

    def _ranked(self, retrieval_weight: float) -> list[Candidate]:
        found = candidates(self.question, self.hits, self.spans, retrieval_weight)
        return sorted(found, key=lambda c: (c.margin <= 0, -c.rank))

    def _judge(self, candidate: Candidate) -> Judged:
        if not self.golds:
            return Judged(candidate.evidence, 0.0, 0.0)
        text = candidate.text
        return Judged(candidate.evidence, exact_match(text, self.golds), f1(text, self.golds))


class _Again:
    """A reader that gives once more what was read before."""

    id = "again"

    def __init__(self, spans: Iterable[Sequence[Span]]) -> None:
        self._spans = iter(spans)

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        """Give the spans of the next passages."""
        return [list(next(self._spans)) for _ in passages]
