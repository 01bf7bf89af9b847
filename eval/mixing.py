"""The mix that ranks and the depth of reading, tried on held-out questions that were read once."""

from collections.abc import Iterator, Sequence

import numpy as np

from eval.metrics import distinct_articles, recall_at
from eval.readings import Reading
from qa.answers import candidates
from qa.reranking import READ_ALL, ranked

WEIGHTS_TRIED = (0.0, 10.0, 20.0, 25.0, 30.0, 40.0, 50.0)
DEPTHS_TRIED = (4.0, 6.0, 8.0, 10.0, 12.0, 14.0, READ_ALL)


def forced(readings: Sequence[Reading], retrieval_weight: float) -> float:
    """Give exact match when every answerable question is answered, in percent.

    :param readings: of held-out questions.
    :param retrieval_weight: of the ranking.
    :returns: 0 to 100.
    """
    judged = [r.judged(retrieval_weight) for r in readings if r.golds]
    return 100 * float(np.mean([spans[0].exact if spans else 0.0 for spans in judged]))


def try_weights(opened: Sequence[Reading]) -> Iterator[str]:
    """Tell what other weights of the ranking give, and how near the nearest passages are.

    :param opened: readings with every passage read; one at least is answerable.
    :yields: a line for each weight: exact match when every answerable question is answered, and
        recall of the ranking after reading, in percent; then one about cosines.
    """
    answerable = [reading for reading in opened if reading.golds]
    for weight in WEIGHTS_TRIED:
        exact, first, five = forced(answerable, weight), *_recalls(answerable, weight)
        yield (
            f"retrieval weight {weight}: open forced EM {exact:.2f}, recall@1 {first:.2f}, "
            f"recall@5 {five:.2f}"
        )
    nearest = [max(hit.dense for hit in reading.hits) for reading in answerable]
    yield f"cosine of the nearest passage, 1% of answerable below {np.percentile(nearest, 1):.3f}"


def _recalls(answerable: Sequence[Reading], weight: float) -> Iterator[float]:
    """Give recall@1 and recall@5 of the ranking after reading, in percent."""
    rankings = [
        distinct_articles([(hit.passage.article_id,) for hit in ranked(r.hits, r.spans, weight)])
        for r in answerable
    ]
    for k in (1, 5):
        pairs = zip(rankings, answerable, strict=True)
        yield 100 * float(np.mean([recall_at(ranking, (r.paragraph,), k) for ranking, r in pairs]))


def try_depths(opened: Sequence[Reading], weight: float) -> Iterator[str]:
    """Tell how much is read with each depth, and what that changes.

    :param opened: readings with every passage read; one at least is answerable.
    :param weight: of the ranking.
    :yields: a line for each depth.
    """
    whole = [_first(reading, weight) for reading in opened]
    for depth in DEPTHS_TRIED:
        limited = [reading.within(weight, depth) for reading in opened]
        counts = [len(reading.spans) for reading in limited]
        changed = sum(_first(r, weight) != span for r, span in zip(limited, whole, strict=True))
        yield (
            f"depth {depth}: {np.mean(counts):.1f} passages read, {np.median(counts):.0f} at the "
            f"median; first answer changed in {changed} of {len(opened)}, open forced EM "
            f"{forced(limited, weight):.2f}"
        )


def _first(reading: Reading, weight: float) -> tuple[str, int, int] | None:
    """Give the place of the span that ranks first."""
    found = candidates(reading.question, reading.hits, reading.spans, weight)
    best = max(found, key=lambda c: c.rank, default=None)
    return None if best is None else (best.hit.passage.article_id, best.start, best.end)
