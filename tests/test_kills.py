"""A writer killed at any moment leaves the generation before or the one after, whole."""

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from tqdm.auto import tqdm

from made_store import BRIDGE, HARBOUR, MARKET, CountingEncoder, article, index
from qa import vectors
from qa.store import Store, check

BEFORE = {"a": HARBOUR, "b": BRIDGE}
AFTER = {"a": HARBOUR, "b": MARKET, "c": BRIDGE}
Deadly = Callable[[], None]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    index(made, [article(id, text) for id, text in BEFORE.items()])
    return made


def change(store: Store, step: Deadly = lambda: None) -> None:
    made = [article(id, text) for id, text in AFTER.items()]
    index(store, made, progress=lambda done, total, stage: step())


def killed(run: Callable[[], None], after: float | None = None) -> bool:
    """Run in a child process; tell whether it was killed, by itself or after some seconds."""
    child = os.fork()
    if child == 0:
        try:
            tqdm.set_lock(threading.RLock())  # the usual one is shared, and would die taken
            run()
        finally:
            os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def deadly(at: int) -> Deadly:
    """Make a function that kills its process at its n-th call."""
    calls = count()

    def step() -> None:
        if next(calls) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def require_one_or_the_other(store: Store) -> None:
    with store.snapshot(repair=False) as snapshot:
        ids = [row[0] for row in snapshot.connection.execute("SELECT id FROM articles")]
        found = {id: snapshot.article(id).text for id in ids}
        assert found == {1: BEFORE, 2: AFTER}[snapshot.generation]
        quoted = {snapshot.passage(row).text for row in range(len(snapshot))}
        assert quoted == set(found.values())
        assert len(snapshot) == len(snapshot.vectors) == len(snapshot.keywords)
    assert [line for line in check(store.path) if "belongs to no generation" not in line] == []


def require_next_run_finishes(store: Store) -> None:
    change(store)
    with store.snapshot(repair=False) as snapshot:
        assert (snapshot.generation, snapshot.article_count()) == (2, 3)
    assert check(store.path) == []


def test_killed_at_every_step_of_a_run(store: Store, tmp_path: Path) -> None:
    for at in count():
        trial = Store(shutil.copytree(store.path, tmp_path / f"trial{at}"))
        if not killed(lambda trial=trial, at=at: change(trial, deadly(at))):
            break
        require_one_or_the_other(trial)
        require_next_run_finishes(trial)
    assert at == 7  # reading, embedding, five steps of publishing


def test_what_was_embedded_before_a_kill_is_not_embedded_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "BATCH_PASSAGES", 1)
    made = [article("m", MARKET), article("t", "The tram runs again.")]
    step = deadly(1)  # reading is the first call, the first text embedded the second
    assert killed(lambda: index(store, made, progress=lambda done, total, stage: step()))
    encoder = CountingEncoder()
    index(store, made, encoder=lambda: encoder)
    assert encoder.texts == ["The tram runs again."]


@pytest.mark.parametrize("at", range(6))
def test_killed_at_every_sync_and_rename(
    store: Store, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, sync, rename = deadly(at), os.fsync, Path.rename
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: (step(), sync(descriptor)))
        patch.setattr(Path, "rename", lambda path, to: (step(), rename(path, to)))
        assert killed(lambda: change(store))
    require_one_or_the_other(store)
    require_next_run_finishes(store)


@pytest.mark.parametrize("trial", range(8))
def test_killed_at_a_random_moment(store: Store, trial: int) -> None:
    killed(lambda: change(store), after=random.Random(trial).uniform(0, 0.06))
    require_one_or_the_other(store)
    require_next_run_finishes(store)


def test_killed_while_the_store_is_made(tmp_path: Path) -> None:
    for trial in range(6):
        path = tmp_path / f"store{trial}"
        killed(lambda path=path: Store.create(path), after=trial * 0.001)
        index(Store.create(path), [article("a", HARBOUR)])
        assert check(path) == []
