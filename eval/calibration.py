"""Fit the confidence and the threshold of a reader, and the mix that ranks, on held-out articles.

``python -m eval.calibration DATA`` reads the held-out part of every training set in two ways: from
the given paragraph, and open, over a store of all held-out paragraphs. A third of the questions are
made unanswerable: the paragraph is exchanged for the nearest one without the answer, or every
passage that holds the answer is taken out of the archive; and for one half of them the question
itself has a name, a number or a word exchanged.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.held_out import (
    STAND_ALONE,
    HeldOut,
    Reading,
    held_out_questions,
    read_gold,
    read_open,
    recall_at_five,
)
from qa.confidence import FILE, Calibration
from qa.models import load_encoder, load_reader
from qa.reader import WEIGHTS
from qa.settings import load_settings

WEIGHTS_TRIED = (0.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0)
DENSE_TRIED = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0)

Floats = NDArray[np.float64]
Figures = dict[str, float]


def fit_platt(margins: Floats, right: Floats, steps: int = 100) -> tuple[float, float]:
    """Fit ``P(right) = 1 / (1 + exp(-(slope * margin + intercept)))`` by Newton's method, with
    Platt's smoothed targets (Platt 1999, section 2.2).

    :param margins: shape ``(n,)``, not below zero.
    :param right: shape ``(n,)``, 1 for a right answer, else 0.
    :param steps: the most Newton steps.
    :returns: slope and intercept.
    """
    positives, negatives = right.sum(), (1 - right).sum()
    targets = np.where(right > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    features = np.stack([margins, np.ones_like(margins)], axis=1)
    weights = np.zeros(2)
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (chance - targets)
        bend = (features * (chance * (1 - chance))[:, None]).T @ features + 1e-9 * np.eye(2)
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return float(weights[0]), float(weights[1])


def careful_threshold(
    confidences: Floats, scores: Floats, answerable: Floats
) -> tuple[float, float]:
    """Find the confidence from which to answer: the highest whose mean F1 is within one standard
    error of the best (the rule of Breiman et al. 1984, section 3.4.3).

    Around the best threshold the mean is flat; of thresholds that cannot be told apart the one that
    answers least is taken, because a wrong quote costs a reader more than a refusal.

    :param confidences: shape ``(n,)``.
    :param scores: F1 of answering, shape ``(n,)``; zero where there is no answer.
    :param answerable: shape ``(n,)``, 1 or 0; refusing scores 1 where it is 0.
    :returns: threshold and the mean F1 it gives.
    """
    order = np.argsort(-confidences, kind="stable")
    gains = np.concatenate([[0.0], np.cumsum(scores[order] - (1 - answerable[order]))])
    means = ((1 - answerable).sum() + gains) / len(order)
    best = int(means.argmax())
    each = np.concatenate([scores[order[:best]], 1 - answerable[order[best:]]])
    enough = means[best] - each.std() / np.sqrt(len(each))
    cut = int(np.flatnonzero(means >= enough)[0])
    edges = np.concatenate([[1.0], confidences[order], [0.0]])
    return float((edges[cut] + edges[cut + 1]) / 2), float(means[cut])


def expected_calibration_error(confidences: Floats, right: Floats, bins: int = 10) -> float:
    """Give the mean gap of confidence and accuracy over equal-width bins (Guo et al. 2017, eq. 5).

    :param confidences: shape ``(n,)``.
    :param right: shape ``(n,)``, 1 or 0.
    :param bins: how many.
    :returns: 0 (perfect) to 1.
    """
    place = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [abs((confidences - right)[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(confidences))


def fit(readings: Sequence[Reading], retrieval_weight: float) -> tuple[Calibration, Figures]:
    """Fit confidence and threshold.

    :param readings: of held-out questions.
    :param retrieval_weight: of the ranking.
    :returns: the calibration, and what it gives on the same readings.
    """
    margins, exact, scores, answerable = _outcomes(readings, retrieval_weight)
    slope, intercept = fit_platt(np.maximum(margins, 0), exact)
    shape = Calibration(slope, intercept, 0.0)
    confidences = np.array([shape.confidence(margin) for margin in margins])
    threshold, _ = careful_threshold(confidences, scores, answerable)
    calibration = Calibration(slope, intercept, threshold)
    return calibration, measure(readings, retrieval_weight, calibration)


def measure(
    readings: Sequence[Reading], retrieval_weight: float, calibration: Calibration
) -> Figures:
    """Tell what a calibration gives.

    :param readings: of held-out questions.
    :param retrieval_weight: of the ranking.
    :param calibration: the one to measure.
    :returns: figures by name; F1 and exact match in percent, the rest as shares.
    """
    margins, exact, scores, answerable = _outcomes(readings, retrieval_weight)
    answered = np.array([calibration.answers(margin) for margin in margins])
    confidences = np.array([calibration.confidence(margin) for margin in margins])
    return {
        "questions": float(len(readings)),
        "f1": 100 * float(np.where(answered, scores, 1 - answerable).mean()),
        "exact": 100 * float(np.where(answered, exact, 1 - answerable).mean()),
        "refused_of_unanswerable": float((~answered)[answerable == 0].mean()),
        "answered_of_answerable": float(answered[answerable == 1].mean()),
        "ece": expected_calibration_error(confidences, exact),
    }


def _outcomes(readings: Sequence[Reading], retrieval_weight: float) -> tuple[Floats, ...]:
    """Give margins, exact match, F1 and whether there is an answer, each of shape ``(n,)``."""
    margins, exact, scores = np.array([r.best(retrieval_weight) for r in readings]).T
    answerable = np.array([bool(r.golds) for r in readings], dtype=float)
    return margins, exact * answerable, scores * answerable, answerable


def forced(readings: Sequence[Reading], retrieval_weight: float) -> float:
    """Give exact match when every answerable question is answered, in percent."""
    return 100 * float(np.mean([r.best(retrieval_weight)[1] for r in readings if r.golds]))


def main() -> None:
    """Calibrate a reader and write ``calibration.json`` beside its weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.calibration", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of training sets (SQuAD JSON)")
    parser.add_argument("--reader", default="default", help="folder of the reader")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    settings = load_settings(reader=options.reader)
    reader, encoder = load_reader(settings), load_encoder(settings)
    stems = sorted(path.stem for path in options.data.glob("*.json"))
    given = held_out_questions(options.data, stems, rng)
    asked = held_out_questions(options.data, STAND_ALONE, rng)
    paragraphs = {q.paragraph.context: q.paragraph for q in [*given, *asked]}
    archive = HeldOut(list(paragraphs.values()), encoder)
    _say(f"{len(asked)} questions asked open, {len(given)} of a given paragraph")
    for share in DENSE_TRIED:
        found = recall_at_five(asked, archive, encoder, share)
        _say(f"dense weight {share}: recall@5 {found:.2f}")
    opened = list(read_open(asked, archive, encoder, reader, rng))
    golden = list(read_gold(given, archive, encoder, reader, rng))
    for tried in WEIGHTS_TRIED:
        _say(f"retrieval weight {tried}: open forced EM {forced(opened, tried):.2f}")
    nearest = [max(hit.dense for hit in r.hits) for r in opened if r.golds]
    _say(f"cosine of the nearest passage, 1% of answerable below {np.percentile(nearest, 1):.3f}")
    calibration, figures = fit(opened, settings.retrieval_weight)
    given_figures = measure(golden, settings.retrieval_weight, calibration)
    report = {"reader": reader.id, "open": figures, "gold": given_figures}
    folder = WEIGHTS if options.reader == "default" else Path(options.reader)
    (folder / FILE).write_text(json.dumps(asdict(calibration) | report, indent=2) + "\n")
    _say(json.dumps(asdict(calibration) | report, indent=2))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
