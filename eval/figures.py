"""The figures of a report, each with its interval, from the results of a run."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from eval.abstention import Value, area_under_risk, best_share, calibration_error
from eval.bootstrap import Floats, interval, percentile_interval
from eval.metrics import percentile, squad_v1, squad_v2, squad_v2_best
from eval.ranking import NAMES, SEARCH_NAMES
from eval.report import Cost, Figure
from eval.rows import Result
from eval.slices import SLICES

DEPTH = 20
PARTS = 12
OTHERS = "all others"
HISTOGRAM_BINS = 30


def figure(shares: Sequence[float]) -> Figure:
    """Give the mean of shares in percent.

    :param shares: in [0, 1], at least one.
    :returns: the figure.
    """
    values = [100 * share for share in shares]
    return Figure(sum(values) / len(values), *interval(values), len(values))


def answer_figures(results: Sequence[Result]) -> dict[str, Figure]:
    """Score answers and refusals.

    :param results: of a run.
    :returns: figures by name; those of HasAns and NoAns and of the best threshold only where there
        are questions of both kinds.
    """
    answerable = [result for result in results if result.answerable]
    without = [result for result in results if result.answerable is False]
    split = {}
    if answerable and without:
        split = _renamed(_means(answerable, ["exact_match", "f1"]), "{}_has_answer")
        split |= _renamed(_means(without, ["exact_match"]), "{}_no_answer")
    answered = _means([result for result in results if result.answered], ["exact_match"])
    return (
        _means(results, ["exact_match", "f1"])
        | split
        | _means(answerable, ["exact_match_forced", "f1_forced"])
        | _renamed(answered, "{}_when_answered")
        | (_best_threshold(results) if split else {})
    )


def _means(results: Iterable[Result], names: Iterable[str]) -> dict[str, Figure]:
    listed = list(results)
    known = {name: [v for r in listed if (v := r.scores.get(name)) is not None] for name in names}
    return {name: figure(values) for name, values in known.items() if values}


def _renamed(figures: Mapping[str, Figure], pattern: str) -> dict[str, Figure]:
    return {pattern.format(name): value for name, value in figures.items()}


def _best_threshold(results: Sequence[Result]) -> dict[str, Figure]:
    """Exact match and F1 at the best threshold, by the sweep of SQuAD 2.0."""
    known = sorted(
        (r for r in results if r.answerable is not None and not r.failed),
        key=lambda r: -r.confidence,
    )
    total = sum(result.answerable is not None for result in results)
    figures = {}
    for name in ("exact", "f1"):
        column = "exact_match_forced" if name == "exact" else "f1_forced"
        gains = [r.scores[column] or 0.0 if r.answerable else -float(bool(r.forced)) for r in known]
        lost = [0.0] * (total - len(known))
        best = best_share([*gains, *lost], [*(float(not r.answerable) for r in known), *lost])
        figures[f"best_{name}"] = _percent(best, total)
    return figures


def _percent(value: Value, total: int) -> Figure:
    return Figure(100 * value.value, 100 * value.low, 100 * value.high, total)


def retrieval_figures(
    measured: Sequence[Mapping[str, float]], results: Sequence[Result]
) -> dict[str, Figure]:
    """Average what ir-measures told of each question, and what the search alone found.

    :param measured: from :func:`eval.ranking.measure`.
    :param results: of the same run.
    :returns: figures by name; none where no retrieval was measured.
    """
    if not measured:
        return {}
    ranked = {name: figure([m[name] for m in measured]) for name in NAMES}
    return ranked | _means(results, SEARCH_NAMES)


def recall_curve(measured: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """Give recall@k for k from 1 to 20.

    :param measured: from :func:`eval.ranking.measure`.
    :returns: in percent; empty where no retrieval was measured.
    """
    if not measured:
        return ()
    ranks = np.array([m["reciprocal_rank"] for m in measured])
    reached = (ranks[:, None] > 0) & (ranks[:, None] >= 0.999 / np.arange(1, DEPTH + 1))
    return tuple(float(share) for share in 100 * reached.mean(axis=0))


def confidences(results: Iterable[Result]) -> tuple[Floats, Floats]:
    """Give the confidence in each best candidate, and whether it is right.

    :param results: of a run; those of questions whose answers are not known are left out.
    :returns: both of shape ``(n,)``; any candidate is wrong where there is no answer.
    """
    known = [r for r in results if r.answerable is not None]
    right = [float(bool(r.answerable and r.scores["exact_match_forced"])) for r in known]
    return np.array([r.confidence for r in known]), np.array(right)


def abstention_figures(results: Sequence[Result]) -> dict[str, Figure]:
    """Measure how well confidence tells right from wrong, and the decisions that were made.

    :param results: of a run.
    :returns: ``ece``, ``aurc``, ``coverage`` and ``risk`` in percent; none without known answers.
    """
    known = [r for r in results if r.answerable is not None]
    if not known:
        return {}
    sure, right = confidences(known)
    wrong = [1.0 - (r.scores["exact_match"] or 0.0) for r in known if r.answered]
    return {
        "ece": _percent(calibration_error(sure, right), len(known)),
        "aurc": _percent(area_under_risk(sure, right), len(known)),
        "coverage": figure([float(r.answered) for r in known]),
        **({"risk": figure(wrong)} if wrong else {}),
    }


def official_v1(results: Iterable[Result]) -> dict[str, float]:
    """Score by the rules of SQuAD 1.1: the best quote always.

    :param results: of a run.
    :returns: as :func:`eval.metrics.squad_v1`; nothing without known answers.
    """
    known = [r for r in results if r.gold is not None]
    golds = {r.id: r.gold for r in known if r.gold is not None}
    return squad_v1({r.id: r.forced for r in known if not r.failed}, golds) if golds else {}


def official_v2(results: Iterable[Result]) -> dict[str, float | None]:
    """Score by the rules of SQuAD 2.0: decisions as they were, and the best threshold.

    :param results: of a run.
    :returns: as :func:`eval.metrics.squad_v2` and :func:`eval.metrics.squad_v2_best`, the latter's
        thresholds as confidences; nothing without known answers.
    """
    known = [r for r in results if r.gold is not None]
    golds = {r.id: r.gold for r in known if r.gold is not None}
    if not golds:
        return {}
    forced = {r.id: r.forced for r in known if not r.failed}
    best = squad_v2_best(forced, golds, {r.id: -r.confidence for r in known})
    named = {
        name.replace("_thresh", "_confidence"): -value
        if name.endswith("_thresh") and value is not None
        else value
        for name, value in best.items()
    }
    return {**squad_v2({r.id: r.given for r in known if not r.failed}, golds), **named}


def slice_figures(results: Sequence[Result]) -> dict[str, dict[str, dict[str, Figure]]]:
    """Give figures of each part of the set.

    :param results: of a run.
    :returns: by kind and part exact match, F1, the share answered and recall@5, each where known;
        beyond the twelve greatest parts of a kind (the years in order) the rest stand as one.
    """
    return {kind: _parts(results, kind) for kind in SLICES}


def _parts(results: Sequence[Result], kind: str) -> dict[str, dict[str, Figure]]:
    counts = Counter(r.slices.get(kind, "unknown") for r in results)
    shown = sorted(counts, key=lambda part: (-counts[part], part))[:PARTS]
    named = sorted(shown) if kind in {"article date", "answer length"} else shown
    parts: dict[str, list[Result]] = {part: [] for part in [*named, OTHERS]}
    for result in results:
        part = result.slices.get(kind, "unknown")
        parts[part if part in parts else OTHERS].append(result)
    return {part: _of_part(listed) for part, listed in parts.items() if listed}


def _of_part(results: Sequence[Result]) -> dict[str, Figure]:
    means = _means(results, ["exact_match", "f1", "recall@5"])
    return {**means, "coverage": figure([float(r.answered) for r in results])}


def times(results: Iterable[Result]) -> dict[str, list[float]]:
    """Gather how long each stage took.

    :param results: of a run.
    :returns: milliseconds by stage.
    """
    stages: defaultdict[str, list[float]] = defaultdict(list)
    for result in results:
        for stage, milliseconds in result.timings_ms.items():
            stages[stage].append(milliseconds)
    return dict(stages)


def latency(stages: Mapping[str, Sequence[float]]) -> dict[str, dict[str, Figure]]:
    """Give the nearest-rank percentiles of each stage.

    :param stages: milliseconds by stage.
    :returns: ``p50`` and ``p95`` by stage.
    """
    return {
        stage: {
            f"p{percent}": Figure(
                percentile(spent, percent), *percentile_interval(spent, percent), len(spent)
            )
            for percent in (50, 95)
        }
        for stage, spent in stages.items()
    }


def histogram(spent: Sequence[float]) -> dict[str, list[float]]:
    """Count times in bins of equal width; what is slower than the 99th percentile is in the last.

    :param spent: milliseconds.
    :returns: ``edges`` and ``counts``, one edge more than counts; empty of nothing.
    """
    if not spent:
        return {"edges": [], "counts": []}
    top = max(percentile(spent, 99), 1e-3)
    counts, edges = np.histogram(np.minimum(spent, top), HISTOGRAM_BINS, (0.0, top))
    return {"edges": [float(e) for e in edges], "counts": [float(c) for c in counts]}


def speed(cost: Cost, total: int, spent: Sequence[float]) -> dict[str, float]:
    """Tell how fast the run was.

    :param cost: of the questions asked.
    :param total: how many questions there were.
    :param spent: milliseconds of each answer.
    :returns: ``seconds``, ``asked``, ``answers_per_second`` and its interval, ``low`` to ``high``,
        from that of the mean time of an answer.
    """
    asked = total if cost.asked is None else cost.asked
    rate = asked / cost.seconds if cost.seconds else 0.0
    told = {"seconds": cost.seconds, "asked": float(asked), "answers_per_second": rate}
    mean = sum(spent) / len(spent) if spent else 0.0
    if not mean:
        return told
    low, high = interval(spent)
    return {**told, "low": rate * mean / high, "high": rate * mean / low if low else rate}
