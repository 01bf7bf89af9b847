"""Reports for tests: five questions of every kind, and one whose every text is hostile."""

import json
from dataclasses import replace
from typing import Any

from eval.causes import explain
from eval.questions import Question
from eval.report import Cost, Report
from eval.rows import Outcome, as_row, distinct, score
from eval.slices import SLICES, slices_of
from eval.summary import summarise
from qa.datatypes import Answer, Filters, Hit, Passage, Quote, Skipped

HOSTILE = "<script>alert(1)</script><img src=http://x.test/ onerror=alert(1)>\"'&"
COST = Cost(seconds=2.0, peak_memory_mb=512.0)
HITS = [
    Hit(Passage("other", 1, 0, 40, "It was not Rome."), 1.0, 1.0, 1.0),
    Hit(Passage("talks", 1, 0, 40, "It was Oslo."), 0.5, 1.0, 1.0),
]


def outcome(
    number: int, golds: tuple[str, ...] | None, best: str, confidence: float, refuse: bool = False
) -> Outcome:
    found = Quote(
        answer=best,
        article_id="talks",
        revision=1,
        start=10,
        end=10 + len(best),
        title=None,
        source=None,
        published=None,
        url=None,
        sentence=f"It was {best}.",
        sentence_start=0,
        sentence_end=40,
        passage_start=0,
        passage_end=40,
        confidence=confidence,
        group=0,
    )
    answer = Answer(
        question="W?",
        read_as="W?",
        filters=Filters(),
        status="unanswered" if refuse else "answered",
        reason="below_threshold" if refuse else None,
        answer=None if refuse else best,
        confidence=confidence,
        quotes=(found,),
        timings_ms={"read": float(number), "total": 10.0 * number},
    )
    question = Question(f"q{number}", f"What is {number}?", golds, ("talks",))
    return judged(question, answer, HITS)


def judged(question: Question, answer: Answer, hits: list[Hit]) -> Outcome:
    ranking = [frozenset(rank.articles) for rank in distinct(hits)]
    return Outcome(
        question,
        answer,
        score(question, answer, ranking),
        retrieved=distinct(hits),
        miss=explain(question, answer, hits, 1),
        slices=slices_of(question, answer, None),
    )


def mixed() -> list[Outcome]:
    return [
        outcome(1, ("Oslo",), "Oslo", 0.9),
        outcome(2, ("Oslo",), "Rome", 0.8),
        outcome(3, ("Oslo",), "Oslo", 0.4, refuse=True),
        outcome(4, (), "Oslo", 0.3, refuse=True),
        outcome(5, (), "Rome", 0.7),
    ]


def rows_of(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(as_row(outcome))) for outcome in outcomes]


def report_of(*outcomes: Outcome, **run: Any) -> Report:
    return summarise(rows_of([*outcomes]), run, [], COST)


def hostile_report() -> Report:
    wrong = outcome(1, (HOSTILE,), HOSTILE + " Rome", 0.9)
    question = replace(wrong.question, id=HOSTILE, article_ids=(HOSTILE,))
    timings = {HOSTILE: 1.0, "total": 2.0}
    answer = replace(wrong.answer, question=HOSTILE, timings_ms=timings)
    hits = [Hit(Passage(HOSTILE, 1, 0, 99, f"It is {HOSTILE}"), 1.0, 1.0, 1.0)]
    slices = dict.fromkeys(SLICES, HOSTILE)
    run = {"name": HOSTILE, "settings": {HOSTILE: HOSTILE}, "state": {HOSTILE: HOSTILE}}
    spoilt = [replace(judged(question, answer, hits), slices=slices) for _ in range(2)]
    return summarise(rows_of(spoilt), run, [Skipped(HOSTILE, HOSTILE)], COST)
