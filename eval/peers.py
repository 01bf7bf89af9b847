"""Pullquote beside its peers: ``python -m eval.peers [ARTICLES QUESTIONS]``.

The same weights, the same passages with the same vectors, ten passages a question, each system in a
process of its own, one after the other: Pullquote, the same without adaptive depth, the script that
anyone would write, Haystack and txtai (``pip install '.[bench]'``; what is not installed is left
out by name). Without arguments the sample archive is used. The peers get their passages ready cut;
Pullquote's index time includes reading, cleaning, cutting, keywords and writing the store.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from eval.metrics import exact_match, f1, percentile
from eval.peer_run import INDEXED, OWN, WHOLE, index, measure, prepare, put_first_aside
from eval.peer_systems import PEERS
from eval.questions import Question, load_questions
from qa.datatypes import Skipped

SEEDS = Path(__file__).parent.parent / "seeds"
SYSTEMS = (OWN, WHOLE, *PEERS)
NEEDS = {"haystack": "haystack_integrations", "txtai": "txtai"}


@dataclass(frozen=True, slots=True)
class Timed:
    """What one system did. Times in ms, memory in MiB, scores in percent of the best answer,
    whatever its score."""

    system: str
    questions: int
    per_second: float
    p50: float
    p95: float
    exact_match: float
    f1: float
    answer_memory: float
    indexed: int
    index_per_second: float
    index_memory: float


def compare(
    work: Path, store: Path, questions: Sequence[Question], systems: Sequence[str]
) -> Iterator[Timed]:
    """Measure the systems one after the other, each in a process of its own.

    :param work: as ``prepare`` left it.
    :param store: of Pullquote.
    :param questions: those in the folder.
    :param systems: names.
    :yields: what each did, as it is done.
    """
    indexing: dict[str, dict[str, Any]] = {}
    for system in systems:
        answered = _child(system, work, store, "answers")
        indexer = OWN if system == WHOLE else system  # the two index alike
        if indexer not in indexing:
            indexing[indexer] = _child(indexer, work, store, "index")
        indexed = indexing[indexer]
        seconds = [took for _, took in answered["answers"]]
        pairs = [
            (given, question.answers or ())
            for (given, _), question in zip(answered["answers"], questions, strict=True)
        ]
        yield Timed(
            system=system,
            questions=len(pairs),
            per_second=len(seconds) / sum(seconds),
            p50=1000 * percentile(seconds, 50),
            p95=1000 * percentile(seconds, 95),
            exact_match=100 * float(np.mean([exact_match(*pair) for pair in pairs])),
            f1=100 * float(np.mean([f1(*pair) for pair in pairs])),
            answer_memory=answered["memory"],
            indexed=indexed["passages"],
            index_per_second=indexed["passages"] / indexed["seconds"],
            index_memory=indexed["memory"],
        )


def table(found: Sequence[Timed]) -> Iterator[str]:
    """Tell what was measured.

    :param found: one row a system, Pullquote first.
    :yields: the lines of a Markdown table.
    """
    yield (
        "| system | answers/s | p50 ms | p95 ms | p50 against Pullquote | EM | F1 | MiB | "
        "index, passages/s | index, MiB |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for one in found:
        yield (
            f"| {one.system} | {one.per_second:.1f} | {one.p50:.0f} | {one.p95:.0f} "
            f"| {one.p50 / found[0].p50:.1f} | {one.exact_match:.1f} | {one.f1:.1f} "
            f"| {one.answer_memory:,.0f} | {one.index_per_second:.0f} | {one.index_memory:,.0f} |"
        )


def main() -> None:
    """Run the comparison and print its table."""
    parser = argparse.ArgumentParser(prog="python -m eval.peers", description=__doc__)
    parser.add_argument("articles", type=Path, nargs="?", default=SEEDS / "articles")
    parser.add_argument("questions", type=Path, nargs="?", default=SEEDS / "questions.jsonl")
    parser.add_argument("--store", type=Path, help="of these articles, made if it is not there")
    parser.add_argument("--sample", type=int, help="so many questions, drawn at random")
    parser.add_argument("--indexed", type=int, default=INDEXED, help="articles to time indexing on")
    parser.add_argument("--systems", nargs="+", default=SYSTEMS, choices=SYSTEMS)
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--child", nargs=2, metavar=("SYSTEM", "TASK"), help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        measure(options.child[0], options.child[1], options.work, options.store)
        return
    with tempfile.TemporaryDirectory() as scratch:
        _compare_all(options, Path(scratch))


def _compare_all(options: argparse.Namespace, work: Path) -> None:
    store = options.store or work / "store"
    if not (store / "pullquote.sqlite").exists():
        _say(f"Indexing {options.articles} ...")
        index(store, options.articles)
    questions = _drawn(options.questions, options.sample)
    passages = prepare(work, store, questions)
    put_first_aside(work, options.articles, options.indexed)
    systems = [name for name in options.systems if name not in NEEDS or find_spec(NEEDS[name])]
    for missing in sorted(set(options.systems) - set(systems)):
        _say(f"{missing} is not installed, so it is left out: pip install '.[bench]'")
    _say(f"{passages:,} passages, {len(questions):,} questions")
    found = []
    for one in compare(work, store, questions, [name for name in SYSTEMS if name in systems]):
        _say(f"{one.system}: p50 {one.p50:.0f} ms, EM {one.exact_match:.1f}")
        found.append(one)
    for line in table(found):
        sys.stdout.write(f"{line}\n")
    if options.json:
        figures = {"passages": passages, "systems": [asdict(one) for one in found]}
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _child(system: str, work: Path, store: Path, task: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "eval.peers", "--child", system, task]
    subprocess.run([*command, "--work", str(work), "--store", str(store)], check=True)
    found: dict[str, Any] = json.loads((work / f"{system}-{task}.json").read_text())
    return found


def _drawn(path: Path, sample: int | None) -> list[Question]:
    """The answerable questions, or some of them; the same ones every time."""
    skipped: list[Skipped] = []
    answerable = [one for one in load_questions(path, skipped.append) if one.answers]
    if sample is None or sample >= len(answerable):
        return answerable
    return random.Random(0).sample(answerable, sample)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
