"""What programs may ask, over a tiny store: records, passages, articles, and every fault."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from conftest import TinyEncoder, TinyReader
from made_answers import MadeArchive
from made_store import BRIDGE, HARBOUR, MARKET, article, index
from qa.confidence import Calibration
from qa.datatypes import Filters
from qa.errors import StoreBusy, StoreError
from qa.pipeline import Pipeline
from qa.retriever import Retriever
from qa.settings import load_settings
from qa.store import Store
from ui.api import Api, Refused
from ui.archive import Opened


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    store = Store.create(tmp_path / "secret-store")
    index(
        store,
        [
            article("harbour", HARBOUR, published="2019-04-27", source="Wire", title="The hall"),
            article("bridge", BRIDGE, published="2019-05-02", source="Post"),
            article("market", MARKET),
        ],
    )
    with store.snapshot() as snapshot:
        retriever = Retriever(snapshot, TinyEncoder())
        calibration = Calibration(slope=1.0, intercept=0.0, threshold=0.6)
        yield Pipeline(load_settings(), TinyReader(), calibration, retriever, snapshot)


@pytest.fixture
def api(pipeline: Pipeline) -> Api:
    return Api(MadeArchive(Opened(pipeline)))


def test_ask_gives_the_record_of_the_command_line(api: Api, pipeline: Pipeline) -> None:
    question = "When does the harbour hall open?"
    record, same = api.ask(question), {**asdict(pipeline.answer(question)), "notice": None}
    assert record.keys() == same.keys()
    for one in (record, same):
        del one["timings_ms"]
    assert record == same
    assert record["answer"] == "May"


def test_filters_are_passed_on_one_or_several(api: Api) -> None:
    record = api.ask("When?", "2019", "2019-05", "Wire", ["harbour", "bridge"], "2020-01-01")
    filters = Filters("2019", "2019-05", ("Wire",), ("harbour", "bridge"), "2020-01-01")
    assert record["filters"] == asdict(filters)
    assert {quote["article_id"] for quote in record["quotes"]} == {"harbour"}
    assert api.ask("When?", "", None, "", [])["filters"] == asdict(Filters())


def test_search_gives_passages_with_offsets_and_scores_best_first(api: Api) -> None:
    found = api.search("old bridge", 2)
    assert len(found) == 2
    assert found[0]["article_id"] == "bridge"
    assert found[0]["score"] >= found[1]["score"]
    assert found[0].keys() == {
        *("article_id", "revision", "start", "end", "text", "title", "source", "published", "url"),
        *("copies", "score", "keyword", "dense", "notice"),
    }
    for one in found:
        text = api.article(one["article_id"], one["revision"])["text"]
        assert text[one["start"] : one["end"]] == one["text"]


def test_the_notice_of_an_archive_stands_in_the_record_and_in_each_passage(
    pipeline: Pipeline,
) -> None:
    api = Api(MadeArchive(Opened(pipeline, notice="It is as before.")))
    assert api.ask("When does the harbour hall open?")["notice"] == "It is as before."
    assert [one["notice"] for one in api.search("old bridge", 2)] == ["It is as before."] * 2


def test_search_keeps_to_its_filters(api: Api) -> None:
    assert [one["article_id"] for one in api.search("bridge", source="wire")] == ["harbour"]
    assert api.search("bridge", after="2021") == []


def test_an_article_has_seven_fields(api: Api) -> None:
    assert api.article("harbour") == {
        "id": "harbour",
        "title": "The hall",
        "published": "2019-04-27",
        "source": "Wire",
        "url": None,
        "revision": 1,
        "text": HARBOUR,
    }


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("ask", {"question": None}, "'question' must be a text, not null."),
        ("ask", {"question": ["Who?"]}, "'question' must be a text, not a list."),
        ("ask", {"question": {"path": "/etc/passwd"}}, "'question' must be a text, not an object."),
        ("ask", {"question": "\ud800 "}, "The question is empty."),
        ("ask", {"question": "x" * 513}, "The question has 513 characters; the limit is 512."),
        ("ask", {"question": "Who?", "after": 2019}, "'after' must be a text, not a number."),
        ("ask", {"question": "Who?", "after": "soon"}, "The date 'soon' of 'after' is not of the"),
        ("ask", {"question": "Who?", "before": "9" * 301}, "'before' has 301 characters;"),
        ("ask", {"question": "Who?", "source": 3}, "'source' must be a text or a list of texts"),
        ("ask", {"question": "Who?", "source": [3]}, "'source' must be a text, not a number."),
        ("ask", {"question": "Who?", "article": ["x"] * 101}, "'article' has 101 items; the limit"),
        ("search", {"query": 3}, "'query' must be a text, not a number."),
        ("search", {"query": "a", "k": 0}, "'k' must be a whole number from 1 to 50."),
        ("search", {"query": "a", "k": 51}, "'k' must be a whole number from 1 to 50."),
        ("search", {"query": "a", "k": True}, "'k' must be a whole number, not true or false."),
        ("search", {"query": "a", "k": 2.5}, "'k' must be a whole number, not a number."),
        ("article", {"id": "  "}, "'id' has 0 characters; it must have 1 to 300."),
        ("article", {"id": "harbour", "revision": "1"}, "'revision' must be a whole number, not a"),
        ("article", {"id": "harbour", "revision": 2**40}, "'revision' must be a whole number from"),
        ("article", {"id": "harbour", "revision": 2}, "There is no article 'harbour' in revision"),
        ("article", {"id": "nix"}, "There is no article 'nix'. Ids stand beside each quote."),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence_without_a_path(
    api: Api, name: str, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        getattr(api, name)(**arguments)
    assert str(refused.value).startswith(sentence)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (StoreBusy("/a/secret is busy"), "The archive is being changed."),
        (StoreError("/a/secret is damaged"), "Something went wrong in Pullquote, not with your"),
        (RuntimeError("/a/secret"), "Something went wrong in Pullquote, not with your"),
    ],
)
def test_a_fault_of_the_archive_keeps_its_words_to_the_log(
    fault: Exception, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing:
        def answer(self, question: str, filters: Filters = Filters()) -> None:
            raise fault

    api = Api(MadeArchive(Opened(Failing())))  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        api.ask("Who?")
    assert str(refused.value).startswith(sentence)
    assert "secret" not in str(refused.value)
    assert ("secret" in caplog.text) is not isinstance(fault, StoreBusy)


def test_an_archive_without_articles_says_how_to_add_some() -> None:
    with pytest.raises(Refused, match="There are no articles in the archive"):
        Api(MadeArchive(Opened(None))).search("anything")
