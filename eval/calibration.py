"""Fit the confidence and the threshold of a reader, and the mix that ranks, on held-out articles.

``python -m eval.calibration DATA`` reads the held-out part of every training set in two ways: from
the given paragraph, and open, over a store of all held-out paragraphs. A third of the questions are
made unanswerable: the paragraph is exchanged for the nearest one without the answer, or every
passage that holds the answer is taken out of the archive.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, SentenceEncoder
from embeddings.index import VectorIndex
from eval.metrics import exact_match, f1
from qa.answers import candidates
from qa.blocks import embedding_text
from qa.confidence import FILE, Calibration
from qa.datatypes import Filters, Hit, Passage, Span
from qa.keywords import KeywordIndex
from qa.passages import split
from qa.reader import WEIGHTS, Reader, TransformerReader
from qa.retriever import Retriever
from qa.squad import SquadParagraph, SquadQuestion, is_held_out, load_squad

STAND_ALONE = (
    "squad-v1-part",
    "squad-v1-more",
    "squadshifts-new_wiki",
    "nq-qed",
    "nq-open-oracle",
    "tydiqa-en",
    "mlqa-en-dev",
    "hotpot-musique-small",
    "timeqa-human",
)
"""Sets whose questions can be understood without their paragraph; only these are asked open."""

PER_SET = 200
UNANSWERABLE = 1 / 3
DEPTH = 10
WEIGHTS_TRIED = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)

Floats = NDArray[np.float64]


class HeldOut:
    """The held-out paragraphs as an archive in memory."""

    def __init__(self, paragraphs: Sequence[SquadParagraph], encoder: Encoder) -> None:
        self._passages = [p for paragraph in paragraphs for p in _passages(paragraph)]
        texts = [embedding_text(p.title, p.text) for p in self._passages]
        self.vectors = VectorIndex.from_vectors(encoder.encode_documents(texts))
        self.keywords = KeywordIndex.from_texts(texts)

    def allowed(self, filters: Filters) -> None:
        """Allow every row."""

    def passage(self, row: int, filters: Filters = Filters()) -> Passage:
        """Give the passage of a row."""
        return self._passages[row]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader made of one question; ``golds`` is empty for an unanswerable one."""

    golds: tuple[str, ...]
    hits: tuple[Hit, ...]
    spans: tuple[tuple[Span, ...], ...]

    def best(self, retrieval_weight: float) -> tuple[float, float, float]:
        """Give margin, exact match and F1 of what would be answered: the best-ranked of the
        spans that beat their null, or of all where none does."""
        found = [spans[:1] for spans in self.spans]
        ranked = sorted(
            candidates(self.hits, found, retrieval_weight), key=lambda c: (c.margin <= 0, -c.rank)
        )
        if not ranked:
            return 0.0, 0.0, 0.0
        text, golds = ranked[0].text, self.golds
        return ranked[0].margin, exact_match(text, golds), f1(text, golds)


def held_out_questions(
    folder: Path, names: Iterable[str], rng: random.Random
) -> list[SquadQuestion]:
    """Draw up to 200 held-out questions of each set.

    :param folder: holds SQuAD JSON files.
    :param names: file stems.
    :param rng: decides the draw.
    :returns: questions, set by set.
    """
    drawn = []
    for name in names:
        own = [q for q in load_squad(folder / f"{name}.json") if is_held_out(q.paragraph.article)]
        drawn += rng.sample(own, min(PER_SET, len(own)))
    return drawn


def read_open(
    questions: Sequence[SquadQuestion],
    archive: HeldOut,
    encoder: Encoder,
    reader: Reader,
    rng: random.Random,
) -> Iterator[Reading]:
    """Ask each question of the archive, a third of them with their answers taken out of it.

    :param questions: stand-alone questions.
    :param archive: all held-out paragraphs.
    :param encoder: of the questions.
    :param reader: the one to calibrate.
    :param rng: decides which become unanswerable.
    :yields: one reading per question.
    """
    retriever = Retriever(archive, encoder)
    for question in questions:
        golds = tuple(answer.text for answer in question.answers)
        hits = retriever.retrieve(question.question, 3 * DEPTH)
        if not golds or rng.random() < UNANSWERABLE:
            hits = [hit for hit in hits if not _holds(hit.passage.text, golds)]
            golds = ()
        yield _read(reader, question.question, golds, hits[:DEPTH])


def read_gold(
    questions: Sequence[SquadQuestion],
    archive: HeldOut,
    encoder: Encoder,
    reader: Reader,
    rng: random.Random,
) -> Iterator[Reading]:
    """Read the given paragraph, for a third of them the nearest one without the answer instead.

    :param questions: questions of all sets.
    :param archive: all held-out paragraphs.
    :param encoder: of the questions.
    :param reader: the one to calibrate.
    :param rng: decides which become unanswerable.
    :yields: one reading per question.
    """
    retriever = Retriever(archive, encoder)
    for question in questions:
        golds = tuple(answer.text for answer in question.answers)
        passage = _whole(question.paragraph)
        if golds and rng.random() < UNANSWERABLE:
            near = retriever.retrieve(question.question, DEPTH)
            others = [h.passage for h in near if not _holds(h.passage.text, golds)]
            passage, golds = (others[0], ()) if others else (passage, golds)
        yield _read(reader, question.question, golds, [Hit(passage, 0.0, 0.0, 1.0)])


