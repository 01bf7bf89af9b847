"""A report read back from ``report.json``."""

import json
from pathlib import Path
from typing import Any

from eval.abstention import Bin, Point
from eval.report import FORMAT, Figure, Miss, Report, Step
from qa.datatypes import Skipped
from qa.errors import InputError


def read_report(path: Path) -> Report:
    """Read a report back.

    :param path: a ``report.json``.
    :returns: the report, equal to the one that was written but for tuples that are lists in
        ``run`` and in the explanations.
    :raises InputError: there is none, it is damaged, or of another format.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] == FORMAT:
            return _report(told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path.name} cannot be read. Run the evaluation again.") from error
    raise InputError(
        f"{path.name} has format {told['format']}; this version reads format {FORMAT}. Run the "
        "evaluation again."
    )


def _report(told: dict[str, Any]) -> Report:
    parts = {
        "scores": _figures(told["scores"]),
        "retrieval": _figures(told["retrieval"]),
        "abstention": _figures(told["abstention"]),
        "recall_curve": tuple(told["recall_curve"]),
        "reliability": tuple(Bin(**one) for one in told["reliability"]),
        "risk_coverage": tuple(Point(**one) for one in told["risk_coverage"]),
        "oracle": tuple(Step(one["stage"], Figure(**one["exact_match"])) for one in told["oracle"]),
        "slices": {
            kind: {part: _figures(figures) for part, figures in parts.items()}
            for kind, parts in told["slices"].items()
        },
        "latency_ms": {stage: _figures(figures) for stage, figures in told["latency_ms"].items()},
        "misses": tuple(_miss(one) for one in told["misses"]),
        "skipped": tuple(Skipped(**one) for one in told["skipped"]),
    }
    return Report(**(told | parts))


def _figures(told: dict[str, Any]) -> dict[str, Figure]:
    return {name: Figure(**one) for name, one in told.items()}


def _miss(told: dict[str, Any]) -> Miss:
    lists = {name: tuple(told[name]) for name in ("gold", "gold_articles")}
    return Miss(**(told | lists))
