"""The result of one question: its scores, and the row that is written for it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.metrics import exact_match, f1, recall_at, reciprocal_rank
from eval.questions import Question
from qa.datatypes import Answer

RECALL_AT = (1, 5, 20)
Ranking = Sequence[frozenset[str]]
Scores = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question, what came of it, and how right that is.

    ``scores`` are in [0, 1]; None where the question set does not tell what is right.
    ``quoted`` counts the quotes of the answer as it was given, and ``misquoted`` those of them
    whose text does not stand at their offsets.
    """

    question: Question
    answer: Answer
    scores: Scores
    quoted: int = 0
    misquoted: int = 0

    @property
    def failed(self) -> bool:
        """Whether the pipeline gave an error in place of a decision."""
        return self.answer.reason == "error"

    @property
    def given(self) -> str:
        """The answer as decided; empty for a refusal."""
        return "" if self.answer.answer is None else self.answer.answer

    @property
    def forced(self) -> str:
        """The best candidate, whatever the decision; empty where there is none."""
        return self.answer.quotes[0].answer if self.answer.quotes else ""


def score(question: Question, answer: Answer, ranking: Ranking | None) -> Scores:
    """Score one question.

    ``exact_match`` and ``f1`` judge the decision: a refusal is right exactly where there is no
    answer to find. The ``_forced`` ones judge ``quotes[0]`` whatever was decided. Recall and
    reciprocal rank are told where an answerable question names its articles. An error scores 0.

    :param question: the question with what is right.
    :param answer: what the pipeline made of it.
    :param ranking: distinct articles, best first; None where nothing was retrieved (gold mode).
    :returns: scores in [0, 1] by name, None where the set does not tell what is right.
    """
    outcome = Outcome(question, answer, {})
    scores = _answer_scores(outcome) | _retrieval_scores(question, ranking)
    if outcome.failed:
        return {name: None if value is None else 0.0 for name, value in scores.items()}
    return scores


def _answer_scores(outcome: Outcome) -> Scores:
    golds, scores = outcome.question.answers, Scores()
    for suffix, text in (("", outcome.given), ("_forced", outcome.forced)):
        scores[f"exact_match{suffix}"] = None if golds is None else exact_match(text, golds)
        scores[f"f1{suffix}"] = None if golds is None else f1(text, golds)
    return scores


def _retrieval_scores(question: Question, ranking: Ranking | None) -> Scores:
    names = [f"recall@{k}" for k in RECALL_AT] + ["reciprocal_rank"]
    golds = question.article_ids
    if ranking is None or not golds or question.answerable is False:
        return dict.fromkeys(names)
    values = [*(recall_at(ranking, golds, k) for k in RECALL_AT), reciprocal_rank(ranking, golds)]
    return dict(zip(names, values, strict=True))


def as_row(outcome: Outcome) -> dict[str, Any]:
    """Make the row of a question: the record, with the question's own fields around it.

    :param outcome: the question with its answer and scores.
    :returns: a JSON object: ``id``, ``asked``, ``gold``, ``gold_articles``, ``scores``, the record,
        then the further fields of the question; one of these whose name is taken gets ``input_``.
    """
    question = outcome.question
    row: dict[str, Any] = {
        "id": question.id,
        "asked": question.asked,
        "gold": question.answers,
        "gold_articles": question.article_ids,
        "scores": outcome.scores,
        **asdict(outcome.answer),
    }
    further = {f"input_{k}" if k in row else k: value for k, value in question.extra.items()}
    return row | further
