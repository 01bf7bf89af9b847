"""Time embedding against a peer: ``python -m eval.indexing_speed [ARTICLES QUESTIONS]``.

The same passages are embedded by ``SentenceTransformer.encode`` at its defaults and by the way that
``pullquote index`` takes, with the same weights, in turns, so that what else the machine does
meets both. The vectors of both are then searched for the articles that answer the questions.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import SentenceEncoder, locate
from eval.metrics import recall_at
from eval.questions import load_questions
from eval.records import Question
from qa.blocks import embedding_text
from qa.datatypes import Article, Skipped
from qa.passages import split
from qa.settings import Settings, load_settings
from qa.sources import read_archive
from qa.vectors import BATCH_PASSAGES

SEEDS = Path(__file__).parent.parent / "seeds"
K = 5
PASSAGES = 2048
TURNS = 4

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]


@dataclass(slots=True)
class Timed:
    """What one way of embedding took and gave, over all its turns."""

    wall: float = 0.0
    cpu: float = 0.0
    parts: list[Vectors] = field(default_factory=list)

    def take(self, encode: Encode, texts: Sequence[str]) -> None:
        """Embed one part and add what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.parts.append(encode(texts))
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu

    @property
    def vectors(self) -> Vectors:
        """Give the rows of all parts."""
        return np.concatenate(self.parts)


def take_turns(ways: Mapping[str, Encode], texts: Sequence[str], turns: int) -> dict[str, Timed]:
    """Embed texts in parts, each part in every way, the first way changing from part to part.

    :param ways: how to embed, by name.
    :param texts: what.
    :param turns: into how many parts.
    :returns: what each way took and gave, in the order of the texts.
    """
    found = {name: Timed() for name in ways}
    names = list(ways)
    for turn in range(turns):
        part = texts[turn * len(texts) // turns : (turn + 1) * len(texts) // turns]
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            found[name].take(ways[name], part)
    return found


def recall(
    passages: Vectors, owners: Sequence[str], questions: Vectors, golds: Sequence[Sequence[str]]
) -> float:
    """Measure recall@5 of exact dense search: a gold article among the first five articles.

    :param passages: vectors of passages, unit rows.
    :param owners: the article of each passage.
    :param questions: vectors of questions, unit rows.
    :param golds: the articles that answer each question.
    :returns: the mean, in percent.
    """
    best = np.argsort(-(questions @ passages.T), axis=1, kind="stable")
    rankings = [list(dict.fromkeys(owners[row] for row in order))[:K] for order in best]
    found = [
        recall_at([frozenset([owner]) for owner in ranking], gold, K)
        for ranking, gold in zip(rankings, golds, strict=True)
    ]
    return 100 * float(np.mean(found))


def compare(
    articles: Path, questions: Path, most: int, turns: int, settings: Settings
) -> Iterator[str]:
    """Embed in both ways and tell how fast and how well.

    :param articles: a file or folder of articles.
    :param questions: a question set with the articles that answer.
    :param most: embed about so many passages, those of the answering articles first.
    :param turns: in how many turns at most; none is of less than 512 passages, but a single one.
    :param settings: the encoder and the passage windows.
    :yields: lines for a person.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    asked = [question for question in load_questions(questions, _leave) if question.article_ids]
    texts, owners = _passages(articles, asked, most, settings)
    ours = SentenceEncoder.load(settings.encoder)  # first: it silences the bars of loading
    plain = SentenceTransformer(
        locate(settings.encoder),
        device="cpu",
        local_files_only=True,
        model_kwargs={"dtype": "float32"},  # in half precision, as on disk, it would be slower
    )
    ways: dict[str, Encode] = {
        "encode": lambda part: plain.encode(list(part), show_progress_bar=False),
        "pullquote": lambda part: _in_groups(ours, part),
    }
    for encode in ways.values():
        encode(texts[:8])
    turns = max(1, min(turns, len(texts) // BATCH_PASSAGES))
    found = take_turns(ways, texts, turns)
    judged = [(q.question, q.article_ids) for q in asked if q.article_ids]
    judged = [(words, golds) for words, golds in judged if not set(owners).isdisjoint(golds)]
    words, golds = [words for words, _ in judged], [golds for _, golds in judged]
    queries = {"encode": plain.encode_query(words), "pullquote": ours.encode_queries(words)}
    threads = torch.get_num_threads()
    yield f"passages          {len(texts):,} in {turns} turns; threads: {threads}"
    for name, label in (("encode", "encode, defaults"), ("pullquote", "pullquote index")):
        timed = found[name]
        score = recall(timed.vectors, owners, queries[name], golds)
        yield (
            f"{label:17} {len(texts) / timed.wall:,.1f} passages/s, "
            f"{len(texts) / timed.cpu:,.1f} a second of CPU; recall@{K} {score:.1f}% "
            f"of {len(judged)} questions"
        )
    theirs, own = found["encode"], found["pullquote"]
    by_clock, by_cpu = theirs.wall / own.wall, theirs.cpu / own.cpu
    yield f"ratio             {by_clock:.2f} by the clock, {by_cpu:.2f} by CPU time"
    cosines = (theirs.vectors * own.vectors).sum(axis=1)
    yield f"cosine            {cosines.mean():.5f} mean, {cosines.min():.5f} least"


def _in_groups(encoder: SentenceEncoder, texts: Sequence[str]) -> Vectors:
    """Embed as ``qa.vectors`` does: in groups of so many passages."""
    parts = range(0, len(texts), BATCH_PASSAGES)
    return np.concatenate([encoder.encode_documents(texts[n : n + BATCH_PASSAGES]) for n in parts])


def _passages(
    articles: Path, questions: Sequence[Question], most: int, settings: Settings
) -> tuple[list[str], list[str]]:
    """Give passages and the article of each; those of articles that answer come first."""
    wanted = {article for question in questions for article in question.article_ids or ()}
    read = list(read_archive([articles], settings, _leave))
    texts: list[str] = []
    owners: list[str] = []
    for article in sorted(read, key=lambda article: article.id not in wanted):
        made = _cut(article, settings)
        if len(texts) + len(made) > most and texts:
            break
        texts += made
        owners += [article.id] * len(made)
    return texts, owners


def _cut(article: Article, settings: Settings) -> list[str]:
    windows = split(article.text, settings.passage_words, settings.passage_overlap)
    return [embedding_text(article.title, article.text[w.start : w.end]) for w in windows]


def _leave(_: Skipped) -> None:
    """Take no notice of what is skipped."""


def main() -> None:
    """Run the comparison and print its lines."""
    parser = argparse.ArgumentParser(prog="python -m eval.indexing_speed", description=__doc__)
    parser.add_argument("articles", type=Path, nargs="?", default=SEEDS / "articles")
    parser.add_argument("questions", type=Path, nargs="?", default=SEEDS / "questions.jsonl")
    parser.add_argument("--passages", type=int, default=PASSAGES, help="embed about so many")
    parser.add_argument("--turns", type=int, default=TURNS, help="in so many turns at most")
    options = parser.parse_args()
    lines = compare(
        options.articles, options.questions, options.passages, options.turns, load_settings()
    )
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
