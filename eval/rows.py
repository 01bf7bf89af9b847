"""The result of one question: its scores, the row that is written for it, and the row read back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from eval.causes import Explanation, carriers
from eval.metrics import exact_match, f1, ndcg_at, recall_at, reciprocal_rank
from eval.questions import Question
from eval.ranking import NAMES, RECALL_AT, SEARCH_NAMES, Ranking
from qa.datatypes import Answer, Hit

Scores = dict[str, float | None]

TIMED = ("timings_ms",)
"""The fields of a row that differ between two runs of the same seed; no other does."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A rank of the articles retrieved: the ids that carry one text, the one quoted first, and the
    retrieval score of the passage that put it there."""

    articles: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question, what came of it, and how right that is.

    ``scores`` are in [0, 1]; None where the question set does not tell what is right.
    ``misquoted`` counts the quotes whose text does not stand at their offsets. ``retrieved`` are
    distinct articles, best first, None where nothing was retrieved; ``miss`` is None for a question
    that was got right; ``slices`` tells its part by kind.
    """

    question: Question
    answer: Answer
    scores: Scores
    misquoted: int = 0
    retrieved: Sequence[Retrieved] | None = None
    miss: Explanation | None = None
    slices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What a report needs of a row. ``given`` is the answer as decided, empty for a refusal, and
    ``forced`` the best candidate whatever the decision, empty where there is none."""

    id: str
    gold: tuple[str, ...] | None
    given: str
    forced: str
    answered: bool
    failed: bool
    confidence: float
    scores: Scores
    cause: str | None
    quoted: int
    misquoted: int
    timings_ms: dict[str, float]
    slices: dict[str, str]

    @property
    def answerable(self) -> bool | None:
        """Whether there is an answer to find; None where the set does not tell."""
        return None if self.gold is None else bool(self.gold)


def distinct(hits: Iterable[Hit]) -> list[Retrieved]:
    """Make a ranking of articles from one of passages.

    :param hits: best first.
    :returns: one entry per rank; a passage of an article seen before takes no rank.
    """
    seen: set[str] = set()
    ranking = []
    for hit in hits:
        if seen.isdisjoint(ids := carriers(hit)):
            articles = (hit.passage.article_id, *hit.passage.copies)
            ranking.append(Retrieved(articles, hit.score))
        seen |= ids
    return ranking


def score(
    question: Question, answer: Answer, ranking: Ranking | None, searched: Ranking | None = None
) -> Scores:
    """Score one question.

    ``exact_match`` and ``f1`` judge the decision: a refusal is right exactly where there is no
    answer to find. The ``_forced`` ones judge ``quotes[0]`` whatever was decided. Measures of
    retrieval are told where an answerable question names its articles. An error scores 0.

    :param question: the question with what is right.
    :param answer: what the pipeline made of it.
    :param ranking: distinct articles, best first; None where nothing was retrieved (gold mode).
    :param searched: the same as the search ranked them, before anything was read.
    :returns: scores in [0, 1] by name, None where the set does not tell what is right.
    """
    scores = _answer_scores(question, answer) | _retrieval_scores(question, ranking, searched)
    if answer.reason == "error":
        return {name: None if value is None else 0.0 for name, value in scores.items()}
    return scores


def _answer_scores(question: Question, answer: Answer) -> Scores:
    golds, scores = question.answers, Scores()
    given = "" if answer.answer is None else answer.answer
    forced = answer.quotes[0].answer if answer.quotes else ""
    for suffix, text in (("", given), ("_forced", forced)):
        scores[f"exact_match{suffix}"] = None if golds is None else exact_match(text, golds)
        scores[f"f1{suffix}"] = None if golds is None else f1(text, golds)
    return scores


def _retrieval_scores(
    question: Question, ranking: Ranking | None, searched: Ranking | None
) -> Scores:
    golds = question.article_ids
    if ranking is None or not golds or question.answerable is False:
        return dict.fromkeys((*NAMES, *SEARCH_NAMES))
    found = [recall_at(ranking, golds, k) for k in RECALL_AT]
    found += [reciprocal_rank(ranking, golds), ndcg_at(ranking, golds, 10)]
    found += [recall_at(searched or ranking, golds, k) for k in RECALL_AT]
    return dict(zip((*NAMES, *SEARCH_NAMES), found, strict=True))


def as_row(outcome: Outcome) -> dict[str, Any]:
    """Make the row of a question: the record, with the question's own fields around it.

    :param outcome: the question with its answer and scores.
    :returns: a JSON object: ``id``, ``asked``, ``gold``, ``gold_articles``, ``scores``, ``miss``,
        ``slices``, ``misquoted``, the record, ``retrieved``, then the further fields of the
        question; one of these whose name is taken gets ``input_``.
    """
    question = outcome.question
    row: dict[str, Any] = {
        "id": question.id,
        "asked": question.asked,
        "gold": question.answers,
        "gold_articles": question.article_ids,
        "scores": outcome.scores,
        "miss": None if outcome.miss is None else asdict(outcome.miss),
        "slices": dict(outcome.slices),
        "misquoted": outcome.misquoted,
        **asdict(outcome.answer),
        "retrieved": None if outcome.retrieved is None else [asdict(r) for r in outcome.retrieved],
    }
    further = {f"input_{k}" if k in row else k: value for k, value in question.extra.items()}
    return row | further


def result_of(row: Mapping[str, Any]) -> Result:
    """Take from a row what a report needs.

    :param row: from :func:`as_row`, as JSON gives it back.
    :returns: the result.
    """
    quotes, miss = row["quotes"], row["miss"]
    return Result(
        id=row["id"],
        gold=None if row["gold"] is None else tuple(row["gold"]),
        given="" if row["answer"] is None else row["answer"],
        forced=quotes[0]["answer"] if quotes else "",
        answered=row["status"] == "answered",
        failed=row["reason"] == "error",
        confidence=row["confidence"],
        scores=row["scores"],
        cause=None if miss is None else miss["cause"],
        quoted=len(quotes),
        misquoted=row["misquoted"],
        timings_ms=row["timings_ms"],
        slices=row["slices"],
    )


def ranking_of(row: Mapping[str, Any]) -> list[frozenset[str]]:
    """Take the ranking of articles from a row.

    :param row: from :func:`as_row`, as JSON gives it back.
    :returns: the ids that stand at each rank.
    """
    return [frozenset(rank["articles"]) for rank in row["retrieved"] or ()]


def judged(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Keep the rows whose retrieval is scored.

    :param rows: of a run.
    :yields: those of questions that name their articles, where something was retrieved.
    """
    for row in rows:
        if row["scores"]["reciprocal_rank"] is not None:
            yield row
