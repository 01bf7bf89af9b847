"""Add up the rows of a run to its report."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from eval.abstention import reliability, risk_coverage
from eval.causes import CAUSES, LADDER
from eval.figures import (
    abstention_figures,
    answer_figures,
    confidences,
    figure,
    histogram,
    latency,
    official_v1,
    official_v2,
    recall_curve,
    retrieval_figures,
    slice_figures,
    speed,
    times,
)
from eval.metrics import decisions
from eval.ranking import measure
from eval.report import FORMAT, Cost, Miss, Report, Step
from eval.rows import Result, judged, ranking_of, result_of
from qa.datatypes import Skipped

MISSES_SHOWN = 40
AT_ONCE = 500
Row = Mapping[str, Any]


def summarise(
    rows: Iterable[Row], run: dict[str, Any], skipped: Sequence[Skipped], cost: Cost
) -> Report:
    """Add up a run. Rows are read one at a time, and little of each is kept.

    :param rows: one for each question, in file order, as JSON gives them back.
    :param run: what was run and how, for the record.
    :param skipped: rows of the question set that could not be used.
    :param cost: time and memory of the run.
    :returns: the report; a question with no result counts 0 in every mean it belongs to.
    """
    found = _gather(rows)
    results = found.results
    stages, causes = times(results), Counter(result.cause for result in results)
    sure = confidences(results)
    return Report(
        format=FORMAT,
        run=run,
        counts=_counts(results, skipped),
        scores=answer_figures(results),
        squad_v1=official_v1(results),
        squad_v2=official_v2(results),
        retrieval=retrieval_figures(found.measured, results),
        recall_curve=recall_curve(found.measured),
        abstention=abstention_figures(results),
        reliability=reliability(*sure),
        risk_coverage=risk_coverage(*sure),
        decisions=_decisions(results),
        causes={cause: causes[cause] for cause in CAUSES},
        oracle=tuple(_ladder(results)),
        slices=slice_figures(results),
        verbatim=_verbatim(results),
        latency_ms=latency(stages),
        latency_histogram=histogram(stages.get("total", [])),
        speed=speed(cost, len(results), stages.get("total", [])),
        peak_memory_mb=cost.peak_memory_mb,
        misses=tuple(miss for cause in CAUSES for miss in found.misses.get(cause, ())),
        skipped=tuple(skipped),
    )


@dataclass(frozen=True, slots=True)
class _Gathered:
    results: list[Result]
    measured: list[dict[str, float]]
    misses: dict[str, list[Miss]]


def _gather(rows: Iterable[Row]) -> _Gathered:
    found = _Gathered([], [], {})
    for some in _portions(rows):
        found.results.extend(map(result_of, some))
        pairs = [(ranking_of(row), row["gold_articles"]) for row in judged(some)]
        found.measured.extend(measure(pairs) if pairs else [])
        for row in some:
            if row["miss"] is not None:
                shown = found.misses.setdefault(row["miss"]["cause"], [])
                if len(shown) < MISSES_SHOWN:
                    shown.append(_miss(row))
    return found


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while some := list(islice(remaining, AT_ONCE)):
        yield some


def _counts(results: Sequence[Result], skipped: Sequence[Skipped]) -> dict[str, int]:
    known = [result.answerable for result in results]
    return {
        "questions": len(results),
        "answerable": known.count(True),
        "unanswerable": known.count(False),
        "retrieval_only": known.count(None),
        "errors": sum(result.failed for result in results),
        "skipped": len(skipped),
    }


def _decisions(results: Iterable[Result]) -> dict[str, dict[str, int]]:
    return decisions((r.answerable, r.answered) for r in results if r.answerable is not None)


def _verbatim(results: Sequence[Result]) -> dict[str, int]:
    return {
        "quotes": sum(result.quoted for result in results),
        "failures": sum(result.misquoted for result in results),
    }


def _ladder(results: Sequence[Result]) -> Iterator[Step]:
    """Exact match as it is, then with one more perfect stage at each step, from the last on."""
    mended: set[str | None] = {None}
    for stage, causes in (("as it is", ()), *LADDER):
        mended.update(causes)
        if results:
            yield Step(stage, figure([float(result.cause in mended) for result in results]))


def _miss(row: Row) -> Miss:
    best = row["quotes"][0] if row["quotes"] else None
    return Miss(
        id=row["id"],
        question=row["question"],
        gold=tuple(row["gold"] or ()),
        gold_articles=tuple(row["gold_articles"] or ()),
        given=None if best is None else best["answer"],
        where=None if best is None else f"{best['article_id']} [{best['start']}:{best['end']}]",
        sentence=None if best is None else best["sentence"],
        confidence=row["confidence"],
        explanation=row["miss"],
    )
