"""The whole way from a question to the record, over a tiny store on disk."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import TinyEncoder, TinyReader
from made_store import BRIDGE, HARBOUR, MARKET, article, index
from qa.admission import checked_filters, checked_question
from qa.confidence import Calibration
from qa.datatypes import Answer, Filters, Passage, Retrieved, Span
from qa.errors import InputError
from qa.models import load_calibration
from qa.pipeline import Pipeline
from qa.retriever import Retriever
from qa.settings import load_settings
from qa.store import Store

CALIBRATION = Calibration(slope=1.0, intercept=0.0, threshold=0.6)


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    store = Store.create(tmp_path / "store")
    index(
        store,
        [
            article("harbour", HARBOUR, published="2019-04-27", source="Wire"),
            article("bridge", BRIDGE, published="2019-05-02", source="Post"),
            article("market", MARKET),
        ],
    )
    with store.snapshot() as snapshot:
        retriever = Retriever(snapshot, TinyEncoder())
        yield Pipeline(load_settings(), TinyReader(), CALIBRATION, retriever, snapshot)


def test_answer_is_a_quote_with_outlet_and_date(pipeline: Pipeline) -> None:
    record = pipeline.answer("When does the harbour hall open?")
    assert (record.status, record.answer) == ("answered", "May")
    quote = record.quotes[0]
    assert (quote.article_id, quote.source, quote.published) == ("harbour", "Wire", "2019-04-27")
    text = pipeline.article("harbour").text
    assert text[quote.start : quote.end] == "May"
    assert text[quote.sentence_start : quote.sentence_end] == quote.sentence
    assert quote.sentence.startswith("The harbour hall opens in May.")


def test_stages_tell_what_was_found_before_it_is_read(pipeline: Pipeline) -> None:
    stages = pipeline.stages("When does the harbour hall open?", Filters(after="2019-05"))
    found = next(stages)
    assert isinstance(found, Retrieved)
    assert (found.passages, found.articles, found.took_ms > 0) == (1, 1, True)
    time.sleep(0.4)  # what the caller does in between is not counted
    (record,) = stages
    assert isinstance(record, Answer)
    assert record.timings_ms["retrieve"] == pytest.approx(found.took_ms)
    assert record.timings_ms["read"] < 400
    whole = pipeline.answer("When does the harbour hall open?", Filters(after="2019-05"))
    assert replace(record, timings_ms={}) == replace(whole, timings_ms={})


def test_every_stage_is_timed(pipeline: Pipeline) -> None:
    timings = pipeline.answer("When does the harbour hall open?").timings_ms
    assert timings.keys() == {"retrieve", "read", "total"}
    assert timings["total"] == pytest.approx(timings["retrieve"] + timings["read"])


def test_question_asked_again_is_answered_from_memory_and_says_how_long_that_took(
    pipeline: Pipeline,
) -> None:
    retriever, catalog = pipeline._retriever, pipeline.catalog
    again = Pipeline(load_settings(), TinyReader(), CALIBRATION, retriever, catalog, remember=2)
    first, second = (again.answer("When does the harbour hall open?") for _ in range(2))
    assert replace(second, timings_ms={}) == replace(first, timings_ms={})
    assert (second.timings_ms["retrieve"], second.timings_ms["read"]) == (0.0, 0.0)
    assert 0 < second.timings_ms["total"] < first.timings_ms["total"]
    narrowed = again.answer("When does the harbour hall open?", Filters(sources=("Post",)))
    assert narrowed.filters != first.filters
    assert narrowed.timings_ms["read"] > 0


def test_what_cannot_come_first_is_not_read(pipeline: Pipeline) -> None:
    traces = []
    for depth in (100.0, 0.0):
        settings = load_settings(adaptive_depth=depth)
        asked = Pipeline(settings, TinyReader(), CALIBRATION, pipeline._retriever)
        traces.append(asked.trace("When does the harbour hall open?"))
    whole, few = traces
    assert (len(whole.hits), whole.read, len(few.hits), few.read) == (3, 3, 3, 1)
    assert whole.answer.quotes[0] == few.answer.quotes[0]
    assert whole.hits[0] == few.hits[0]


def test_passages_rank_by_what_reading_them_gave(pipeline: Pipeline) -> None:
    class Contrary(TinyReader):
        read_before = 0

        def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
            self.read_before += len(passages)
            margins = range(self.read_before - len(passages), self.read_before)
            return [[Span(0, 3, margin, margin)] for margin in margins]

    settings = load_settings(adaptive_depth=100.0, retrieval_weight=0.0)
    asked = Pipeline(settings, Contrary(), CALIBRATION, pipeline._retriever)
    before = pipeline.search("When does the harbour hall open?")
    after = asked.trace("When does the harbour hall open?").hits
    assert list(after) == before[::-1]


def test_evaluation_reads_every_time(pipeline: Pipeline) -> None:
    for _ in range(2):
        assert pipeline.answer("When does the harbour hall open?").timings_ms["read"] > 0


def test_question_that_nothing_answers_is_refused_with_the_nearest(pipeline: Pipeline) -> None:
    record = pipeline.answer("Who sings tonight?")
    assert (record.status, record.answer) == ("unanswered", None)
    assert record.quotes


def test_filters_that_leave_nothing_say_so(pipeline: Pipeline) -> None:
    record = pipeline.answer("When does the harbour hall open?", Filters(after="2020"))
    assert (record.status, record.reason, record.quotes) == ("unanswered", "nothing_in_range", ())


def test_later_articles_cannot_be_meant_but_undated_ones_can(pipeline: Pipeline) -> None:
    hits = pipeline.trace("bridge market harbour", asked="2019-04-27").hits
    assert {hit.passage.article_id for hit in hits} == {"harbour", "market"}
    hits = pipeline.trace("bridge market harbour", asked="2019-05-01").hits
    assert {hit.passage.article_id for hit in hits} == {"harbour", "market", "bridge"}


def test_only_top_k_passages_are_read_but_all_are_traced(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    index(store, [article(f"a{n}", f"Harbour news {n} from Bern.") for n in range(30)])
    with store.snapshot() as snapshot:
        retriever = Retriever(snapshot, TinyEncoder())
        settings = load_settings(top_k=2)
        pipeline = Pipeline(settings, TinyReader(), CALIBRATION, retriever, snapshot)
        trace = pipeline.trace("What harbour news is there from where?")
        assert len(trace.hits) == 30
        read = {(hit.passage.article_id) for hit in trace.hits[:2]}
        assert {quote.article_id for quote in trace.answer.quotes} <= read


def test_given_passage_is_read_without_a_store() -> None:
    pipeline = Pipeline(load_settings(), TinyReader(), CALIBRATION)
    record = pipeline.answer_passage(
        "When does the harbour hall open?", Passage("x-0", 1, 0, len(HARBOUR), HARBOUR)
    )
    assert (record.answer, record.quotes[0].start) == ("May", HARBOUR.index("May"))
    with pytest.raises(InputError, match="no store"):
        pipeline.answer("When?")
    with pytest.raises(InputError, match="no store to retrieve from"):
        next(pipeline.stages("When?"))
    with pytest.raises(InputError, match="no store"):
        pipeline.article("x-0")


def test_given_passage_is_judged_by_a_threshold_of_its_own(pipeline: Pipeline) -> None:
    question, passage = "When does the harbour hall open?", Passage("x-0", 1, 0, 9, "Opens May")
    never = replace(CALIBRATION, given=1.0)
    judging = Pipeline(load_settings(), TinyReader(), never, pipeline._retriever)
    assert judging.answer_passage(question, passage).status == "unanswered"
    assert judging.answer(question).status == "answered"


@pytest.mark.parametrize("question", ["", "  \n ", "\ud800", "x" * 513])
def test_question_of_none_or_too_many_characters_is_refused(question: str) -> None:
    with pytest.raises(InputError, match="The question"):
        checked_question(question)


def test_question_is_trimmed_and_512_characters_are_allowed() -> None:
    assert checked_question("  Who?\n") == "Who?"
    assert len(checked_question(" " + "x" * 512 + " ")) == 512


@pytest.mark.parametrize("date", ["27 April", "2019-13", "2019-02-30", "19", "2019-4-1", ""])
def test_date_that_is_none_is_refused_by_name(date: str) -> None:
    for name in ("after", "before", "asked"):
        with pytest.raises(InputError, match=f"'{date}' of '{name}'"):
            checked_filters(Filters(**{name: date}))


@pytest.mark.parametrize("date", ["2019", "2019-02", "2020-02-29"])
def test_dates_of_every_precision_are_taken(date: str) -> None:
    assert checked_filters(Filters(after=date)).after == date


def test_range_that_holds_no_day_is_refused() -> None:
    with pytest.raises(InputError, match="No day is after 2020 and before 2019"):
        checked_filters(Filters(after="2020", before="2019"))


def test_threshold_of_the_settings_wins_even_when_it_is_zero(tmp_path: Path) -> None:
    settings = load_settings(reader=str(tmp_path), threshold=0.0)
    assert load_calibration(settings) == Calibration(1.0, 0.0, 0.0)
