"""The report of a run: figures with their intervals, tables, and the list of misses."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eval.abstention import Bin, Point
from eval.ranking import RECALL_AT
from qa.datatypes import Skipped

FORMAT = 2
TIMED = ("latency_ms", "latency_histogram", "speed", "peak_memory_mb")
"""The fields of a report that differ between two runs of the same seed; no other does."""

LABELS = {
    "exact_match": "Exact match, refusals counted",
    "f1": "F1, refusals counted",
    "exact_match_has_answer": "Exact match where there is an answer",
    "f1_has_answer": "F1 where there is an answer",
    "exact_match_no_answer": "Refused where there is none",
    "exact_match_forced": "Exact match, best quote always taken",
    "f1_forced": "F1, best quote always taken",
    "exact_match_when_answered": "Exact match of what was answered",
    "best_exact": "Exact match at the best threshold",
    "best_f1": "F1 at the best threshold",
    **{f"recall@{k}": f"Recall@{k}" for k in RECALL_AT},
    "reciprocal_rank": "Mean reciprocal rank",
    "ndcg@10": "nDCG@10",
    **{f"search_recall@{k}": f"Recall@{k} of the search, before reading" for k in RECALL_AT},
    "ece": "Expected calibration error",
    "aurc": "Area under the risk-coverage curve",
    "coverage": "Share of questions answered",
    "risk": "Share of the answers that are wrong",
}
CAUSE_LABELS = {
    "error": "Internal error",
    "article_not_retrieved": "Right article not retrieved",
    "passage_not_retrieved": "Article retrieved, but not the passage",
    "not_read": "Passage retrieved, but too deep to be read",
    "other_span_other_passage": "Words of another passage preferred",
    "other_span_same_passage": "Other words of the right passage preferred",
    "refused": "Right answer found, but refused",
    "answered_unanswerable": "Answered, though there is no answer",
    "surface_form": "Perhaps right, in other words (to review)",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A value over ``total`` questions with its 95% bootstrap interval: a share in percent, or a
    time in milliseconds."""

    value: float
    low: float
    high: float
    total: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall time of the questions asked, in seconds, peak resident memory, in MiB, and how many were
    asked; None for all of them."""

    seconds: float
    peak_memory_mb: float
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the oracle ladder: exact match if this stage and all after it were perfect."""

    stage: str
    exact_match: Figure


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was not got right. ``given`` is the best quote, None where there is none, and
    ``where`` its article and offsets; ``explanation`` is an ``eval.causes.Explanation``."""

    id: str
    question: str
    gold: tuple[str, ...]
    gold_articles: tuple[str, ...]
    given: str | None
    where: str | None
    sentence: str | None
    confidence: float
    explanation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """All that ``report.json`` says. Shares are in percent, times in milliseconds; ``reliability``
    and ``risk_coverage`` are curves in [0, 1].

    A figure that the question set gives no ground for is absent from its table. ``squad_v1`` takes
    the best quote always, over answerable questions; ``squad_v2`` takes decisions as they were,
    and its ``best_…_confidence`` is the least confidence to answer at for the best score (None:
    refuse all). ``causes`` counts the misses by cause, all causes named; ``oracle`` tells what
    perfect stages would give, the last stage first. ``recall_curve`` is recall@k from k = 1 on.
    ``slices`` are figures by kind and part. ``latency_ms`` has p50 and p95 (nearest rank) for each
    stage, ``latency_histogram`` the edges of its bins and their counts. ``misses`` are the first of
    each cause.
    """

    format: int
    run: dict[str, Any]
    counts: dict[str, int]
    scores: dict[str, Figure]
    squad_v1: dict[str, float]
    squad_v2: dict[str, float | None]
    retrieval: dict[str, Figure]
    recall_curve: tuple[float, ...]
    abstention: dict[str, Figure]
    reliability: tuple[Bin, ...]
    risk_coverage: tuple[Point, ...]
    decisions: dict[str, dict[str, int]]
    causes: dict[str, int]
    oracle: tuple[Step, ...]
    slices: dict[str, dict[str, dict[str, Figure]]]
    verbatim: dict[str, int]
    latency_ms: dict[str, dict[str, Figure]]
    latency_histogram: dict[str, list[float]]
    speed: dict[str, float]
    peak_memory_mb: float
    misses: tuple[Miss, ...]
    skipped: tuple[Skipped, ...]

    @property
    def misses_total(self) -> int:
        """How many questions were missed; ``misses`` holds only the first of each cause."""
        return sum(self.causes.values())

    def as_dict(self) -> dict[str, Any]:
        """Give the report as a JSON object."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Give the figures as a short table for a terminal."""
        return [f"{label:<44}{value}" for label, value in self.table()]

    def table(self) -> list[tuple[str, str]]:
        """Give the figures as pairs of a label and a value in words, most important first."""
        figures = self.scores | self.retrieval | self.abstention
        return [
            ("Questions", self.spell_counts()),
            *((LABELS[name], spell(figure)) for name, figure in figures.items()),
            *self._decisions(),
            *self._causes(),
            *self._cost(),
        ]

    def spell_counts(self) -> str:
        """Spell how many questions there were, and of which kinds."""
        kinds = ("answerable", "unanswerable", "retrieval_only", "errors", "skipped")
        spelt = [f"{self.counts[k]} {k.replace('_', ' ')}" for k in kinds if self.counts[k]]
        return f"{self.counts['questions']} ({', '.join(spelt)})"

    def _decisions(self) -> list[tuple[str, str]]:
        return [
            (row.capitalize(), f"{cells['answered']} answered, {cells['refused']} refused")
            for row, cells in self.decisions.items()
            if any(cells.values())
        ]

    def _causes(self) -> list[tuple[str, str]]:
        listed = [(f"  {CAUSE_LABELS[c]}", f"{n:5}") for c, n in self.causes.items() if n]
        return [("Misses", f"{self.misses_total:5}"), *listed]

    def _cost(self) -> list[tuple[str, str]]:
        total = self.latency_ms.get("total", {})
        quoted = f"{self.verbatim['failures']} of {self.verbatim['quotes']}"
        timed = [f"{name} {figure.value:.0f} ms" for name, figure in total.items()]
        if self.speed["asked"]:
            timed.append(f"{self.speed['answers_per_second']:.1f} a second")
        return [
            ("Quotes that are not verbatim", quoted),
            ("Time of an answer", ", ".join(timed) or "none was asked"),
            ("Peak memory", f"{self.peak_memory_mb:,.0f} MiB"),
        ]


def spell(figure: Figure) -> str:
    """Spell a figure with its interval and the number of questions behind it."""
    return f"{figure.value:5.1f}  ({figure.low:.1f} to {figure.high:.1f}; n = {figure.total})"
