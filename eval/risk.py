"""How often a threshold answers, how often that is wrong, and which threshold keeps a promise.

Risk is the share of wrong ones among the answered (El-Yaniv and Wiener 2010, section 2). An answer
is right where it equals a gold answer in normal form; to answer what has no answer is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.abstention import calibration_error
from eval.metrics import exact_match
from qa.datatypes import Answer

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A question with its candidates in order of rank: the confidence of each, and whether it is
    right. ``stands`` is False where no candidate beats the null of its passage, so that none can be
    an answer; the best one is shown with its confidence all the same."""

    confidences: tuple[float, ...]
    right: tuple[bool, ...]
    answerable: bool
    stands: bool = True

    def right_at(self, threshold: float) -> bool | None:
        """Tell what comes of a threshold.

        :param threshold: the confidence needed to answer.
        :returns: whether the answer is right; None for a refusal.
        """
        chosen = (
            right
            for confidence, right in zip(self.confidences, self.right, strict=True)
            if self.stands and confidence >= threshold
        )
        return next(chosen, None)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a calibration does to a set of questions, counted. ``low`` and ``high`` bound the risk
    at 95% (Clopper and Pearson 1934); ``error`` is the expected calibration error of the best
    candidates, in [0, 1]."""

    questions: int
    answered: int
    wrong: int
    low: float
    high: float
    unanswerable: int
    unanswerable_refused: int
    error: float

    @property
    def risk(self) -> float | None:
        """The share of wrong ones among the answered; None where nothing was answered."""
        return self.wrong / self.answered if self.answered else None


def attempt(golds: Sequence[str], answer: Answer) -> Attempt:
    """Judge the candidates of an answer that was made with threshold zero.

    :param golds: the right answers; none where there is nothing to find.
    :param answer: the record; answered as soon as a candidate beats its null.
    :returns: all candidates in order of rank.
    """
    return Attempt(
        confidences=tuple(quote.confidence for quote in answer.quotes),
        right=tuple(bool(golds) and exact_match(q.answer, golds) == 1 for q in answer.quotes),
        answerable=bool(golds),
        stands=answer.status == "answered",
    )


def threshold_for(attempts: Sequence[Attempt], risk: float) -> float | None:
    """Find the lowest threshold that keeps the risk.

    It is kept where ``(wrong + 1) / (answered + 1) <= risk``: one more answered question, and that
    one wrong, would not break it. So a handful of lucky answers never settles a threshold (compare
    the correction for finite samples of conformal risk control, Angelopoulos et al. 2022).

    :param attempts: questions with their candidates.
    :param risk: the share of wrong ones among the answered that is allowed.
    :returns: halfway to the next confidence that is left out; None where no threshold keeps it.
    """
    steps = sorted((step for one in attempts for step in _steps(one)), reverse=True)
    if not steps:
        return None
    levels, answered, wrong = np.array(steps, dtype=np.float64).T
    answered, wrong = np.cumsum(answered), np.cumsum(wrong)
    last = np.append(levels[1:] < levels[:-1], True)  # equal confidences are answered together
    kept = np.flatnonzero(last & ((wrong + 1) / (answered + 1) <= risk + 1e-12))
    if not len(kept):
        return None
    cut = kept[-1]
    return float((levels[cut] + levels[min(cut + 1, len(levels) - 1)]) / 2)


def figures(attempts: Sequence[Attempt], thresholds: Sequence[float]) -> Figures:
    """Count what thresholds give.

    :param attempts: questions with their candidates, at least one with a candidate.
    :param thresholds: one for each of them: the confidence needed to answer.
    :returns: the figures.
    """
    decided = [one.right_at(level) for one, level in zip(attempts, thresholds, strict=True)]
    answered, wrong = sum(right is not None for right in decided), decided.count(False)
    low, high = _interval(wrong, answered)
    none_to_find = [d for one, d in zip(attempts, decided, strict=True) if not one.answerable]
    return Figures(
        questions=len(attempts),
        answered=answered,
        wrong=wrong,
        low=low,
        high=high,
        unanswerable=len(none_to_find),
        unanswerable_refused=none_to_find.count(None),
        error=calibration_error(*best(attempts)).value,
    )


def best(attempts: Sequence[Attempt]) -> tuple[Floats, Floats]:
    """Give the best candidates, the ones a reader sees first.

    :param attempts: questions; those without a candidate are left out.
    :returns: their confidence, and 1 or 0 for right or wrong; each of shape ``(n,)``.
    """
    found = [(one.confidences[0], one.right[0]) for one in attempts if one.confidences]
    confidences, right = np.array(found, dtype=np.float64).reshape(-1, 2).T
    return confidences, right


def _steps(one: Attempt) -> Iterator[tuple[float, int, int]]:
    """Tell what a falling threshold changes: at which confidence, and what is added to the answered
    and to the wrong. Of the candidates that pass, the first in rank is the answer, so only one that
    is surer than all before it ever is."""
    surest: list[tuple[float, int]] = []
    for confidence, right in zip(one.confidences, one.right, strict=True):
        if one.stands and (not surest or confidence > surest[-1][0]):
            surest.append((confidence, int(not right)))
    new, wrong_before = 1, 0
    for confidence, wrong in reversed(surest):
        yield confidence, new, wrong - wrong_before
        new, wrong_before = 0, wrong


def _interval(wrong: int, answered: int) -> tuple[float, float]:
    if not answered:
        return 0.0, 1.0
    from scipy.stats import binomtest

    bounds = binomtest(wrong, answered).proportion_ci(0.95, method="exact")
    return float(bounds.low), float(bounds.high)
