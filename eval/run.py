"""Run the pipeline over a question set: one row for each question, then a report."""

import json
import logging
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal, Protocol

from eval.causes import explain
from eval.exports import Exports
from eval.page import page
from eval.questions import Question, select
from eval.report import Cost, Report
from eval.resuming import ROWS, Say, identity, prepare, read_rows
from eval.rows import Outcome, as_row, distinct, score
from eval.slices import slices_of
from eval.summary import summarise
from eval.workers import in_order
from qa.datatypes import Answer, Article, Filters, Hit, Passage, Quote, Skipped
from qa.errors import InputError, PullquoteError
from qa.settings import Settings

Mode = Literal["open", "gold"]
Progress = Callable[[int, int], None]
Lookup = Callable[[str, int | None], Article]
ARTICLES_KEPT = 256
log = logging.getLogger(__name__)


class Traced(Protocol):
    """An answer with the passages that were retrieved for it, best first; so many of them, the
    first, were read."""

    @property
    def answer(self) -> Answer: ...
    @property
    def hits(self) -> Sequence[Hit]: ...
    @property
    def read(self) -> int: ...


class Answering(Protocol):
    """What evaluation asks of a pipeline. With several workers it is called from threads."""

    @property
    def settings(self) -> Settings: ...
    def trace(self, question: str, filters: Filters, asked: str | None) -> Traced: ...
    def answer_passage(self, question: str, passage: Passage) -> Answer: ...
    def article(self, article_id: str, revision: int | None) -> Article: ...


@dataclass(frozen=True, slots=True)
class Options:
    """What to run, and how.

    ``asked`` stands in where a question has no date of its own. ``name`` (of the question set) and
    ``models`` (id by role) are reported, ``models`` also tells runs apart. ``state`` is what else
    the answers depend on, as JSON: the generation of the store and the calibration; where it is
    None, no run is gone on with. ``workers`` questions are under way at a time. ``resume`` goes on
    with the rows of the same run that are in the folder.
    """

    mode: Mode = "open"
    limit: int | None = None
    sample: int | None = None
    seed: int = 0
    filters: Filters = field(default_factory=Filters)
    asked: str | None = None
    name: str | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] | None = None
    workers: int = 1
    resume: bool = True


def evaluate(
    pipeline: Answering,
    questions: Sequence[Question],
    out: Path,
    options: Options,
    skipped: Sequence[Skipped] = (),
    progress: Progress | None = None,
    say: Say = log.warning,
) -> Report:
    """Answer the questions and write ``rows.jsonl``, ``report.json``, ``report.html`` and the
    exports for other tools.

    A question on which the pipeline fails gets a row with reason ``error`` and scores 0. Rows stand
    in the order of the questions and go to disk one by one; those that the same run left there
    before are not asked again. Two runs of equal options write equal bytes, but for the fields
    ``eval.rows.TIMED`` of a row, ``eval.report.TIMED`` of the report and the section ``#time`` of
    the page.

    :param pipeline: as the chat uses it.
    :param questions: the whole set, in file order.
    :param out: the folder to write to; made where it is missing. Rows of another run are renamed.
    :param options: mode, part of the set, filters, workers.
    :param skipped: rows of the set that could not be used, for the report.
    :param progress: called after each question with the number done and the total.
    :param say: receives one line on what was there before.
    :returns: what was written to ``report.json``.
    :raises InputError: the part asked for is none, gold mode lacks paragraphs, or ``out`` cannot
        be written.
    """
    chosen = select(questions, options.limit, options.sample, options.seed)
    if options.mode == "gold" and any(question.context is None for question in chosen):
        raise InputError("--mode gold reads given paragraphs: it needs a SQuAD JSON question set.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        there = prepare(out, _identity(pipeline, questions, options), chosen, say)
        started = time.perf_counter()
        _run(pipeline, chosen, there, out / ROWS, options, progress)
        cost = Cost(time.perf_counter() - started, peak_memory_mb(), len(chosen) - there)
        with Exports(out) as exports:
            rows = _passed_on(read_rows(out / ROWS), exports.add)
            report = summarise(rows, _about(pipeline, options), skipped, cost)
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
    there: int,
    path: Path,
    options: Options,
    progress: Progress | None,
) -> None:
    article = lru_cache(ARTICLES_KEPT)(pipeline.article)
    work = partial(_outcome, pipeline, options, article)
    outcomes = in_order(work, questions[there:], options.workers)
    with path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1) as rows:
        for done, outcome in enumerate(outcomes, start=there + 1):
            rows.write(json.dumps(as_row(outcome), ensure_ascii=False) + "\n")
            if progress is not None:
                progress(done, len(questions))


