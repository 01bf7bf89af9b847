"""Refit confidence and threshold for one archive, from questions about it.

The logit of the shipped confidence gets a new slope and intercept, the threshold is the lowest that
keeps the risk that was asked for. What that gives is measured on questions that took no part: the
set is fitted in five parts, each measured with what the other four say.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from eval.questions import Question
from eval.risk import Attempt, Figures, attempt, best, figures, threshold_for
from eval.workers import in_order
from qa.datatypes import Answer, Filters
from qa.errors import InputError, PullquoteError

FOLDS = 5
FEWEST = 30
PRIOR = 10.0
LEAST_SLOPE = 0.05
REFUSE_ALL = float("inf")

Floats = NDArray[np.float64]
log = logging.getLogger(__name__)


class Answering(Protocol):
    """What a refit asks of a pipeline."""

    def answer(self, question: str, filters: Filters, asked: str | None) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Line:
    """``logit(confidence') = slope * logit(confidence) + intercept``; the slope is above zero."""

    slope: float
    intercept: float

    def apply(self, confidences: Floats) -> Floats:
        """Give the new confidences, of the shape of the old ones."""
        return np.asarray(1 / (1 + np.exp(-(self.slope * logits(confidences) + self.intercept))))

    def moved(self, one: Attempt) -> Attempt:
        """Give a question with the new confidences of its candidates."""
        found = self.apply(np.array(one.confidences, dtype=np.float64))
        return replace(one, confidences=tuple(found.tolist()))


@dataclass(frozen=True, slots=True)
class Refit:
    """The result: what to store, and what it gives, before and after. ``after`` is measured on
    questions that took no part in the fit that judges them."""

    line: Line
    threshold: float
    risk: float
    before: Figures
    after: Figures

    def lines(self) -> Iterator[str]:
        """Write what was before and what is after, for a terminal."""
        yield f"{'':<34}{'before':<24}after"
        both = zip(_table(self.before), _table(self.after), strict=True)
        for (label, was), (_, now) in both:
            yield f"{label:<34}{was:<24}{now}"
        yield "after: every fifth of the questions under a fit on the other four"
        yield (
            f"slope {self.line.slope:.3f}, intercept {self.line.intercept:+.3f}, "
            f"answers from confidence {self.threshold:.3f}"
        )


def attempts_of(
    pipeline: Answering,
    questions: Sequence[Question],
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Attempt]:
    """Ask the questions.

    :param pipeline: with threshold zero, so that every candidate that may answer is told.
    :param questions: those that tell neither an answer nor that there is none are left out.
    :param workers: how many questions are under way at a time.
    :param progress: called after each question with the number done and the total.
    :returns: one attempt per question; a question on which the pipeline fails has no candidate.
    """
    told = [question for question in questions if question.answers is not None]
    attempts = []
    for one in in_order(partial(_attempt, pipeline), told, workers):
        attempts.append(one)
        progress(len(attempts), len(told))
    return attempts


def refit(attempts: Sequence[Attempt], threshold: float, risk: float, seed: int = 0) -> Refit:
    """Fit a line and a threshold, and measure both.

    :param attempts: of the questions, with shipped confidences.
    :param threshold: the one in force until now.
    :param risk: the share of wrong ones among the answered that is allowed.
    :param seed: decides the five parts.
    :returns: the fit.
    :raises InputError: the questions are too few, or all alike, or no threshold keeps the risk.
    """
    _require_enough(attempts)
    line = fit_line(*best(attempts))
    found = threshold_for([line.moved(one) for one in attempts], risk)
    if line.slope <= LEAST_SLOPE:
        raise InputError(
            "On these questions a surer answer is not more often right: there is nothing to fit. "
            "Check that their answers are in this archive, and written as it writes them."
        )
    if found is None:
        raise InputError(
            f"No threshold keeps the wrong ones to {risk:.0%} of the answered on these questions. "
            "Allow a greater --risk, or give more questions."
        )
    before = figures(attempts, [threshold] * len(attempts))
    return Refit(line, found, risk, before, _cross_fitted(attempts, risk, seed))


def fit_line(confidences: Floats, right: Floats) -> Line:
    """Fit slope and intercept to the logit of the confidence by maximum likelihood (Platt 1999).

    Platt smooths his targets as if a few more examples had been seen. Here these are ten further
    questions that came out just as the shipped confidence says, so that few questions move it
    little.

    :param confidences: as shipped, shape ``(n,)``.
    :param right: 1 or 0, shape ``(n,)``.
    :returns: the line; its slope is at least 0.05.
    """
    from scipy.optimize import minimize

    targets = (len(right) * right + PRIOR * confidences) / (len(right) + PRIOR)
    features = np.stack([logits(confidences), np.ones_like(confidences)], axis=1)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = features @ weights
        value = (np.logaddexp(0, scores) - targets * scores).mean()
        return float(value), features.T @ (1 / (1 + np.exp(-scores)) - targets) / len(targets)

    bounds = [(LEAST_SLOPE, None), (None, None)]
    options = {"ftol": 1e-14, "gtol": 1e-10}
    found = minimize(loss, (1.0, 0.0), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return Line(float(found.x[0]), float(found.x[1]))


def logits(confidences: Floats) -> Floats:
    """Give the log odds; those of 0 and 1 are held finite.

    :param confidences: in [0, 1].
    :returns: of the same shape.
    """
    inside = np.clip(confidences, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(inside / (1 - inside)))


def _attempt(pipeline: Answering, question: Question) -> Attempt:
    golds = question.answers or ()
    try:
        return attempt(golds, pipeline.answer(question.question, Filters(), question.asked))
    except PullquoteError as error:
        log.warning("Question %s: %s", question.id, error)
    except Exception:
        log.exception("Question %s failed.", question.id)
    return Attempt((), (), bool(golds), stands=False)


def _require_enough(attempts: Sequence[Attempt]) -> None:
    _, right = best(attempts)
    if len(right) < FEWEST:
        raise InputError(
            f"{len(right)} questions found something to judge; at least {FEWEST} are needed to fit "
            "a confidence. Add questions with known answers, or feedback from the chat."
        )
    if right.all() or not right.any():
        what = "right" if right.all() else "wrong"
        raise InputError(
            f"All {len(right)} best candidates are {what}: a confidence cannot be fitted to that. "
            "Add questions of the other kind, for instance some without an answer in the archive."
        )


def _cross_fitted(attempts: Sequence[Attempt], risk: float, seed: int) -> Figures:
    """Measure every fifth of the questions with what the others say."""
    part = np.random.default_rng(seed).permutation(len(attempts)) % FOLDS
    moved, thresholds = list(attempts), [REFUSE_ALL] * len(attempts)
    for number in range(FOLDS):
        others = [one for one, own in zip(attempts, part, strict=True) if own != number]
        line = fit_line(*best(others))
        found = threshold_for([line.moved(one) for one in others], risk)
        for place in np.flatnonzero(part == number).tolist():
            moved[place] = line.moved(attempts[place])
            thresholds[place] = REFUSE_ALL if found is None else found
    return figures(moved, thresholds)


def _table(found: Figures) -> list[tuple[str, str]]:
    risk = "nothing was answered"
    if found.risk is not None:
        risk = f"{found.risk:.1%} ({found.low:.1%} to {found.high:.1%})"
    share = found.answered / found.questions
    return [
        ("Answered", f"{found.answered} of {found.questions} ({share:.0%})"),
        ("Wrong among the answered (95%)", risk),
        (
            "Refused of those without answer",
            f"{found.unanswerable_refused} of {found.unanswerable}",
        ),
        ("Calibration error", f"{found.error:.3f}"),
    ]
