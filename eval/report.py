"""The report of a run: figures with their intervals, tables, and the list of misses."""

from dataclasses import asdict, dataclass
from typing import Any

from eval.rows import RECALL_AT
from qa.datatypes import Skipped

FORMAT = 1
LABELS = {
    "exact_match": "Exact match, refusals counted",
    "f1": "F1, refusals counted",
    "exact_match_forced": "Exact match, best quote always taken",
    "f1_forced": "F1, best quote always taken",
    "exact_match_when_answered": "Exact match of what was answered",
    **{f"recall@{k}": f"Recall@{k}" for k in RECALL_AT},
    "reciprocal_rank": "Mean reciprocal rank",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over ``total`` questions in percent, with its 95% bootstrap interval."""

    value: float
    low: float
    high: float
    total: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall time of all questions, in seconds, and peak resident memory, in MiB."""

    seconds: float
    peak_memory_mb: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was not got right. ``kind`` is ``wrong``, ``refused``, ``invented`` (there
    was nothing to find), ``not found`` (retrieval only) or ``error``; ``given`` is the best quote,
    None where there is none, and ``where`` its article and offsets."""

    id: str
    kind: str
    question: str
    gold: tuple[str, ...]
    gold_articles: tuple[str, ...]
    given: str | None
    where: str | None
    sentence: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that ``report.json`` says. Shares are in percent, times in milliseconds.

    A figure that the question set gives no ground for is absent from its table. ``squad_v1`` takes
    the best quote always, over answerable questions; ``squad_v2`` takes decisions as they were,
    and its ``best_…_confidence`` is the least confidence to answer at for the best score (None:
    refuse all). ``latency_ms`` has p50 and p95 (nearest rank) for each stage.
    """

    format: int
    run: dict[str, Any]
    counts: dict[str, int]
    scores: dict[str, Figure]
    squad_v1: dict[str, float]
    squad_v2: dict[str, float | None]
    retrieval: dict[str, Figure]
    decisions: dict[str, dict[str, int]]
    verbatim: dict[str, int]
    latency_ms: dict[str, dict[str, float]]
    speed: dict[str, float]
    peak_memory_mb: float
    miss_counts: dict[str, int]
    misses: tuple[Miss, ...]
    skipped: tuple[Skipped, ...]

    @property
    def misses_total(self) -> int:
        """How many questions were missed; ``misses`` holds only the first of them."""
        return sum(self.miss_counts.values())

    def as_dict(self) -> dict[str, Any]:
        """Give the report as a JSON object."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Give the figures as a short table for a terminal."""
        return [f"{label:<38}{value}" for label, value in self.table()]

    def table(self) -> list[tuple[str, str]]:
        """Give the figures as pairs of a label and a value in words, most important first."""
        figures = [
            (LABELS[name], spell(figure)) for name, figure in (self.scores | self.retrieval).items()
        ]
        return [
            ("Questions", self.spell_counts()),
            *figures,
            *self._best(),
            *self._decisions(),
            *self._cost(),
        ]

    def spell_counts(self) -> str:
        """Spell how many questions there were, and of which kinds."""
        kinds = ("answerable", "unanswerable", "retrieval_only", "errors", "skipped")
        spelt = [f"{self.counts[k]} {k.replace('_', ' ')}" for k in kinds if self.counts[k]]
        return f"{self.counts['questions']} ({', '.join(spelt)})"

    def _best(self) -> list[tuple[str, str]]:
        """What the best threshold would have given, where there was something to refuse."""
        best, least = self.squad_v2.get("best_f1"), self.squad_v2.get("best_f1_confidence")
        if best is None or not self.counts["unanswerable"]:
            return []
        where = "refusing all" if least is None else f"answering from confidence {least:.4f}"
        return [("F1 at the best threshold", f"{best:5.1f}  ({where})")]

    def _decisions(self) -> list[tuple[str, str]]:
        return [
            (row.capitalize(), f"{cells['answered']} answered, {cells['refused']} refused")
            for row, cells in self.decisions.items()
            if any(cells.values())
        ]

    def _cost(self) -> list[tuple[str, str]]:
        total = self.latency_ms.get("total")
        quoted = f"{self.verbatim['failures']} of {self.verbatim['quotes']}"
        timed = (
            [] if total is None else [f"p50 {total['p50']:.0f} ms", f"p95 {total['p95']:.0f} ms"]
        )
        timed.append(f"{self.speed['answers_per_second']:.1f} a second")
        return [
            ("Quotes that are not verbatim", quoted),
            ("Time of an answer", ", ".join(timed)),
            ("Peak memory", f"{self.peak_memory_mb:,.0f} MiB"),
        ]


def spell(figure: Figure) -> str:
    """Spell a figure with its interval and the number of questions behind it."""
    return f"{figure.value:5.1f}  ({figure.low:.1f} to {figure.high:.1f}; n = {figure.total})"
