"""Fitting confidence and threshold: exact on made data."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.calibration import compare, decisions, outcomes, plot, tried
from eval.fitting import (
    Tried,
    best_threshold,
    cross_fitted,
    decide,
    fit_margin,
    fit_regression,
    logistic,
    refusing_threshold,
)
from eval.mixing import forced, try_depths, try_weights
from eval.readings import Judged, Reading
from qa.confidence import Calibration, Regression
from qa.datatypes import Hit, Passage, Span
from qa.evidence import FEATURES, Evidence

MARGIN = Calibration(1.0, 0.0, 0.0)
SCALE = (1.0, 0.5, 0.0, 0.0)


def judged(margin: float, f1: float = 1.0, exact: float | None = None) -> Judged:
    values = (margin, margin, 0.5, 1.0) if margin > 0 else ()
    return Judged(Evidence(margin, values), f1 if exact is None else exact, f1)


def question(*spans: Judged, article: str = "a", answerable: bool = True) -> Tried:
    return Tried(article, answerable, spans)


def made(count: int, seed: int = 0) -> list[Tried]:
    """Questions in the right place as often as a known regression says, exact in four of five."""
    rng = np.random.default_rng(seed)
    values = np.column_stack([rng.uniform(0, 9, (count, 2)), rng.random((count, 2))])
    place = rng.random(count) < 1 / (1 + np.exp(-(values @ SCALE - 4)))
    exact = place & (rng.random(count) < 0.8)
    return [
        Tried(f"a{n % 40}", True, (Judged(Evidence(1.0, tuple(v)), float(e), 0.6 * p + 0.4 * e),))
        for n, (v, p, e) in enumerate(zip(values.tolist(), place, exact, strict=True))
    ]


# --- Fitting --------------------------------------------------------------------------------------


def test_logistic_recovers_the_curve_that_made_the_data() -> None:
    rng = np.random.default_rng(0)
    features = np.column_stack([rng.uniform(0, 12, 40_000), rng.uniform(-300, 300, 40_000)])
    odds = 0.7 * features[:, 0] - 0.01 * features[:, 1] - 2.5
    right = (rng.random(40_000) < 1 / (1 + np.exp(-odds))).astype(float)
    weights, intercept = logistic(features, right, 1e-6)
    assert weights == pytest.approx([0.7, -0.01], rel=0.05)
    assert intercept == pytest.approx(-2.5, abs=0.1)


def test_feature_that_never_changes_gets_no_weight() -> None:
    features = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [4.0, 5.0]])
    weights, _ = logistic(features, np.array([0.0, 1.0, 0.0, 1.0]), 1.0)
    assert weights[0] > 0
    assert weights[1] == pytest.approx(0)


def test_weights_tell_the_place_and_confidence_exact_match() -> None:
    questions = made(20_000)
    found = fit_regression(questions)
    assert found.weights[1] / found.weights[0] == pytest.approx(0.5, abs=0.05)
    assert found.weights[2:] == pytest.approx((0, 0), abs=0.1)
    exact, _ = outcomes(questions)
    sure = [decide(q, Calibration(1.0, 0.0, 0.0, found), 0.0).confidence for q in questions]
    assert np.mean(sure) == pytest.approx(exact.mean(), abs=0.005)


def test_spans_that_lose_share_the_odds_of_what_they_came_out_as() -> None:
    losing = [question(judged(-1.0, f1)) for f1 in (1.0, 0.0, 0.0, 0.0)]
    found = fit_regression([*made(200), *losing, question(answerable=False)])
    assert found.losing == pytest.approx(np.log(1.5 / 3.5))


def test_no_question_is_judged_by_a_fit_to_its_own_article() -> None:
    questions = made(400)
    own = {q.article: c for q, c in zip(questions, cross_fitted(questions), strict=True)}
    spoilt = [
        replace(q, spans=(replace(q.spans[0], exact=0.0, f1=0.0),)) if q.article == "a7" else q
        for q in questions
    ]
    after = {q.article: c for q, c in zip(spoilt, cross_fitted(spoilt), strict=True)}
    assert after["a7"] == own["a7"]
    assert any(after[name] != own[name] for name in own)


# --- Deciding -------------------------------------------------------------------------------------


def test_answer_is_the_best_ranked_that_is_sure_enough() -> None:
    one = question(judged(1.0, 0.0), judged(3.0, 1.0), judged(-2.0, 0.0))
    assert [decide(one, MARGIN, level).answer for level in (0.0, 0.9, 0.99)] == [
        one.spans[0],
        one.spans[1],
        None,
    ]
    assert decide(one, MARGIN, 0.9).confidence == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert decide(question(), MARGIN, 0.0).answer is None


def test_threshold_lies_between_right_and_wrong() -> None:
    right = [question(judged(3.0)) for _ in range(20)]  # 0.95
    wrong = [question(judged(1.0, 0.0), answerable=False) for _ in range(10)]  # 0.73
    found = best_threshold([*right, *wrong], [MARGIN] * 30)
    assert 0.73 < found <= 0.95


def test_threshold_for_a_given_paragraph_refuses_its_share() -> None:
    lures = [question(judged(m, 0.0), answerable=False) for m in np.linspace(0.1, 4.0, 40)]
    questions = [*lures, *(question(judged(9.0)) for _ in range(40))]
    fitted = [MARGIN] * len(questions)
    level = refusing_threshold(questions, fitted, 0.75)
    refused = [decide(q, MARGIN, level).answer is None for q in lures]
    fewer = [decide(q, MARGIN, level - 0.01).answer is None for q in lures]
    assert np.mean(refused) >= 0.75 > np.mean(fewer)


def test_line_of_the_margin_knows_nothing_else() -> None:
    rng = np.random.default_rng(0)
    margins = rng.uniform(-4, 12, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * np.maximum(margins, 0) - 2.0)))
    pairs = zip(margins.tolist(), right.tolist(), strict=True)
    found = fit_margin([question(judged(margin, float(hit))) for margin, hit in pairs])
    assert (found.slope, found.intercept) == pytest.approx((0.5, -2.0), rel=0.05)
    assert found.regression is None


levels = st.sampled_from([0.5, 1.0, 2.0, 4.0])
rows = st.tuples(levels, st.sampled_from([0.0, 0.4, 1.0]), st.booleans())


@settings(deadline=None, max_examples=8)
@given(st.lists(rows, min_size=4, max_size=8))
def test_threshold_is_as_good_as_any_on_many_copies_of_a_set(
    drawn: list[tuple[float, float, bool]],
) -> None:
    one = [question(judged(m, f * a), answerable=a) for m, f, a in drawn]
    questions = one * 40

    def mean(level: float) -> float:
        answers = [decide(q, MARGIN, level).answer for q in one]
        pairs = zip(one, answers, strict=True)
        gains = [float(not q.answerable) if a is None else a.f1 for q, a in pairs]
        return float(np.mean(gains))

    chosen = mean(best_threshold(questions, [MARGIN] * len(questions)))
    assert all(mean(level) <= chosen + 0.15 for level in (0.0, 0.7, 0.8, 0.9, 0.99))


def test_figures_of_a_threshold() -> None:
    questions = [
        question(judged(4.0)),
        question(judged(4.0, 0.6, exact=0.0)),
        question(judged(0.1)),
        question(judged(4.0, 0.0), answerable=False),
        question(judged(-1.0, 0.0), answerable=False),
    ]
    found = decisions(questions, [MARGIN] * 5, 0.9)
    assert found == pytest.approx(
        {
            "questions": 5,
            "f1": 100 * (1 + 0.6 + 0 + 0 + 1) / 5,
            "exact": 100 * 2 / 5,
            "refused_of_unanswerable": 1 / 2,
            "answered_of_answerable": 2 / 3,
            "wrong_of_answered": 1 / 3,
            "inexact_of_answered": 2 / 3,
        }
    )


def test_ways_are_compared_on_the_same_questions(tmp_path: Path) -> None:
    questions = [replace(q, raw=(0.9, 0.9)) for q in made(600)]
    ways = compare(questions, cross_fitted(questions))
    assert [way.name for way in ways] == [
        "calibrator",
        "margin alone",
        "softmax in its passage",
        "softmax over best spans",
    ]
    exact, place = outcomes(questions)
    assert ways[0].ece.value < 0.12  # no place is surer than four in five: a bent curve
    assert ways[2].ece.value == pytest.approx(0.9 - exact.mean())
    assert ways[2].area.value == pytest.approx(1 - place.mean())
    assert ways[0].coverage.value > ways[2].coverage.value == 0
    plot(ways, questions, tmp_path / "one.svg")
    drawn = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert all(way.name in drawn for way in ways)


# --- Readings -------------------------------------------------------------------------------------


def reading(golds: tuple[str, ...], *spans: tuple[str, float, float]) -> Reading:
    hits = [Hit(Passage(w, 1, 0, len(w), w), score, 0, 0) for w, _, score in spans]
    found = [(Span(0, len(w), margin, margin),) for w, margin, _ in spans]
    return Reading("Where?", "a", "a-0", golds, tuple(hits), tuple(found), (0.5,) * len(hits))


def test_forced_takes_the_best_ranked_of_those_that_beat_their_null() -> None:
    one = reading(("Bern",), ("Bern", 2.0, 1.0), ("Rome", 3.0, 0.0), ("Oslo", -1.0, 9.0))
    assert forced([one], 0.0) == 0.0
    assert forced([one], 2.0) == 100.0
    assert forced([one, reading((), ("Bern", 1.0, 1.0))], 2.0) == 100.0


def test_tables_tell_what_weight_and_depth_give() -> None:
    right = replace(reading(("Bern",), ("Rome", 3.0, 1.0), ("Bern", 5.0, 0.6)), paragraph="Bern")
    asked = [right, reading((), ("Rome", 1.0, 1.0), ("Oslo", -1.0, 0.0))]
    *weights, _ = try_weights(asked)
    told = "open forced EM {}, recall@1 {}, recall@5 100.00"
    assert weights[0] == f"retrieval weight 0.0: {told.format('100.00', '100.00')}"
    assert weights[-1] == f"retrieval weight 50.0: {told.format('0.00', '0.00')}"
    depths = list(try_depths(asked, 4.0))
    told = "{} passages read, {} at the median; first answer changed in {} of 2, open forced EM {}"
    assert depths[0] == f"depth 4.0: {told.format('1.0', 1, 1, '0.00')}"
    assert depths[-1] == f"depth 100.0: {told.format('2.0', 2, 0, '100.00')}"


def test_reading_is_tried_as_it_would_be_answered() -> None:
    one = reading(("Bern hall",), ("Bern", 2.0, 1.0), ("Rome", 3.0, 0.0), ("Oslo", -1.0, 9.0))
    [found] = tried([one], 2.0)
    assert found.answerable
    assert [(s.evidence.margin, s.exact) for s in found.spans] == [(2, 0), (3, 0), (-1, 0)]
    assert found.spans[0].f1 == pytest.approx(2 / 3)
    logits = np.exp([2.0, 3.0, -1.0, 0.0, 0.0, 0.0])  # every best span, and the null beside it
    assert found.raw == pytest.approx((0.5, np.exp(2.0) / logits.sum()))
    assert tried([reading((), ("Bern", 2.0, 1.0))], 2.0)[0].spans[0].exact == 0
    assert tried([reading(("Bern",))], 2.0)[0].raw == (0.0, 0.0)


def test_features_and_weights_correspond() -> None:
    found = Regression((1.0, 2.0, 3.0, 4.0), 0.0, -1.0)
    told = Calibration(1.0, 0.0, 0.5, found).to_fields()["regression"]["weights"]
    assert told == dict(zip(FEATURES, (1.0, 2.0, 3.0, 4.0), strict=True))