def _passed_on(
    rows: Iterable[dict[str, Any]], also: Callable[[dict[str, Any]], None]
) -> Iterator[dict[str, Any]]:
    """Let something else see each row on its way to the summary."""
    for row in rows:
        also(row)
        yield row


def _outcome(pipeline: Answering, options: Options, article: Lookup, question: Question) -> Outcome:
    if question.asked is None:
        question = replace(question, asked=options.asked)
    answer, hits, read = _attempt(pipeline, question, options)
    context = question.context if options.mode == "gold" else None
    misquoted = sum(not _verbatim(quote, context, article) for quote in answer.quotes)
    if misquoted:
        log.error("Question %s: %d quotes are not in their place.", question.id, misquoted)
    retrieved = None if hits is None else distinct(hits)
    ranking = None if retrieved is None else [frozenset(rank.articles) for rank in retrieved]
    searched = None if hits is None else _as_searched(hits)
    gold = None if hits is None else _gold_article(question, article)
    in_store = None if hits is None or not question.article_ids else gold is not None
    return Outcome(
        question=question,
        answer=answer,
        scores=score(question, answer, ranking, searched),
        misquoted=misquoted,
        retrieved=retrieved,
        miss=explain(question, answer, hits, read, in_store),
        slices=slices_of(question, answer, gold),
    )


def _attempt(
    pipeline: Answering, question: Question, options: Options
) -> tuple[Answer, Sequence[Hit] | None, int]:
    """Answer one question, and give what was retrieved and how much of it was read; a failure is an
    answer too, and the log keeps its cause."""
    try:
        if options.mode == "gold" and question.context is not None:
            return pipeline.answer_passage(question.question, question.context), None, 1
        traced = pipeline.trace(question.question, options.filters, question.asked)
        return traced.answer, traced.hits, traced.read
    except PullquoteError as error:
        log.warning("Question %s: %s", question.id, error)
    except Exception:
        log.exception("Question %s failed.", question.id)
    text, filters = question.question, options.filters
    failed = Answer(text, text, filters, "unanswered", "error", None, 0.0)
    return failed, None if options.mode == "gold" else [], 0


def _as_searched(hits: Sequence[Hit]) -> list[frozenset[str]]:
    """Rank the articles as the search did, before anything was read."""
    in_order = sorted(hits, key=lambda hit: -hit.score)
    return [frozenset(rank.articles) for rank in distinct(in_order)]


def _gold_article(question: Question, article: Lookup) -> Article | None:
    """The first of the right articles that is in the store."""
    for article_id in question.article_ids or ():
        try:
            return article(article_id, None)
        except PullquoteError:
            continue
    return None


def _verbatim(quote: Quote, context: Passage | None, article: Lookup) -> bool:
    """Tell whether the words quoted stand at their offsets in the text that was stored or given."""
    try:
        text = article(quote.article_id, quote.revision).text if context is None else context.text
    except PullquoteError:
        return False
    return 0 <= quote.start < quote.end and text[quote.start : quote.end] == quote.answer


def _identity(
    pipeline: Answering, questions: Sequence[Question], options: Options
) -> dict[str, str] | None:
    if options.state is None or not options.resume:
        return None
    return identity(
        questions,
        pipeline.settings.model_dump(mode="json"),
        mode=options.mode,
        filters=asdict(options.filters),
        asked=options.asked,
        models=dict(options.models),
        state=dict(options.state),
    )


def _about(pipeline: Answering, options: Options) -> dict[str, Any]:
    told = asdict(options)
    for name in ("workers", "resume"):
        del told[name]
    settings = pipeline.settings.model_dump(mode="json")
    return {**told, "models": dict(options.models), "settings": settings}


def peak_memory_mb() -> float:
    """Tell the greatest resident memory of this process so far, in units of 2**20 bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
