"""Each browser's own articles: asked with the archive, seen by nobody else, removed for good."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made_own import ANNE, BRAM, add, own_articles

from conftest import ROOT
from made_answers import MadeArchive
from made_store import HARBOUR, article, index
from qa.errors import InputError
from qa.pipeline import assemble
from qa.store import Store, check
from ui.archive import Opened
from ui.own import OwnArticles

GEESE = "The keeper Odalys Brant keeps forty geese at the Skerry lighthouse."
CRANE = "The crane on the north quay was built by Ulric Thane."


def with_archive(folder: Path) -> OwnArticles:
    """The stores of browsers beside an archive of one article."""
    own = own_articles(folder)
    store = Store.create(own.settings.store)
    index(store, [article("hall", HARBOUR, source="Post")])
    pipeline = assemble(own.settings, own.models(), store.snapshot())
    return own_articles(folder, MadeArchive(Opened(pipeline, generation=1)))


def asked(opened: Opened, question: str) -> list[str]:
    """The articles that are quoted or come nearest."""
    assert opened.pipeline is not None
    return [quote.article_id for quote in opened.pipeline.answer(question).quotes]


def test_own_articles_are_asked_together_with_the_archive(tmp_path: Path) -> None:
    own = with_archive(tmp_path)
    add(own, tmp_path, ANNE, geese=GEESE)
    opened = own.current(ANNE)
    assert asked(opened, "Who keeps forty geese at the lighthouse?")[0] == "own:geese"
    assert asked(opened, "Which mayor cut the ribbon of the harbour hall?")[0] == "hall"
    assert opened.holdings is not None
    assert opened.generation == 1


def test_a_scope_leaves_the_others_out(tmp_path: Path) -> None:
    own = with_archive(tmp_path)
    question = "Who keeps forty geese, and which mayor cut the ribbon?"
    assert own.current(ANNE, "own").pipeline is None
    add(own, tmp_path, ANNE, geese=GEESE)
    assert set(asked(own.current(ANNE, "own"), question)) == {"own:geese"}
    assert set(asked(own.current(ANNE, "archive"), question)) == {"hall"}
    assert set(asked(own.current(ANNE, "both"), question)) == {"own:geese", "hall"}


def test_own_articles_alone_make_a_chat(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    assert own.current(ANNE).pipeline is None
    add(own, tmp_path, ANNE, geese=GEESE)
    assert asked(own.current(ANNE), "Who keeps forty geese?") == ["own:geese"]


def test_no_browser_sees_what_another_has(tmp_path: Path) -> None:
    own = with_archive(tmp_path)
    add(own, tmp_path, ANNE, geese=GEESE)
    add(own, tmp_path, BRAM, crane=CRANE)
    question = "Who keeps forty geese at the lighthouse?"
    for owner, mine, other in ((ANNE, "own:geese", "crane"), (BRAM, "own:crane", "geese")):
        opened = own.current(owner)
        assert opened.pipeline is not None
        assert opened.pipeline.article(mine).text in (GEESE, CRANE)
        with pytest.raises(InputError, match=f"No article 'own:{other}' among your own"):
            opened.pipeline.article(f"own:{other}")
        assert f"own:{other}" not in asked(opened, question)
        assert [one.id for one in own.listed(owner)] == [mine.removeprefix("own:")]
        with pytest.raises(InputError, match="not here any more"):
            own.remove(owner, other)
    for nobody in (None, "c" * 64):
        assert own.listed(nobody) == ()
        opened = own.current(nobody)
        assert opened.pipeline is not None
        assert set(asked(opened, question)) <= {"hall"}
        with pytest.raises(InputError):
            opened.pipeline.article("own:geese")


def test_the_folders_are_private_and_named_by_the_owner(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    add(own, tmp_path, ANNE, geese=GEESE)
    folder = own.folder(ANNE)
    assert folder == tmp_path / "store" / "browsers" / ANNE / "own"
    assert {path.stat().st_mode & 0o077 for path in (folder, folder.parent)} == {0}
    with pytest.raises(ValueError, match="not the name of a browser"):
        own.folder("../../etc")


def test_what_is_removed_is_gone_from_answers_list_and_disk(tmp_path: Path) -> None:
    own = with_archive(tmp_path)
    add(own, tmp_path, ANNE, geese=GEESE, crane=CRANE)
    assert own.current(ANNE).pipeline is not None
    own.remove(ANNE, "geese")
    assert [one.id for one in own.listed(ANNE)] == ["crane"]
    assert "own:geese" not in asked(own.current(ANNE), "Who keeps forty geese?")
    left = b"".join(p.read_bytes() for p in own.folder(ANNE).rglob("*") if p.is_file())
    assert b"Odalys" not in left
    assert b"Ulric" in left
    own.remove(ANNE, "crane")
    assert not own.folder(ANNE).exists()
    assert own.listed(ANNE) == ()
    assert set(asked(own.current(ANNE), "Who built the crane?")) <= {"hall"}


def test_all_are_removed_at_once_and_new_ones_can_follow(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    add(own, tmp_path, ANNE, geese=GEESE)
    assert asked(own.current(ANNE), "Who keeps geese?") == ["own:geese"]
    own.clear(ANNE)
    own.clear(ANNE)
    assert os.listdir(own.folder(ANNE).parent) == []
    assert own.current(ANNE).pipeline is None
    add(own, tmp_path, ANNE, crane=CRANE)
    assert asked(own.current(ANNE), "Who built the crane?") == ["own:crane"]


def test_nothing_is_removed_while_articles_are_read_in(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    add(own, tmp_path, ANNE, geese=GEESE, crane=CRANE)
    with Store.open(own.folder(ANNE)).writing():
        for removal in (lambda: own.remove(ANNE, "geese"), lambda: own.clear(ANNE)):
            with pytest.raises(InputError, match="being read in just now"):
                removal()
    assert len(own.listed(ANNE)) == 2


def test_a_damaged_store_leaves_the_archive_and_says_so(tmp_path: Path) -> None:
    own = with_archive(tmp_path)
    add(own, tmp_path, ANNE, geese=GEESE)
    (own.folder(ANNE) / "pullquote.sqlite").write_bytes(b"no database" * 500)
    opened = own.current(ANNE)
    assert opened.notice is not None
    assert "Your own articles could not be opened" in opened.notice
    assert set(asked(opened, "Who cut the ribbon?")) == {"hall"}


def test_stores_that_nobody_used_for_thirty_days_are_swept(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    for owner in (ANNE, BRAM):
        add(own, tmp_path, owner, geese=GEESE)
    left = own.folder(BRAM).parent / "incoming-0"
    left.mkdir()
    other = own.folder(ANNE).parent / "history"
    other.mkdir()
    own.sweep()
    assert own.folder(ANNE).exists()
    assert left.exists()
    long_ago = time.time() - 29 * 86_400
    os.utime(own.folder(ANNE), (long_ago, long_ago))
    own.current(ANNE)
    for place in (own.folder(BRAM), left, other):
        os.utime(place, (long_ago - 2 * 86_400, long_ago - 2 * 86_400))
    own.sweep()
    assert (own.folder(ANNE).exists(), own.folder(BRAM).exists()) == (True, False)
    assert (left.exists(), other.exists()) == (False, True)
    own.sweep(lambda: time.time() + 31 * 86_400)
    assert not own.folder(ANNE).exists()
    assert other.exists()


def test_the_folders_of_browsers_are_no_part_of_the_archive(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    add(own, tmp_path, ANNE, geese=GEESE)
    store = Store.create(own.settings.store)
    index(store, [article("hall", HARBOUR)])
    assert check(store.path) == []
    with store.catalog() as catalog:
        before = catalog.summary().bytes_on_disk
    (own.folder(ANNE).parent / "large").write_bytes(b"x" * 100_000)
    with store.catalog() as catalog:
        assert catalog.summary().bytes_on_disk == before
        assert catalog.article_count() == 1


def test_the_flag_switches_uploads_off() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "ui", "chat", "--help"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "--no-uploads" in shown
