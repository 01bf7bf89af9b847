"""Who goes first: a question in the chat, before the next one of an evaluation."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from qa.datatypes import Answer, Article, Filters, Retrieved
from ui.archive import Opened
from ui.chat import Answering

PATIENCE_S = 10.0


class Courtesy:
    """Counts the questions that people wait for. Threads share it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asking = 0

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Be a question that a person waits for."""
        with self._changed:
            self._asking += 1
        try:
            yield
        finally:
            with self._changed:
                self._asking -= 1
                self._changed.notify_all()

    def give_way(self, patience: float = PATIENCE_S) -> None:
        """Wait until nobody waits for an answer.

        :param patience: seconds after which it is one's own turn all the same.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._asking, timeout=patience)


def counted(opened: Opened, courtesy: Courtesy) -> Opened:
    """Let the questions to an archive go first.

    :param opened: what is asked.
    :param courtesy: is told of each question while it is answered.
    :returns: the same, its pipeline counting the questions it is asked.
    """
    if opened.pipeline is None:
        return opened
    return replace(opened, pipeline=_Counting(opened.pipeline, courtesy))


class _Counting:
    """A pipeline that is asked by people; all but answering it leaves to the one it stands for."""

    def __init__(self, pipeline: Answering, courtesy: Courtesy) -> None:
        self._pipeline = pipeline
        self._courtesy = courtesy

    def answer(self, question: str, *rest: Filters, **named: Any) -> Answer:
        with self._courtesy.asking():
            return self._pipeline.answer(question, *rest, **named)

    def stages(self, question: str, *rest: Filters, **named: Any) -> Iterator[Retrieved | Answer]:
        with self._courtesy.asking():
            yield from self._pipeline.stages(question, *rest, **named)

    def article(self, article_id: str, revision: int | None = None) -> Article:
        return self._pipeline.article(article_id, revision)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)
