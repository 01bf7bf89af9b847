"""Confidence against what is right, by values worked out by hand, and intervals that hold them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.abstention import (
    area_under_risk,
    best_share,
    calibration_error,
    coverage_at,
    equal_mass_error,
    risk_coverage,
)
from eval.bootstrap import interval, percentile_interval, weighted_interval

SURE = np.array([0.9, 0.8, 0.8, 0.1])
RIGHT = np.array([1.0, 1.0, 0.0, 0.0])


def test_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    # Bin 0.9: |0.9 - 1|; bin 0.8: |1.6 - 1|; bin 0.1: |0.1 - 0|
    assert calibration_error(SURE, RIGHT).value == pytest.approx((0.1 + 0.6 + 0.1) / 4)
    assert calibration_error(np.ones(3), np.ones(3)).value == 0.0


def test_risk_is_the_mean_error_of_the_surest() -> None:
    told = [(point.coverage, point.risk) for point in risk_coverage(SURE, RIGHT)]
    # Equal confidences count with their mean: half an error each.
    assert told == [(0.25, 0.0), (0.5, 0.25), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert area_under_risk(SURE, RIGHT).value == pytest.approx((0 + 0.25 + 1 / 3 + 0.5) / 4)


def test_long_curve_has_a_hundred_points_with_both_ends() -> None:
    points = risk_coverage(np.linspace(1, 0, 1001), np.ones(1001))
    assert (len(points), points[0].coverage, points[-1].coverage) == (100, 11 / 1001, 1.0)


def test_best_share_answers_while_it_gains() -> None:
    assert best_share([1.0, -1.0, 1.0, 1.0], [0.0, 1.0, 0.0, 0.0]).value == 0.75
    assert best_share([-1.0, -1.0], [1.0, 1.0]).value == 1.0


@given(st.permutations(range(6)))
def test_order_of_the_questions_plays_no_part(order: list[int]) -> None:
    sure, right = np.array([0.9, 0.5, 0.5, 0.5, 0.2, 0.1]), np.array([1.0, 1, 0, 0, 1, 0])
    moved = area_under_risk(sure[order], right[order]).value
    assert moved == pytest.approx(area_under_risk(sure, right).value)


def test_intervals_hold_their_value_and_narrow_with_more_questions() -> None:
    draw = np.random.default_rng(1)
    widths = []
    for total in (50, 5000):
        sure = draw.random(total)
        area = area_under_risk(sure, (draw.random(total) < sure).astype(float))
        assert area.low <= area.value <= area.high
        widths.append(area.high - area.low)
    assert widths[1] < widths[0] / 4


def test_weights_and_counts_draw_the_same_interval_of_a_mean() -> None:
    values = np.array([0.0] * 700 + [1.0] * 300)
    drawn = weighted_interval(lambda weights: weights @ values / 1000, 1000)
    assert drawn == pytest.approx(interval(values), abs=0.004)
    assert drawn == pytest.approx((0.2716, 0.3284), abs=0.004)


def test_interval_of_a_percentile_is_made_of_the_values() -> None:
    values = list(range(1, 1001))
    low, high = percentile_interval(values, 50)
    # The binomial interval of the rank: 500 +- 1.96 * sqrt(250).
    assert low == pytest.approx(469, abs=6)
    assert high == pytest.approx(531, abs=6)
    assert percentile_interval([4.0], 95) == (4.0, 4.0)


def test_equal_mass_error_is_the_gap_by_bin_of_equally_many() -> None:
    confidences = np.repeat(np.arange(10) / 10, 4)
    right = np.tile([1.0, 0.0, 0.0, 0.0], 10)
    expected = np.abs(np.arange(10) / 10 - 0.25).mean()
    found = equal_mass_error(confidences, right)
    assert found.value == pytest.approx(expected)
    assert found.low <= found.value <= found.high
    shuffled = np.random.default_rng(0).permutation(40)
    assert equal_mass_error(confidences[shuffled], right[shuffled]).value == pytest.approx(expected)
    assert equal_mass_error(np.full(6, 0.5), np.array([1.0, 0, 1, 0, 1, 0])).value == 0


def test_coverage_is_the_most_that_keeps_the_risk() -> None:
    confidences = np.arange(20, 0, -1) / 20
    right = np.ones(20)
    right[[9, 10, 11]] = 0  # 1 of 10, 2 of 11, 3 of 12 are wrong, and then 3 of 20
    assert coverage_at(confidences, right, 0.10).value == pytest.approx(10 / 20)
    assert coverage_at(confidences, right, 0.15).value == 1
    assert coverage_at(confidences, 1 - right, 0.10).value == 0
