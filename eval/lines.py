"""Question files as bytes, plain or packed with gzip: their lines, or all of them, in limits."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from eval.fields import BadRow, SkippedCallback, an_object, parse, usable
from qa.datatypes import Skipped
from qa.errors import InputError

MIB = 2**20
LONGEST_LINE = 16 * MIB
MOST_WHOLE = 512 * MIB  # of a file that is read as a whole
ALWAYS_UNPACKED = 64 * MIB
MOST_TIMES_UNPACKED = 200
MOST_UNPACKED = 4096 * MIB
GZIP = b"\x1f\x8b"
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading; one packed with gzip, told by its first bytes, is unpacked.

    :param path: the file, whatever its suffix.
    :returns: the file as bytes. Reading it raises InputError where the packed data are damaged,
        or unpack to more than 4 GiB or to more than 200 times their size (64 MiB are always let
        through).
    :raises OSError: it cannot be opened.
    :raises InputError: it is no file, or its text is in UTF-16 or UTF-32.
    """
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is neither a file nor a folder. Save the questions in a file.")
    file = path.open("rb")
    head = file.read(4)
    file.seek(0)
    if head.startswith(WIDE):
        file.close()
        raise InputError(f"{path} is in UTF-16 or UTF-32. Save it as UTF-8.")
    return io.BufferedReader(_Unpacked(path, file)) if head.startswith(GZIP) else file


class _Unpacked(io.RawIOBase):
    """What a gzip file holds, up to a limit."""

    def __init__(self, path: Path, packed: BinaryIO) -> None:
        self._path, self._packed = path, packed
        self._file = gzip.GzipFile(fileobj=packed)
        size = MOST_TIMES_UNPACKED * path.stat().st_size
        self._left = min(MOST_UNPACKED, max(ALWAYS_UNPACKED, size))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise InputError(
                f"{self._path} unpacks to more than {MOST_TIMES_UNPACKED} times its size, or to "
                f"more than {MOST_UNPACKED // MIB:,} MiB. Give a sound file, or unpack it first."
            )
        buffer[: len(data)] = data
        return len(data)

    def _read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(
                f"{self._path} is damaged or cut off: {error}. Fetch it again."
            ) from error

    def close(self) -> None:
        self._file.close()
        self._packed.close()
        super().close()


def numbered_lines(path: Path, skipped: SkippedCallback) -> Iterator[tuple[int, bytes]]:
    """Read the lines of a file one at a time, blank ones too, without a byte order mark.

    :param path: the file, plain or packed.
    :param skipped: called with each line over 16 MiB, which is passed over.
    :yields: pairs of the number of a line, from 1, and the line with its end.
    """
    number = 0
    with open_bytes(path) as file:
        while line := file.readline(LONGEST_LINE):
            number += 1
            line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if len(line) < LONGEST_LINE or line.endswith(b"\n"):
                yield number, line
                continue
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE)
            reason = f"longer than {LONGEST_LINE // MIB} MiB"
            skipped(Skipped(row_origin(path, number), reason))


def row_origin(path: Path, number: int) -> str:
    """Name a line of a file for the user."""
    return f"{path}#row {number}"


def json_rows(path: Path, skipped: SkippedCallback) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the objects of a JSON lines file, one line at a time; blank lines are passed over.

    :param path: the file, in UTF-8, plain or packed.
    :param skipped: called with each line that is not a JSON object.
    :yields: pairs of the row's origin (``file#row N``, N from 1) and the row.
    """
    for number, line in numbered_lines(path, skipped):
        origin = row_origin(path, number)
        if line.strip():
            for row in usable(origin, skipped, lambda data: an_object(parse(data)), line):
                yield origin, row


def first_line(path: Path, most: int = MIB) -> bytes:
    """Read the beginning of a file.

    :param path: the file, plain or packed.
    :param most: how many bytes of a line to read.
    :returns: its first line that is not blank, without its end; cut where it is longer; empty
        where there is none in the first lines.
    """
    with open_bytes(path) as file:
        for _ in range(1000):
            line = file.readline(most)
            words = line.removeprefix(codecs.BOM_UTF8).strip()
            if words or not line:
                break
    return words


def whole(path: Path) -> Any:
    """Read a file that is one JSON value.

    :param path: the file, in UTF-8, plain or packed.
    :returns: the value.
    :raises InputError: it is no JSON, or larger than 512 MiB.
    """
    with open_bytes(path) as file:
        data = file.read(MOST_WHOLE + 1)
    if len(data) > MOST_WHOLE:
        raise InputError(
            f"{path} holds more than {MOST_WHOLE // MIB} MiB of JSON in one piece. "
            "Save it as JSONL, one question a line."
        )
    try:
        return parse(data)
    except BadRow as error:
        raise InputError(f"{path} is {error}. Give a sound question set.") from error
