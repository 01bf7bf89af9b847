"""One turn of the chat: a question in, messages out, whatever happens on the way."""

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from qa.admission import QUESTION_CHARS, checked_question
from qa.catalog import Headline
from qa.datatypes import Answer, Article, Filters, Hit, Retrieved
from qa.errors import InputError
from qa.questions import Almanac, Turn, Understood, understand, with_times
from ui.cutting import Articles
from ui.filters import Bar
from ui.render import render_answer, render_notice
from ui.understanding import (
    Within,
    answer_message,
    at_any_time,
    clash_message,
    edited,
    taken_back,
    turn_of,
    within,
)
from ui.words import count, escape

_KEPT_MESSAGES = 120
_KEPT_TURNS = 6
_EMPTY = "There are no articles in the archive any more. Add some, then ask again."
_FAILED = "Something went wrong here, not with your question. Try it again; the log says what."

_log = logging.getLogger(__name__)

Message = dict[str, Any]
"""``role``, ``content`` and ``metadata``, as the chat component takes it; the message of an answer
also holds its ``key``, by which the browser names it, its ``turn``, how the question was
``understood``, and the turns that were its ``context``: these stay on the server."""

Reading = Callable[[str, Sequence[Turn]], Understood]
"""Understands a question in its conversation."""


class Answering(Protocol):
    """What the chat needs of a pipeline."""

    def answer(self, question: str, filters: Filters = ...) -> Answer: ...

    def stages(self, question: str, filters: Filters = ...) -> Iterator[Retrieved | Answer]: ...

    def search(self, query: str, k: int = ..., filters: Filters = ...) -> list[Hit]: ...

    def article(self, article_id: str, revision: int | None = None) -> Article: ...

    def find_articles(self, typed: str, limit: int = ...) -> list[Headline]: ...


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows now, and whether the question is done with and may leave its box."""

    messages: tuple[Message, ...]
    done: bool = False


def turn(
    pipeline: Answering | None,
    question: object,
    earlier: Sequence[Message],
    outlets: Sequence[str] = (),
    clock: Callable[[], date] = date.today,
    bar: Bar = Bar(),
    notice: str | None = None,
    almanac: Almanac | None = None,
) -> Iterator[View]:
    """Answer one question, showing the stages as they pass.

    :param pipeline: what answers; None when there are no articles.
    :param question: whatever was sent; checked here.
    :param earlier: the messages so far, made by this function.
    :param outlets: the outlets of the archive, for "according to the Harbour Wire".
    :param clock: tells today, for "last week".
    :param bar: what the filter bar is set to; a fault of it is told instead of an answer.
    :param notice: what must be said of the archive above the answer, in a sentence.
    :param almanac: what the archive tells of times, for "in 2019" and "before the summit".
    :yields: the page: while searching, while reading, then with the answer or one sentence why
        there is none.
    """

    def reading(text: str, turns: Sequence[Turn]) -> Understood:
        today = bar.filters.asked or clock().isoformat()
        return understand(text, turns, today, outlets, almanac=almanac)

    yield from _turn(pipeline, question, earlier, reading, notice, bar)


def again(
    pipeline: Answering | None,
    choice: object,
    earlier: Sequence[Message],
    bar: Bar = Bar(),
    notice: str | None = None,
    almanac: Almanac | None = None,
) -> Iterator[View]:
    """Ask the last question once more, read as a chip above its answer asks for.

    :param pipeline: what answers; None when there are no articles.
    :param choice: the command of the chip; anything else changes nothing.
    :param earlier: the messages so far.
    :param bar: what the filter bar is set to now.
    :param notice: what must be said of the archive above the answer.
    :param almanac: what the archive tells of times, for words that were edited.
    :yields: the page, as for a question of its own.
    """
    last = _last_read(earlier)
    try:
        found = last and isinstance(choice, str) and taken_back(choice, last)
    except InputError as error:
        yield View((*earlier, _said(render_notice(str(error)))))
        return
    if last and found:

        def reading(text: str, turns: Sequence[Turn]) -> Understood:
            today = bar.filters.asked or date.today().isoformat()
            return with_times(found, turns, today, almanac) if edited(str(choice)) else found

        yield from _turn(pipeline, last.question, earlier, reading, notice, bar)
    else:
        yield View(tuple(earlier))


def _last_read(messages: Sequence[Message]) -> Understood | None:
    """How the last question was read; None while it is still being answered, or where it failed."""
    for one in reversed(messages):
        if one["role"] == "user":
            break
        if "understood" in one:
            understood: Understood = one["understood"]
            return understood
    return None


def _turn(
    pipeline: Answering | None,
    question: object,
    earlier: Sequence[Message],
    reading: Reading,
    notice: str | None,
    bar: Bar,
) -> Iterator[View]:
    """One turn, under some reading of its question."""
    before = tuple(earlier)[-_KEPT_MESSAGES:]
    if pipeline is None:
        yield View((*before, _said(render_notice(_EMPTY))))
        return
    try:
        text = checked_question(_as_text(question))
        _refuse_fault(bar)
    except InputError as error:
        yield View((*before, _said(render_notice(str(error)))))
        return
    asked = (*before, {"role": "user", "content": escape(text)})
    try:
        turns = _turns(before)
        understood = within(_read(text, turns, reading), bar)
        if understood.clashes:
            yield View((*asked, clash_message(understood)), done=True)
            return
        for shown in _stages(pipeline, understood, turns, notice):
            yield View((*asked, *shown), done="turn" in shown[-1])
    except InputError as error:
        yield View((*asked, _said(render_notice(str(error)))))
    except Exception:
        _log.exception("A question could not be answered")
        yield View((*asked, _said(render_notice(_FAILED))))


def _stages(
    pipeline: Answering, understood: Within, turns: Sequence[Turn], notice: str | None
) -> Iterator[tuple[Message, ...]]:
    """What stands under the question: while searching, while reading, and in the end."""
    yield (_thought("Searching the archive", "pending"),)
    passed: tuple[Message, ...] = ()
    for stage in _asked(pipeline, understood):
        if isinstance(stage, Retrieved):
            passed = (_found(stage),)
            yield (*passed, _thought("Reading", "pending"))
            continue
        if stage.status != "answered" and understood.times:
            yield (*passed, _thought("Searching outside these dates", "pending"))
            understood, stage = _wider(pipeline, understood, stage)
        yield (*passed, *told(pipeline.article, stage, understood, turns, notice))


def _wider(pipeline: Answering, understood: Within, refused: Answer) -> tuple[Within, Answer]:
    """The question without the times that its words give, and its answer; as it was if that is no
    better."""
    free = at_any_time(understood)
    *_, found = _asked(pipeline, free)
    if isinstance(found, Answer) and found.status == "answered":
        return free, found
    return understood, refused


def _turns(messages: Sequence[Message]) -> list[Turn]:
    """The turns that a follow-up may mean, oldest first."""
    return [turn_of(one) for one in messages if "turn" in one][-_KEPT_TURNS:]


def _refuse_fault(bar: Bar) -> None:
    """A field that cannot be used must not be left out silently."""
    if bar.fault is not None:
        raise InputError(bar.fault)


def _read(text: str, turns: Sequence[Turn], reading: Reading) -> Understood:
    """The question as understood; as typed where the words carried over make it too long."""
    understood = reading(text, turns)
    return understood if len(understood.read_as) <= QUESTION_CHARS else understood.as_typed


def _as_text(question: object) -> str:
    """Only text is a question; what a program sends may be anything."""
    if not isinstance(question, str):
        raise InputError("A question is a text. Type one into the box.")
    return question


def told(
    articles: Articles,
    found: Answer,
    understood: Understood,
    context: Sequence[Turn],
    notice: str | None = None,
) -> tuple[Message, ...]:
    """Tell an answer, new or kept.

    :param articles: opens an article by id and revision.
    :param found: the record.
    :param understood: the question as it was understood.
    :param context: the turns before it.
    :param notice: what must be said of the archive above the answer.
    :returns: how long was read, and the answer.
    """
    return _was_read(found), _answer_message(articles, understood, context, found, notice)


def _asked(pipeline: Answering, understood: Understood) -> Iterator[Retrieved | Answer]:
    """Ask for what was understood."""
    if understood.filters:
        return pipeline.stages(understood.read_as, understood.filters)
    return pipeline.stages(understood.read_as)


def _answer_message(
    articles: Articles,
    understood: Understood,
    context: Sequence[Turn],
    found: Answer,
    notice: str | None,
) -> Message:
    """The answer, under a name of its own, with what stays on the server."""
    kept = Turn(understood.read_as, found, understood.topic_switched)
    key = secrets.token_hex(4)
    above = "" if notice is None else render_notice(notice) + "\n\n"
    rendered = above + render_answer(found, articles, key)
    return answer_message(rendered, understood, key=key, turn=kept, context=context)


def _found(found: Retrieved) -> Message:
    if not found.passages:
        told = "No passage is left to be read."
        return _thought("Found no passages", "done", told, found.took_ms)
    told = f"These passages of {count(found.articles, 'article')} come nearest to the question."
    return _thought(f"Found {count(found.passages, 'passage')}", "done", told, found.took_ms)


def _was_read(answer: Answer) -> Message:
    took = answer.timings_ms.get("read")
    told = (
        "The reader looked for the words that answer, from the best passage on, until none further "
        "down could come first."
    )
    return _thought("Read", "done", told, took)


def _thought(title: str, status: str, detail: str = "", took_ms: float | None = None) -> Message:
    metadata: dict[str, Any] = {"title": title, "status": status}
    if took_ms is not None:
        metadata["duration"] = took_ms / 1000
    return {"role": "assistant", "content": escape(detail), "metadata": metadata}


def _said(markdown: str) -> Message:
    return {"role": "assistant", "content": markdown}
