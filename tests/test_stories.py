"""Stories in a store: one passage is handed on for all copies, and nothing else changes."""

import random
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conftest import TinyEncoder, TinyReader
from made_store import BRIDGE, article, edited, index, prose, vocabulary
from qa import stories
from qa.confidence import Calibration
from qa.datatypes import Answer, Article, Filters, Hit
from qa.pipeline import Pipeline, Trace
from qa.reranking import READ_ALL
from qa.retriever import Retriever
from qa.schema import FILE
from qa.settings import load_settings
from qa.store import Snapshot, Store, check

WORDS = vocabulary(3)
LEAD = "The harbour hall will open in May, the mayor said, and the harbour band will play. "
TEXT = LEAD + prose(random.Random(1), WORDS, 12)
MORE = "The hall was paid for with 40 barrels of fish, a clerk in Bern told the harbour board."
QUESTION = "When does the harbour hall open?"


def copy(seed: int, text: str = TEXT) -> str:
    return edited(text, random.Random(seed), WORDS)


def archive() -> list[Article]:
    chance = random.Random(2)
    about = [f"The harbour hall has {n} doors. {prose(chance, WORDS, 8)}" for n in range(12)]
    days = [f"2019-02-{n + 1:02}" for n in range(12)]
    others = [article(f"o{n}", about[n], published=days[n]) for n in range(12)]
    return [*others, article("first", TEXT, published="2019-03-01", source="Wire")]


def copies(count: int) -> list[Article]:
    return [
        article(f"c{n}", copy(n), published=f"2019-04-{n + 1:02}", source=f"Post {n}")
        for n in range(count)
    ]


def made(path: Path, articles: Sequence[Article]) -> Store:
    store = Store.create(path)
    index(store, articles, passage_words=60)
    return store


def traced(
    store: Store,
    question: str = QUESTION,
    filters: Filters = Filters(),
    depth: float | None = None,
) -> Trace:
    with store.snapshot(repair=False) as snapshot:
        retriever = Retriever(snapshot, TinyEncoder(), candidates=20)
        calibration = Calibration(slope=1.0, intercept=0.0, threshold=0.5)
        settings = load_settings(adaptive_depth=depth)
        pipeline = Pipeline(settings, TinyReader(), calibration, retriever, snapshot)
        return pipeline.trace(question, filters)


def bare(answer: Answer) -> Answer:
    quotes = tuple(replace(quote, copies=(), story=None) for quote in answer.quotes)
    return replace(answer, quotes=quotes, timings_ms={})


def bare_hit(hit: Hit) -> Hit:
    return replace(hit, passage=replace(hit.passage, copies=(), story=None))


@pytest.mark.parametrize(("depth", "quotes"), [(None, 3), (READ_ALL, 4)])
def test_story_repeated_ten_times_changes_nothing(
    tmp_path: Path, depth: float | None, quotes: int
) -> None:
    once = traced(made(tmp_path / "once", archive()), depth=depth)
    often = traced(made(tmp_path / "often", [*archive(), *copies(10)]), depth=depth)
    assert once.answer.answer == "May"
    assert len(once.answer.quotes) >= quotes
    assert bare(often.answer) == bare(once.answer)
    assert [bare_hit(hit) for hit in often.hits] == [bare_hit(hit) for hit in once.hits]
    quote = often.answer.quotes[0]
    assert (quote.article_id, quote.story) == ("first", "first")
    assert set(quote.copies) == {f"c{n}" for n in range(10)}
    assert [group.independent_sources for group in often.answer.groups] == [
        group.independent_sources for group in once.answer.groups
    ]


def test_sentence_of_one_version_stays_findable(tmp_path: Path) -> None:
    told = article("told", f"{copy(1)}\n\n{MORE}", published="2019-05-01")
    store = made(tmp_path / "s", [*archive(), *copies(3), told])
    best = traced(store, "How many barrels of fish were paid?").hits[0].passage
    assert (best.article_id, best.story) == ("told", "first")
    assert MORE in best.text


