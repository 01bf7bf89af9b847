"""Promise 1: every answer is a quote, whatever the articles are made of."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import TinyEncoder, TinyReader
from made_store import article, index
from qa.cleaning import clean
from qa.confidence import Calibration
from qa.datatypes import Answer, Article
from qa.pipeline import Pipeline
from qa.reader import Reader, TransformerReader
from qa.retriever import Retriever
from qa.settings import load_settings
from qa.store import Store
from tiny_reader import tiny_base

PIECES = [
    "Abe met Trump. ",
    "日本の首相。",
    "e\u0301té ",
    "🇯🇵👩‍👩‍👧 ",
    "İstanbul ",
    "ﬁne ",
    "\n\n",
    "— “so”",
    "9.5%",
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> list[Reader]:
    folder = tiny_base(tmp_path_factory.mktemp("reader"))
    return [TinyReader(), TransformerReader.load(str(folder))]


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4), st.text(min_size=1, max_size=40))
def test_every_quote_stands_in_its_article(
    readers: list[Reader], written: list[list[str]], question: str
) -> None:
    cleaned = [clean("".join(pieces)) for pieces in written]
    articles = [article(f"a{n}", text) for n, text in enumerate(cleaned) if text.strip()]
    if not articles or not question.strip() or not question.encode("utf-8", "ignore").strip():
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(Path(folder) / "store")
        index(store, articles)
        for reader in readers:
            check(store, articles, reader, question)


def check(store: Store, articles: list[Article], reader: Reader, question: str) -> None:
    calibration = Calibration(slope=1.0, intercept=0.0, threshold=0.0)
    with store.snapshot() as snapshot:
        retriever = Retriever(snapshot, TinyEncoder())
        pipeline = Pipeline(load_settings(), reader, calibration, retriever, snapshot)
        record = pipeline.answer(question)
        for quote in record.quotes:
            text = pipeline.article(quote.article_id, quote.revision).text
            assert text in [a.text for a in articles]
            assert text[quote.start : quote.end] == quote.answer != ""
            assert text[quote.sentence_start : quote.sentence_end] == quote.sentence
            assert quote.passage_start <= quote.start < quote.end <= quote.passage_end
        assert_groups_cover(record)


def assert_groups_cover(record: Answer) -> None:
    places = sorted(place for group in record.groups for place in group.quotes)
    assert places == list(range(len(record.quotes)))
