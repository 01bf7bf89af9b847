"""Files that a browser sent: taken out of the folder of uploads, or refused by name.

What a browser says of a file is not believed: its path must lead to a regular file inside the
folder of uploads, and its name is only ever a name.
"""

import os
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from qa.schema import sha256
from ui.desk import Fate

FILE_MB, REQUEST_MB, MOST_FILES = 5, 20, 20
STALE_SECONDS, SWEEP_SECONDS = 600.0, 300.0
_NAMED = 2 * MOST_FILES  # files that are named, of a request with too many
_STEM, _SUFFIX = 60, 12  # characters of a name that are kept
_UNSEEN = "was not sent whole; add it again"


@dataclass(frozen=True, slots=True)
class Taken:
    """Files in a private folder, by the names that they are shown under, and those refused."""

    folder: Path
    names: tuple[str, ...]
    refused: tuple[Fate, ...]

    def leave(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def take(sent: object, uploads: Path, into: Path) -> Taken:
    """Take the files of a request out of the folder of uploads.

    :param sent: what the browser says it sent: a list of objects with ``path`` and ``orig_name``.
    :param uploads: the folder of uploads.
    :param into: a folder that is made; the files lie in a new one in it.
    :returns: the files. Of those that were sent, none is left in the folder of uploads.
    """
    sent = sent if isinstance(sent, list) else []
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = into.resolve() / f"incoming-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    names: list[str] = []
    refused: list[Fate] = []
    room = REQUEST_MB * 2**20
    for number, item in enumerate(filter(_is_object, sent)):
        name = safe_name(item.get("orig_name") or item.get("path"))
        try:
            with _opened(item.get("path"), uploads) as file:
                room -= os.fstat(file).st_size
                _check(number, name, names, file, room)
                _copy(file, folder / name)
            names.append(name)
        except _Refused as reason:
            refused.append(Fate(name, "refused", str(reason)))
    return Taken(folder, tuple(names), tuple(refused[:_NAMED]))


def safe_name(given: object) -> str:
    """Make a name for a file out of what a browser calls it.

    :param given: anything; of a path only its last part counts.
    :returns: a printable name of at most 80 characters that is no path; the suffix stays.
    """
    text = given if isinstance(given, str) else ""
    text = text.encode("utf-8", "ignore").decode().replace("\\", "/").rpartition("/")[2]
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    stem, dot, suffix = text.rpartition(".")
    if not stem or len(suffix) > _SUFFIX:
        stem, dot, suffix = text, "", ""
    if len(stem) > _STEM:
        stem = f"{stem[: _STEM - 9]}~{sha256(text)[:8]}"
    name = f"{stem}{dot}{suffix}".strip()
    return name if name.strip(".") else "unnamed"


def sweep(uploads: Path, older: float = STALE_SECONDS) -> None:
    """Remove what lies in the folder of uploads for too long: uploads that nobody followed up.

    :param uploads: the folder.
    :param older: seconds since the last change.
    """
    limit = time.time() - older
    for place in sorted(uploads.rglob("*"), reverse=True):  # what is in a folder before the folder
        with suppress(OSError):
            if place.lstat().st_mtime > limit:
                continue
            if place.is_dir() and not place.is_symlink():
                place.rmdir()
            else:
                place.unlink()


@contextmanager
def swept(uploads: Path, every: float = SWEEP_SECONDS) -> Iterator[None]:
    """Keep the folder of uploads swept.

    :param uploads: the folder.
    :param every: seconds between two times.
    :yields: while a thread sweeps.
    """
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(every):
            sweep(uploads)

    worker = threading.Thread(target=go_on, name="sweep", daemon=True)
    worker.start()
    try:
        yield
    finally:
        ended.set()
        worker.join(5.0)


class _Refused(Exception):
    """A file is not taken; says why."""


def _is_object(item: object) -> bool:
    return isinstance(item, Mapping)


@contextmanager
def _opened(given: object, uploads: Path) -> Iterator[int]:
    """Open a regular file inside the folder of uploads, which is removed from there afterwards."""
    path = Path(given) if isinstance(given, str) and "\0" not in given else Path()
    inside = path.is_absolute() and _lies_in(path, uploads)
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(path, flags) if inside else -1
    except OSError as error:
        raise _Refused(_UNSEEN) from error
    if file < 0:
        raise _Refused("was not sent here")
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise _Refused("is not a regular file")
        yield file
    finally:
        os.close(file)
        with suppress(OSError):
            path.unlink()
            path.parent.rmdir()


def _lies_in(path: Path, folder: Path) -> bool:
    """Whether the folder of a path, whatever links lead there, is below another one."""
    try:
        return path.parent.resolve(strict=True).is_relative_to(folder.resolve(strict=True))
    except OSError:
        return False


def _check(number: int, name: str, names: Sequence[str], file: int, room: int) -> None:
    size = os.fstat(file).st_size
    if number >= MOST_FILES:
        raise _Refused(f"is one more than the {MOST_FILES} files that are taken at once")
    if size > FILE_MB * 2**20:
        raise _Refused(f"has {size / 2**20:,.1f} MB, over the limit of {FILE_MB} MB")
    if room < 0:
        raise _Refused(f"is too much: {REQUEST_MB} MB are taken at once")
    if name in names:
        raise _Refused("has the name of another file here; add it by itself")


def _copy(file: int, target: Path) -> None:
    try:
        with os.fdopen(os.dup(file), "rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy)
    except OSError as error:
        raise _Refused("could not be stored; try again later") from error
