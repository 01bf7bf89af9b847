"""What programs may ask of the archive: ``ask``, ``search`` and ``article``.

Arguments arrive from the network as anything that JSON can hold; each is checked here by type and
by size. A fault is one sentence that names no path of this machine.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol, TypeVar, cast

from qa.datatypes import Answer, Article, Filters, Hit
from qa.errors import InputError, StoreBusy
from ui.archive import Archive

PASSAGES = 50
_NAME_CHARS = 300
_NAMES = 100
_LARGEST = 2**31
_ARTICLE = ("id", "title", "published", "source", "url", "revision", "text")
_PASSAGE = ("article_id", "revision", "start", "end", "text", "title", "source", "published", "url")

_EMPTY = "There are no articles in the archive. Add some with 'pullquote index', then ask again."
_BUSY = "The archive is being changed. Try again in a moment."
_FAILED = "Something went wrong in Pullquote, not with your request. The log says what."

_log = logging.getLogger(__name__)

Json = dict[str, Any]
T = TypeVar("T")


class Answering(Protocol):
    """What programs need of a pipeline."""

    def answer(self, question: str, filters: Filters = ...) -> Answer: ...

    def search(self, query: str, k: int = ..., filters: Filters = ...) -> list[Hit]: ...

    def article(self, article_id: str, revision: int | None = None) -> Article: ...


class Refused(Exception):
    """A request that was not answered. Its message may be shown to whoever sent it."""


class Api:
    """The three calls, over the newest generation of an archive. Threads may share it.

    :param archive: what is asked.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def ask(
        self,
        question: object,
        after: object = None,
        before: object = None,
        source: object = None,
        article: object = None,
        asked: object = None,
    ) -> Json:
        """Answer a question with quotes.

        :param question: 1 to 512 characters.
        :param after: ISO date, or None.
        :param before: ISO date, or None.
        :param source: one outlet or several, or None.
        :param article: one id or several, or None.
        :param asked: ISO date of the question, or None.
        :returns: the record that ``pullquote ask --json`` prints, and ``notice``: what must be said
            of the archive in a sentence, None for nothing.
        :raises Refused: an argument cannot be used, or the archive cannot answer now.
        """

        def call() -> Json:
            text = _text("question", question)
            filters = _filters(after, before, source, article, asked)
            pipeline, notice = self._pipeline()
            return {**asdict(pipeline.answer(text, filters)), "notice": notice}

        return _told(call)

    def search(
        self,
        query: object,
        k: object = 10,
        after: object = None,
        before: object = None,
        source: object = None,
        article: object = None,
        asked: object = None,
    ) -> list[Json]:
        """Find passages, best first.

        :param query: 1 to 512 characters.
        :param k: how many at most, 1 to 50.
        :param after: ISO date, or None.
        :param before: ISO date, or None.
        :param source: one outlet or several, or None.
        :param article: one id or several, or None.
        :param asked: ISO date of the question, or None.
        :returns: the passages with their scores, each with the ``notice`` of ``ask``.
        :raises Refused: an argument cannot be used, or the archive cannot be searched now.
        """

        def call() -> list[Json]:
            text, most = _text("query", query), _number("k", k, PASSAGES)
            filters = _filters(after, before, source, article, asked)
            pipeline, notice = self._pipeline()
            found = pipeline.search(text, most, filters)
            return [{**_passage(hit), "notice": notice} for hit in found]

        return _told(call)

    def article(self, id: object, revision: object = None) -> Json:
        """Give an article as it is stored; offsets index its text.

        :param id: as it stands beside a quote.
        :param revision: an older one, or None.
        :returns: id, title, published, source, url, revision and text.
        :raises Refused: there is none, or the archive cannot be read now.
        """

        def call() -> Json:
            name = _name("id", id)
            number = None if revision is None else _number("revision", revision, _LARGEST)
            try:
                found = self._pipeline()[0].article(name, number)
            except InputError as error:
                # The message of the store names its folder.
                which = "" if number is None else f" in revision {number}"
                raise InputError(
                    f"There is no article '{name}'{which}. Ids stand beside each quote."
                ) from error
            return {field: getattr(found, field) for field in _ARTICLE}

        return _told(call)

    def _pipeline(self) -> tuple[Answering, str | None]:
        """What answers now, and the notice of the archive."""
        opened = self._archive.current()
        if opened.pipeline is None:
            raise InputError(_EMPTY)
        return cast(Answering, opened.pipeline), opened.notice


def _told(call: Callable[[], T]) -> T:
    """Turn every fault into one that may be shown."""
    try:
        return call()
    except InputError as error:
        raise Refused(" ".join(str(error).split())) from None
    except StoreBusy:
        raise Refused(_BUSY) from None
    except Exception:
        _log.exception("A request of a program could not be answered")
        raise Refused(_FAILED) from None


def _passage(hit: Hit) -> Json:
    """A hit as one flat record, named as in a quote."""
    found: Json = {field: getattr(hit.passage, field) for field in _PASSAGE}
    scores = {"score": hit.score, "keyword": hit.keyword, "dense": hit.dense}
    return {**found, "copies": list(hit.passage.copies), **scores}


def _filters(
    after: object, before: object, source: object, article: object, asked: object
) -> Filters:
    """The filters, each checked; whether a date is one is left to the pipeline."""
    return Filters(
        _date("after", after),
        _date("before", before),
        _names("source", source),
        _names("article", article),
        _date("asked", asked),
    )


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InputError(f"'{name}' must be a text, not {_kind(value)}.")
    # JSON can hold halves of characters, which no store can look up.
    return value.encode("utf-8", "ignore").decode()


def _name(name: str, value: object) -> str:
    text = _text(name, value).strip()
    if not 0 < len(text) <= _NAME_CHARS:
        raise InputError(f"'{name}' has {len(text):,} characters; it must have 1 to {_NAME_CHARS}.")
    return text


def _date(name: str, value: object) -> str | None:
    """Only its length is checked; no date of any form is as long as a name."""
    return None if value is None or value == "" else _name(name, value)


def _names(name: str, value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (_name(name, value),)
    if not isinstance(value, list | tuple):
        raise InputError(f"'{name}' must be a text or a list of texts, not {_kind(value)}.")
    if len(value) > _NAMES:
        raise InputError(f"'{name}' has {len(value):,} items; the limit is {_NAMES}.")
    return tuple(_name(name, one) for one in value)


def _number(name: str, value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"'{name}' must be a whole number, not {_kind(value)}.")
    if not 1 <= value <= most:
        raise InputError(f"'{name}' must be a whole number from 1 to {most:,}.")
    return value


def _kind(value: object) -> str:
    """Name a value by its kind in JSON."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true or false"
    kinds = {str: "a text", int: "a number", float: "a number", list: "a list", tuple: "a list"}
    return kinds.get(type(value), "an object")
