"""Run the pipeline over a question set: one row for each question, then a report."""

import json
import logging
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Protocol

from eval.metrics import distinct_articles
from eval.page import page
from eval.questions import Question, select
from eval.report import Cost, Report
from eval.rows import Outcome, Ranking, as_row, score
from eval.summary import summarise
from qa.datatypes import Answer, Article, Filters, Hit, Passage, Quote, Skipped
from qa.errors import InputError, PullquoteError
from qa.settings import Settings

Mode = Literal["open", "gold"]
Progress = Callable[[int, int], None]
ARTICLES_KEPT = 256
log = logging.getLogger(__name__)


class Traced(Protocol):
    """An answer with the passages that were retrieved for it, best first."""

    @property
    def answer(self) -> Answer: ...
    @property
    def hits(self) -> Sequence[Hit]: ...


class Answering(Protocol):
    """What evaluation asks of a pipeline."""

    @property
    def settings(self) -> Settings: ...
    def trace(self, question: str, filters: Filters, asked: str | None) -> Traced: ...
    def answer_passage(self, question: str, passage: Passage) -> Answer: ...
    def article(self, article_id: str, revision: int | None) -> Article: ...


@dataclass(frozen=True, slots=True)
class Options:
    """What to run, and how.

    ``asked`` stands in where a question has no date of its own. ``name`` (of the question set) and
    ``models`` (id by role) are only reported.
    """

    mode: Mode = "open"
    limit: int | None = None
    sample: int | None = None
    seed: int = 0
    filters: Filters = field(default_factory=Filters)
    asked: str | None = None
    name: str | None = None
    models: Mapping[str, str] = field(default_factory=dict)


def evaluate(
    pipeline: Answering,
    questions: Sequence[Question],
    out: Path,
    options: Options,
    skipped: Sequence[Skipped] = (),
    progress: Progress | None = None,
) -> Report:
    """Answer the questions and write ``rows.jsonl``, ``report.json`` and ``report.html``.

    A question on which the pipeline fails gets a row with reason ``error`` and scores 0.

    :param pipeline: as the chat uses it.
    :param questions: the whole set, in file order.
    :param out: the folder to write to; made where it is missing, files in it replaced.
    :param options: mode, part of the set, filters.
    :param skipped: rows of the set that could not be used, for the report.
    :param progress: called after each question with the number done and the total.
    :returns: what was written to ``report.json``.
    :raises InputError: the part asked for is none, gold mode lacks paragraphs, or ``out`` cannot
        be written.
    """
    chosen = select(questions, options.limit, options.sample, options.seed)
    if options.mode == "gold" and any(question.context is None for question in chosen):
        raise InputError("--mode gold reads given paragraphs: it needs a SQuAD JSON question set.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        outcomes = _run(pipeline, chosen, out / "rows.jsonl", options, progress)
        cost = Cost(time.perf_counter() - started, peak_memory_mb())
        report = summarise(outcomes, _about(pipeline, options), skipped, cost)
        _write(out / "report.json", json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        _write(out / "report.html", page(report))
    except OSError as error:
        raise InputError(
            f"Cannot write to {error.filename or out}: {error.strerror}. Give another --out folder."
        ) from error
    return report


def _run(
    pipeline: Answering,
    questions: Sequence[Question],
    path: Path,
    options: Options,
    progress: Progress | None,
) -> list[Outcome]:
    outcomes = []
    with path.open("w", encoding="utf-8", errors="backslashreplace", buffering=1) as rows:
        for outcome in _outcomes(pipeline, questions, options):
            rows.write(json.dumps(as_row(outcome), ensure_ascii=False) + "\n")
            outcomes.append(_slim(outcome))
            if progress is not None:
                progress(len(outcomes), len(questions))
    return outcomes


def _outcomes(
    pipeline: Answering, questions: Sequence[Question], options: Options
) -> Iterator[Outcome]:
    article = lru_cache(ARTICLES_KEPT)(pipeline.article)
    for given in questions:
        question = given if given.asked is not None else replace(given, asked=options.asked)
        answer, ranking = _attempt(pipeline, question, options)
        context = question.context if options.mode == "gold" else None
        misquoted = sum(not _verbatim(quote, context, article) for quote in answer.quotes)
        if misquoted:
            log.error("Question %s: %d quotes are not in their place.", question.id, misquoted)
        scores = score(question, answer, ranking)
        yield Outcome(question, answer, scores, len(answer.quotes), misquoted)


def _attempt(
    pipeline: Answering, question: Question, options: Options
) -> tuple[Answer, Ranking | None]:
    """Answer one question; a failure is an answer too, and the log keeps its cause."""
    try:
        if options.mode == "gold" and question.context is not None:
            return pipeline.answer_passage(question.question, question.context), None
        traced = pipeline.trace(question.question, options.filters, question.asked)
        carriers = [(hit.passage.article_id, *hit.passage.copies) for hit in traced.hits]
        return traced.answer, distinct_articles(carriers)
    except PullquoteError as error:
        log.warning("Question %s: %s", question.id, error)
    except Exception:
        log.exception("Question %s failed.", question.id)
    text, filters = question.question, options.filters
    failed = Answer(text, text, filters, "unanswered", "error", None, 0.0)
    return failed, None if options.mode == "gold" else []


def _verbatim(
    quote: Quote, context: Passage | None, article: Callable[[str, int], Article]
) -> bool:
    """Tell whether the words quoted stand at their offsets in the text that was stored or given."""
    try:
        text = article(quote.article_id, quote.revision).text if context is None else context.text
    except PullquoteError:
        return False
    return 0 <= quote.start < quote.end and text[quote.start : quote.end] == quote.answer


def _slim(outcome: Outcome) -> Outcome:
    """Keep of an answer what the report needs, so that memory stays flat over long runs."""
    answer = replace(outcome.answer, quotes=outcome.answer.quotes[:1], groups=())
    return replace(outcome, answer=answer)


def _about(pipeline: Answering, options: Options) -> dict[str, Any]:
    settings = pipeline.settings.model_dump(mode="json")
    return {**asdict(options), "models": dict(options.models), "settings": settings}


def peak_memory_mb() -> float:
    """Tell the greatest resident memory of this process so far, in units of 2**20 bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
