"""Two runs over the same questions: paired differences, their significance, what was won and lost.

Everything is paired by question id, so that only the questions' own differences count, not how
hard the questions are. Pure functions of the rows and the ``run`` parts of two reports.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.bootstrap import interval
from eval.rows import Scores

FORMAT = 1
SIGNIFICANT = 0.05
RESAMPLES = 10_000
MEASURES = {
    "exact_match": "Exact match, refusals counted",
    "exact_match_forced": "Exact match, best quote always taken",
    "f1": "F1, refusals counted",
    "recall@5": "Recall@5",
}
DECIDING = ("exact_match", "recall@5")
UNIMPORTANT = ("name",)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a comparison needs of a row: the question, what was given, and how it scored.

    ``given`` is the answer as decided, None for a refusal; ``asked`` holds the question and what
    counts as right, so that a question that was edited is noticed.
    """

    id: str
    question: str
    asked: tuple[Any, ...]
    given: str | None
    scores: Scores


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure in both runs, over the ``total`` questions that have it in both.

    Means and the difference (after minus before) with its 95% bootstrap interval are in percent.
    ``p`` is of an exact McNemar test for measures of right or wrong, of a sign-flip randomisation
    test for the others; ``p_adjusted`` is ``p`` after Holm's correction for the measures tested.
    """

    name: str
    total: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float

    @property
    def significant(self) -> bool:
        """Whether chance alone would make so large a difference in less than 1 of 20 runs."""
        return self.p_adjusted < SIGNIFICANT

    @property
    def regression(self) -> bool:
        """Whether the measure fell significantly."""
        return self.significant and self.difference < 0


@dataclass(frozen=True, slots=True)
class Turned:
    """A question that one run got right and the other did not; an answer of None is a refusal."""

    id: str
    question: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that ``comparison.json`` says. ``differing`` are settings as (name, before, after).

    ``edited`` counts questions whose words or gold answers are not the same in both runs. ``won``
    and ``lost`` go by exact match, and by recall@5 where the set tells only the right articles.
    """

    format: int
    before: str
    paired: int
    only_before: int
    only_after: int
    edited: int
    differences: tuple[Difference, ...]
    differing: tuple[tuple[str, Any, Any], ...]
    won: tuple[Turned, ...]
    lost: tuple[Turned, ...]

    @property
    def regression(self) -> bool:
        """Whether any measure fell significantly."""
        return any(difference.regression for difference in self.differences)


def compare(
    before: Sequence[Scored],
    after: Sequence[Scored],
    runs: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
    name: str = "",
    seed: int = 0,
) -> Comparison:
    """Compare two runs, question by question.

    :param before: results of the older run, each id once.
    :param after: results of this run, each id once.
    :param runs: how each was run: the ``run`` part of their reports.
    :param name: what to call the older run.
    :param seed: of the resampling.
    :returns: the comparison.
    """
    older = {result.id: result for result in before}
    pairs = [(older[result.id], result) for result in after if result.id in older]
    turned = [
        (how, Turned(b.id, a.question, b.given, a.given)) for b, a in pairs if (how := _turn(b, a))
    ]
    return Comparison(
        format=FORMAT,
        before=name,
        paired=len(pairs),
        only_before=len(older) - len(pairs),
        only_after=len(after) - len(pairs),
        edited=sum(b.asked != a.asked for b, a in pairs),
        differences=_differences(pairs, seed),
        differing=tuple(_differing(*runs)),
        won=tuple(question for how, question in turned if how > 0),
        lost=tuple(question for how, question in turned if how < 0),
    )


def mcnemar(won: int, lost: int) -> float:
    """Test whether as many questions were won as lost (McNemar 1947, in its exact form).

    :param won: questions that turned from wrong to right.
    :param lost: questions that turned from right to wrong.
    :returns: the two-sided p-value of the binomial test; 1.0 where nothing turned.
    """
    from scipy.stats import binomtest

    return float(binomtest(won, won + lost).pvalue) if won + lost else 1.0


def sign_flip(differences: Floats, seed: int = 0, resamples: int = RESAMPLES) -> float:
    """Test whether the differences are about zero, by a randomisation test (Fisher 1935, §21).

    Were both runs alike, each difference could as well have the other sign. Equal sizes are drawn
    together, as the binomial count of those that stay positive.

    :param differences: shape ``(n,)``, one per question.
    :param seed: of the draw.
    :param resamples: how many assignments of signs are drawn; p is at least one over one more.
    :returns: the two-sided p-value; 1.0 where every difference is zero.
    """
    sizes, counts = np.unique(np.abs(differences[differences != 0]), return_counts=True)
    if not len(sizes):
        return 1.0
    positive = np.random.default_rng(seed).binomial(counts, 0.5, size=(resamples, len(sizes)))
    sums = np.abs((2 * positive - counts) @ sizes)
    reached = int((sums >= abs(float(differences.sum())) - 1e-9).sum())
    return (1 + reached) / (1 + resamples)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for testing several measures at once (Holm 1979).

    :param p_values: one per test.
    :returns: the adjusted ones, in the same order, at most 1.
    """
    adjusted, greatest = [0.0] * len(p_values), 0.0
    for done, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        greatest = max(greatest, min(1.0, (len(p_values) - done) * p_values[place]))
        adjusted[place] = greatest
    return adjusted


def _differences(pairs: Sequence[tuple[Scored, Scored]], seed: int) -> tuple[Difference, ...]:
    known = {name: scores for name in MEASURES if len(scores := _scores(pairs, name))}
    p_values = [_p_value(scores, seed) for scores in known.values()]
    adjusted = dict(zip(known, zip(p_values, holm(p_values), strict=True), strict=True))
    return tuple(_difference(name, scores, *adjusted[name], seed) for name, scores in known.items())


def _scores(pairs: Sequence[tuple[Scored, Scored]], name: str) -> Floats:
    """Give the scores before and after, shape ``(n, 2)``, of the questions that have both."""
    both = [(b.scores.get(name), a.scores.get(name)) for b, a in pairs]
    return np.array([pair for pair in both if None not in pair], dtype=np.float64)


def _p_value(scores: Floats, seed: int) -> float:
    differences = scores[:, 1] - scores[:, 0]
    if np.isin(scores, (0.0, 1.0)).all():
        return mcnemar(int((differences > 0).sum()), int((differences < 0).sum()))
    return sign_flip(differences, seed)


def _difference(name: str, scores: Floats, p: float, adjusted: float, seed: int) -> Difference:
    before, after = (100 * scores).mean(axis=0)
    each = 100 * (scores[:, 1] - scores[:, 0])
    low, high = interval(each, seed, RESAMPLES)
    return Difference(
        name, len(scores), float(before), float(after), float(each.mean()), low, high, p, adjusted
    )


def _turn(before: Scored, after: Scored) -> float:
    """Tell which way a question turned: above zero where it was won, below where it was lost."""
    for name in DECIDING:
        was, now = before.scores.get(name), after.scores.get(name)
        if was is not None and now is not None:
            return now - was
    return 0.0


def _differing(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    older, newer = dict(_flat(before)), dict(_flat(after))
    for name in sorted({*older, *newer} - {*UNIMPORTANT}):
        if older.get(name) != newer.get(name):
            yield name, older.get(name), newer.get(name)


def _flat(run: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in run.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
