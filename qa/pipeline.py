"""A question in, a record out; and the one place where the parts meet."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from qa.admission import checked_filters, checked_question
from qa.answers import compose
from qa.catalog import Headline
from qa.confidence import Calibration
from qa.datatypes import Answer, Article, Filters, Hit, Passage, Retrieved
from qa.errors import InputError
from qa.models import Models, encoder_id, load_calibration, load_models, load_reader
from qa.reader import Reader
from qa.remembered import Remembered
from qa.reranking import ranked, read_enough
from qa.retriever import Retriever, Searchable
from qa.schema import FILE
from qa.settings import Settings

if TYPE_CHECKING:
    from qa.snapshot import Snapshot

TRACED = 60


@dataclass(frozen=True, slots=True)
class Trace:
    """An answer and the hits behind it, sixty passages where there are as many: the first ``read``
    were read and rank as they came out of that, the others as the search found them."""

    answer: Answer
    hits: tuple[Hit, ...]
    read: int


class Holding(Protocol):
    """What articles are opened from."""

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """Open an article."""

    def article_count(self) -> int:
        """Count the articles."""

    def find_articles(self, typed: str, limit: int = 8) -> list[Headline]:
        """Look articles up by the words of their headlines, or by id."""


class Stored(Searchable, Holding, Protocol):
    """What can be searched and opened: a snapshot of a store, or several joined."""


class Pipeline:
    """Answers questions from one generation of a store, or from passages it is given."""

    def __init__(
        self,
        settings: Settings,
        reader: Reader,
        calibration: Calibration,
        retriever: Retriever | None = None,
        catalog: Holding | None = None,
        remember: int = 0,
    ) -> None:
        self.settings = settings
        self._reader = reader
        self._calibration = calibration
        self._retriever = retriever
        self.catalog = catalog
        self._asked: Remembered[tuple[str, Filters, int], Trace] = Remembered(remember)

    def answer(
        self, question: str, filters: Filters = Filters(), asked: str | None = None
    ) -> Answer:
        """Answer a question from the archive.

        :param question: 1 to 512 characters after trimming.
        :param filters: what the answer may come from.
        :param asked: ISO date of the question; later articles cannot be meant.
        :returns: the record.
        :raises InputError: the question or a date cannot be used.
        """
        return self._ask(question, filters, asked, self.settings.top_k).answer

    def trace(self, question: str, filters: Filters = Filters(), asked: str | None = None) -> Trace:
        """Answer a question and keep what was retrieved for it.

        :param question: 1 to 512 characters after trimming.
        :param filters: what the answer may come from.
        :param asked: ISO date of the question; later articles cannot be meant.
        :returns: the record, and the hits.
        :raises InputError: the question or a date cannot be used, or there is no store.
        """
        return self._ask(question, filters, asked, max(self.settings.top_k, TRACED))

    def search(self, query: str, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Find passages, without reading them for an answer.

        :param query: 1 to 512 characters after trimming.
        :param k: how many to give at most.
        :param filters: what they may come from.
        :returns: hits, best first; empty where the filters leave nothing.
        :raises InputError: the query or a date cannot be used, or there is no store.
        """
        query, filters = checked_question(query), checked_filters(filters)
        return self._searchable().retrieve(query, k, filters)

    def stages(
        self, question: str, filters: Filters = Filters(), asked: str | None = None
    ) -> Iterator[Retrieved | Answer]:
        """Answer a question, telling in between what was found.

        :param question: 1 to 512 characters after trimming.
        :param filters: what the answer may come from.
        :param asked: ISO date of the question; later articles cannot be meant.
        :yields: what was found, before it is read; then the record, as :meth:`answer` gives it.
        :raises InputError: the question or a date cannot be used.
        """
        for stage in self._steps(question, filters, asked, self.settings.top_k):
            yield stage.answer if isinstance(stage, Trace) else stage

    def _ask(self, question: str, filters: Filters, asked: str | None, depth: int) -> Trace:
        *_, trace = self._steps(question, filters, asked, depth)
        assert isinstance(trace, Trace)
        return trace

    def _searchable(self) -> Retriever:
        if self._retriever is None:
            raise InputError("There is no store to retrieve from: this pipeline reads given text.")
        return self._retriever

    def _steps(
        self, question: str, filters: Filters, asked: str | None, depth: int
    ) -> Iterator[Retrieved | Trace]:
        retriever = self._searchable()
        question = checked_question(question)
        filters = checked_filters(replace(filters, asked=asked or filters.asked))
        started = time.perf_counter()
        known = self._asked.get((question, filters, depth))
        if known is not None:
            yield _retrieved(known.hits[: self.settings.top_k], 0.0)
            spent = _timed(known.answer, started, started, started, time.perf_counter())
            yield replace(known, answer=spent)
            return
        hits = retriever.retrieve(question, depth, filters)
        retrieve = time.perf_counter() - started
        near = hits[: self.settings.top_k]
        yield _retrieved(near, 1000 * retrieve)
        found = time.perf_counter()
        weight = self.settings.retrieval_weight
        spans = read_enough(self._reader, question, near, weight, self.settings.adaptive_depth)
        answer = compose(question, filters, near, spans, self._calibration, weight)
        read = time.perf_counter()
        answer = _timed(answer, found - retrieve, found, read, read)
        trace = Trace(answer, tuple(ranked(hits, spans, weight)), len(spans))
        self._asked.put((question, filters, depth), trace)
        yield trace

    def answer_passage(self, question: str, passage: Passage) -> Answer:
        """Answer a question from one given passage.

        :param question: 1 to 512 characters after trimming.
        :param passage: what to read.
        :returns: the record; ``quotes`` holds the best span, answered or not.
        :raises InputError: the question cannot be used.
        """
        question = checked_question(question)
        started = time.perf_counter()
        hits = [Hit(passage, 0.0, 0.0, 1.0)]
        spans = self._reader.read(question, [passage])
        answer = compose(question, Filters(), hits, spans, self._calibration.of_given, 0.0)
        read = time.perf_counter()
        return _timed(answer, started, started, read, read)

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """Give an article as it is stored.

        :param article_id: its id.
        :param revision: which revision; None for the current one.
        :returns: the article.
        :raises InputError: there is no such article, or no store.
        """
        if self.catalog is None:
            raise InputError("There is no store to show an article from.")
        return self.catalog.article(article_id, revision)

    def find_articles(self, typed: str, limit: int = 8) -> list[Headline]:
        """Look articles up by the words of their headlines, or by id.

        :param typed: an id, or words or parts of them.
        :param limit: how many to give at most.
        :returns: that of the id first, then the newest.
        """
        return [] if self.catalog is None else self.catalog.find_articles(typed, limit)

    def article_count(self) -> int:
        """Count the articles that can be asked about."""
        return 0 if self.catalog is None else self.catalog.article_count()

    @property
    def models(self) -> dict[str, str]:
        """Give the id of each model by its role."""
        encoder = {} if self._retriever is None else {"encoder": self._retriever.encoder.id}
        return {"reader": self._reader.id, **encoder}


