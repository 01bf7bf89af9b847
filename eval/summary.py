"""Add up the outcomes of a run to its report."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from eval.metrics import decisions, interval, percentile, squad_v1, squad_v2, squad_v2_best
from eval.report import FORMAT, Cost, Figure, Miss, Report
from eval.rows import RECALL_AT, Outcome
from qa.datatypes import Skipped

MISSES_SHOWN = 200


def summarise(
    outcomes: Sequence[Outcome], run: dict[str, Any], skipped: Sequence[Skipped], cost: Cost
) -> Report:
    """Add up a run.

    :param outcomes: one for each question, in file order.
    :param run: what was run and how, for the record.
    :param skipped: rows of the question set that could not be used.
    :param cost: time and memory of the run.
    :returns: the report; a question with no result counts 0 in every mean it belongs to.
    """
    misses = [outcome for outcome in outcomes if _is_miss(outcome)]
    return Report(
        format=FORMAT,
        run=run,
        counts=_counts(outcomes, skipped),
        scores=_answer_figures(outcomes),
        squad_v1=_official_v1(outcomes),
        squad_v2=_official_v2(outcomes),
        retrieval=_figures(outcomes, [*(f"recall@{k}" for k in RECALL_AT), "reciprocal_rank"]),
        decisions=_decisions(outcomes),
        verbatim=_verbatim(outcomes),
        latency_ms=_latency(outcomes),
        speed=_speed(len(outcomes), cost.seconds),
        peak_memory_mb=cost.peak_memory_mb,
        miss_counts=dict(Counter(map(_kind, misses))),
        misses=tuple(map(_miss, misses[:MISSES_SHOWN])),
        skipped=tuple(skipped),
    )


def _counts(outcomes: Sequence[Outcome], skipped: Sequence[Skipped]) -> dict[str, int]:
    known = [outcome.question.answerable for outcome in outcomes]
    return {
        "questions": len(outcomes),
        "answerable": known.count(True),
        "unanswerable": known.count(False),
        "retrieval_only": known.count(None),
        "errors": sum(outcome.failed for outcome in outcomes),
        "skipped": len(skipped),
    }


def _answer_figures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    answered = [outcome for outcome in outcomes if outcome.answer.status == "answered"]
    when_answered = _figures(answered, ["exact_match"])
    return (
        _figures(outcomes, ["exact_match", "f1"])
        | _figures(answerable, ["exact_match_forced", "f1_forced"])
        | {f"{name}_when_answered": figure for name, figure in when_answered.items()}
    )


def _figures(outcomes: Sequence[Outcome], names: Iterable[str]) -> dict[str, Figure]:
    figures = {}
    for name in names:
        values = [100 * v for outcome in outcomes if (v := outcome.scores[name]) is not None]
        if values:
            low, high = interval(values)
            figures[name] = Figure(sum(values) / len(values), low, high, len(values))
    return figures


def _golds(outcomes: Sequence[Outcome]) -> dict[str, tuple[str, ...]]:
    return {o.question.id: o.question.answers for o in outcomes if o.question.answers is not None}


def _predictions(outcomes: Sequence[Outcome], text: Callable[[Outcome], str]) -> dict[str, str]:
    return {outcome.question.id: text(outcome) for outcome in outcomes if not outcome.failed}


def _official_v1(outcomes: Sequence[Outcome]) -> dict[str, float]:
    golds = _golds(outcomes)
    return squad_v1(_predictions(outcomes, lambda o: o.forced), golds) if golds else {}


def _official_v2(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    golds = _golds(outcomes)
    if not golds:
        return {}
    unsure = {outcome.question.id: -outcome.answer.confidence for outcome in outcomes}
    best = squad_v2_best(_predictions(outcomes, lambda o: o.forced), golds, unsure)
    named = {
        name.replace("_thresh", "_confidence"): -value
        if name.endswith("_thresh") and value is not None
        else value
        for name, value in best.items()
    }
    return {**squad_v2(_predictions(outcomes, lambda o: o.given), golds), **named}


def _decisions(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    return decisions(
        (outcome.question.answerable, outcome.answer.status == "answered")
        for outcome in outcomes
        if outcome.question.answerable is not None
    )


def _verbatim(outcomes: Sequence[Outcome]) -> dict[str, int]:
    return {
        "quotes": sum(outcome.quoted for outcome in outcomes),
        "failures": sum(outcome.misquoted for outcome in outcomes),
    }


def _latency(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    stages: defaultdict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for stage, milliseconds in outcome.answer.timings_ms.items():
            stages[stage].append(milliseconds)
    return {
        stage: {"p50": percentile(times, 50), "p95": percentile(times, 95)}
        for stage, times in stages.items()
    }


def _speed(questions: int, seconds: float) -> dict[str, float]:
    return {"seconds": seconds, "answers_per_second": questions / seconds if seconds else 0.0}


def _is_miss(outcome: Outcome) -> bool:
    decided = outcome.scores["exact_match"]
    right = outcome.scores["reciprocal_rank"] if decided is None else decided
    return outcome.failed or right == 0


def _kind(outcome: Outcome) -> str:
    if outcome.failed:
        return "error"
    if outcome.question.answerable is None:
        return "not found"
    if outcome.answer.status == "unanswered":
        return "refused"
    return "wrong" if outcome.question.answerable else "invented"


def _miss(outcome: Outcome) -> Miss:
    question = outcome.question
    best = outcome.answer.quotes[0] if outcome.answer.quotes else None
    return Miss(
        id=question.id,
        kind=_kind(outcome),
        question=question.question,
        gold=question.answers or (),
        gold_articles=question.article_ids or (),
        given=None if best is None else best.answer,
        where=None if best is None else f"{best.article_id} [{best.start}:{best.end}]",
        sentence=None if best is None else best.sentence,
        confidence=outcome.answer.confidence,
    )
