"""A store agrees with a dict, whatever is done to it; compaction gives room back."""

import sqlite3
from pathlib import Path

import pytest

from eval.drills.machine import StoreMachine, agrees_with_a_dict
from made_store import BRIDGE, HARBOUR, article, index
from qa.compaction import compact
from qa.errors import StoreBusy
from qa.schema import FILE
from qa.store import Store, check


@pytest.mark.timeout(900)  # of a busy machine
def test_store_agrees_with_a_dict(tmp_path: Path) -> None:
    assert agrees_with_a_dict(tmp_path, examples=100, steps=30).failures == ()


def test_machine_notices_a_store_that_forgets(tmp_path: Path) -> None:
    class Forgetful(StoreMachine):
        def _do(self, operation: object) -> None:
            super()._do(operation)  # type: ignore[arg-type]
            self.model = {**self.model, "lost": ("What was never stored.",)}

    [failure] = agrees_with_a_dict(tmp_path, 30, 10, Forgetful, shrink=False).failures
    assert failure.startswith(("AssertionError", "InputError: No article 'lost'"))


def test_compaction_gives_room_back_and_leaves_no_deleted_word(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    index(store, [article("a", HARBOUR), article("b", (BRIDGE + "\n") * 300)])
    store.remove(["b"])
    assert compact(store) > 50_000
    assert b"rust in two cables" not in (store.path / FILE).read_bytes()
    assert [path.name for path in (store.path / "generations").iterdir()] == ["2"]
    assert check(store.path) == []
    index(store, [article("a", HARBOUR), article("c", BRIDGE)])
    assert check(store.path) == []


def test_compaction_leaves_an_open_view_alone(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    index(store, [article("a", HARBOUR), article("b", BRIDGE)])
    with store.snapshot() as view:
        store.remove(["b"])
        compact(store)
        assert view.article("b").text == BRIDGE
        assert {view.passage(row).text for row in range(len(view))} == {HARBOUR, BRIDGE}
    assert check(store.path) == []


def test_compaction_waits_for_no_other_writer(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    with store.writing(), pytest.raises(StoreBusy):
        compact(store)
    assert sqlite3.connect(store.path / FILE).execute("PRAGMA integrity_check").fetchone() == (
        "ok",
    )


def test_older_revision_is_open_and_known_to_be_older(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    index(store, [article("a", HARBOUR)])
    index(store, [article("a", BRIDGE)])
    compact(store)
    with store.catalog() as catalog:
        assert (catalog.article("a", 1).text, catalog.newest_revision("a")) == (HARBOUR, 2)
