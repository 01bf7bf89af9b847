"""How often random passages change a decision: ``python -m eval.distractors QUESTIONS --store S``.

Each question is answered from the passages that were retrieved for it, and again from these with
random passages of the same archive beside them. A decision is whether it was answered.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.questions import Question, load_questions
from qa.answers import compose
from qa.confidence import Calibration
from qa.datatypes import Answer, Filters, Hit
from qa.models import encoder_id, load_calibration, load_encoder, load_reader
from qa.reader import Reader
from qa.reranking import read_enough
from qa.retriever import Retriever
from qa.settings import Settings, load_settings
from qa.snapshot import Snapshot
from qa.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """What random passages did to one question."""

    decision: bool
    answer: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """What answers, taken apart so that it can be given further passages."""

    settings: Settings
    store: Snapshot
    retriever: Retriever
    reader: Reader
    calibration: Calibration

    def answer(self, question: str, hits: Sequence[Hit]) -> Answer:
        """Read these passages and decide."""
        weight, depth = self.settings.retrieval_weight, self.settings.adaptive_depth
        spans = read_enough(self.reader, question, hits, weight, depth)
        return compose(question, Filters(), hits, spans, self.calibration, weight)


def open_parts(settings: Settings) -> Parts:
    """Open the store and load its models.

    :param settings: names both.
    :returns: the parts.
    :raises StoreError: the store cannot be opened.
    :raises ModelError: a model cannot be loaded.
    """
    store = Store.open(settings.store).snapshot(encoder_id(settings))
    encoder, reader = load_encoder(settings), load_reader(settings)
    retriever = Retriever(store, encoder, settings.candidates, settings.dense_weight)
    return Parts(settings, store, retriever, reader, load_calibration(settings))


def changes(
    parts: Parts, questions: Sequence[Question], passages: int, seed: int
) -> Iterator[Change]:
    """Answer each question without and with random passages.

    :param parts: what answers.
    :param questions: the questions; gold answers are not looked at.
    :param passages: how many random ones are added.
    :param seed: decides which.
    :yields: one change for each question.
    """
    rng = random.Random(seed)
    for question in questions:
        hits = parts.retriever.retrieve(question.question, parts.settings.top_k)
        rows = rng.sample(range(len(parts.store)), min(passages, len(parts.store)))
        known = {(hit.passage.article_id, hit.passage.start) for hit in hits}
        drawn = [parts.store.passage(row) for row in rows]
        strange = [Hit(p, 0.0, 0.0, 0.0) for p in drawn if (p.article_id, p.start) not in known]
        before = parts.answer(question.question, hits)
        after = parts.answer(question.question, [*hits, *strange])
        yield Change(before.status != after.status, before.answer != after.answer)


def main() -> None:
    """Measure and print two lines."""
    parser = argparse.ArgumentParser(prog="python -m eval.distractors", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=10, help="random ones beside the retrieved")
    parser.add_argument("--limit", type=int, help="only the first N questions")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    questions = load_questions(options.questions, lambda item: None)[: options.limit]
    parts = open_parts(load_settings(store=options.store))
    found = list(changes(parts, questions, options.passages, options.seed))
    for label, changed in (
        ("decisions", sum(change.decision for change in found)),
        ("answers", sum(change.answer for change in found)),
    ):
        share = 100 * changed / len(found)
        sys.stdout.write(f"{label} changed  {changed} of {len(found)} ({share:.2f}%)\n")


if __name__ == "__main__":
    main()
