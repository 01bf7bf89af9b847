"""The measures, against values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import (
    decisions,
    distinct_articles,
    exact_match,
    f1,
    interval,
    normalise_answer,
    percentile,
    recall_at,
    reciprocal_rank,
    squad_v1,
    squad_v2,
    squad_v2_best,
)

GOLDS = {"a": ["Denver Broncos"], "b": ["in 2019", "2019"], "x": []}


@pytest.mark.parametrize(
    ("answer", "normal"),
    [
        ("The  Denver\tBroncos!", "denver broncos"),
        ("U.S.", "us"),
        ("Anna, a theatre and an ant", "anna theatre and ant"),
        ("twenty-one", "twentyone"),
        ("«Éa»", "«éa»"),
        ("the", ""),
    ],
)
def test_normal_form_is_that_of_squad(answer: str, normal: str) -> None:
    assert normalise_answer(answer) == normal


def test_exact_match_takes_any_of_the_right_answers() -> None:
    assert exact_match("2019.", ["in 2019", "2019"]) == 1.0
    assert exact_match("May 2019", ["in 2019", "2019"]) == 0.0


def test_f1_counts_repeated_words_once_each() -> None:
    # 2 common of 3 given and 2 right: precision 2/3, recall 1, F1 0.8
    assert f1("new new york", ["New York"]) == pytest.approx(0.8)


def test_f1_takes_the_nearest_right_answer() -> None:
    assert f1("the year 2019", ["in 2019", "2019"]) == pytest.approx(2 / 3)


def test_refusal_is_right_only_where_there_is_no_answer() -> None:
    assert (exact_match("", []), f1("", [])) == (1.0, 1.0)
    assert (exact_match("", ["x"]), f1("", ["x"])) == (0.0, 0.0)
    assert (exact_match("x", []), f1("x", [])) == (0.0, 0.0)


def test_gold_without_words_is_left_out() -> None:
    assert exact_match("", ["the", "harbour"]) == 0.0
    assert exact_match("the", ["the"]) == 1.0


def test_squad_v1_scores_a_missing_answer_zero_and_leaves_out_the_unanswerable() -> None:
    scores = squad_v1({"a": "the Denver Broncos", "x": "anything"}, GOLDS)
    assert scores == {"exact_match": 50.0, "f1": 50.0, "total": 2}


def test_squad_v1_gives_no_f1_to_answers_without_words() -> None:
    assert squad_v1({"q": "an"}, {"q": ["the"]}) == {"exact_match": 100.0, "f1": 0.0, "total": 1}


def test_squad_v2_splits_by_whether_there_is_an_answer() -> None:
    assert squad_v2({"a": "Broncos", "b": "2019", "x": ""}, GOLDS) == {
        "exact": pytest.approx(200 / 3),
        "f1": pytest.approx(100 * (2 / 3 + 1 + 1) / 3),
        "total": 3,
        "HasAns_exact": 50.0,
        "HasAns_f1": pytest.approx(100 * (2 / 3 + 1) / 2),
        "HasAns_total": 2,
        "NoAns_exact": 100.0,
        "NoAns_f1": 100.0,
        "NoAns_total": 1,
    }


def test_squad_v2_gives_nothing_for_a_question_without_result() -> None:
    assert squad_v2({"a": "Denver Broncos", "b": "2019"}, GOLDS)["NoAns_exact"] == 0.0
    assert squad_v2({"x": ""}, {"x": []}).keys() == {
        *("exact", "f1", "total", "NoAns_exact", "NoAns_f1", "NoAns_total")
    }


def test_best_threshold_is_where_the_sweep_gains_most() -> None:
    predictions = {"a": "Denver Broncos", "x": "Oslo", "b": "2019 or so"}
    unsure = {"a": 0.1, "x": 0.5, "b": 0.9}
    # Refusing all: 1 of 3. Up to a: 2. Up to x: 1. Up to b: exact 1, F1 1.5.
    assert squad_v2_best(predictions, GOLDS, unsure) == {
        "best_exact": pytest.approx(200 / 3),
        "best_exact_thresh": 0.1,
        "best_f1": pytest.approx(200 / 3),
        "best_f1_thresh": 0.1,
    }


def test_best_threshold_is_none_when_refusing_all_is_best() -> None:
    best = squad_v2_best({"x": "Oslo"}, {"x": []}, {"x": 0.0})
    assert (best["best_exact"], best["best_exact_thresh"]) == (100.0, None)


def test_best_threshold_gives_nothing_for_a_question_without_result() -> None:
    best = squad_v2_best({"a": "Denver Broncos"}, GOLDS, {"a": 0.1, "x": 0.2})
    assert best["best_exact"] == pytest.approx(100 / 3)


def test_copies_share_the_rank_of_the_article_quoted() -> None:
    ranking = distinct_articles([("a", "a2"), ("b",), ("a",), ("a2",), ("c",)])
    assert ranking == [{"a", "a2"}, {"b"}, {"c"}]


def test_recall_and_reciprocal_rank_look_at_distinct_articles() -> None:
    ranking = distinct_articles([("a", "a2"), ("a",), ("b",), ("c",)])
    assert [recall_at(ranking, ["b", "c"], k) for k in (1, 2, 3)] == [0.0, 1.0, 1.0]
    assert recall_at(ranking, ["a2"], 1) == 1.0
    assert reciprocal_rank(ranking, ["c", "b"]) == 0.5
    assert reciprocal_rank(ranking, ["z"]) == 0.0
    assert reciprocal_rank([], ["z"]) == 0.0


def test_decisions_are_counted_in_all_four_cells() -> None:
    outcomes = [(True, True), (True, True), (True, False), (False, True), (False, False)]
    assert decisions(outcomes) == {
        "answerable": {"answered": 2, "refused": 1},
        "unanswerable": {"answered": 1, "refused": 1},
    }


def test_percentile_is_the_nearest_rank() -> None:
    values = [50.0, 15.0, 35.0, 20.0, 40.0]
    assert [percentile(values, p) for p in (5, 30, 40, 50, 100)] == [15, 20, 20, 35, 50]
    assert percentile(range(1, 101), 7) == 7


def test_interval_is_seeded_and_holds_the_mean() -> None:
    values = [0.0] * 50 + [1.0] * 50
    low, high = interval(values)
    assert (low, high) == interval(values)
    assert 0.38 <= low <= 0.42
    assert 0.58 <= high <= 0.62
    assert interval(values, seed=1) != (low, high) or interval(values, seed=2) != (low, high)
    assert interval([0.25]) == (0.25, 0.25)


@given(st.text(), st.lists(st.text(), max_size=4))
def test_f1_is_a_share_and_an_exact_match_has_all_of_it(prediction: str, golds: list[str]) -> None:
    assert 0.0 <= f1(prediction, golds) <= 1.0
    assert exact_match(prediction, golds) <= f1(prediction, golds)


@given(st.text(), st.text())
def test_f1_is_symmetric_and_normal_form_changes_nothing(one: str, other: str) -> None:
    assert f1(one, [other]) == pytest.approx(f1(other, [one]))
    assert f1(normalise_answer(one), [other]) == pytest.approx(f1(one, [other]))
