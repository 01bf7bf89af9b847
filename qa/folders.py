"""Paths to the files under them: sorted, each once, and what is no file named."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from qa.datatypes import Skipped

Notice = Callable[[Skipped], None]

_BEIR_CORPUS = "corpus.jsonl"
_BEIR_OTHERS = {"queries.jsonl", "qrels"}


def files(paths: Sequence[Path], skipped: Notice) -> Iterator[Path]:
    """Find the files under some paths, folders within folders, in the order of their names.

    Hidden files and folders are passed over in a folder, and so are the questions and judgements of
    a BEIR folder. A file or folder that is reached a second time is not read again.

    :param paths: files and folders that exist.
    :param skipped: told of what cannot be read, and of links that lead round in a circle.
    :yields: resolved paths of regular files, found as they are asked for.
    """
    seen: set[tuple[int, int] | Path] = set()
    pending = list(reversed(paths))
    while pending:
        path = pending.pop()
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                pending.extend(reversed(_entries(path, status, seen, skipped)))
                continue
            real = path.resolve()
        except OSError as error:
            skipped(Skipped(name(path), _fault(path, error)))
            continue
        if not stat.S_ISREG(status.st_mode):
            skipped(Skipped(name(path), "is not a regular file"))
        elif real not in seen:
            seen.add(real)
            yield real


def name(path: Path) -> str:
    """Write a path as text that can be stored, also where its bytes are no UTF-8.

    :param path: any path.
    :returns: the absolute path, undecodable bytes written as ``\\udcff``.
    """
    return str(path.absolute()).encode("utf-8", errors="backslashreplace").decode("utf-8")


def _entries(
    folder: Path,
    status: os.stat_result,
    seen: set[tuple[int, int] | Path],
    skipped: Notice,
) -> list[Path]:
    """List a folder that was not seen before, sorted; say so if it leads back to itself."""
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        if folder.is_symlink() and folder.parent.resolve().is_relative_to(folder.resolve()):
            skipped(Skipped(name(folder), f"is a loop: it leads back to {folder.resolve()}"))
        return []
    entries = {entry for entry in os.listdir(folder) if not entry.startswith(".")}
    if _BEIR_CORPUS in entries:
        entries -= _BEIR_OTHERS
    seen.add(identity)
    return [folder / entry for entry in sorted(entries)]


def _fault(path: Path, error: OSError) -> str:
    """Say why a path cannot be read."""
    if path.is_symlink() and not path.exists():
        return f"is a broken link to {os.readlink(path)}"
    return reason(error)


def reason(error: OSError) -> str:
    """Say in words what the system reported.

    :param error: a failed access to a file.
    :returns: such as ``cannot be read: permission denied``.
    """
    return f"cannot be read: {(error.strerror or str(error)).lower()}"
