"""Time indexing and answering: ``python -m eval.benchmark [ARTICLES QUESTIONS]``.

Without arguments the sample archive is used. The store is made in a temporary folder unless
``--store`` keeps it; a store that is there already is not indexed again.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from embeddings.encoder import Encoder
from eval.questions import load_questions
from eval.run import Options, evaluate, peak_memory_mb
from qa.datatypes import Skipped
from qa.indexing import index_articles
from qa.models import encoder_id, load_encoder
from qa.pipeline import build_pipeline
from qa.settings import Settings, load_settings
from qa.sources import read_archive
from qa.store import Store

SEEDS = Path(__file__).parent.parent / "seeds"


def time_index(settings: Settings, paths: Sequence[Path]) -> Iterator[str]:
    """Index articles into a new store and tell what it took.

    :param settings: names the store.
    :param paths: files and folders.
    :yields: lines for a person.
    """
    skipped: list[Skipped] = []
    started = time.perf_counter()
    loading = 0.0

    def encoder() -> Encoder:
        nonlocal loading
        began = time.perf_counter()
        loaded = load_encoder(settings)
        loading = time.perf_counter() - began
        return loaded

    report = index_articles(
        Store.create(settings.store),
        read_archive(paths, settings, skipped.append),
        encoder=encoder,
        encoder_id=encoder_id(settings),
        passage_words=settings.passage_words,
        passage_overlap=settings.passage_overlap,
        skipped=skipped,
    )
    spent = time.perf_counter() - started
    with Store.open(settings.store).catalog() as catalog:
        summary = catalog.summary()
    yield f"articles          {report.added:,} ({len(skipped)} skipped, {report.copies} copies)"
    yield f"passages          {summary.passages:,}"
    yield f"index             {spent:.1f} s, of which {loading:.1f} s to load the encoder"
    yield f"index speed       {summary.passages / (spent - loading):,.0f} passages/s"
    yield f"store on disk     {summary.bytes_on_disk / 1e6:,.1f} MB"
    yield f"peak memory       {peak_memory_mb():,.0f} MB after indexing"


def time_answers(
    settings: Settings, questions: Path, out: Path, limit: int | None
) -> Iterator[str]:
    """Answer a question set and tell how well and how fast.

    :param settings: names the store.
    :param questions: the question set.
    :param out: folder for rows and reports.
    :param limit: how many questions, None for all.
    :yields: lines for a person.
    """
    skipped: list[Skipped] = []
    loaded = load_questions(questions, skipped.append)
    pipeline = build_pipeline(settings)
    pipeline.answer(loaded[0].question)
    options = Options(limit=limit, name=questions.name, models=pipeline.models)
    yield from evaluate(pipeline, loaded, out, options, skipped).lines()


def main() -> None:
    """Run the benchmark and print its lines."""
    parser = argparse.ArgumentParser(prog="python -m eval.benchmark", description=__doc__)
    parser.add_argument("articles", type=Path, nargs="?", default=SEEDS / "articles")
    parser.add_argument("questions", type=Path, nargs="?", default=SEEDS / "questions.jsonl")
    parser.add_argument("--store", type=Path, help="keep the store here")
    parser.add_argument("--out", type=Path, help="keep rows and reports here")
    parser.add_argument("--limit", type=int, help="only the first N questions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings(store=options.store or Path(scratch) / "store")
        out = options.out or Path(scratch) / "out"
        if not (settings.store / "pullquote.sqlite").exists():
            _write(time_index(settings, [options.articles]))
        _write(time_answers(settings, options.questions, out, options.limit))


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
