"""Readers side by side on held-out articles: ``python -m eval.readers DATA default FOLDER...``.

Each reads the same questions, each about its given paragraph, where a third of them have no answer,
as in the calibration. Here readers are chosen. The table is Markdown.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.abstention import Value, best_share
from eval.bootstrap import interval
from eval.held_out import STAND_ALONE, held_out_questions, some_swapped
from eval.metrics import exact_match, f1
from qa.datatypes import Passage
from qa.reader import Reader, TransformerReader
from qa.squad import SquadParagraph, SquadQuestion, is_held_out, load_squad

OTHERS = ("squad-v2-part", "squadshifts-reddit", "squadshifts-amazon_reviews", "tweetqa", "qamr")
"""Sets that are read beside the stand-alone ones."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Task:
    """A question about a paragraph; ``golds`` is empty where that does not answer it."""

    question: str
    paragraph: SquadParagraph
    golds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What a reader made of the tasks, an entry for each: exact match and F1 of its best span, 0
    where there is no answer, and the margin of that span over "no answer"."""

    exact: Floats
    f1: Floats
    margin: Floats


def held_out_tasks(folder: Path, per_set: int, rng: random.Random) -> list[Task]:
    """Draw held-out questions and make a third of them unanswerable.

    :param folder: holds SQuAD JSON files.
    :param per_set: how many questions of a set at most.
    :param rng: decides the draw.
    :returns: tasks, set by set.
    """
    tasks = []
    for name in (*STAND_ALONE, *OTHERS):
        pool = list(_held_out_paragraphs(folder / f"{name}.json"))
        drawn = held_out_questions(folder, [name], rng, per_set)
        for question, spoil in some_swapped(drawn, rng):
            golds = tuple(answer.text for answer in question.answers)
            paragraph = question.paragraph
            if spoil:
                paragraph, golds = _nearby(question, pool, rng), ()
            tasks.append(Task(question.question, paragraph, golds))
    return tasks


def _held_out_paragraphs(path: Path) -> Iterator[SquadParagraph]:
    seen = set()
    for question in load_squad(path):
        paragraph = question.paragraph
        if is_held_out(paragraph.article) and paragraph.context not in seen:
            seen.add(paragraph.context)
            yield paragraph


def _nearby(
    question: SquadQuestion, pool: Sequence[SquadParagraph], rng: random.Random
) -> SquadParagraph:
    """A paragraph that does not hold the answer, of the same article if there is one."""
    golds = [answer.text.casefold() for answer in question.answers]
    fit = [p for p in pool if not any(gold in p.context.casefold() for gold in golds)]
    same = [p for p in fit if p.article == question.paragraph.article]
    return rng.choice(same or fit or list(pool))


def score(reader: Reader, tasks: Sequence[Task]) -> Score:
    """Let a reader do the tasks.

    :param reader: any.
    :param tasks: what to read.
    :returns: one entry for each.
    """
    exact, overlap, margins = [], [], []
    for task in tasks:
        text = task.paragraph.context
        passage = Passage(task.paragraph.id, 1, 0, len(text), text, task.paragraph.title)
        spans = reader.read(task.question, [passage])[0]
        answer = text[spans[0].start : spans[0].end] if spans else ""
        exact.append(exact_match(answer, task.golds) if task.golds else 0.0)
        overlap.append(f1(answer, task.golds) if task.golds else 0.0)
        margins.append(spans[0].margin if spans else -100.0)
    return Score(np.array(exact), np.array(overlap), np.array(margins))


def area(margins: Floats, answerable: NDArray[np.bool_]) -> float:
    """Give the chance that a question with an answer has a larger margin than one without (the area
    under the ROC curve; Mann and Whitney 1947).

    :param margins: one for each question.
    :param answerable: which have an answer.
    :returns: 0 to 1.
    """
    ordered, places = np.unique(margins, return_inverse=True)
    counts = np.bincount(places, minlength=len(ordered))
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    there = int(answerable.sum())
    above = ranks[answerable].sum() - there * (there + 1) / 2
    return float(above / (there * (len(margins) - there)))


def best_mean_f1(found: Score, answerable: NDArray[np.bool_]) -> Value:
    """Give the mean F1 at the threshold that suits best, where a refusal scores 1 for a question
    without an answer and 0 for any other (the measure of SQuAD 2.0; Rajpurkar et al. 2018).

    :param found: of a reader.
    :param answerable: which tasks have an answer.
    :returns: in [0, 1].
    """
    order = np.argsort(-found.margin, kind="stable")
    gains = np.where(answerable, found.f1, -1.0)[order]
    return best_share(list(gains), list((~answerable[order]).astype(float)))


def table(
    names: Sequence[str], load: Callable[[str], Reader], tasks: Sequence[Task]
) -> Iterator[str]:
    """Tell how each reader does.

    :param names: of the readers; the others are compared with the first.
    :param load: gives a reader by name.
    :param tasks: what to read.
    :yields: lines of a Markdown table.
    """
    answerable = np.array([bool(task.golds) for task in tasks])
    yield f"{answerable.sum():,} questions with an answer, {(~answerable).sum():,} without"
    yield ""
    yield "| reader | EM | F1 | F1 over the first | tells answerable | best mean F1 |"
    yield "|---|---|---|---|---|---|"
    first: Score | None = None
    for name in names:
        found = score(load(name), tasks)
        first = first or found
        parts = found.exact, found.f1, found.f1 - first.f1
        forms = ".1f", ".1f", "+.1f"
        cells = [name]
        cells += [_told(100 * p[answerable], form) for p, form in zip(parts, forms, strict=True)]
        cells.append(f"{100 * area(found.margin, answerable):.1f}")
        cells.append(f"{100 * best_mean_f1(found, answerable).value:.1f}")
        yield f"| {' | '.join(cells)} |"


def _told(values: Floats, form: str = ".1f") -> str:
    low, high = interval(values)
    return f"{values.mean():{form}} ({low:{form}} to {high:{form}})"


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.readers", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("readers", nargs="+", help="'default' or folders")
    parser.add_argument("--per-set", type=int, default=400)
    options = parser.parse_args()
    tasks = held_out_tasks(options.data, options.per_set, random.Random(0))
    for line in table(options.readers, TransformerReader.load, tasks):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