def _read(reader: Reader, question: str, golds: tuple[str, ...], hits: Sequence[Hit]) -> Reading:
    spans = reader.read(question, [hit.passage for hit in hits])
    return Reading(golds, tuple(hits), tuple(map(tuple, spans)))


def _holds(text: str, golds: Sequence[str]) -> bool:
    return any(gold.casefold() in text.casefold() for gold in golds)


def _whole(paragraph: SquadParagraph) -> Passage:
    text = paragraph.context
    return Passage(paragraph.id, 1, 0, len(text), text, paragraph.title)


def _passages(paragraph: SquadParagraph) -> Iterator[Passage]:
    for window in split(paragraph.context):
        text = paragraph.context[window.start : window.end]
        yield Passage(paragraph.id, 1, window.start, window.end, text, paragraph.title)


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


def best_threshold(confidences: Floats, scores: Floats, answerable: Floats) -> tuple[float, float]:
    """Find the confidence from which on answering gives the best mean F1.

    :param confidences: shape ``(n,)``.
    :param scores: F1 of answering, shape ``(n,)``; zero where there is no answer.
    :param answerable: shape ``(n,)``, 1 or 0; refusing scores 1 where it is 0.
    :returns: threshold and the mean F1 it gives.
    """
    order = np.argsort(-confidences, kind="stable")
    gains = np.concatenate([[0.0], np.cumsum(scores[order] - (1 - answerable[order]))])
    means = ((1 - answerable).sum() + gains) / len(order)
    cut = int(means.argmax())
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


def fit(
    readings: Sequence[Reading], retrieval_weight: float
) -> tuple[Calibration, dict[str, float]]:
    """Fit confidence and threshold.

    :param readings: of held-out questions.
    :param retrieval_weight: of the ranking.
    :returns: the calibration, and what it gives on the same readings.
    """
    margins, exact, scores = np.array([r.best(retrieval_weight) for r in readings]).T
    answerable = np.array([bool(r.golds) for r in readings], dtype=float)
    exact, scores = exact * answerable, scores * answerable
    slope, intercept = fit_platt(np.maximum(margins, 0), exact)
    shape = Calibration(slope, intercept, 0.0)
    confidences = np.array([shape.confidence(margin) for margin in margins])
    floor = shape.confidence(0.0)
    threshold, mean_f1 = best_threshold(
        np.where(margins > 0, confidences, floor), scores, answerable
    )
    answered = (margins > 0) & (confidences >= threshold)
    figures = {
        "questions": float(len(readings)),
        "f1": 100 * mean_f1,
        "exact": 100 * float(np.where(answered, exact, 1 - answerable).mean()),
        "refused_of_unanswerable": float((~answered)[answerable == 0].mean()),
        "answered_of_answerable": float(answered[answerable == 1].mean()),
        "ece": expected_calibration_error(confidences, exact),
    }
    return Calibration(slope, intercept, threshold), figures


def forced(readings: Sequence[Reading], retrieval_weight: float) -> float:
    """Give exact match when every answerable question is answered, in percent."""
    return 100 * float(np.mean([r.best(retrieval_weight)[1] for r in readings if r.golds]))


def main() -> None:
    """Calibrate a reader and write ``calibration.json`` beside its weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.calibration", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of training sets (SQuAD JSON)")
    parser.add_argument("--reader", default="default", help="folder of the reader")
    parser.add_argument("--retrieval-weight", type=float, default=None)
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    reader, encoder = TransformerReader.load(options.reader), SentenceEncoder.load()
    stems = sorted(path.stem for path in options.data.glob("*.json"))
    given = held_out_questions(options.data, stems, rng)
    asked = held_out_questions(options.data, STAND_ALONE, rng)
    paragraphs = {q.paragraph.context: q.paragraph for q in [*given, *asked]}
    archive = HeldOut(list(paragraphs.values()), encoder)
    opened = list(read_open(asked, archive, encoder, reader, rng))
    golden = list(read_gold(given, archive, encoder, reader, rng))
    lines = [f"retrieval weight {w}: open forced EM {forced(opened, w):.2f}" for w in WEIGHTS_TRIED]
    weight = options.retrieval_weight
    if weight is None:
        weight = max(WEIGHTS_TRIED, key=lambda w: forced(opened, w))
    calibration, together = fit([*opened, *golden], weight)
    report = {"reader": reader.id, "retrieval_weight": weight, "held_out": together}
    report |= {"open": fit(opened, weight)[1], "gold": fit(golden, weight)[1]}
    folder = WEIGHTS if options.reader == "default" else Path(options.reader)
    (folder / FILE).write_text(json.dumps(asdict(calibration) | report, indent=2) + "\n")
    lines.append(json.dumps(asdict(calibration) | report, indent=2))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
