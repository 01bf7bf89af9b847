"""How cost grows: ``python -m eval.growth [ARTICLES QUESTIONS] [--sizes 500 2000 5000]``.

For each number of articles: time and memory of indexing, size of the store, and what a question
takes. Where the archive is smaller, its articles come again with other words in every second
place, so that no two of them are copies. Sizes that were measured are not measured again, and an
index run that was killed goes on, with the time that it had taken. ``--plot`` draws what was
measured into ``docs/growth.svg``.
"""

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from eval.drawing import Panel, draw
from eval.metrics import percentile
from eval.questions import load_questions
from eval.run import peak_memory_mb
from eval.spent import Spent
from qa.datatypes import Article, Skipped
from qa.errors import InputError
from qa.indexing import index_articles
from qa.models import encoder_id, load_encoder
from qa.pipeline import build_pipeline
from qa.settings import Settings, load_settings
from qa.sources import read_archive
from qa.store import Store

SEEDS = Path(__file__).parent.parent / "seeds"
OUT = Path("runs/growth")
FILE = "growth.jsonl"
PLOT = Path("docs/growth.svg")
SIZES = (500, 2000, 5000)
QUESTIONS = 100
CHANGED = 1 / 2  # of the words of an article that comes again

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Measured:
    """What an archive of one size costs. ``runs`` tells in how many runs it was indexed, since any
    but the last were killed; their times are added up. Memory is in units of 2**20 bytes."""

    articles: int
    passages: int
    index_s: float
    index_cpu_s: float
    index_peak_mb: float
    store_mb: float
    runs: int
    p50_ms: float
    p95_ms: float
    answer_peak_mb: float


def grown(articles: Sequence[Article], count: int) -> Iterator[Article]:
    """Give so many articles: those there are, then each again with other words.

    :param articles: one at least.
    :param count: how many to give.
    :yields: articles, the same ones for the same arguments.
    """
    words = _WORD.findall(" ".join(article.text for article in articles[:200]))
    for number in range(count):
        turn, place = divmod(number, len(articles))
        article = articles[place]
        yield article if turn == 0 else _reworded(article, turn, words)


def _reworded(article: Article, turn: int, words: Sequence[str]) -> Article:
    chance = random.Random(f"{turn} {article.origin}")

    def other(match: re.Match[str]) -> str:
        return chance.choice(words) if chance.random() < CHANGED else match[0]

    return replace(
        article,
        id=f"{article.id}-again-{turn}",
        origin=f"{article.origin}#again-{turn}",
        text=_WORD.sub(other, article.text),
    )


def time_index(articles: Path, count: int, settings: Settings) -> dict[str, Any]:
    """Index so many articles.

    :param articles: a file or folder.
    :param count: how many.
    :param settings: names the store.
    :returns: the fields of :class:`Measured` that are known then.
    """
    spent = Spent(_clock(settings.store))
    report = index_articles(
        Store.create(settings.store),
        grown(list(islice(read_archive([articles], settings, _leave), count)), count),
        encoder=lambda: load_encoder(settings),
        encoder_id=encoder_id(settings),
        passage_words=settings.passage_words,
        passage_overlap=settings.passage_overlap,
        progress=spent.keep,
    )
    wall, cpu, runs = spent.now()
    with Store.open(settings.store).catalog() as catalog:
        summary = catalog.summary()
    return {
        "articles": report.read,
        "passages": summary.passages,
        "index_s": round(wall, 2),
        "index_cpu_s": round(cpu, 2),
        "index_peak_mb": round(peak_memory_mb()),
        "store_mb": round(summary.bytes_on_disk / 1e6, 1),
        "runs": runs,
    }


def time_answers(questions: Path, settings: Settings) -> dict[str, Any]:
    """Answer the first hundred questions, after one that warms up.

    :param questions: the question set.
    :param settings: names the store.
    :returns: the fields of :class:`Measured` that are known then.
    """
    pipeline = build_pipeline(settings)
    asked = load_questions(questions, _leave)[:QUESTIONS]
    pipeline.answer(asked[0].question)
    spent: list[float] = []
    for question in asked:
        started = time.perf_counter()
        pipeline.answer(question.question)
        spent.append(1000 * (time.perf_counter() - started))
    return {
        "p50_ms": round(percentile(spent, 50), 1),
        "p95_ms": round(percentile(spent, 95), 1),
        "answer_peak_mb": round(peak_memory_mb()),
    }


