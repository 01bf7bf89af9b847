"""Child processes that die: at a given step, at a given byte, after some seconds."""

import os
import resource
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

Run = Callable[[], None]
_FILES = frozenset(
    {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "shutil.rmtree"}
)


def killed(run: Run, after: float | None = None) -> bool:
    """Run in a child process.

    :param run: what to do; an exception ends the child quietly.
    :param after: seconds until it is killed, None to wait for its end.
    :returns: whether it was killed, by itself or by the clock.
    """
    child = os.fork()
    if child == 0:
        try:
            alone()
            run()
        finally:
            os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def told(run: Callable[[], str]) -> str:
    """Run in a child process and give back what it says.

    :param run: what to do.
    :returns: its words; ``signal N`` where a signal ended it, and the error where one was raised.
    """
    ours, its = os.pipe()

    def speak() -> None:
        os.close(ours)
        try:
            said = run()
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        with open(its, "wb") as words:
            words.write(said.encode("utf-8", "replace"))

    child = os.fork()
    if child == 0:
        try:
            alone()
            speak()
        finally:
            os._exit(0)
    os.close(its)
    with open(ours, "rb") as words:
        said = words.read().decode()
    status = os.waitpid(child, 0)[1]
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else said


def alone() -> None:
    """Part with what a forked process must not share or wait for: tqdm's lock, which would die
    taken, and the threads of OpenMP, which did not come along."""
    import faiss

    tqdm.set_lock(threading.RLock())
    faiss.omp_set_num_threads(1)


def deadly(at: int) -> Run:
    """Make a function that kills its process.

    :param at: at which call, from 0.
    :returns: the function.
    """
    calls = count()

    def step() -> None:
        if next(calls) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def arm(folder: Path, step: Run) -> None:
    """Call ``step`` before everything that this process does to the files of a folder: each
    statement of SQLite that is no question, each sync, and each file opened to be written, made,
    renamed or removed. There is no way back: only for a child that ends afterwards.

    :param folder: whose files.
    :param step: what to call.
    """
    connect, sync = sqlite3.connect, os.fsync

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(lambda said: None if _asks(said) else step())
        return connection

    def synced(descriptor: int) -> None:
        step()
        sync(descriptor)

    def watch(event: str, args: tuple[Any, ...]) -> None:
        writes = (
            event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if event in _FILES or (writes and str(args[0]).startswith(str(folder))):
            step()

    for module, name, value in ((sqlite3, "connect", traced), (os, "fsync", synced)):
        setattr(module, name, value)
    sys.addaudithook(watch)


def _asks(statement: str) -> bool:
    return statement.lstrip().upper().startswith(("SELECT", "PRAGMA QUERY", "PRAGMA FOREIGN"))


def limit_files(size: int, deadly: bool) -> None:
    """Let no file of this process grow beyond a size from now on.

    :param size: in bytes.
    :param deadly: whether a write beyond it kills the process; else it fails.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if deadly else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
