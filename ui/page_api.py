"""The calls for programs, as endpoints of the same server: ``ask``, ``search`` and ``article``.

Gradio makes the description that programs read from the signatures and docstrings here.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from ui.api import Api, Refused

P = ParamSpec("P")
T = TypeVar("T")


def offer(api: Api) -> None:
    """Add the three endpoints to the pages that are being laid out.

    :param api: what answers.
    """
    from gradio.events import api as endpoint

    def ask(
        question: str,
        after: str | None = None,
        before: str | None = None,
        source: list[str] | None = None,
        article: list[str] | None = None,
        asked: str | None = None,
    ) -> dict[str, Any]:
        """Answer a question with quotes from the archive, or say that it does not answer it."""
        return api.ask(question, after, before, source, article, asked)

    def search(
        query: str,
        k: int = 10,
        after: str | None = None,
        before: str | None = None,
        source: list[str] | None = None,
        article: list[str] | None = None,
        asked: str | None = None,
    ) -> list[dict[str, Any]]:
        """Find the passages of the archive that fit a query best, with their scores."""
        return api.search(query, k, after, before, source, article, asked)

    def article(id: str, revision: int | None = None) -> dict[str, Any]:
        """Give an article as it is stored; the offsets of quotes and passages index its text."""
        return api.article(id, revision)

    for function, group in ((ask, "answer"), (search, "answer"), (article, "article")):
        endpoint(_in_words(function), api_name=function.__name__, concurrency_id=group)


def _in_words(function: Callable[P, T]) -> Callable[P, T]:
    """Let the words of a refusal through, which Gradio keeps to itself by default."""
    import gradio as gr

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except Refused as refused:
            raise gr.Error(str(refused), print_exception=False) from None

    return call
