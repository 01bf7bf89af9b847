"""Margin to probability."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.confidence import Calibration
from qa.errors import ModelError


def test_confidence_is_the_logistic_of_the_scaled_margin() -> None:
    calibration = Calibration(slope=2.0, intercept=-3.0, threshold=0.5)
    assert calibration.confidence(1.5) == pytest.approx(0.5)
    assert calibration.confidence(2.5) == pytest.approx(1 / (1 + 2.718281828459045**-2))


@given(st.floats(-50, 0))
def test_margins_that_lose_to_their_null_are_all_alike(margin: float) -> None:
    calibration = Calibration(slope=1.0, intercept=1.0, threshold=0.0)
    assert calibration.confidence(margin) == calibration.confidence(0.0)
    assert not calibration.answers(margin)


def test_answer_needs_the_threshold() -> None:
    calibration = Calibration(slope=1.0, intercept=0.0, threshold=0.75)
    assert [calibration.answers(margin) for margin in (1.0, 1.2)] == [False, True]


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
    assert own.confidence(margin) == pytest.approx(1 / (1 + math.exp(-logit)))
    assert own.threshold == 0.6
