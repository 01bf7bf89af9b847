"""Row 2: a disk that is full, at every 4 KB of what is written, and one that cannot be written."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.drills.children import limit_files, told
from eval.drills.kills import PAGE, Trials, before
from eval.drills.looking import differences, seen
from eval.drills.made import Model, Operation, after, filled, perform, some_text
from qa.store import Store

DISK = 64 * 1024 * 1024


def large(articles: int) -> Operation:
    """Give an index run that writes about three pages of 4 KB for each article to one file.

    :param articles: how many.
    :returns: the operation.
    """
    chance = random.Random(4)
    return Operation("put", {str(n): some_text(chance, 100) for n in range(articles)})


def base(scratch: Path) -> Store:
    """Give the store that the trials start from; it is made at the first call.

    :param scratch: where it is, or will be.
    :returns: the store.
    """
    if not (scratch / "base").exists():
        filled(Store.create(scratch / "half"), before())
        (scratch / "half").rename(scratch / "base")
    return Store(scratch / "base")


def no_file_grows(scratch: Path, cut: int, articles: int) -> Trials:
    """Index while no file may grow beyond a number of pages.

    :param scratch: a folder that :func:`base` is in, or nothing.
    :param cut: how many pages of 4 KB.
    :param articles: how many articles the run adds.
    :returns: one trial; its count is 0 where the run had room enough.
    """
    store = Store(shutil.copytree(base(scratch).path, scratch / "trial"))
    try:
        said = told(lambda: _limited(store, cut, articles))
        failures = _judge(store, said, articles) or _next_run(store, articles)
    finally:
        shutil.rmtree(store.path)
    return _trial(f"no file beyond {cut} pages", said, failures)


def disk_fills(scratch: Path, cut: int, articles: int) -> Trials | None:
    """Index on a disk with room for a number of pages, and ask while it is full.

    :param scratch: a folder that :func:`base` is in, or nothing.
    :param cut: how many pages of 4 KB are free.
    :param articles: how many articles the run adds.
    :returns: one trial; its count is 0 where the run had room enough. None where this process may
        not mount a disk.
    """
    whole = seen(base(scratch).path)
    with _disk(scratch / "disk") as permitted:
        if not permitted:
            return None
        store = Store(shutil.copytree(base(scratch).path, scratch / "disk" / "store"))
        ballast = scratch / "disk" / "ballast"
        _fill(ballast, cut)
        said = told(lambda: _done(store, large(articles)))
        if said != "done":
            _fill(ballast.with_suffix(".more"), 0)
            asked = told(lambda: "the same" if seen(store.path) == whole else "something else")
            failures = [] if asked == "the same" else [f"asked on the full disk: {asked}"]
            ballast.with_suffix(".more").unlink()
        else:
            failures = []
        ballast.unlink()
        failures += _judge(store, said, articles) or _next_run(store, articles)
    return _trial(f"{cut} pages free", said, failures)


def disk_is_read_only(scratch: Path) -> Trials | None:
    """Ask, check and index on a disk that cannot be written.

    :param scratch: a folder that :func:`base` is in, or nothing.
    :returns: one trial; None where this process may not mount a disk.
    """
    whole = seen(base(scratch).path)
    with _disk(scratch / "disk") as permitted:
        if not permitted:
            return None
        store = Store(shutil.copytree(base(scratch).path, scratch / "disk" / "store"))
        _mount("-o", "remount,ro", str(scratch / "disk"))
        failures = [] if seen(store.path) == whole else ["what is seen has changed"]
        failures += differences(store.path, before())
        said = told(lambda: _done(store, large(1)))
        failures += [] if _named(store, said) else [f"an index run says: {said}"]
    return Trials(1, tuple(failures))


def _done(store: Store, operation: Operation) -> str:
    perform(store, operation)
    return "done"


def _limited(store: Store, cut: int, articles: int) -> str:
    limit_files(cut * PAGE, deadly=False)
    return _done(store, large(articles))


def _trial(name: str, said: str, failures: list[str]) -> Trials:
    return Trials(int(said != "done"), tuple(f"{name}: {line}" for line in failures))


def _named(store: Store, said: str) -> bool:
    return said.startswith("StoreError: ") and str(store.path) in said


def _held(said: str, articles: int) -> Model:
    return after(before(), large(articles)) if said == "done" else before()


def _judge(store: Store, said: str, articles: int) -> list[str]:
    """Require all of the run or nothing of it, and a fault that names the store."""
    untold = [] if said == "done" or _named(store, said) else [f"the run says: {said}"]
    return untold + differences(store.path, _held(said, articles))


def _next_run(store: Store, articles: int) -> list[str]:
    """With room again, the same run must go through."""
    perform(store, large(articles))
    return differences(store.path, after(before(), large(articles)))


def _fill(ballast: Path, free: int) -> None:
    """Take all the room of a disk but so many pages."""
    room = os.statvfs(ballast.parent)
    blocks = room.f_bavail - free * PAGE // room.f_frsize
    with ballast.open("wb") as file:
        if blocks > 0:
            os.posix_fallocate(file.fileno(), 0, blocks * room.f_frsize)


@contextmanager
def _disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk in memory; False where this process may not."""
    folder.mkdir(exist_ok=True)
    permitted = _mount("-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder))
    try:
        yield permitted
    finally:
        if permitted:
            subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def _mount(*arguments: str) -> bool:
    try:
        return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0
    except OSError:
        return False
