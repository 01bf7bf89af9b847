"""How well confidence tells right from wrong: reliability, and risk against coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.bootstrap import Floats, Statistic, weighted_interval

BINS = 10
POINTS = 100


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose confidence is from ``low`` up to ``high``: their mean confidence and the
    share whose best candidate is right, both in [0, 1]."""

    low: float
    high: float
    confidence: float
    right: float
    total: int


@dataclass(frozen=True, slots=True)
class Point:
    """When the surest ``coverage`` of the questions are answered, ``risk`` of the answers are
    wrong; ``confidence`` is that of the least sure of them. All in [0, 1]."""

    coverage: float
    risk: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Value:
    """A value in [0, 1] with its 95% bootstrap interval."""

    value: float
    low: float
    high: float


def reliability(confidences: Floats, right: Floats) -> tuple[Bin, ...]:
    """Sort questions into bins of equal width by confidence; those at 1 stand in the last.

    :param confidences: in [0, 1], shape ``(n,)``.
    :param right: 1 or 0, shape ``(n,)``.
    :returns: the bins that hold a question, in ascending order.
    """
    place = _bin(confidences)
    return tuple(
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            confidence=float(confidences[place == number].mean()),
            right=float(right[place == number].mean()),
            total=int((place == number).sum()),
        )
        for number in range(BINS)
        if (place == number).any()
    )


def calibration_error(confidences: Floats, right: Floats) -> Value:
    """Give the mean gap of confidence and accuracy over the bins (Guo et al. 2017, eq. 5).

    :param confidences: in [0, 1], shape ``(n,)``, n at least 1.
    :param right: 1 or 0, shape ``(n,)``.
    :returns: 0 (perfect) to 1.
    """
    place, total = _bin(confidences), len(confidences)
    gaps = np.where(place[:, None] == np.arange(BINS), (confidences - right)[:, None], 0.0)

    def error(weights: Floats) -> Floats:
        return np.asarray(np.abs(weights @ gaps).sum(axis=1) / total)

    return _value(error, total)


def equal_mass_error(confidences: Floats, right: Floats) -> Value:
    """Give the mean gap of confidence and accuracy over ten bins of about equally many questions
    (Nixon et al. 2019, section 3). Questions of equal confidence share a bin.

    :param confidences: in [0, 1], shape ``(n,)``, n at least 1.
    :param right: 1 or 0, shape ``(n,)``.
    :returns: 0 (perfect) to 1.
    """
    total = len(confidences)
    _, level, counts = np.unique(confidences, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - counts / 2
    place = np.minimum((middles * BINS / total).astype(np.int64), BINS - 1)[level]
    gaps = np.where(place[:, None] == np.arange(BINS), (confidences - right)[:, None], 0.0)

    def error(weights: Floats) -> Floats:
        return np.asarray(np.abs(weights @ gaps).sum(axis=1) / total)

    return _value(error, total)


def coverage_at(confidences: Floats, right: Floats, risk: float) -> Value:
    """Give the greatest share of the questions that can be answered, surest first, so that no more
    than ``risk`` of the answers are wrong.

    :param confidences: in [0, 1], shape ``(n,)``, n at least 1.
    :param right: 1 or 0, shape ``(n,)``.
    :param risk: the share of wrong ones that is allowed.
    :returns: 0 (no question) to 1.
    """
    _, wrong = _by_confidence(confidences, right)

    def coverage(weights: Floats) -> Floats:
        answered = np.cumsum(weights, axis=1)
        kept = np.cumsum(weights * wrong, axis=1) <= risk * answered + 1e-9
        return np.asarray(np.where(kept, answered, 0).max(axis=1) / len(wrong))

    return _value(coverage, len(wrong))


def risk_coverage(confidences: Floats, right: Floats) -> tuple[Point, ...]:
    """Give the curve of risk over coverage, surest questions first, at a hundred points at most.

    Questions of equal confidence count with their mean, so their order plays no part.

    :param confidences: in [0, 1], shape ``(n,)``.
    :param right: 1 or 0, shape ``(n,)``.
    :returns: points in ascending coverage.
    """
    ordered, wrong = _by_confidence(confidences, right)
    total = len(ordered)
    risks = np.cumsum(wrong) / np.arange(1, total + 1)
    counts = np.unique(np.ceil(np.linspace(0, total, min(total, POINTS) + 1)[1:]).astype(int))
    return tuple(Point(int(n) / total, float(risks[n - 1]), float(ordered[n - 1])) for n in counts)


def area_under_risk(confidences: Floats, right: Floats) -> Value:
    """Give the area under the risk-coverage curve: the mean risk over all n coverages (Geifman and
    El-Yaniv 2017, section 2).

    :param confidences: in [0, 1], shape ``(n,)``, n at least 1.
    :param right: 1 or 0, shape ``(n,)``.
    :returns: 0 (perfect) to 1.
    """
    _, wrong = _by_confidence(confidences, right)

    def area(weights: Floats) -> Floats:
        answered = np.maximum(np.cumsum(weights, axis=1), 1)
        risks = np.cumsum(weights * wrong, axis=1) / answered
        return np.asarray((weights * risks).sum(axis=1) / len(wrong))

    return _value(area, len(wrong))


def best_share(gains: Sequence[float], base: Sequence[float]) -> Value:
    """Give the best mean score over all thresholds.

    :param gains: what answering each question adds to refusing it, surest first.
    :param base: what refusing each question scores, in the same order.
    :returns: in [0, 1].
    """
    steps, refused = np.asarray(gains, dtype=np.float64), np.asarray(base, dtype=np.float64)

    def best(weights: Floats) -> Floats:
        gained = np.cumsum(weights * steps, axis=1).max(axis=1)
        return np.asarray((weights @ refused + np.maximum(gained, 0)) / len(steps))

    return _value(best, len(steps))


def _value(statistic: Statistic, total: int) -> Value:
    value = float(statistic(np.ones((1, total)))[0])
    return Value(value, *weighted_interval(statistic, total))


def _bin(confidences: Floats) -> NDArray[np.int64]:
    return np.minimum((confidences * BINS).astype(np.int64), np.int64(BINS - 1))


def _by_confidence(confidences: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Confidences, highest first, and the mean error at each of them."""
    levels, level, counts = np.unique(-confidences, return_inverse=True, return_counts=True)
    wrong = np.bincount(level, weights=1 - right) / counts
    return np.repeat(-levels, counts), np.repeat(wrong, counts)