def _retrieved(hits: Sequence[Hit], took_ms: float) -> Retrieved:
    return Retrieved(len(hits), len({hit.passage.article_id for hit in hits}), took_ms)


def _timed(answer: Answer, started: float, found: float, read: float, done: float) -> Answer:
    timings = {"retrieve": found - started, "read": read - found, "total": done - started}
    return replace(answer, timings_ms={name: 1000 * spent for name, spent in timings.items()})


def build_reader_pipeline(settings: Settings) -> Pipeline:
    """Load the reader alone, for reading given passages.

    :param settings: the settings.
    :returns: a pipeline without a store.
    :raises ModelError: the reader cannot be loaded.
    """
    reader = load_reader(settings)
    return Pipeline(settings, reader, load_calibration(settings))


def build_pipeline(
    settings: Settings,
    warn: Callable[[str], None] = lambda message: None,
    recalibrated: bool = True,
) -> Pipeline:
    """Open the store and load the models it was built for.

    :param settings: the settings.
    :param warn: receives one line for a search cache that had to be rebuilt, or a calibration of
        the store that is for another reader.
    :param recalibrated: whether what ``pullquote calibrate`` kept with the store applies.
    :returns: the pipeline, on the newest generation.
    :raises StoreError: the store is missing, empty, damaged or built with another encoder.
    :raises ModelError: a model cannot be loaded.
    """
    snapshot = _snapshot(settings, warn)
    return assemble(settings, load_models(settings), snapshot, warn, recalibrated)


def open_pipeline(
    settings: Settings,
    models: Models,
    warn: Callable[[str], None] = lambda message: None,
) -> Pipeline:
    """Open the newest generation with models that are loaded already. What is asked again while it
    is open is answered from memory.

    :param settings: the settings.
    :param models: those of the settings.
    :param warn: as for ``build_pipeline``.
    :returns: the pipeline.
    :raises StoreError: the store is missing, empty, damaged or built with another encoder.
    """
    remember = settings.remembered_answers
    return assemble(settings, models, _snapshot(settings, warn), warn, remember=remember)


def _snapshot(settings: Settings, warn: Callable[[str], None]) -> "Snapshot":
    from qa.store import Store

    return Store.open(settings.store).snapshot(encoder_id(settings), on_warning=warn)


def assemble(
    settings: Settings,
    models: Models,
    store: Stored,
    warn: Callable[[str], None] = lambda message: None,
    recalibrated: bool = True,
    remember: int = 0,
) -> Pipeline:
    """Put a pipeline together over a store that is open.

    :param settings: the settings; what ``pullquote calibrate`` kept is that of their store.
    :param models: those of the settings.
    :param store: what is asked: a snapshot, or several joined.
    :param warn: as for ``build_pipeline``.
    :param recalibrated: as for ``build_pipeline``.
    :param remember: how many answers are remembered; 0 for none.
    :returns: the pipeline.
    :raises StoreError: the calibration of the store is damaged.
    """
    weights = settings.dense_weight, settings.recency_weight
    retriever = Retriever(store, models.encoder, settings.candidates, *weights)
    recalibrated = recalibrated and (settings.store / FILE).is_file()
    fitted_for = models.reader.id if recalibrated else None
    calibration = load_calibration(settings, fitted_for, warn)
    return Pipeline(settings, models.reader, calibration, retriever, store, remember)
