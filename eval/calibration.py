"""Fit the confidence and the threshold of a reader, and the mix that ranks, on held-out articles.

``python -m eval.calibration DATA`` reads the held-out part of every training set in two ways: from
the given paragraph, and open, over a store of all held-out paragraphs and 16,000 others. A third of
the questions are made unanswerable: the paragraph is exchanged for the nearest one without the
answer, or every passage that holds the answer is taken out of the archive; and for one half of them
the question itself has a name, a number or a word exchanged.

It is fitted to the questions asked open, and holds for a given paragraph, too, with the threshold
that refuses nineteen of twenty questions without an answer there. Every figure is measured on
articles that took no part in the fit that gives it (five folds by article). Beside the calibrator
stand the margin alone and raw softmax. Risk counts as wrong what has an F1 below one
half; calibration error is about exact match. The result is written to ``calibration.json`` beside
the reader, and drawn into ``docs/calibration.svg``.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.abstention import (
    Value,
    area_under_risk,
    coverage_at,
    equal_mass_error,
    reliability,
    risk_coverage,
)
from eval.drawing import Panel, draw
from eval.fitting import (
    PLACE,
    Tried,
    best_threshold,
    cross_fitted,
    decide,
    fit_evidence,
    fit_margin,
    refusing_threshold,
)
from eval.held_out import (
    DISTRACTORS,
    STAND_ALONE,
    HeldOut,
    held_out_questions,
    other_paragraphs,
    read_gold,
    read_open,
    recall_at_five,
)
from eval.mixing import try_depths, try_weights
from eval.readings import Reading
from qa.confidence import FILE, Calibration
from qa.models import load_encoder, load_reader
from qa.reader import WEIGHTS
from qa.settings import load_settings

DENSE_TRIED = (0.0, 0.6, 0.7, 0.75, 0.8, 0.85, 1.0)
GIVEN_PER_SET = 150
RISK = 0.10
PLOT = Path("docs/calibration.svg")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ordered:
    """One way to tell how sure an answer is: what it gives for the questions, as ``confidences``,
    and the figures of that, each with its interval."""

    name: str
    confidences: Floats
    ece: Value
    area: Value
    coverage: Value

    def line(self) -> str:
        """Write the figures for a terminal."""
        told = (("ECE", self.ece), ("area", self.area), (f"coverage at {RISK:.0%}", self.coverage))
        figures = ", ".join(
            f"{label} {100 * v.value:.1f} ({100 * v.low:.1f} to {100 * v.high:.1f})"
            for label, v in told
        )
        return f"{self.name:<26}{figures}"


def tried(readings: Sequence[Reading], retrieval_weight: float) -> list[Tried]:
    """Judge what would be answered.

    :param readings: of held-out questions.
    :param retrieval_weight: of the ranking.
    :returns: one for each.
    """
    return [
        Tried(r.article, bool(r.golds), r.judged(retrieval_weight), r.softmax(retrieval_weight))
        for r in readings
    ]


def compare(questions: Sequence[Tried], fitted: Sequence[Calibration]) -> list[Ordered]:
    """Measure the calibrator, the margin alone and raw softmax.

    :param questions: held-out questions.
    :param fitted: a calibration for each, fitted to other articles.
    :returns: the calibrator first.
    """
    exact, place = outcomes(questions)
    ways = {
        "calibrator": _confidences(questions, fitted),
        "margin alone": _confidences(questions, [fit_margin(questions)] * len(questions)),
        "softmax in its passage": np.array([q.raw[0] for q in questions]),
        "softmax over best spans": np.array([q.raw[1] for q in questions]),
    }
    return [
        Ordered(
            name,
            sure,
            equal_mass_error(sure, exact),
            area_under_risk(sure, place),
            coverage_at(sure, place, RISK),
        )
        for name, sure in ways.items()
    ]


def outcomes(questions: Sequence[Tried]) -> tuple[Floats, Floats]:
    """Tell whether the first span of each question is exactly right, and in the right place.

    :param questions: held-out questions.
    :returns: 1 or 0 for each, twice.
    """
    firsts = [q.spans[0] if q.spans else None for q in questions]
    exact = np.array([0.0 if span is None else span.exact for span in firsts])
    place = np.array([0.0 if span is None else float(span.f1 >= PLACE) for span in firsts])
    return exact, place


def decisions(
    questions: Sequence[Tried], fitted: Sequence[Calibration], threshold: float
) -> dict[str, float]:
    """Tell what a threshold gives.

    :param questions: held-out questions.
    :param fitted: a calibration for each.
    :param threshold: the confidence from which on a question is answered.
    :returns: figures by name; F1 and exact match in percent, the rest as shares.
    """
    pairs = zip(questions, fitted, strict=True)
    answers = [decide(q, c, threshold).answer for q, c in pairs]
    answerable = np.array([q.answerable for q in questions])
    answered = np.array([answer is not None for answer in answers])
    exact = np.array([0.0 if answer is None else answer.exact for answer in answers])
    overlap = np.array([0.0 if answer is None else answer.f1 for answer in answers])
    return {
        "questions": float(len(questions)),
        "f1": 100 * float(np.where(answered, overlap, ~answerable).mean()),
        "exact": 100 * float(np.where(answered, exact, ~answerable).mean()),
        "refused_of_unanswerable": float((~answered)[~answerable].mean()),
        "answered_of_answerable": float(answered[answerable].mean()),
        "wrong_of_answered": float((overlap < PLACE)[answered].mean()),
        "inexact_of_answered": float((exact < 1)[answered].mean()),
    }


def plot(ways: Sequence[Ordered], questions: Sequence[Tried], path: Path) -> None:
    """Draw how confidence agrees with what is right, and risk over coverage.

    :param ways: what was compared, the calibrator first.
    :param questions: the questions, in the same order.
    :param path: the SVG file.
    """
    exact, place = outcomes(questions)
    bins = reliability(ways[0].confidences, exact)
    straight = [(0.0, 0.0), (100.0, 100.0)]
    told = [(100 * b.confidence, 100 * b.right) for b in bins]
    curves = {
        way.name: [
            (100 * p.coverage, 100 * p.risk) for p in risk_coverage(way.confidences, place)[4::5]
        ]
        for way in ways
    }
    panels = [
        Panel("Exactly right, %", {"measured": told, "ideal": straight}, "confidence, %"),
        Panel("Wrong among the answered, %", curves, "answered, surest first, %"),
    ]
    draw(panels, path)


def _confidences(questions: Sequence[Tried], fitted: Sequence[Calibration]) -> Floats:
    pairs = zip(questions, fitted, strict=True)
    return np.array([decide(q, calibration, 0.0).confidence for q, calibration in pairs])


def _report(
    label: str, questions: Sequence[Tried], fitted: Sequence[Calibration], threshold: float
) -> tuple[dict[str, object], list[Ordered]]:
    """Measure and print one way of reading."""
    ways = compare(questions, fitted)
    for way in ways:
        _say(f"{label}: {way.line()}")
    for level in sorted({threshold, 0.1, 0.2, 0.3, 0.4, 0.5}):
        _say(f"{label}: threshold {level:.2f} {json.dumps(decisions(questions, fitted, level))}")
    figures: dict[str, object] = dict(decisions(questions, fitted, threshold))
    for way in ways:
        told = {"ece": way.ece, "area_under_risk": way.area, "coverage_at_risk": way.coverage}
        figures[way.name] = {name: asdict(value) for name, value in told.items()}
    return figures, ways


def main() -> None:
    """Calibrate a reader and write ``calibration.json`` beside its weights."""
    options = _parser().parse_args()
    rng = random.Random(options.seed)
    settings = load_settings(reader=options.reader)
    reader, encoder = load_reader(settings), load_encoder(settings)
    stems = sorted(path.stem for path in options.data.glob("*.json"))
    given = held_out_questions(options.data, stems, rng, GIVEN_PER_SET)
    asked = held_out_questions(options.data, STAND_ALONE, rng)
    paragraphs = {q.paragraph.context: q.paragraph for q in [*given, *asked]}
    others = other_paragraphs(options.data, stems, options.others, rng)
    archive = HeldOut([*paragraphs.values(), *others], encoder)
    _say(f"{len(asked)} questions asked open, {len(given)} of a given paragraph")
    for share in DENSE_TRIED:
        recall = recall_at_five(asked, archive, encoder, share)
        _say(f"dense weight {share}: recall@5 {recall:.2f}")
    opened = list(read_open(asked, archive, encoder, reader, rng))
    golden = list(read_gold(given, archive, encoder, reader, rng))
    weight, depth = settings.retrieval_weight, settings.adaptive_depth
    for line in (*try_weights(opened), *try_depths(opened, weight)):
        _say(line)
    found = tried([r.within(weight, depth) for r in opened], weight)
    read = tried(golden, weight)
    fitted = cross_fitted(found)
    threshold = best_threshold(found, fitted)
    open_figures, ways = _report("open", found, fitted, threshold)
    others_fitted = cross_fitted(read, found)
    careful = refusing_threshold(read, others_fitted)
    gold_figures, _ = _report("gold", read, others_fitted, careful)
    calibration = replace(fit_evidence(found), threshold=threshold, given=careful)
    report = {"reader": reader.id, "open": open_figures, "gold": gold_figures}
    folder = WEIGHTS if options.reader == "default" else Path(options.reader)
    told = json.dumps(calibration.to_fields() | report, indent=2)
    (folder / FILE).write_text(told + "\n")
    plot(ways, found, options.plot)
    _say(told)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.calibration", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of training sets (SQuAD JSON)")
    parser.add_argument("--reader", default="default", help="folder of the reader")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--others", type=int, default=DISTRACTORS, help="paragraphs not held out")
    parser.add_argument("--plot", type=Path, default=PLOT, help="the drawing (SVG)")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