def test_changed_value_stays_beside_the_first(tmp_path: Path) -> None:
    later = article("later", copy(1).replace("in May", "in June"), published="2019-05-01")
    answer = traced(made(tmp_path / "s", [*archive(), *copies(3), later])).answer
    values = {quote.answer: quote.article_id for quote in answer.quotes}
    assert (values["May"], values["June"]) == ("first", "later")


def test_earliest_within_the_filters_is_quoted(tmp_path: Path) -> None:
    store = made(tmp_path / "s", [*archive(), *copies(3)])
    for filters, quoted in (
        (Filters(after="2019-04"), "c0"),
        (Filters(sources=("Post 1", "Post 2")), "c1"),
        (Filters(articles=("c2",)), "c2"),
        (Filters(asked="2019-03-15"), "first"),
    ):
        hits = [h.passage for h in traced(store, filters=filters).hits if h.passage.story]
        assert {passage.article_id for passage in hits} == {quoted}
        carriers = {"first", "c0", "c1", "c2"} - {quoted}
        assert {passage.story for passage in hits} == {"first"}
        assert all(set(passage.copies) <= carriers for passage in hits)
        assert any(set(passage.copies) == carriers for passage in hits)


def test_earliest_article_names_the_story_though_it_was_read_last(tmp_path: Path) -> None:
    store = made(tmp_path / "s", [article("undated", copy(1)), *copies(1), *archive()])
    with store.snapshot() as snapshot:
        passages = [snapshot.passage(row) for row in rows(snapshot)]
    found = {passage.article_id: passage.story for passage in passages}
    assert found["undated"] == found["c0"] == found["first"] == "first"
    assert found["o1"] is None


def rows(snapshot: Snapshot) -> range:
    return range(len(snapshot))


def test_story_without_copies_stands_alone_again(tmp_path: Path) -> None:
    store = made(tmp_path / "s", [*archive(), *copies(1)])
    store.remove(["c0"])
    with store.snapshot() as snapshot:
        assert {snapshot.passage(row).story for row in rows(snapshot)} == {None}
        assert snapshot.allowed(Filters()) is None
    assert check(store.path) == []


def test_only_new_texts_are_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = made(tmp_path / "s", archive())
    signed: list[str] = []
    sign = stories.sign
    monkeypatch.setattr(stories, "sign", lambda texts: (signed.extend(texts), sign(texts))[1])
    index(store, copies(1), passage_words=60)
    assert signed == [copy(0)]
    with store.snapshot() as snapshot:
        assert {snapshot.passage(row).story for row in rows(snapshot)} == {None, "first"}


def test_damaged_signature_is_found_and_made_again(tmp_path: Path) -> None:
    store = made(tmp_path / "s", [*archive(), *copies(1)])
    connection = sqlite3.connect(store.path / FILE)
    with connection:
        connection.execute("UPDATE signatures SET signature = x'00' WHERE text_id = 13")
        connection.execute("DELETE FROM signatures WHERE text_id = 14")
    connection.close()
    problems = check(store.path)
    assert [p for p in problems if "signature of article 'first' is missing or damaged" in p]
    assert [p for p in problems if "signature of article 'c0'" in p]
    index(store, [article("new", BRIDGE)], passage_words=60)
    assert check(store.path) == []


def test_bytes_give_the_same_stories_back() -> None:
    some = stories.Stories(np.array([[3, 3], [5, 3]], np.int32), np.array([[4, 1]], np.int32))
    again = stories.Stories.from_bytes(some.to_bytes())
    assert again.members.tolist() == [[3, 3], [5, 3]]
    assert again.folded.tolist() == [[4, 1]]
    with pytest.raises(ValueError, match="not a file of stories"):
        stories.Stories.from_bytes(b"none")


def test_row_stands_in_for_all_that_lead_to_it() -> None:
    folded = np.array([[2, 1], [3, 2], [3, 0], [1, 0]], np.int32)
    found = stories.Stories(np.empty((0, 2), np.int32), folded)
    assert found.stand_ins(5).tolist() == [0, 0, 0, 0, 4]
