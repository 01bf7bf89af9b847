"""One turn of the chat: a question in, messages out, whatever happens on the way."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from qa.datatypes import Answer, Article
from qa.errors import InputError
from qa.pipeline import checked_question
from ui.render import render_answer, render_notice
from ui.words import escape

_KEPT_MESSAGES = 90
_FAILED = "Something went wrong here, not with your question. Try it again; the log says what."

_log = logging.getLogger(__name__)

Message = dict[str, Any]
"""``role``, ``content`` and ``metadata``, as the chat component takes it."""


class Answering(Protocol):
    """What the chat needs of a pipeline."""

    def answer(self, question: str) -> Answer: ...

    def article(self, article_id: str, revision: int | None = None) -> Article: ...


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows now, and whether the question is done with and may leave its box."""

    messages: tuple[Message, ...]
    done: bool = False


def turn(pipeline: Answering, question: object, earlier: Sequence[Message]) -> Iterator[View]:
    """Answer one question, showing the stages as they pass.

    :param pipeline: what answers.
    :param question: whatever was sent; checked here.
    :param earlier: the messages so far, made by this function.
    :yields: the page, first while searching, then with the answer or one sentence why not.
    """
    before = tuple(earlier)[-_KEPT_MESSAGES:]
    try:
        text = checked_question(_as_text(question))
    except InputError as error:
        yield View((*before, _said(render_notice(str(error)))))
        return
    asked = (*before, {"role": "user", "content": escape(text)})
    yield View((*asked, _thought("Searching the archive", "pending")))
    try:
        yield View((*asked, *_answered(pipeline, text)), done=True)
    except InputError as error:
        yield View((*asked, _said(render_notice(str(error)))))
    except Exception:
        _log.exception("A question could not be answered")
        yield View((*asked, _said(render_notice(_FAILED))))


def _as_text(question: object) -> str:
    """Only text is a question; what a program sends may be anything."""
    if not isinstance(question, str):
        raise InputError("A question is a text. Type one into the box.")
    return question


def _answered(pipeline: Answering, question: str) -> tuple[Message, ...]:
    """The stage with its times, and the answer."""
    answer = pipeline.answer(question)
    times = answer.timings_ms
    stages = [
        f"{name} {times[key]:.0f} ms"
        for key, name in (("retrieve", "searching"), ("read", "reading"))
        if key in times
    ]
    thought = _thought("Searched and read", "done", ", ".join(stages), times.get("total"))
    return thought, _said(render_answer(answer, pipeline.article))


def _thought(title: str, status: str, detail: str = "", took_ms: float | None = None) -> Message:
    metadata: dict[str, Any] = {"title": title, "status": status}
    if took_ms is not None:
        metadata["duration"] = took_ms / 1000
    return {"role": "assistant", "content": escape(detail), "metadata": metadata}


def _said(markdown: str) -> Message:
    return {"role": "assistant", "content": markdown}
