"""Margin to probability."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.confidence import Calibration, Regression
from qa.errors import ModelError
from qa.evidence import FEATURES, Evidence


def test_confidence_is_the_logistic_of_the_scaled_margin() -> None:
    calibration = Calibration(slope=2.0, intercept=-3.0, threshold=0.5)
    assert calibration.confidence(Evidence(1.5)) == pytest.approx(0.5)
    assert calibration.confidence(Evidence(2.5)) == pytest.approx(1 / (1 + 2.718281828459045**-2))


@given(st.floats(-50, 0))
def test_margins_that_lose_to_their_null_are_all_alike(margin: float) -> None:
    calibration = Calibration(slope=1.0, intercept=1.0, threshold=0.0)
    assert calibration.confidence(Evidence(margin)) == calibration.confidence(Evidence(0.0))
    assert not calibration.answers(Evidence(margin))


def test_answer_needs_the_threshold() -> None:
    calibration = Calibration(slope=1.0, intercept=0.0, threshold=0.75)
    assert [calibration.answers(Evidence(margin)) for margin in (1.0, 1.2)] == [False, True]


def test_reader_without_calibration_answers_from_even_odds(tmp_path: Path) -> None:
    assert Calibration.load(tmp_path) == Calibration(1.0, 0.0, 0.5)


@pytest.mark.parametrize("content", ["", "[]", '{"slope": 1}', '{"slope": 1, "intercept": "x"}'])
def test_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(ModelError, match=r"calibration\.json is damaged"):
        Calibration.load(tmp_path)


@given(st.floats(0, 20), st.floats(0.1, 3), st.floats(-3, 3))
def test_recalibration_is_a_line_through_the_logit(
    margin: float, slope: float, shift: float
) -> None:
    shipped = Calibration(slope=0.5, intercept=-2.0, threshold=0.3)
    own = shipped.recalibrated(slope, shift, 0.6)
    logit = slope * (0.5 * margin - 2.0) + shift
    assert own.confidence(Evidence(margin)) == pytest.approx(1 / (1 + math.exp(-logit)))
    assert own.threshold == 0.6


REGRESSION = Regression(weights=(0.5, 0.25, 1.0, 2.0), intercept=-3.0, losing=-2.0)
FITTED = Calibration(1.0, 0.0, 0.4, REGRESSION)


def logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def test_confidence_is_the_regression_on_the_features() -> None:
    values = (4.0, 2.0, 0.5, 1.0)  # 0.5 * 4 + 0.25 * 2 + 0.5 + 2 - 3
    assert FITTED.confidence(Evidence(9.0, values)) == pytest.approx(logistic(2.0))
    assert FITTED.recalibrated(2.0, -1.0, 0.5).confidence(Evidence(9.0, values)) == pytest.approx(
        logistic(3.0)
    )


@given(st.floats(-50, 0))
def test_spans_that_lose_to_their_null_have_one_confidence_and_never_answer(margin: float) -> None:
    assert FITTED.confidence(Evidence(margin)) == pytest.approx(logistic(-2.0))
    assert not Calibration(1.0, 0.0, 0.0, REGRESSION).answers(Evidence(margin))


def test_file_gives_back_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text(json.dumps(FITTED.to_fields() | {"reader": "tiny"}))
    assert Calibration.load(tmp_path) == FITTED


def test_file_of_the_first_format_is_the_margin_alone(tmp_path: Path) -> None:
    fields = {"slope": 0.4, "intercept": -2.4, "threshold": 0.3, "open": {"f1": 62.0}}
    (tmp_path / "calibration.json").write_text(json.dumps(fields))
    assert Calibration.load(tmp_path) == Calibration(0.4, -2.4, 0.3)
    assert Calibration.load(tmp_path).id == ""


def test_format_and_features_of_another_version_are_refused(tmp_path: Path) -> None:
    later = FITTED.to_fields() | {"format": 3}
    other = FITTED.to_fields() | {
        "regression": {"weights": {"margin": 1}, "intercept": 0, "losing": 0}
    }
    for fields in (later, other):
        (tmp_path / "calibration.json").write_text(json.dumps(fields))
        with pytest.raises(ModelError, match="this version"):
            Calibration.load(tmp_path)


def test_given_paragraph_has_a_threshold_of_its_own_unless_one_is_set(tmp_path: Path) -> None:
    both = replace(FITTED, given=0.7)
    (tmp_path / "calibration.json").write_text(json.dumps(both.to_fields()))
    known = Calibration.load(tmp_path)
    assert known == both
    assert (known.threshold, known.of_given.threshold) == (0.4, 0.7)
    assert known.of_given.regression == known.regression
    assert (FITTED.of_given, known.id) == (FITTED, FITTED.id)
    assert known.at(0.2).of_given.threshold == 0.2


def test_id_tells_calibrators_apart_whatever_their_threshold() -> None:
    assert Calibration(1.0, 0.0, 0.9, REGRESSION).id == FITTED.id != ""
    assert Calibration(1.0, 0.0, 0.4, replace(REGRESSION, losing=-1.0)).id != FITTED.id


def test_shipped_calibration_has_a_weight_for_every_feature() -> None:
    shipped = Calibration.load(Path(__file__).parent.parent / "qa" / "weights")
    assert shipped.regression is not None
    weights = dict(zip(FEATURES, shipped.regression.weights, strict=True))
    assert min(weights["apart"], weights["lead"]) > 0
