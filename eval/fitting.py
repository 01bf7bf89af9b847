"""The calibrator: a logistic regression on the evidence for a span, and the threshold.

Two regressions follow one another. The first tells spans in the right place (F1 of one half or
more) from others: where an annotator drew the edges of an answer is chance, and would drown what
can be known. The second is Platt's line from its log odds to exact match, which is what confidence
means everywhere in this project.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.readings import Judged
from qa.confidence import Calibration, Regression
from qa.evidence import FEATURES

FOLDS = 5
PENALTY = 3.0
PLACE = 0.5  # the F1 from which on a span is in the right place
RESAMPLES = 200
REFUSED = 0.95  # of the unanswerable questions about a given paragraph
LEVELS = np.arange(0.01, 1.0, 0.01)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tried:
    """A question about ``article`` with the spans that may be answered, best-ranked first. ``raw``
    are the softmax of the first within its passage, and over all passages."""

    article: str
    answerable: bool
    spans: tuple[Judged, ...]
    raw: tuple[float, float] = (0.0, 0.0)

    @property
    def stands(self) -> bool:
        """Whether a span beats the null of its passage."""
        return bool(self.spans) and self.spans[0].evidence.margin > 0


@dataclass(frozen=True, slots=True)
class Decided:
    """What a calibration makes of a question: its confidence in the first span, and the first span
    that it answers with; None for a refusal."""

    confidence: float
    answer: Judged | None


def logistic(features: Floats, right: Floats, penalty: float) -> tuple[Floats, float]:
    """Fit a logistic regression by Newton's method, on standardised features.

    :param features: shape ``(n, k)``.
    :param right: 1 or 0, shape ``(n,)``.
    :param penalty: half of it times the squared standardised weights is added to the loss.
    :returns: weights, shape ``(k,)``, and intercept, for features as they were given.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    scaled = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    ridge = np.diag([*np.full(features.shape[1], penalty), 1e-6])
    weights = np.zeros(scaled.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (chance - right) + ridge @ weights
        bend = (scaled * (chance * (1 - chance))[:, None]).T @ scaled + ridge
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    own = weights[:-1] / spread
    return own, float(weights[-1] - own @ mean)


def fit_regression(questions: Sequence[Tried]) -> Regression:
    """Fit both regressions to the first span of each question, and make one of them.

    :param questions: some of them with a span that beats its null.
    :returns: from evidence to the log odds of exact match.
    """
    firsts = [q.spans[0] for q in questions if q.stands]
    features = np.array([span.evidence.values for span in firsts]).reshape(-1, len(FEATURES))
    exact = np.array([span.exact for span in firsts])
    place = np.array([float(span.f1 >= PLACE) for span in firsts])
    weights, intercept = logistic(features, place, PENALTY)
    line, shift = logistic((features @ weights + intercept)[:, None], exact, PENALTY / len(firsts))
    slope = float(line[0])
    losing = [q.spans[0].exact for q in questions if q.spans and not q.stands]
    odds = (sum(losing) + 0.5) / (len(losing) - sum(losing) + 0.5)
    return Regression(
        weights=tuple(float(slope * weight) for weight in weights),
        intercept=slope * intercept + shift,
        losing=float(np.log(odds)),
    )


def fit_evidence(questions: Sequence[Tried]) -> Calibration:
    """Fit to all the evidence.

    :param questions: some of them with a span that beats its null.
    :returns: a calibration with threshold 0.
    """
    return Calibration(1.0, 0.0, 0.0, fit_regression(questions))


def fit_margin(questions: Sequence[Tried]) -> Calibration:
    """Fit Platt's line from the margin alone to exact match.

    :param questions: any.
    :returns: a calibration with threshold 0.
    """
    firsts = [q.spans[0] if q.spans else None for q in questions]
    margins = np.array([0.0 if one is None else max(0.0, one.evidence.margin) for one in firsts])
    exact = np.array([0.0 if one is None else one.exact for one in firsts])
    slope, intercept = logistic(margins[:, None], exact, 1e-6)
    return Calibration(float(slope[0]), intercept, 0.0)


def cross_fitted(
    questions: Sequence[Tried], fitted_on: Sequence[Tried] | None = None
) -> list[Calibration]:
    """Give each question what was fitted to questions about other articles.

    :param questions: of several articles.
    :param fitted_on: the questions to fit to; None for these themselves.
    :returns: a calibration with threshold 0 for each question.
    """
    known = questions if fitted_on is None else fitted_on
    fitted = [fit_evidence([q for q in known if _fold(q.article) != f]) for f in range(FOLDS)]
    return [fitted[_fold(question.article)] for question in questions]


def decide(question: Tried, calibration: Calibration, threshold: float) -> Decided:
    """Decide as the pipeline does: the best-ranked span that is sure enough is the answer.

    :param question: with its spans.
    :param calibration: evidence to probability; its own threshold is not used.
    :param threshold: the confidence from which on a question is answered.
    :returns: the decision.
    """
    sure = [calibration.confidence(span.evidence) for span in question.spans]
    passing = (
        span
        for span, confidence in zip(question.spans, sure, strict=True)
        if span.evidence.margin > 0 and confidence >= threshold
    )
    return Decided(sure[0] if sure else 0.0, next(passing, None))


def best_threshold(questions: Sequence[Tried], fitted: Sequence[Calibration]) -> float:
    """Find the threshold of the best mean F1 where a refusal scores 1 for a question without an
    answer and 0 for one with (the measure of SQuAD 2.0, Rajpurkar et al. 2018).

    So an answer is given where its expected F1 is greater than the chance that there is none. An
    earlier rule took the highest threshold within one standard error of the best, since a wrong
    quote costs more than a refusal; but a refusal costs as well, and by how much that rule went up
    was chance: the fewer the questions, the more. Who minds wrong quotes more sets a threshold, or
    a risk with ``pullquote calibrate``. The mean is flat around its best, so this is the median of
    the best ones of 200 resamples.

    :param questions: answerable and unanswerable, as many as are to be expected.
    :param fitted: one calibration for each, fitted to others.
    :returns: the threshold, in steps of 0.01.
    """
    gains = np.array(
        [
            [_f1(q, decide(q, calibration, level)) for level in LEVELS]
            for q, calibration in zip(questions, fitted, strict=True)
        ]
    )
    total = len(questions)
    weights = np.random.default_rng(0).multinomial(total, np.full(total, 1 / total), RESAMPLES)
    return round(float(np.median(LEVELS[(weights @ gains).argmax(axis=1)])), 3)


def refusing_threshold(
    questions: Sequence[Tried], fitted: Sequence[Calibration], share: float = REFUSED
) -> float:
    """Find the lowest threshold that refuses a share of the questions without an answer.

    For a given paragraph the mean F1 of held-out questions would let too much through: what makes
    them unanswerable (a name exchanged, a neighbouring paragraph) is easier to see than what people
    write to mislead.

    :param questions: some of them unanswerable.
    :param fitted: one calibration for each, fitted to others.
    :param share: of the unanswerable ones, 0 to 1.
    :returns: the threshold, in steps of 0.01.
    """
    pairs = [(q, c) for q, c in zip(questions, fitted, strict=True) if not q.answerable]
    refused = [np.mean([decide(q, c, level).answer is None for q, c in pairs]) for level in LEVELS]
    enough = np.flatnonzero(np.array(refused) >= share)
    return round(float(LEVELS[enough[0] if len(enough) else -1]), 3)


def _f1(question: Tried, decided: Decided) -> float:
    return float(not question.answerable) if decided.answer is None else decided.answer.f1


def _fold(article: str) -> int:
    return int(hashlib.sha1(f"fold {article}".encode()).hexdigest(), 16) % FOLDS
