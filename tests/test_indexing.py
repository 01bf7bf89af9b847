"""Indexing: what is new, changed, the same, gone, or a copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_store import (
    BRIDGE,
    HARBOUR,
    MARKET,
    CountingEncoder,
    OtherEncoder,
    article,
    index,
    no_encoder,
)
from qa.datatypes import Article, Skipped
from qa.errors import ModelError, StoreBusy, StoreError
from qa.indexing import Renamed, embedding_text
from qa.pruning import lies_under
from qa.schema import sha256
from qa.store import Store, check


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store")


def stored(store: Store) -> dict[str, str]:
    with store.catalog() as catalog:
        rows = catalog.connection.execute("SELECT id FROM articles ORDER BY number").fetchall()
        return {row[0]: catalog.article(row[0]).text for row in rows}


def test_embedding_text_puts_the_title_first() -> None:
    assert embedding_text("Harbour", "It opens.") == "Harbour. It opens."
    assert embedding_text(None, "It opens.") == "It opens."


def test_first_run_adds(store: Store) -> None:
    report = index(store, [article("a", HARBOUR), article("b", BRIDGE)])
    assert (report.added, report.changed, report.unchanged, report.read) == (2, 0, 0, 2)
    assert report.generation == 1
    assert stored(store) == {"a": HARBOUR, "b": BRIDGE}


def test_second_run_embeds_and_publishes_nothing(store: Store) -> None:
    made = [article("a", HARBOUR, title="Harbour", authors=("R. Poe",), published="2019-04")]
    index(store, made)
    report = index(store, made, encoder=no_encoder)
    assert (report.added, report.changed, report.unchanged, report.generation) == (0, 0, 1, 1)


def test_only_the_new_article_is_embedded(store: Store) -> None:
    index(store, [article("a", HARBOUR)])
    encoder = CountingEncoder()
    report = index(store, [article("a", HARBOUR), article("b", BRIDGE)], encoder=lambda: encoder)
    assert (report.added, report.unchanged, report.generation) == (1, 1, 2)
    assert encoder.texts == [BRIDGE]


def test_changed_text_is_a_revision_and_the_old_one_stays(store: Store) -> None:
    index(store, [article("a", HARBOUR)])
    assert index(store, [article("a", BRIDGE)]).changed == 1
    with store.snapshot() as snapshot:
        assert (snapshot.article("a").text, snapshot.article("a").revision) == (BRIDGE, 2)
        assert snapshot.article("a", revision=1).text == HARBOUR
        assert [snapshot.passage(row).text for row in range(len(snapshot))] == [BRIDGE]


def test_changed_metadata_is_a_revision_without_embedding(store: Store) -> None:
    index(store, [article("a", HARBOUR, source="Wire")])
    report = index(store, [article("a", HARBOUR, source="Post")], encoder=no_encoder)
    assert report.changed == 1
    with store.catalog() as catalog:
        assert catalog.article("a").source == "Post"
        assert catalog.article("a", revision=1).source == "Wire"


def test_changed_title_is_embedded_again(store: Store) -> None:
    index(store, [article("a", HARBOUR, title="Old")])
    encoder = CountingEncoder()
    index(store, [article("a", HARBOUR, title="New")], encoder=lambda: encoder)
    assert encoder.texts == [f"New. {HARBOUR}"]


def test_text_that_comes_back_is_a_new_revision(store: Store) -> None:
    for text in (HARBOUR, BRIDGE, HARBOUR):
        index(store, [article("a", text)])
    with store.snapshot() as snapshot:
        assert snapshot.passage(0).revision == 3
        assert snapshot.passage(0).text == HARBOUR
    assert check(store.path) == []


def test_copies_are_embedded_once_under_the_first_title(store: Store) -> None:
    encoder = CountingEncoder()
    copies = [article("a", HARBOUR, title="A"), article("b", HARBOUR, title="B")]
    report = index(store, copies, encoder=lambda: encoder)
    assert (report.added, report.copies) == (2, 1)
    assert encoder.texts == [f"A. {HARBOUR}"]
    again = index(store, [article("c", HARBOUR)], encoder=no_encoder)
    assert (again.added, again.copies) == (1, 1)
    with store.catalog() as catalog:
        assert catalog.copies("b") == ["a", "c"]


def test_id_held_by_another_origin_gets_a_number_for_good(store: Store) -> None:
    first = article("a", HARBOUR, origin="/x/a.txt")
    others = [article("a", BRIDGE, origin="/y/a.txt"), article("a", MARKET, origin="/z/a.txt")]
    index(store, [first])
    report = index(store, others)
    assert report.renamed == (Renamed("a", "a-2", "/y/a.txt"), Renamed("a", "a-3", "/z/a.txt"))
    index(store, [first, article("a", MARKET + " Free.", origin="/y/a.txt")])
    assert stored(store) == {"a": HARBOUR, "a-2": MARKET + " Free.", "a-3": MARKET}


def test_article_without_a_wish_is_named_by_its_text(store: Store) -> None:
    index(store, [article("", HARBOUR, origin="/x#1")])
    assert list(stored(store)) == [sha256(HARBOUR)[:12]]


def test_origin_read_twice_keeps_the_first_and_says_so(store: Store) -> None:
    report = index(store, [article("a", HARBOUR), article("a", HARBOUR), article("a", BRIDGE)])
    assert report.added == 1
    assert [item.origin for item in report.skipped] == ["/news/a.txt"]
    assert stored(store) == {"a": HARBOUR}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (article("a", "x\0y"), "not text"),
        (article("a", "x\ud800"), "not text"),
        (article("a", "x", title="\udfff"), "not text"),
        (article("a", " \n "), "no text"),
    ],
)
def test_what_cannot_be_stored_is_named_and_stops_nothing(
    store: Store, bad: Article, reason: str
) -> None:
    report = index(store, [bad, article("b", BRIDGE)])
    assert [item.origin for item in report.skipped] == ["/news/a.txt"]
    assert reason in report.skipped[0].reason
    assert stored(store) == {"b": BRIDGE}


def test_origin_with_undecodable_name_is_put_down_as_skipped(store: Store) -> None:
    report = index(store, [article("a", HARBOUR)], skipped=[Skipped("/x/\udcff.txt", "empty")])
    with store.catalog() as catalog:
        assert catalog.summary().skipped == (Skipped("/x/?.txt", "empty"),)
    assert report.skipped == (Skipped("/x/\udcff.txt", "empty"),)


def test_prune_removes_only_what_is_gone_from_under_the_roots(store: Store) -> None:
    origins = ("/n/a.txt", "/n/b.txt", "/n/rows.jsonl#1", "/n/rows.jsonl#2", "/nn/c.txt")
    made = [article(f"id{n}", f"{BRIDGE} {n}.", origin=o) for n, o in enumerate(origins)]
    index(store, made)
    report = index(store, [made[0], made[2]], roots=[Path("/n")], prune=True, encoder=no_encoder)
    assert (report.removed, report.unchanged) == (2, 2)
    assert list(stored(store)) == ["id0", "id2", "id4"]


def test_prune_keeps_a_file_that_is_there_but_unreadable(store: Store) -> None:
    origins = ("/n/a.txt", "/n/rows.jsonl#1", "/n/gone.txt")
    index(store, [article(f"id{n}", f"{MARKET} {n}.", origin=o) for n, o in enumerate(origins)])
    bad = [Skipped("/n/rows.jsonl", "not JSON"), Skipped("/n/a.txt", "empty")]
    report = index(store, [], skipped=bad, roots=[Path("/n")], prune=True)
    assert (report.kept, report.removed) == (("id0", "id1"), 1)
    assert list(stored(store)) == ["id0", "id1"]


def test_prune_keeps_the_rows_of_a_file_with_a_broken_row(store: Store) -> None:
    origins = ("/n/rows.jsonl#ruth", "/n/rows.jsonl#row 2", "/n/gone.txt")
    made = [article(f"id{n}", f"{MARKET} {n}.", origin=o) for n, o in enumerate(origins)]
    index(store, made)
    bad = [Skipped("/n/rows.jsonl#row 1", "not JSON")]
    report = index(store, made[1:2], skipped=bad, roots=[Path("/n")], prune=True)
    assert (report.kept, report.removed) == (("id0",), 1)
    assert list(stored(store)) == ["id0", "id1"]


def test_without_prune_nothing_is_removed(store: Store) -> None:
    index(store, [article("a", HARBOUR)])
    assert index(store, [], roots=[Path("/news")]).removed == 0
    assert list(stored(store)) == ["a"]


def test_moved_file_keeps_its_id_under_prune(store: Store) -> None:
    index(store, [article("a", HARBOUR, origin="/n/x/a.txt")])
    moved = article("a", HARBOUR, origin="/n/y/a.txt")
    report = index(store, [moved], roots=[Path("/n")], prune=True, encoder=no_encoder)
    assert (report.removed, report.added, report.renamed) == (1, 1, ())


@pytest.mark.parametrize(
    ("origin", "place", "under"),
    [
        ("/n/a.txt", "/n/a.txt", True),
        ("/n/a.txt", "/n", True),
        ("/n/a.jsonl#3", "/n/a.jsonl", True),
        ("/n/a.txt", "", True),
        ("/nn/a.txt", "/n", False),
        ("/n/a.txt2", "/n/a.txt", False),
    ],
)
def test_lies_under(origin: str, place: str, under: bool) -> None:
    assert lies_under(origin, {place}) is under


def test_other_encoder_is_refused_and_rebuild_mends(store: Store) -> None:
    index(store, [article("a", HARBOUR), article("b", BRIDGE)])
    with pytest.raises(StoreError, match=r"encoder 'tiny' \(64 dims\); this run uses 'other'"):
        index(store, [article("c", MARKET)], encoder=OtherEncoder, encoder_id="other")
    report = index(store, [], encoder=OtherEncoder, encoder_id="other", rebuild=True)
    assert report.generation == 2
    with store.snapshot("other") as snapshot:
        assert (snapshot.encoder, snapshot.dim, len(snapshot)) == ("other", 32, 2)
    with pytest.raises(StoreError, match="--rebuild"):
        store.snapshot("tiny")


def test_other_passage_scheme_is_refused_and_rebuild_mends(store: Store) -> None:
    index(store, [article("a", HARBOUR + " " + BRIDGE)])
    with pytest.raises(StoreError, match="passages of 20 words"):
        index(store, [], passage_words=40)
    index(store, [], passage_words=40, rebuild=True)
    with store.snapshot() as snapshot:
        assert [snapshot.passage(0).text] == [HARBOUR + " " + BRIDGE]


def test_encoder_with_another_id_than_promised_is_refused(store: Store) -> None:
    with pytest.raises(ModelError, match="'tiny', but 'other' was asked for"):
        index(store, [article("a", HARBOUR)], encoder_id="other")


def test_vectors_that_are_not_finite_are_refused(store: Store) -> None:
    class Broken(CountingEncoder):
        def encode_documents(self, texts: object) -> object:
            return super().encode_documents(["x"]) * float("nan")

    with pytest.raises(ModelError, match="not finite"):
        index(store, [article("a", HARBOUR)], encoder=Broken)
    assert stored(store) == {}


def test_interrupted_run_embeds_only_the_rest_next_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.vectors.BATCH_PASSAGES", 1)
    made = [article("a", HARBOUR), article("b", BRIDGE), article("c", MARKET)]

    def stop(done: int, total: int | None, stage: str) -> None:
        if (done, stage) == (2, "embedding"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(store, made, progress=stop)
    assert stored(store) == {}
    encoder = CountingEncoder()
    assert index(store, made, encoder=lambda: encoder).added == 3
    assert encoder.texts == [MARKET]


def test_what_an_interrupted_run_staged_is_swept(store: Store) -> None:
    def broken() -> Iterator[Article]:
        yield from (article(f"n{n}", f"{MARKET} {n}.") for n in range(500))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(store, broken())
    texts = "SELECT count(*) FROM texts"
    with store.catalog() as catalog:
        assert catalog.connection.execute(texts).fetchone() == (500,)
    index(store, [])
    with store.catalog() as catalog:
        assert catalog.connection.execute(texts).fetchone() == (0,)


def test_second_writer_is_refused_by_name(store: Store) -> None:
    with store.writing(), pytest.raises(StoreBusy, match=str(store.path)):
        index(store, [article("a", HARBOUR)])


def test_progress_tells_stage_and_total(store: Store) -> None:
    seen: list[tuple[int, int | None, str]] = []
    index(store, [article("a", HARBOUR)], progress=lambda *step: seen.append(step))
    assert seen[:2] == [(1, None, "reading"), (1, 1, "embedding")]
    assert seen[-1] == (4, 4, "publishing")


def test_articles_that_raise_leave_the_store_as_it_was(store: Store) -> None:
    index(store, [article("a", HARBOUR)])

    def broken() -> Iterator[Article]:
        yield article("a", BRIDGE)
        raise OSError("unplugged")

    with pytest.raises(OSError, match="unplugged"):
        index(store, broken())
    assert stored(store) == {"a": HARBOUR}


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(text=texts.filter(str.strip), title=st.none() | texts)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_comes_back_letter_for_letter(
    tmp_path_factory: pytest.TempPathFactory, text: str, title: str | None
) -> None:
    store = Store.create(tmp_path_factory.mktemp("any") / "store")
    index(store, [article("a", text, title=title)])
    with store.snapshot() as snapshot:
        assert (snapshot.article("a").text, snapshot.article("a").title) == (text, title)
        for row in range(len(snapshot)):
            passage = snapshot.passage(row)
            assert text[passage.start : passage.end] == passage.text != ""
