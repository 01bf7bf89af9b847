"""The archive behind an open chat: the newest generation from the next question on, no file left
open behind it, and the one before where the newest cannot be opened."""

import gc
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import TinyEncoder, TinyReader
from made_store import BRIDGE, HARBOUR, MARKET, OtherEncoder, article, index
from qa import recalibration
from qa.confidence import Calibration
from qa.datatypes import Answer
from qa.models import Models
from qa.reader import WEIGHTS
from qa.recalibration import Recalibration
from qa.schema import FILE
from qa.settings import load_settings
from qa.store import Store
from ui.archive import Opened, StoreArchive

HALL, CLOSED = "When does the harbour hall open?", "When was the old bridge closed?"
SHIPPED = Calibration.load(WEIGHTS).id
FITTED = Recalibration(1.0, -2.0, 0.5, "tiny", "2026-01-31T09:30:00+00:00", 120, 0.1, SHIPPED)


@pytest.fixture(autouse=True)
def tiny_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny models where weights would be loaded."""
    monkeypatch.setattr("qa.models.load_models", lambda _: Models(TinyEncoder(), TinyReader()))
    monkeypatch.setattr("embeddings.encoder.identify", lambda _: "tiny")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    index(made, [article("hall", HARBOUR, source="Harbour Wire", published="2019-04-27")])
    return made


def opened_at(store: Store) -> StoreArchive:
    return StoreArchive(load_settings(store=str(store.path), threshold=0.0))


def answer(opened: Opened, question: str) -> str | None:
    assert opened.pipeline is not None
    return opened.pipeline.answer(question).answer


def odds(record: Answer) -> float:
    return math.log(record.confidence / (1 - record.confidence))


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_the_newest_generation_answers_the_next_question(store: Store) -> None:
    archive = opened_at(store)
    first = archive.current()
    assert (answer(first, HALL), first.generation, first.outlets) == ("May", 1, ("Harbour Wire",))
    index(store, [article("bridge", BRIDGE, source="Post", published="2020")])
    second = archive.current()
    assert (answer(second, CLOSED), second.generation) == ("Monday", 2)
    assert second.holdings is not None
    assert (second.holdings.articles, second.holdings.last) == (2, "2020")
    assert answer(first, CLOSED) != "Monday"  # who still reads the old one reads the old one


def test_nothing_is_opened_again_while_nothing_changes(store: Store) -> None:
    archive = opened_at(store)
    assert archive.current() is archive.current()


def test_a_recalibration_holds_from_the_next_question(store: Store) -> None:
    archive = opened_at(store)
    shipped = archive.current().pipeline
    with store.writing() as connection:
        recalibration.save(connection, FITTED)
    fitted = archive.current().pipeline
    assert shipped is not None
    assert fitted is not None
    assert odds(fitted.answer(HALL)) == pytest.approx(odds(shipped.answer(HALL)) - 2.0)


def test_an_emptied_store_has_nothing_to_ask_and_a_filled_one_has_again(store: Store) -> None:
    archive = opened_at(store)
    store.remove(["hall"])
    assert archive.current() == Opened(None, None, 2)
    index(store, [article("market", MARKET)])
    filled = archive.current()
    assert filled.generation == 3
    assert filled.pipeline is not None
    assert filled.pipeline.article("market").text == MARKET


def test_a_store_that_is_not_there_yet_is_opened_once_it_is(tmp_path: Path) -> None:
    archive = opened_at(Store(tmp_path / "store"))
    assert archive.current() == Opened(None)
    index(Store.create(tmp_path / "store"), [article("hall", HARBOUR)])
    assert answer(archive.current(), HALL) == "May"


def break_calibration(store: Store) -> None:
    with store.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '{')", (recalibration.KEY,))


def build_for_another_encoder(store: Store) -> None:
    index(store, [article("hall", HARBOUR)], OtherEncoder, "other", rebuild=True)


def move_away(store: Store) -> None:
    (store.path / FILE).rename(store.path / "moved")


@pytest.mark.parametrize("harm", [break_calibration, build_for_another_encoder, move_away])
def test_a_store_that_cannot_be_opened_any_more_answers_as_before_and_says_so(
    store: Store, harm: object
) -> None:
    archive = opened_at(store)
    assert archive.current().notice is None
    assert callable(harm)
    harm(store)
    before = archive.current()
    assert answer(before, HALL) == "May"
    assert before.generation == 1
    assert before.notice is not None
    assert before.notice.startswith("The archive is being rebuilt, or cannot be read")


def test_a_mended_store_is_opened_without_notice(store: Store) -> None:
    archive = opened_at(store)
    break_calibration(store)
    assert archive.current().notice is not None
    with store.writing() as connection:
        recalibration.forget(connection)
    assert archive.current().notice is None


def test_a_damaged_cache_is_made_again_with_one_warning(store: Store) -> None:
    said: list[str] = []
    archive = StoreArchive(load_settings(store=str(store.path), threshold=0.0), said.append)
    index(store, [article("bridge", BRIDGE)])
    (store.path / "generations" / "2" / "vectors.faiss").write_bytes(b"damaged")
    opened = archive.current()
    assert answer(opened, CLOSED) == "Monday"
    assert (opened.notice, len(said)) == (None, 1)
    assert "vectors.faiss" in said[0]


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is let go of is let go of at once, not when the collector comes round."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_fifty_generations_leave_no_file_open(store: Store) -> None:
    archive = opened_at(store)
    answer(archive.current(), HALL)
    index(store, [article("first", MARKET)])
    answer(archive.current(), HALL)
    before = open_files()
    for number in range(50):
        index(store, [article(f"market-{number}", f"{MARKET} It has {number} lamps.")])
        assert answer(archive.current(), HALL) == "May"
    assert archive.current().generation == 52
    assert open_files() <= before + 1


def test_a_question_that_runs_reads_the_generation_it_began_with(store: Store) -> None:
    archive = opened_at(store)
    running = iter(started(archive))
    next(running)
    for number in range(3):
        index(store, [article(f"market-{number}", f"{MARKET} It has {number} lamps.")])
        archive.current()
    record = next(running)
    assert record == "May"
    assert list(running) == []


def started(archive: StoreArchive) -> Iterator[str | None]:
    """Ask as the chat does, holding nothing but the pipeline."""
    pipeline = archive.current().pipeline
    assert pipeline is not None
    for stage in pipeline.stages(HALL):
        yield getattr(stage, "answer", None)
