"""The store: views that hold still, filters, removal, damage."""

import os
import random
import shutil
import sqlite3
import stat
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conftest import TinyEncoder
from made_store import BRIDGE, HARBOUR, MARKET, article, index, no_encoder
from qa.datatypes import Filters, Skipped
from qa.errors import InputError, StoreError
from qa.schema import FILE
from qa.store import EmptyStoreError, Snapshot, Store, check

CACHES = ["vectors.faiss", "keywords.bm25", "stories.safetensors"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Three articles: the harbour story twice, in two outlets, and the bridge, undated."""
    made = Store.create(tmp_path / "store")
    index(
        made,
        [
            article("late", HARBOUR, published="2019-05-20", source="City Post"),
            article("early", HARBOUR, published="2019-05", source="Harbour Wire", url="u"),
            article("bridge", BRIDGE, source="City Post"),
        ],
    )
    return made


def damage(store: Store, statement: str) -> None:
    connection = sqlite3.connect(store.path / FILE)
    with connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


def cache(store: Store, name: str) -> Path:
    newest = max(os.listdir(store.path / "generations"), key=int)
    return store.path / "generations" / newest / name


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


def test_missing_store_says_how_to_make_one(tmp_path: Path) -> None:
    path = tmp_path / "none"
    for look in (Store.open, check):
        with pytest.raises(StoreError) as caught:
            look(path)
        message = f"No store at {path}. Run 'pullquote index PATH… --store {path}'."
        assert str(caught.value) == message
    assert not path.exists()


def test_new_store_is_private(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "deep" / "store")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o700


def test_folder_with_other_things_is_not_made_a_store(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match=r"it holds 'letter\.txt'"):
        Store.create(tmp_path)
    assert os.listdir(tmp_path) == ["letter.txt"]


def test_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("x")
    with pytest.raises(StoreError, match="Pass another --store"):
        Store.create(tmp_path / "store")


def test_empty_store_has_its_own_error(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    with pytest.raises(EmptyStoreError, match=r"has no articles\. Run 'pullquote index PATH…"):
        store.snapshot()
    assert check(store.path) == []
    with store.catalog() as catalog:
        assert (catalog.generation, catalog.article_count()) == (0, 0)


def test_rows_of_both_legs_are_the_passages(store: Store) -> None:
    with store.snapshot() as snapshot:
        assert len(snapshot) == len(snapshot.vectors) == len(snapshot.keywords) == 2
        question = "which bridge closed"
        _, rows = snapshot.vectors.search(TinyEncoder().encode_queries([question]), 1)
        assert snapshot.passage(int(rows[0, 0])).article_id == "bridge"
        assert int(np.argmax(snapshot.keywords.scores(question))) == rows[0, 0]


def test_earliest_article_is_quoted_and_the_others_are_copies(store: Store) -> None:
    with store.snapshot() as snapshot:
        passage = snapshot.passage(0)
        assert (passage.article_id, passage.copies) == ("early", ("late",))
        assert (passage.source, passage.published, passage.url) == ("Harbour Wire", "2019-05", "u")
        assert passage.text == HARBOUR[passage.start : passage.end]


def test_quoted_article_is_one_that_the_filters_leave(store: Store) -> None:
    post = Filters(sources=("city post",))
    with store.snapshot() as snapshot:
        passage = snapshot.passage(0, post)
        assert (passage.article_id, passage.copies) == ("late", ("early",))
        with pytest.raises(ValueError, match="outside the filters"):
            snapshot.passage(1, Filters(after="2000"))
        with pytest.raises(IndexError):
            snapshot.passage(2)


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(after="2019-05-21"), [True, False]),  # May has days after the 21st
        (Filters(after="2019-06"), [False, False]),
        (Filters(after="2019"), [True, False]),
        (Filters(before="2019-05-01"), [True, False]),
        (Filters(before="2019"), [True, False]),
        (Filters(before="2019-04-30"), [False, False]),
        (Filters(after="2019-06", undated=True), [False, True]),
        (Filters(before="2019-04-30", undated=True), [False, True]),
        (Filters(after="2019", undated=True), [True, True]),
        (Filters(after="2019", sources=("Harbour Wire",), undated=True), [True, False]),
        (Filters(after="2019-06", sources=("City Post",)), [False, False]),
        (Filters(after="2019-05-20", sources=("City Post",)), [True, False]),
        (Filters(after="2019-05-21", sources=("City Post",)), [False, False]),
        (Filters(sources=("HARBOUR WIRE", "none")), [True, False]),
        (Filters(sources=("City Post",)), [True, True]),
        (Filters(articles=("bridge",)), [False, True]),
        (Filters(articles=("nobody",)), [False, False]),
        (Filters(articles=("bridge",), before="2030"), [False, False]),
    ],
)
def test_filters_leave_rows_of_any_one_matching_article(
    store: Store, filters: Filters, rows: list[bool]
) -> None:
    with store.snapshot() as snapshot:
        allowed = snapshot.allowed(filters)
        assert allowed is not None
        assert allowed.tolist() == rows


def test_no_filter_is_no_mask(store: Store) -> None:
    with store.snapshot() as snapshot:
        assert snapshot.allowed(Filters()) is None


def test_unknown_article_or_revision_is_an_input_error(store: Store) -> None:
    with store.catalog() as catalog:
        with pytest.raises(InputError, match="No article 'x' among the 3"):
            catalog.article("x")
        with pytest.raises(InputError, match="has revisions 1 to 1, not 2"):
            catalog.article("bridge", revision=2)
        with pytest.raises(InputError):
            catalog.copies("x")


def test_article_comes_back_whole(store: Store) -> None:
    made = article("full", MARKET, title="T", published="2020", authors=("A", "Ö"), url="u")
    made = replace(made, title_from="text", published_from="metadata", source_from="field")
    index(store, [made])
    with store.catalog() as catalog:
        assert catalog.article("full") == made


def test_summary_counts(store: Store) -> None:
    index(store, [article("bridge", BRIDGE + " It rusts.")], skipped=[Skipped("/x", "empty")])
    with store.catalog() as catalog:
        summary = catalog.summary()
    assert (summary.articles, summary.revisions, summary.texts, summary.passages) == (3, 4, 2, 2)
    assert (summary.generation, summary.encoder, summary.dims) == (2, "tiny", 64)
    assert summary.sources == ((None, 1), ("City Post", 1), ("Harbour Wire", 1))
    assert (summary.first_date, summary.last_date, summary.undated) == ("2019-05", "2019-05-20", 1)
    assert summary.skipped == (Skipped("/x", "empty"),)
    assert summary.bytes_on_disk > 0


def test_remove_takes_all_revisions_and_the_text_with_its_last_carrier(store: Store) -> None:
    index(store, [article("bridge", MARKET)])
    store.remove(["bridge", "late"])
    with store.snapshot() as snapshot:
        assert [snapshot.passage(row).article_id for row in range(len(snapshot))] == ["early"]
        texts = snapshot.connection.execute("SELECT text FROM texts").fetchall()
    assert texts == [(HARBOUR,)]
    assert store.remove(["early"]) == 4
    with pytest.raises(EmptyStoreError):
        store.snapshot()
    assert check(store.path) == []


def test_remove_with_an_unknown_id_removes_nothing(store: Store) -> None:
    with pytest.raises(InputError, match="No article 'x'"):
        store.remove(["bridge", "x"])
    with store.catalog() as catalog:
        assert (catalog.article_count(), catalog.generation) == (3, 1)


def test_removed_article_read_again_is_new(store: Store) -> None:
    store.remove(["bridge"])
    assert index(store, [article("bridge", BRIDGE)]).added == 1


def test_snapshot_stays_in_its_generation_while_others_are_published(store: Store) -> None:
    with store.snapshot() as snapshot:
        assert snapshot.current()
        index(store, [article("bridge", MARKET)])
        store.remove(["late", "early"])
        assert not snapshot.current()
        assert snapshot.article("bridge").text == BRIDGE
        assert snapshot.passage(0).copies == ("late",)
        assert snapshot.article_count() == 3
    with store.snapshot() as newer:
        assert (newer.generation, len(newer), newer.passage(0).text) == (3, 1, MARKET)


def test_snapshot_answers_threads_while_a_writer_publishes(store: Store) -> None:
    wrong: list[object] = []

    def ask(snapshot: Snapshot) -> None:
        for _ in range(200):
            if snapshot.passage(1).text != BRIDGE or snapshot.article("early").text != HARBOUR:
                wrong.append(snapshot)

    with store.snapshot() as snapshot:
        threads = [threading.Thread(target=ask, args=(snapshot,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for n in range(3):
            index(store, [article("bridge", f"{MARKET} {n}.")])
        for thread in threads:
            thread.join()
    assert wrong == []


def test_generation_published_while_opening_is_opened_instead(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa import generations

    read = generations.read
    published: list[int] = []

    def slow(path: Path, generation: generations.Generation) -> generations.Caches:
        while len(published) < 3:
            published.append(index(store, [article("n", f"{MARKET} {len(published)}")]).generation)
        return read(path, generation)

    monkeypatch.setattr(generations, "read", slow)
    warnings: list[str] = []
    with store.snapshot(on_warning=warnings.append) as snapshot:
        assert (snapshot.generation, warnings) == (4, [])


@pytest.mark.parametrize("name", CACHES)
def test_damaged_cache_is_found_and_made_again_with_one_warning(store: Store, name: str) -> None:
    flip(cache(store, name), 100)
    [problem] = check(store.path)
    assert f"{cache(store, name)} does not have its recorded sha256" in problem
    with pytest.raises(StoreError, match=f"{name}.*--rebuild"):
        store.snapshot(repair=False)
    warnings: list[str] = []
    with store.snapshot(on_warning=warnings.append) as snapshot:
        assert snapshot.passage(0).copies == ("late",)
        assert snapshot.generation == 2
    assert len(warnings) == 1
    assert name in warnings[0]
    assert check(store.path) == []


def test_missing_caches_are_made_in_memory_while_a_writer_is_busy(store: Store) -> None:
    shutil.rmtree(store.path / "generations")
    warnings: list[str] = []
    with store.writing(), store.snapshot(on_warning=warnings.append) as snapshot:
        assert (snapshot.generation, len(snapshot.vectors), len(warnings)) == (1, 2, 1)
    assert len(check(store.path)) == 1


def test_articles_are_readable_with_all_caches_gone(store: Store) -> None:
    shutil.rmtree(store.path / "generations")
    with store.catalog() as catalog:
        assert catalog.article("bridge").text == BRIDGE
        assert catalog.summary().passages == 2


def test_damaged_text_is_named_and_read_again_mends_it(store: Store) -> None:
    damage(store, "UPDATE texts SET text = replace(text, 'Monday', 'Sunday')")
    assert [p for p in check(store.path) if "The text of article 'bridge'" in p]
    with store.snapshot() as snapshot, pytest.raises(StoreError, match="article 'bridge'"):
        snapshot.passage(1)
    index(store, [article("bridge", BRIDGE, source="City Post")], encoder=no_encoder)
    assert check(store.path) == []


@pytest.mark.parametrize("column", ["vectors", "windows"])
def test_damaged_block_is_named_and_rebuild_mends_it(store: Store, column: str) -> None:
    damage(
        store,
        f"UPDATE blocks SET {column} = CAST(x'01' || substr({column}, 2) AS BLOB) "
        "WHERE text_id = (SELECT text_id FROM editions WHERE id = 'bridge')",
    )
    assert [p for p in check(store.path) if "Passages of article 'bridge'" in p]
    with pytest.raises(StoreError, match=r"Passages of article 'bridge'.*--rebuild"):
        index(store, [article("new", MARKET)])
    index(store, [], rebuild=True)
    assert check(store.path) == []


def test_block_with_a_long_vector_is_found(store: Store) -> None:
    class Long(TinyEncoder):
        id = "long"

        def encode_documents(self, texts: object) -> object:
            return super().encode_documents(["x"] * 2) * np.float32(1.1)

    index(store, [], encoder=Long, encoder_id="long", rebuild=True)
    problems = check(store.path)
    assert [p.split(": ", 1)[1] for p in problems] == [
        "article 'late', article 'early': a vector is not of length 1",
        "article 'bridge': a vector is not of length 1",
    ]


def test_damaged_record_is_named(store: Store) -> None:
    damage(store, "UPDATE revisions SET published = '2018' WHERE published = '2019-05'")
    assert [p for p in check(store.path) if "record of article 'early', revision 1" in p]
    with store.catalog() as catalog, pytest.raises(StoreError, match="article 'early'"):
        catalog.article("early")


def test_record_that_shows_an_old_revision_is_found(store: Store) -> None:
    index(store, [article("bridge", MARKET)])
    damage(store, "UPDATE articles SET revision = 1 WHERE id = 'bridge'")
    assert [p for p in check(store.path) if "'bridge' shows revision 1, not its last" in p]


def test_lost_block_is_found(store: Store) -> None:
    damage(store, "DELETE FROM blocks WHERE text_id = 1")
    assert [p for p in check(store.path) if "article 'late', article 'early' has no passages" in p]
    with pytest.raises(StoreError, match="--rebuild"):
        store.snapshot()
    index(store, [], rebuild=True)
    assert check(store.path) == []


def test_stray_generation_is_found(store: Store) -> None:
    (store.path / "generations" / "2.tmp").mkdir()
    [problem] = check(store.path)
    assert "2.tmp belongs to no generation" in problem


@pytest.mark.parametrize("header", [b"", b"not a database at all" * 50, None])
def test_damaged_header_is_named_and_check_does_not_raise(
    store: Store, header: bytes | None
) -> None:
    path = store.path / FILE
    path.write_bytes(header if header is not None else b"\xff" * 100 + path.read_bytes()[100:])
    [problem] = check(store.path)
    for look in (Store.open, Store.create):
        with pytest.raises(StoreError) as caught:
            look(store.path)
        assert str(path) in str(caught.value)
    assert str(path) in problem


def test_store_of_another_format_is_refused(store: Store) -> None:
    damage(store, "UPDATE meta SET value = '99' WHERE key = 'format'")
    with pytest.raises(StoreError, match="format 99; this version reads format 2"):
        Store.open(store.path)


def test_check_changes_nothing(store: Store) -> None:
    before = {p: p.read_bytes() for p in store.path.rglob("*") if p.is_file()}
    assert check(store.path) == []
    assert {p: p.read_bytes() for p in store.path.rglob("*") if p.is_file()} == before


def test_store_whose_file_is_gone_is_not_started_anew(store: Store) -> None:
    (store.path / FILE).unlink()
    with pytest.raises(StoreError, match="is missing or empty, but"):
        Store.create(store.path)
    assert os.listdir(store.path / "generations") == ["1"]


def seen(store: Store) -> list[object]:
    """Everything that a user can see of the store."""
    with store.snapshot(repair=False) as snapshot:
        articles: list[object] = [snapshot.article(id) for id in ("late", "early", "bridge")]
        return articles + [snapshot.passage(row) for row in range(len(snapshot))]


def test_any_damaged_bit_is_found_or_changes_nothing(store: Store, tmp_path: Path) -> None:
    sound, truth = (store.path / FILE).read_bytes(), seen(store)
    chance = random.Random(7)
    for trial in range(80):
        path = shutil.copytree(store.path, tmp_path / f"trial{trial}")
        at = chance.randrange(len(sound) if trial % 2 else 8192)
        flip(path / FILE, at)
        problems = check(path)
        try:
            same = seen(Store(path)) == truth
        except StoreError:
            same = False
        assert same or problems, f"byte {at}"
