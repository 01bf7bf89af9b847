"""A writer that is killed at any step, in any write, or that has no room: all of it or nothing."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eval.drills import full_disk, kills, recovery
from eval.drills.children import told
from eval.drills.looking import differences, seen
from eval.drills.made import perform
from qa import publishing


@pytest.mark.parametrize("kind", kills.OPERATIONS)
def test_killed_at_its_steps(tmp_path: Path, kind: str) -> None:
    every = 1 if kind == "put" else 4
    trials = kills.at_every_step(tmp_path, kind, every=every)
    assert trials.failures == ()
    assert trials.count >= {"put": 40, "remove": 7, "rebuild": 8, "compact": 3}[kind]


def test_killed_in_the_middle_of_a_write(tmp_path: Path) -> None:
    trials = kills.at_every_page(tmp_path, "put")
    assert trials.failures == ()
    assert trials.count >= 10


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_moments_keeps_what_was_acknowledged(tmp_path: Path, seed: int) -> None:
    assert kills.at_random_moments(tmp_path, seed, 10).failures == ()


def test_a_publication_in_pieces_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def piecewise(connection: object) -> Iterator[None]:
        yield

    monkeypatch.setattr(publishing, "transaction", piecewise)
    assert kills.at_every_step(tmp_path, "put", every=3).failures != ()


def test_disk_full_at_every_page_of_the_write(tmp_path: Path) -> None:
    trials = [full_disk.no_file_grows(tmp_path, cut, articles=12) for cut in range(0, 90, 3)]
    assert [line for trial in trials for line in trial.failures] == []
    assert sum(trial.count for trial in trials) >= 15
    assert trials[-1].count == 0


def test_disk_full_of_other_things(tmp_path: Path) -> None:
    for cut in (0, 5, 9, 30, 60, 95):
        trial = full_disk.disk_fills(tmp_path, cut, articles=12)
        if trial is None:
            pytest.skip("this process may not mount a disk")
        assert trial.failures == ()


def test_read_only_disk_answers_and_names_itself(tmp_path: Path) -> None:
    trial = full_disk.disk_is_read_only(tmp_path)
    if trial is None:
        pytest.skip("this process may not mount a disk")
    assert trial.failures == ()


def test_read_only_folder_answers_and_names_itself(tmp_path: Path) -> None:
    store = full_disk.base(tmp_path)
    whole = seen(store.path)
    told_of: list[str] = []
    with _unwritable(store.path, tmp_path):
        told_of.append(told(lambda: _as_nobody(lambda: str(seen(store.path) == whole))))
        told_of.append(told(lambda: _as_nobody(lambda: str(perform(store, full_disk.large(1))))))
    assert told_of[0] == "True"
    assert told_of[1].startswith(f"StoreError: {store.path / 'lock'} cannot be written")
    assert differences(store.path, kills.before()) == []


@contextmanager
def _unwritable(store: Path, above: Path) -> Iterator[None]:
    """Let everybody read a store, and nobody write it."""
    parents = [folder for folder in (above, *above.parents) if folder.owner() == above.owner()]
    modes = {folder: folder.stat().st_mode for folder in parents}
    files = [store, *store.rglob("*")]
    for folder in parents:
        folder.chmod(modes[folder] | 0o055)
    for path in files:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in files:
            path.chmod(0o700 if path.is_dir() else 0o600)
        for folder, mode in modes.items():
            folder.chmod(mode)


def _as_nobody(run: object) -> str:
    """Root may write everywhere; nobody may not."""
    if os.geteuid() == 0:
        os.setresuid(65534, 65534, 65534)
    assert callable(run)
    return str(run())


def test_recovery_is_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recovery.recovers_in_time(tmp_path, passages=200).failures == ()
    shutil.rmtree(tmp_path / "store")
    monkeypatch.setattr(recovery, "FROM_TRUTH", 0.0)
    [failure] = recovery.recovers_in_time(tmp_path, passages=200).failures
    assert failure.startswith("recovering 200 passages took")


def test_a_child_that_says_nothing_is_told_by_its_signal() -> None:
    assert told(lambda: str(os.kill(os.getpid(), signal.SIGKILL))) == "signal 9"
    assert told(lambda: str(1 / 0)) == "ZeroDivisionError: division by zero"
