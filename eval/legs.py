"""Each search leg alone and both together: ``python -m eval.legs QUESTIONS --store STORE``.

With ``--held-out DATA`` instead, over the held-out articles of the training data: there encoders
and the weight of the dense leg are chosen. Nothing is read, so that this takes seconds.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.encoder import Encoder, SentenceEncoder
from eval.bootstrap import interval
from eval.held_out import STAND_ALONE, HeldOut
from eval.metrics import distinct_articles, recall_at
from eval.questions import load_questions
from qa.datatypes import Filters, Skipped
from qa.models import encoder_id, load_encoder
from qa.retriever import Retriever, Searchable
from qa.settings import load_settings
from qa.squad import SquadParagraph, is_held_out, load_squad
from qa.store import Store

DEPTHS = (1, 5, 20)
RETRIEVED = 60
PER_SET = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the ids of the articles that answer it."""

    question: str
    golds: tuple[str, ...]
    filters: Filters = Filters()


def recalls(
    archive: Searchable, encoder: Encoder, asked: Sequence[Asked], dense_weight: float
) -> dict[int, list[float]]:
    """Measure one mix of the legs.

    :param archive: what is searched.
    :param encoder: of the questions.
    :param asked: the questions.
    :param dense_weight: 0 for keywords alone, 1 for meaning alone.
    :returns: by depth, 1.0 or 0.0 for each question.
    """
    retriever = Retriever(archive, encoder, dense_weight=dense_weight)
    found: dict[int, list[float]] = {depth: [] for depth in DEPTHS}
    for one in asked:
        hits = retriever.retrieve(one.question, RETRIEVED, one.filters)
        ranking = distinct_articles([(hit.passage.article_id, *hit.passage.copies) for hit in hits])
        for depth in DEPTHS:
            found[depth].append(recall_at(ranking, one.golds, depth))
    return found


def lines(
    archive: Searchable, encoder: Encoder, asked: Sequence[Asked], weights: Sequence[float]
) -> Iterator[str]:
    """Tell the recall of each leg and of their mixes.

    :param archive: what is searched.
    :param encoder: of the questions.
    :param asked: the questions.
    :param weights: shares of the dense leg to try beside both legs alone.
    :yields: lines for a person.
    """
    yield f"{len(asked):,} questions; recall in percent, 95% intervals"
    bm25: dict[int, list[float]] = {}
    for weight in (0.0, 1.0, *weights):
        found = recalls(archive, encoder, asked, weight)
        bm25 = bm25 or found
        name = {0.0: "BM25", 1.0: "dense"}.get(weight, f"fused {weight:.2f}")
        missed = sum(1 - hit for hit in found[5]) / max(1.0, sum(1 - hit for hit in bm25[5]))
        yield f"{name:<12}{_told(found)}   misses at 5 of BM25's: {missed:.2f}"


def held_out_archive(folder: Path, encoder: Encoder) -> tuple[HeldOut, list[Asked]]:
    """Put the held-out paragraphs of the stand-alone sets into an archive in memory.

    :param folder: holds SQuAD JSON files.
    :param encoder: of the passages.
    :returns: the archive, and up to 400 questions of each set.
    """
    rng = random.Random(0)
    asked: list[Asked] = []
    paragraphs: dict[str, SquadParagraph] = {}
    for name in STAND_ALONE:
        own = [q for q in load_squad(folder / f"{name}.json") if is_held_out(q.paragraph.article)]
        paragraphs |= {question.paragraph.context: question.paragraph for question in own}
        answerable = [question for question in own if question.answers]
        drawn = rng.sample(answerable, min(PER_SET, len(answerable)))
        asked += [Asked(q.question, (q.paragraph.id,)) for q in drawn]
    return HeldOut(list(paragraphs.values()), encoder), asked


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.legs", description=__doc__)
    parser.add_argument("questions", type=Path, nargs="?")
    parser.add_argument("--store", type=Path, default=Path("store"))
    parser.add_argument("--held-out", type=Path, metavar="DATA")
    parser.add_argument("--encoder", default="default")
    parser.add_argument("--weights", type=float, nargs="+", default=[load_settings().dense_weight])
    options = parser.parse_args()
    if (options.questions is None) == (options.held_out is None):
        parser.error("name a question set, or --held-out DATA")
    if options.held_out is not None:
        encoder = SentenceEncoder.load(options.encoder)
        archive, asked = held_out_archive(options.held_out, encoder)
        _show(lines(archive, encoder, asked, options.weights))
        return
    settings = load_settings(store=options.store, encoder=options.encoder)
    with Store.open(settings.store).snapshot(encoder_id(settings)) as snapshot:
        asked = _asked(options.questions)
        _show(lines(snapshot, load_encoder(settings), asked, options.weights))


def _asked(path: Path) -> list[Asked]:
    skipped: list[Skipped] = []
    return [
        Asked(one.question, tuple(one.article_ids), Filters(asked=one.asked))
        for one in load_questions(path, skipped.append)
        if one.article_ids
    ]


def _told(found: dict[int, list[float]]) -> str:
    parts = []
    for depth, hits in found.items():
        low, high = interval(hits)
        parts.append(
            f"@{depth} {100 * sum(hits) / len(hits):.1f} ({100 * low:.1f} to {100 * high:.1f})"
        )
    return "  ".join(parts)


def _show(told: Iterator[str], write: Callable[[str], object] = sys.stdout.write) -> None:
    for line in told:
        write(f"{line}\n")


if __name__ == "__main__":
    main()
