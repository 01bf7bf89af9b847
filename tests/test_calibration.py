"""Fitting confidence and threshold: exact on made data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.calibration import (
    careful_threshold,
    expected_calibration_error,
    fit,
    fit_platt,
    forced,
)
from eval.held_out import Reading
from qa.datatypes import Hit, Passage, Span


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_platt_recovers_the_curve_that_made_the_data() -> None:
    rng = np.random.default_rng(0)
    margins = rng.uniform(0, 12, 40_000)
    right = (rng.random(40_000) < 1 / (1 + np.exp(-(0.7 * margins - 2.5)))).astype(float)
    assert fit_platt(margins, right) == pytest.approx((0.7, -2.5), abs=0.08)


def test_threshold_lies_between_right_and_wrong() -> None:
    confidences, scores, answerable = (
        array(0.9, 0.8, 0.3, 0.2),
        array(1, 1, 0, 0),
        array(1, 1, 0, 0),
    )
    threshold, mean = careful_threshold(confidences, scores, answerable)
    assert 0.3 < threshold < 0.8
    assert mean == 1.0


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans()), min_size=1, max_size=30)
)
def test_no_threshold_is_better_by_more_than_one_standard_error(
    rows: list[tuple[float, float, bool]],
) -> None:
    confidences = array(*(c for c, _, _ in rows))
    answerable = array(*(float(a) for _, _, a in rows))
    scores = array(*(s for _, s, _ in rows)) * answerable
    _, chosen = careful_threshold(confidences, scores, answerable)
    for cut in (*confidences, 1.1):
        each = np.where(confidences >= cut, scores, 1 - answerable)
        assert each.mean() <= chosen + 0.5 / np.sqrt(len(rows)) + 1e-9


def test_of_thresholds_that_cannot_be_told_apart_the_highest_is_taken() -> None:
    confidences = np.linspace(0.99, 0.01, 99)
    answerable = np.ones(99)
    scores = np.where(np.arange(99) < 60, 1.0, 0.02)
    threshold, mean = careful_threshold(confidences, scores, answerable)
    assert 0.38 < threshold < 0.46
    assert mean < scores.mean()


def test_calibration_error_is_the_gap_by_bin() -> None:
    assert expected_calibration_error(
        array(0.8, 0.8, 0.8, 0.8), array(1, 1, 1, 0)
    ) == pytest.approx(0.05)
    assert expected_calibration_error(array(1.0, 0.0), array(1, 0)) == 0.0


def reading(golds: tuple[str, ...], *spans: tuple[str, float, float]) -> Reading:
    hits = [Hit(Passage("a", 1, 0, len(w), w), score, 0, 0) for w, _, score in spans]
    found = [(Span(0, len(w), margin, margin),) for w, margin, _ in spans]
    return Reading(golds, tuple(hits), tuple(found))


def test_forced_takes_the_best_ranked_of_those_that_beat_their_null() -> None:
    one = reading(("Bern",), ("Bern", 2.0, 1.0), ("Rome", 3.0, 0.0), ("Oslo", -1.0, 9.0))
    assert forced([one], 0.0) == 0.0
    assert forced([one], 2.0) == 100.0
    assert forced([one, reading((), ("Bern", 1.0, 1.0))], 2.0) == 100.0


def test_fit_answers_what_is_clear_and_refuses_the_rest() -> None:
    readings = [reading(("Bern",), ("Bern", 9.0, 1.0))] * 20 + [
        reading((), ("Rome", 1.0, 1.0))
    ] * 10
    calibration, figures = fit(readings, 1.0)
    assert calibration.answers(9.0)
    assert not calibration.answers(1.0)
    assert figures["f1"] == 100.0
    assert (figures["refused_of_unanswerable"], figures["answered_of_answerable"]) == (1.0, 1.0)
