"""Both legs and their fusion, over a tiny archive in memory."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from conftest import TinyEncoder
from embeddings.index import VectorIndex
from qa.datatypes import Filters, Passage
from qa.keywords import KeywordIndex
from qa.recency import last_day
from qa.retriever import Retriever, fuse

TEXTS = ["Abe met Trump in Tokyo", "The harbour froze over", "Trump played golf", "Golf in Tokyo"]


class Archive:
    """Four passages; only those of the articles in the filter are allowed."""

    def __init__(self, texts: list[str] = TEXTS, dates: dict[int, str] | None = None) -> None:
        self.texts = texts
        days = [last_day(date) if (date := (dates or {}).get(row)) else np.nan for row in range(4)]
        self.days = np.array(days, np.float32)
        vectors = TinyEncoder().encode_documents(texts) if texts else np.zeros((0, 64), np.float32)
        self.vectors = VectorIndex.from_vectors(vectors)
        self.keywords = KeywordIndex.from_texts(texts)

    def allowed(self, filters: Filters) -> NDArray[np.bool_] | None:
        if not filters.articles:
            return None
        return np.array([f"a{row}" in filters.articles for row in range(len(self.texts))])

    def passage(self, row: int, filters: Filters = Filters()) -> Passage:
        return Passage(f"a{row}", 1, 0, len(self.texts[row]), self.texts[row])


def found(question: str, k: int = 4, filters: Filters = Filters()) -> list[str]:
    hits = Retriever(Archive(), TinyEncoder()).retrieve(question, k, filters)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    return [hit.passage.article_id for hit in hits]


def test_fusion_is_the_weighted_sum_of_scores_scaled_to_the_most() -> None:
    keyword = np.array([0, 5, 10], dtype=np.float32)
    dense = np.array([1.0, 0.5, 0.0], dtype=np.float32)
    assert fuse(keyword, dense, 0.0).tolist() == pytest.approx([0, 0.5, 1])
    assert fuse(keyword, dense, 1.0).tolist() == pytest.approx([1, 0.75, 0.5])
    assert fuse(keyword, dense, 0.5).tolist() == pytest.approx([0.5, 0.625, 0.75])


def test_leg_that_tells_nothing_apart_leaves_the_order_to_the_other() -> None:
    none, flat = np.zeros(2, np.float32), np.full(2, 3, dtype=np.float32)
    for nothing in (none, flat):
        first, second = fuse(nothing, np.array([0.1, 0.2], np.float32), 0.5).tolist()
        assert second - first == pytest.approx(0.5 * 0.1 / 1.2)
    assert fuse(none, none - 1, 0.5).tolist() == [0, 0]


@given(arrays(np.float32, 6, elements=st.floats(0, 100, width=32)), st.floats(0, 1))
def test_candidate_that_is_behind_changes_no_other(
    scores: NDArray[np.float32], weight: float
) -> None:
    keyword, dense = np.sort(scores)[::-1], np.sort(scores)[::-1] / 100
    alone = fuse(keyword[:-1], dense[:-1], weight)
    assert fuse(keyword, dense, weight)[:-1] == pytest.approx(alone)


@given(arrays(np.float32, 5, elements=st.floats(0, 100, width=32)), st.floats(0, 1))
def test_fused_scores_lie_between_zero_and_one(scores: NDArray[np.float32], weight: float) -> None:
    fused = fuse(scores, scores[::-1] / 50 - 1, weight)
    assert ((fused >= 0) & (fused <= 1 + 1e-6)).all()


def test_passage_that_shares_most_with_the_question_comes_first() -> None:
    assert found("Where is golf in Tokyo?")[0] == "a3"


def test_no_more_than_k_are_given() -> None:
    assert len(found("golf Tokyo Trump", k=2)) == 2


def test_filters_hold_for_both_legs() -> None:
    assert found("golf in Tokyo", filters=Filters(articles=("a1",))) == ["a1"]
    assert found("golf in Tokyo", filters=Filters(articles=("nothing",))) == []


def test_question_without_a_known_word_still_finds_by_meaning() -> None:
    assert len(found("zebra")) == 4


def test_empty_archive_gives_nothing() -> None:
    assert Retriever(Archive([]), TinyEncoder()).retrieve("golf", 3) == []


def test_scores_of_a_hit_are_those_of_its_own_passage() -> None:
    for hit in Retriever(Archive(), TinyEncoder()).retrieve("golf in Tokyo", 4):
        vectors = TinyEncoder().encode_documents(["golf in Tokyo", hit.passage.text])
        assert hit.dense == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)
        row = TEXTS.index(hit.passage.text)
        assert hit.keyword == pytest.approx(Archive().keywords.scores("golf in Tokyo")[row])


def asked_on(day: str | None, question: str, dates: dict[int, str]) -> list[str]:
    retriever = Retriever(Archive(dates=dates), TinyEncoder(), recency_weight=1.0)
    hits = retriever.retrieve(question, 4, Filters(asked=day))
    return [hit.passage.article_id for hit in hits]


def test_newer_of_two_comes_first_where_the_day_of_the_question_is_known() -> None:
    dates = {2: "2020-05-02", 3: "2019-01-01"}
    assert asked_on("2020-05-04", "golf in Tokyo", dates)[0] == "a2"
    assert asked_on(None, "golf in Tokyo", dates)[0] == "a3"


def test_question_about_a_time_long_past_does_not_mean_what_is_new() -> None:
    dates = {2: "2020-05-02", 3: "2019-01-01"}
    assert asked_on("2020-05-04", "golf in Tokyo in 2018", dates)[0] == "a3"


def test_what_is_long_past_or_undated_is_ranked_as_without_the_day() -> None:
    old = {0: "2001-02", 1: "2002", 3: "2003-04-05"}
    assert asked_on("2020-05-04", "golf in Tokyo", old) == asked_on(None, "golf in Tokyo", old)