def measure(articles: Path, questions: Path, sizes: Sequence[int], out: Path) -> Iterator[str]:
    """Measure the sizes that were not measured yet, each in processes of its own.

    :param articles: a file or folder.
    :param questions: a question set.
    :param sizes: numbers of articles.
    :param out: folder of what was measured, and of the stores meanwhile.
    :yields: one line for each size.
    :raises InputError: a measurement failed; says why.
    """
    known = {measured.articles: measured for measured in load(out)}
    out.mkdir(parents=True, exist_ok=True)
    for size in sizes:
        if size not in known:
            store = out / f"store-{size}"
            parts = ("index", str(articles)), ("answers", str(questions))
            found = [_in_a_child(part, path, size, store) for part, path in parts]
            known[size] = Measured(**{**found[0], **found[1], "articles": size})
            with (out / FILE).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(known[size])) + "\n")
            shutil.rmtree(store, ignore_errors=True)
            _clock(store).unlink(missing_ok=True)
        yield _line(known[size])


def _clock(store: Path) -> Path:
    return store.with_suffix(".spent")


def _in_a_child(part: str, path: str, size: int, store: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "eval.growth", path, "--part", part]
    done = subprocess.run(
        [*command, "--sizes", str(size), "--store", str(store)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InputError(f"{size} articles, {part}: {told}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def load(out: Path) -> list[Measured]:
    """Read what was measured.

    :param out: the folder; it may be missing.
    :returns: by number of articles; of one size the last.
    """
    try:
        lines = (out / FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = {measured.articles: measured for line in lines if (measured := _parsed(line))}
    return [found[size] for size in sorted(found)]


def _parsed(line: str) -> Measured | None:
    try:
        return Measured(**json.loads(line))
    except (ValueError, TypeError):
        return None  # a line that a killed run has cut off


def plot(measured: Sequence[Measured], path: Path) -> None:
    """Draw what was measured.

    :param measured: one size at least.
    :param path: the SVG file.
    """
    panels = [
        Panel("Index time, s", {"time": [(m.articles, m.index_s) for m in measured]}, "articles"),
        Panel("Store, MB", {"store": [(m.articles, m.store_mb) for m in measured]}, "articles"),
        Panel(
            "Peak memory, MiB",
            {
                "indexing": [(m.articles, m.index_peak_mb) for m in measured],
                "answering": [(m.articles, m.answer_peak_mb) for m in measured],
            },
            "articles",
        ),
        Panel(
            "One question, ms",
            {
                "p50": [(m.articles, m.p50_ms) for m in measured],
                "p95": [(m.articles, m.p95_ms) for m in measured],
            },
            "articles",
        ),
    ]
    draw([panel for panel in panels if all(panel.lines.values())], path)


def _line(m: Measured) -> str:
    runs = f" in {m.runs} runs" if m.runs > 1 else ""
    return (
        f"{m.articles:6,} articles  {m.passages:9,} passages  index {m.index_s:,.0f} s{runs}, "
        f"{m.index_peak_mb:,.0f} MiB  store {m.store_mb:,.0f} MB  "
        f"question p50 {m.p50_ms:.0f} ms, p95 {m.p95_ms:.0f} ms, {m.answer_peak_mb:,.0f} MiB"
    )


def _leave(_: Skipped) -> None:
    """Take no notice of what is skipped."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.growth", description=__doc__)
    parser.add_argument("articles", type=Path, nargs="?", default=SEEDS / "articles")
    parser.add_argument("questions", type=Path, nargs="?", default=SEEDS / "questions.jsonl")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of articles")
    parser.add_argument("--out", type=Path, default=OUT, help="keep what is measured here")
    parser.add_argument("--plot", action="store_true", help=f"draw {PLOT} and measure nothing")
    parser.add_argument("--part", choices=("index", "answers"), help=argparse.SUPPRESS)
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Measure, or draw what was measured.

    :returns: 2 where that was not possible, else 0.
    """
    options = _options()
    try:
        for line in _wanted(options):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _wanted(options: argparse.Namespace) -> Iterator[str]:
    if options.plot:
        measured = load(options.out)
        if not measured:
            raise InputError(f"Nothing was measured in {options.out}. Run it without --plot first.")
        plot(measured, PLOT)
        yield str(PLOT)
    elif options.part == "index":
        settings = load_settings(store=options.store)
        yield json.dumps(time_index(options.articles, options.sizes[0], settings))
    elif options.part == "answers":
        yield json.dumps(time_answers(options.articles, load_settings(store=options.store)))
    else:
        yield from measure(options.articles, options.questions, options.sizes, options.out)


if __name__ == "__main__":
    sys.exit(main())
