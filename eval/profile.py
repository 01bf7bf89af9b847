"""Tell where the time of a question goes: ``python -m eval.profile QUESTIONS --store STORE``.

Every question is asked several times and of each stage its least time counts. CPU time is that of
all threads; it says on a busy machine what the clock cannot. Stages that are indented are parts of
the one above. Nothing is answered from memory, but passages that are read again are cut into
tokens once.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.threads import cores
from eval.questions import Question, load_questions
from qa.datatypes import Filters, Passage
from qa.layout import Feature
from qa.models import encoder_id, load_calibration, load_encoder, load_reader
from qa.networks import Logits, Network
from qa.pipeline import Pipeline
from qa.reader import TransformerReader
from qa.retriever import Retriever
from qa.settings import Settings, load_settings
from qa.snapshot import Snapshot
from qa.store import Store

STAGES = (
    "retrieve",
    "  filters",
    "  question to vector",
    "  keyword search",
    "  dense search",
    "  vectors of rows",
    "  passages",
    "read",
    "  tokens",
    "  network",
    "compose",
    "total",
)


Spent = NDArray[np.float64]


@dataclass
class Stopwatch:
    """Milliseconds by stage, of one question: on the clock, and of the CPU."""

    spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(lambda: np.zeros(2)))

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Make a call that is timed.

        :param stage: what its time is added to.
        :param call: what to call.
        :returns: a call that gives the same.
        """

        def run(*values: Any) -> Any:
            started = _clocks()
            found = call(*values)
            found = list(found) if isinstance(found, Iterator) else found
            self.spent[stage] += _clocks() - started
            return found

        return run


def _clocks() -> Spent:
    return 1000 * np.array([time.perf_counter(), time.process_time()])


class Timed:
    """A part of the pipeline whose calls are timed, each under a stage of its own."""

    def __init__(self, part: Any, watch: Stopwatch, **stages: str) -> None:
        self._part = part
        for name, stage in stages.items():
            setattr(self, name, watch.timed(stage, getattr(part, name)))

    def __getattr__(self, name: str) -> Any:
        """Give what is not timed."""
        return getattr(self._part, name)


class Counting:
    """A network that counts the inputs it has read."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.inputs = 0

    def logits(self, features: Sequence[Feature]) -> list[Logits]:
        """Score the tokens of every input."""
        self.inputs += len(features)
        return self._network.logits(features)


class TimedStore:
    """A snapshot of a store whose searches are timed."""

    def __init__(self, snapshot: Snapshot, watch: Stopwatch) -> None:
        legs = {"search": "  dense search", "vectors": "  vectors of rows"}
        self.vectors: Any = Timed(snapshot.vectors, watch, **legs)
        self.keywords: Any = Timed(snapshot.keywords, watch, scores="  keyword search")
        self.allowed = watch.timed("  filters", snapshot.allowed)
        self._passage = watch.timed("  passages", snapshot.passage)
        self.days = snapshot.days

    def passage(self, row: int, filters: Filters = Filters()) -> Passage:
        """Give the passage of a row."""
        found: Passage = self._passage(row, filters)
        return found


class Profiler:
    """Asks questions of a store and times the stages of each."""

    def __init__(
        self, settings: Settings, snapshot: Snapshot, encoder: Encoder, reader: TransformerReader
    ) -> None:
        watch = self._watch = Stopwatch()
        timed: Any = Timed(encoder, watch, encode_queries="  question to vector")
        store = TimedStore(snapshot, watch)
        weights = settings.dense_weight, settings.recency_weight
        retriever = Retriever(store, timed, settings.candidates, *weights)
        layout: Any = Timed(reader.layout, watch, features="  tokens")
        self._counting = Counting(reader.network)
        network: Any = Timed(self._counting, watch, logits="  network")
        own = TransformerReader(layout, network, reader.id, settings.max_answer_tokens)
        legs: Any = Timed(retriever, watch, retrieve="retrieve")
        reads: Any = Timed(own, watch, read="read")
        pipeline = Pipeline(settings, reads, load_calibration(settings), legs)
        self._total = watch.timed("total", pipeline.answer)
        self.read: list[float] = []
        """Of every question that was asked how many passages were read for it."""
        self.first_tokens: list[float] = []
        """Milliseconds that cutting them into tokens took the first time."""

    def ask(self, question: Question, times: int) -> dict[str, Spent]:
        """Time one question.

        :param question: what to ask.
        :param times: how often.
        :returns: for each stage the least milliseconds it took: on the clock, and of the CPU.
        """
        runs = []
        before = self._counting.inputs
        for _ in range(times):
            self._watch.spent.clear()
            self._total(question.question, Filters(asked=question.asked))
            spent = dict(self._watch.spent)
            runs.append(spent | {"compose": spent["total"] - spent["retrieve"] - spent["read"]})
        self.read.append((self._counting.inputs - before) / times)
        never = np.zeros(2)
        self.first_tokens.append(float(runs[0].get("  tokens", never)[0]))
        return {stage: np.min([run.get(stage, never) for run in runs], axis=0) for stage in STAGES}


def table(runs: Sequence[dict[str, Spent]]) -> Iterator[str]:
    """Lay out what was measured.

    :param runs: the stages of each question.
    :yields: lines of a table in Markdown: median and 95th percentile, in milliseconds.
    """
    yield "| stage | p50 ms | p95 ms | CPU p50 ms | CPU share |"
    yield "|---|---:|---:|---:|---:|"
    whole = float(np.median([run["total"][1] for run in runs]))
    for stage in STAGES:
        spent = np.array([run[stage] for run in runs])
        (middle, cpu), slow = np.median(spent, axis=0), np.percentile(spent[:, 0], 95)
        name = stage.replace("  ", "&nbsp;&nbsp;")
        share = 100 * cpu / whole if whole else 0.0
        yield f"| {name} | {middle:.2f} | {slow:.2f} | {cpu:.2f} | {share:.0f} % |"


def profile(settings: Settings, questions: Sequence[Question], times: int) -> Iterator[str]:
    """Time questions over a store.

    :param settings: names the store.
    :param questions: what to ask.
    :param times: how often each.
    :yields: lines for a person.
    """
    with Store.open(settings.store).snapshot(encoder_id(settings)) as snapshot:
        profiler = Profiler(settings, snapshot, load_encoder(settings), load_reader(settings))
        profiler.ask(questions[0], 1)
        profiler.read.clear()
        profiler.first_tokens.clear()
        runs = [profiler.ask(question, times) for question in questions]
        yield (
            f"{len(questions)} questions, {len(snapshot):,} passages, of which {settings.top_k} "
            f"are read at most, {np.median(profiler.read):.0f} at the median and "
            f"{np.mean(profiler.read):.1f} on average; {cores()} threads, least of {times}"
        )
        yield from table(runs)
        yield (
            "Passages that were not read before are cut into tokens in "
            f"{np.median(profiler.first_tokens):.2f} ms for a question (median)"
        )


def main() -> None:
    """Run the profile and print its table."""
    parser = argparse.ArgumentParser(prog="python -m eval.profile", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--limit", type=int, help="only the first N questions")
    parser.add_argument("--adaptive-depth", type=float, help="as the setting of this name")
    parser.add_argument("--times", type=int, default=3, help="how often each is asked")
    options = parser.parse_args()
    questions = load_questions(options.questions, lambda skipped: None)[: options.limit]
    settings = load_settings(store=options.store, adaptive_depth=options.adaptive_depth)
    for line in profile(settings, questions, options.times):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
