"""One turn of the chat: a question in, messages out, whatever happens on the way."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from qa.datatypes import Answer, Article, Filters
from qa.errors import InputError
from qa.pipeline import QUESTION_CHARS, checked_question
from qa.questions import Turn, Understood, understand
from ui.render import render_answer, render_notice
from ui.understanding import answer_message, dropped_by
from ui.words import escape

_KEPT_MESSAGES = 90
_KEPT_TURNS = 6
_EMPTY = "There are no articles in the archive any more. Add some, then ask again."
_FAILED = "Something went wrong here, not with your question. Try it again; the log says what."

_log = logging.getLogger(__name__)

Message = dict[str, Any]
"""``role``, ``content`` and ``metadata``, as the chat component takes it; the message of an answer
also holds its ``turn``, how the question was ``understood``, and the turns that were its
``context``: these stay on the server."""

Reading = Callable[[str, Sequence[Turn]], Understood]
"""Understands a question in its conversation."""


class Answering(Protocol):
    """What the chat needs of a pipeline."""

    def answer(self, question: str, filters: Filters = ...) -> Answer: ...

    def article(self, article_id: str, revision: int | None = None) -> Article: ...


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
) -> Iterator[View]:
    """Answer one question, showing the stages as they pass.

    :param pipeline: what answers; None when there are no articles.
    :param question: whatever was sent; checked here.
    :param earlier: the messages so far, made by this function.
    :param outlets: the outlets of the archive, for "according to the Harbour Wire".
    :param clock: tells today, for "last week".
    :yields: the page, first while searching, then with the answer or one sentence why not.
    """

    def reading(text: str, turns: Sequence[Turn]) -> Understood:
        return understand(text, turns, clock().isoformat(), outlets)

    yield from _turn(pipeline, question, earlier, reading)


def again(
    pipeline: Answering | None,
    choice: object,
    earlier: Sequence[Message],
    outlets: Sequence[str] = (),
    clock: Callable[[], date] = date.today,
) -> Iterator[View]:
    """Ask the last question once more, as typed or without one of its filters.

    :param pipeline: what answers; None when there are no articles.
    :param choice: the value of the button under the last answer; anything else changes nothing.
    :param earlier: the messages so far.
    :param outlets: the outlets of the archive.
    :param clock: tells today.
    :yields: the page, as for a question of its own.
    """
    last: Understood | None = earlier[-1].get("understood") if earlier else None
    dropped = dropped_by(choice, last) if last is not None and isinstance(choice, str) else None
    if last is None or dropped is None:
        yield View(tuple(earlier))
        return

    context = earlier[-1]["context"]

    def reading(text: str, _: Sequence[Turn]) -> Understood:
        if not dropped:
            return last.as_typed
        today = clock().isoformat()
        return understand(text, context, today, outlets, (*last.dropped, *dropped))

    yield from _turn(pipeline, last.question, earlier, reading)


def _turn(
    pipeline: Answering | None, question: object, earlier: Sequence[Message], reading: Reading
) -> Iterator[View]:
    """One turn, under some reading of its question."""
    before = tuple(earlier)[-_KEPT_MESSAGES:]
    if pipeline is None:
        yield View((*before, _said(render_notice(_EMPTY))))
        return
    try:
        text = checked_question(_as_text(question))
    except InputError as error:
        yield View((*before, _said(render_notice(str(error)))))
        return
    asked = (*before, {"role": "user", "content": escape(text)})
    yield View((*asked, _thought("Searching the archive", "pending")))
    try:
        turns = _turns(before)
        understood = _read(text, turns, reading)
        yield View((*asked, *_answered(pipeline, understood, turns)), done=True)
    except InputError as error:
        yield View((*asked, _said(render_notice(str(error)))))
    except Exception:
        _log.exception("A question could not be answered")
        yield View((*asked, _said(render_notice(_FAILED))))


def _turns(messages: Sequence[Message]) -> list[Turn]:
    """The turns that a follow-up may mean, oldest first."""
    return [one["turn"] for one in messages if "turn" in one][-_KEPT_TURNS:]


def _read(text: str, turns: Sequence[Turn], reading: Reading) -> Understood:
    """The question as understood; as typed where the words carried over make it too long."""
    understood = reading(text, turns)
    return understood if len(understood.read_as) <= QUESTION_CHARS else understood.as_typed


def _as_text(question: object) -> str:
    """Only text is a question; what a program sends may be anything."""
    if not isinstance(question, str):
        raise InputError("A question is a text. Type one into the box.")
    return question


def _answered(
    pipeline: Answering, understood: Understood, context: Sequence[Turn]
) -> tuple[Message, ...]:
    """The stage with its times, and the answer."""
    return told(pipeline, _asked(pipeline, understood), understood, context)


def told(
    pipeline: Answering, found: Answer, understood: Understood, context: Sequence[Turn]
) -> tuple[Message, ...]:
    """Tell an answer, new or kept.

    :param pipeline: opens the articles that are quoted.
    :param found: the record.
    :param understood: the question as it was understood.
    :param context: the turns before it.
    :returns: the stage with its times, and the answer.
    """
    kept = Turn(understood.read_as, found, understood.topic_switched)
    answer = replace(found, question=understood.question, read_as=understood.read_as)
    times = answer.timings_ms
    stages = [
        f"{name} {times[key]:.0f} ms"
        for key, name in (("retrieve", "searching"), ("read", "reading"))
        if key in times
    ]
    thought = _thought("Searched and read", "done", ", ".join(stages), times.get("total"))
    rendered = render_answer(answer, pipeline.article)
    return thought, answer_message(rendered, understood, turn=kept, context=context)


def _asked(pipeline: Answering, understood: Understood) -> Answer:
    """Ask for what was understood."""
    if understood.filters:
        return pipeline.answer(understood.read_as, understood.filters)
    return pipeline.answer(understood.read_as)


def _thought(title: str, status: str, detail: str = "", took_ms: float | None = None) -> Message:
    metadata: dict[str, Any] = {"title": title, "status": status}
    if took_ms is not None:
        metadata["duration"] = took_ms / 1000
    return {"role": "assistant", "content": escape(detail), "metadata": metadata}


def _said(markdown: str) -> Message:
    return {"role": "assistant", "content": markdown}
