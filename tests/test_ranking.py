"""Own measures of retrieval agree with ir-measures, which agrees with trec_eval."""

import random

import pytest

from eval.metrics import distinct_articles, ndcg_at, recall_at, reciprocal_rank
from eval.ranking import RECALL_AT, measure

ARTICLES = [f"a{n}" for n in range(40)]


def own(ranking: list[frozenset[str]], golds: set[str]) -> dict[str, float]:
    return {
        **{f"recall@{k}": recall_at(ranking, golds, k) for k in RECALL_AT},
        "reciprocal_rank": reciprocal_rank(ranking, golds),
        "ndcg@10": ndcg_at(ranking, golds, 10),
    }


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    ranking = distinct_articles([("a",), ("b",), ("c",)])
    assert ndcg_at(ranking, {"a"}, 10) == 1.0
    assert ndcg_at(ranking, {"b"}, 10) == pytest.approx(0.6309297535714574)
    assert ndcg_at(ranking, {"a", "c"}, 10) == pytest.approx(1.5 / 1.6309297535714574)
    assert ndcg_at(ranking, {"c"}, 2) == 0.0
    assert ndcg_at([], {"z"}, 10) == 0.0


def test_right_articles_of_one_text_count_once() -> None:
    ranking = distinct_articles([("a", "a2"), ("b",)])
    assert ndcg_at(ranking, {"a", "a2"}, 10) == 1.0
    assert measure([(ranking, {"a", "a2"})])[0]["ndcg@10"] == pytest.approx(1.0)


def test_own_measures_agree_with_ir_measures() -> None:
    rng = random.Random(3)
    judged = []
    for _ in range(500):
        carriers = [
            tuple(rng.sample(ARTICLES, rng.randint(1, 3))) for _ in range(rng.randint(0, 60))
        ]
        golds = set(rng.sample(ARTICLES, rng.randint(1, 4))) | set(rng.sample(["lost", "gone"], 1))
        judged.append((distinct_articles(carriers), golds))
    for (ranking, golds), measured in zip(judged, measure(judged), strict=True):
        assert measured == pytest.approx(own(ranking, golds), abs=1e-6)
    assert any(0 < one["reciprocal_rank"] < 1 for one in measure(judged))


def test_nothing_retrieved_measures_zero() -> None:
    assert set(measure([([], {"a"}), ([frozenset({"a"})], {"a"})])[0].values()) == {0.0}
    assert measure([]) == []
