"""Measures of retrieval by ir-measures, which computes them as trec_eval does."""

from collections.abc import Collection, Sequence

Ranking = Sequence[frozenset[str]]
RECALL_AT = (1, 5, 20)
NAMES = (*(f"recall@{k}" for k in RECALL_AT), "reciprocal_rank", "ndcg@10")
SEARCH_NAMES = tuple(f"search_recall@{k}" for k in RECALL_AT)
"""Of the ranking of the search alone, before anything was read."""


def measure(judged: Sequence[tuple[Ranking, Collection[str]]]) -> list[dict[str, float]]:
    """Measure many rankings at once.

    A rank holds one text with all its carriers, so it counts as one document, and so do the right
    articles that share it. recall@k is ``Success@k``: one right article is enough.

    :param judged: for each question its ranking of distinct articles, best first, and the ids of
        the right ones, at least one.
    :returns: for each question ``NAMES`` in [0, 1].
    """
    import ir_measures
    from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG

    measures = dict(zip((*(Success @ k for k in RECALL_AT), RR, nDCG @ 10), NAMES, strict=True))
    found = [dict.fromkeys(NAMES, 0.0) for _ in judged]
    qrels = [Qrel(str(q), d, 1) for q, pair in enumerate(judged) for d in _relevant(*pair)]
    run = [
        ScoredDoc(str(q), f"rank {rank}", -float(rank))
        for q, (ranking, _) in enumerate(judged)
        for rank in range(len(ranking))
    ]
    for metric in ir_measures.iter_calc([*measures], qrels, run):
        found[int(metric.query_id)][measures[metric.measure]] = float(metric.value)
    return found


def _relevant(ranking: Ranking, golds: Collection[str]) -> list[str]:
    """The right documents: ranks with a right article, and right articles that have no rank."""
    ranks = [f"rank {n}" for n, ids in enumerate(ranking) if not ids.isdisjoint(golds)]
    return ranks + [f"lost {gold}" for gold in sorted(set(golds).difference(*ranking))]
