"""Readers beside a writer in another process: each answer from exactly one generation."""

import os
import re
import signal
import threading
import time
from pathlib import Path

from conftest import TinyEncoder, TinyReader
from eval.drills.children import alone
from made_store import HARBOUR, article, index
from qa.confidence import Calibration
from qa.pipeline import Pipeline
from qa.retriever import Retriever
from qa.settings import load_settings
from qa.store import Store, check

IDS = "abcde"
QUESTION = "Which edition tells of the harbour hall?"


def publish(store: Store, edition: int) -> None:
    """Every article changes with every generation, and tells which one it is of."""
    texts = {id: f"Story {id}: edition {edition} tells of the harbour hall." for id in IDS}
    index(store, [article(id, text) for id, text in texts.items()])


def asked(store: Store) -> tuple[int, set[int], set[int]]:
    """Ask, and give the generation, the editions quoted, and those of the articles quoted."""
    with store.snapshot(repair=False) as snapshot:
        retriever = Retriever(snapshot, TinyEncoder())
        calibration = Calibration(slope=1.0, intercept=0.0, threshold=0.1)
        pipeline = Pipeline(load_settings(), TinyReader(), calibration, retriever, snapshot)
        hits = pipeline.trace(QUESTION).hits
        quotes = pipeline.answer(QUESTION).quotes
        told = " ".join([*(h.passage.text for h in hits), *(q.sentence for q in quotes)])
        shown = " ".join(pipeline.article(id).text for id in IDS)
        return snapshot.generation, editions(told), editions(shown)


def editions(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"edition (\d+)", text)}


def test_every_answer_is_of_one_generation_while_a_process_writes(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    publish(store, 1)
    writer = os.fork()
    if writer == 0:
        try:
            alone()
            for edition in range(2, 10_000):
                publish(store, edition)
        finally:
            os._exit(0)
    found: list[tuple[int, set[int], set[int]]] = []
    faults: list[BaseException] = []

    def read() -> None:
        end = time.monotonic() + 60
        try:
            while time.monotonic() < end and len(found) < 60:
                found.append(asked(store))
        except BaseException as error:
            faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    assert faults == []
    assert [(n, {n}, {n}) for n, _, _ in found] == found
    assert len({n for n, _, _ in found}) > 1
    publish(store, 10_000)
    assert check(store.path) == []


def test_reader_does_not_wait_for_a_writer_inside_its_transaction(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    index(store, [article("a", HARBOUR)])
    with store.writing() as connection:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("DELETE FROM articles")
        with store.snapshot(repair=False) as snapshot:
            assert snapshot.article("a").text == HARBOUR
        connection.rollback()
