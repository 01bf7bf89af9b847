"""Percentile bootstrap intervals (Efron 1979), drawn in one step rather than question by question.

A resample of n questions only matters by what it does to the statistic, so it is drawn there: for a
mean as counts of its distinct values, for a percentile as one order statistic of n uniform numbers,
for everything else as weights of the questions. All are seeded; equal input gives equal output.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
WEIGHTS_AT_ONCE = 500_000

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]


def interval(
    values: Sequence[float] | Floats, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Estimate the 95% interval of a mean.

    :param values: one number per question, at least one.
    :param seed: of the resampling; the same seed gives the same interval.
    :param resamples: how many sets of equal size are drawn with replacement.
    :returns: the 2.5th and the 97.5th nearest-rank percentile of their means.
    """
    distinct, counts = np.unique(np.asarray(values, dtype=np.float64), return_counts=True)
    total = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(total, counts / total, size=resamples)
    return middle(drawn @ distinct / total)


def percentile_interval(
    values: Sequence[float] | Floats, percent: float, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Estimate the 95% interval of a nearest-rank percentile.

    The k-th of n resampled values is the one under the k-th of n uniform numbers, which is
    distributed as Beta(k, n - k + 1).

    :param values: one number per question, at least one.
    :param percent: above 0, at most 100.
    :param seed: of the resampling.
    :param resamples: how many are drawn.
    :returns: the 2.5th and the 97.5th nearest-rank percentile.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    rank = math.ceil(percent * len(ordered) / 100)
    place = np.random.default_rng(seed).beta(rank, len(ordered) - rank + 1, size=resamples)
    return middle(ordered[np.minimum((place * len(ordered)).astype(int), len(ordered) - 1)])


def weighted_interval(
    statistic: Statistic, total: int, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Estimate the 95% interval of any statistic of the questions.

    :param statistic: from weights of shape ``(r, total)``, how often each question was drawn, to
        ``r`` numbers.
    :param total: how many questions, at least one.
    :param seed: of the resampling.
    :param resamples: how many sets are drawn.
    :returns: the 2.5th and the 97.5th nearest-rank percentile of the statistic.
    """
    draw = np.random.default_rng(seed)
    at_once = max(1, min(resamples, WEIGHTS_AT_ONCE // total))
    found = []
    for begin in range(0, resamples, at_once):
        sets = min(at_once, resamples - begin)
        rows = draw.integers(total, size=(sets, total)) + total * np.arange(sets)[:, None]
        weights = np.bincount(rows.ravel(), minlength=sets * total).reshape(sets, total)
        found.append(statistic(weights.astype(np.float64)))
    return middle(np.concatenate(found))


def middle(drawn: Floats) -> tuple[float, float]:
    """Give the 2.5th and the 97.5th nearest-rank percentile.

    :param drawn: at least one number.
    :returns: both, each one of the numbers.
    """
    ordered = np.sort(drawn)
    low, high = (math.ceil(percent * len(ordered) / 100) - 1 for percent in (2.5, 97.5))
    return float(ordered[low]), float(ordered[high])
