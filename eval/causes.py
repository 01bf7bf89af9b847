"""Why a question was missed: exactly one cause, the first stage at fault, and what it was offered.

The stages in order: an article is retrieved, a passage of it is retrieved, the passage is read, the
right span is preferred, the answer is given, and it has the form that was expected.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from eval.metrics import distinct_articles, exact_match
from eval.questions import Question
from eval.surface import holds, same_answer
from qa.datatypes import Answer, Hit, Quote

Cause = Literal[
    "error",
    "article_not_retrieved",
    "passage_not_retrieved",
    "not_read",
    "other_span_other_passage",
    "other_span_same_passage",
    "refused",
    "answered_unanswerable",
    "surface_form",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)
"""All causes, in the order of the stages."""

LADDER: tuple[tuple[str, tuple[Cause, ...]], ...] = (
    ("surface form", ("surface_form",)),
    ("decision", ("refused", "answered_unanswerable")),
    ("reader", ("other_span_other_passage", "other_span_same_passage")),
    ("depth", ("not_read",)),
    ("passage retrieval", ("passage_not_retrieved",)),
    ("article retrieval", ("article_not_retrieved",)),
    ("machinery", ("error",)),
)
"""The stages from the last to the first. Were one and all after it perfect, none of the misses up
to it in this list would be left."""

AROUND = 80


@dataclass(frozen=True, slots=True)
class Explanation:
    """The cause of a miss, and what each stage offered to the next.

    ``retrieved`` counts passages and ``read`` those of them that were read. ``article_rank`` is the
    rank, from 1, of the first right article among distinct ones, ``passage_rank`` that of the first
    passage of a right article that holds a right answer; None where there is none. ``passage`` is
    the place of that passage and ``excerpt`` the words around the right answer in it. ``offered``
    is the article that was retrieved first. ``in_store`` tells whether the store has a right
    article at all; None where the question names none.
    """

    cause: Cause
    retrieved: int
    read: int
    article_rank: int | None = None
    passage_rank: int | None = None
    passage: str | None = None
    excerpt: str | None = None
    offered: str | None = None
    in_store: bool | None = None


def explain(
    question: Question,
    answer: Answer,
    hits: Sequence[Hit] | None,
    read: int,
    in_store: bool | None = None,
) -> Explanation | None:
    """Find the cause of a miss.

    Where a question names no article, every one with a retrieved passage that holds a right answer
    is a right one. A question of which only the articles are known is missed when no passage of one
    of them was read.

    :param question: with what is right.
    :param answer: what came of it.
    :param hits: what was retrieved, best first; None where a given paragraph was read.
    :param read: how many of them, the first, were read.
    :param in_store: whether the store has a right article, for the record.
    :returns: the explanation; None for a question that was got right.
    """
    found = _Found.of(question, hits or (), read)
    cause = _cause(question, answer, found, given=hits is None)
    if cause is None:
        return None
    return found.explanation(cause, question.answers or (), in_store)


@dataclass(frozen=True, slots=True)
class _Found:
    """What retrieval brought: for each hit whether its article is right, and its passage."""

    hits: Sequence[Hit]
    read: int
    right_article: Sequence[bool]
    right_passage: Sequence[bool]

    @classmethod
    def of(cls, question: Question, hits: Sequence[Hit], read: int) -> "_Found":
        answers = question.answers or ()
        if question.article_ids:
            article = [not carriers(hit).isdisjoint(question.article_ids) for hit in hits]
            passage = [
                right and (question.answers is None or holds(hit.passage.text, answers))
                for hit, right in zip(hits, article, strict=True)
            ]
            return cls(hits, min(read, len(hits)), article, passage)
        passage = (
            [holds(hit.passage.text, answers) for hit in hits] if answers else [False] * len(hits)
        )
        return cls(hits, min(read, len(hits)), passage, passage)

    def holds_quote(self, quote: Quote) -> bool:
        """Whether a quote stands in a right passage."""
        place = (quote.article_id, quote.passage_start)
        passages = [hit.passage for hit in self.hits]
        return any(
            right and (p.article_id, p.start) == place
            for p, right in zip(passages, self.right_passage, strict=True)
        )

    def explanation(
        self, cause: Cause, golds: Collection[str], in_store: bool | None
    ) -> Explanation:
        at = _first(self.right_passage)
        passage = None if at is None else self.hits[at].passage
        return Explanation(
            cause=cause,
            retrieved=len(self.hits),
            read=self.read,
            article_rank=self._article_rank(),
            passage_rank=None if at is None else at + 1,
            passage=None
            if passage is None
            else f"{passage.article_id} [{passage.start}:{passage.end}]",
            excerpt=None if passage is None else _excerpt(passage.text, golds),
            offered=self.hits[0].passage.article_id if self.hits else None,
            in_store=in_store,
        )

    def _article_rank(self) -> int | None:
        at = _first(self.right_article)
        if at is None:
            return None
        return len(distinct_articles(tuple(carriers(hit)) for hit in self.hits[: at + 1]))


def carriers(hit: Hit) -> frozenset[str]:
    """Give the ids of all articles that carry a passage.

    :param hit: a retrieved passage.
    :returns: the one that is quoted and its copies.
    """
    return frozenset((hit.passage.article_id, *hit.passage.copies))


def _cause(question: Question, answer: Answer, found: _Found, given: bool) -> Cause | None:
    if answer.reason == "error":
        return "error"
    if question.answers is None:
        return _retrieval_cause(found) if question.article_ids else None
    if exact_match("" if answer.answer is None else answer.answer, question.answers):
        return None
    if not question.answers:
        return "answered_unanswerable"
    return (
        _right_cause(question.answers, answer)
        or (None if given else _retrieval_cause(found))
        or _reader_cause(answer, found, given)
    )


def _right_cause(golds: Collection[str], answer: Answer) -> Cause | None:
    """The cause where the best quote is right after all, in the form expected or another."""
    if not answer.quotes:
        return None
    best = answer.quotes[0]
    exact = exact_match(best.answer, golds) == 1.0
    if not exact and not same_answer(
        best.answer, golds, best.sentence, best.start - best.sentence_start
    ):
        return None
    return "refused" if answer.status == "unanswered" else "surface_form"


def _retrieval_cause(found: _Found) -> Cause | None:
    if not any(found.right_article):
        return "article_not_retrieved"
    if not any(found.right_passage):
        return "passage_not_retrieved"
    return None if any(found.right_passage[: found.read]) else "not_read"


def _reader_cause(answer: Answer, found: _Found, given: bool) -> Cause:
    """A span elsewhere; a reader that marks nothing has failed in the right passage, too."""
    if given or not answer.quotes or found.holds_quote(answer.quotes[0]):
        return "other_span_same_passage"
    return "other_span_other_passage"


def _first(flags: Sequence[bool]) -> int | None:
    return next((place for place, flag in enumerate(flags) if flag), None)


def _excerpt(text: str, golds: Collection[str]) -> str:
    lower = text.casefold()
    places = [place for gold in golds if (place := lower.find(gold.casefold())) >= 0]
    begin = max(0, min(places, default=0) - AROUND)
    cut = text[begin : begin + 3 * AROUND]
    return f"{'…' if begin else ''}{cut}{'…' if begin + len(cut) < len(text) else ''}"
