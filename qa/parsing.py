"""Files whose parsers are large, read in a child process that may hang, crash or run out of memory
without harm: such a file is one named line."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from qa.decoding import NotText
from qa.documents import Parsed
from qa.settings import Settings

Kind = Literal["html", "pdf", "docx", "md"]

_ROOT = Path(__file__).resolve().parent.parent
_LOADING = 120.0  # seconds that the imports of a parser may take on a busy machine
_MOST_BYTES = {"html": 20 * 2**20, "pdf": 100 * 2**20, "docx": 100 * 2**20}
_BLOCK = 1 << 16
_ESCAPED = 12  # bytes that JSON may take for one character
_FIELDS = 1 << 20  # bytes for the other fields of an answer


@dataclass(frozen=True, slots=True)
class Limits:
    """What a parser may take for one file: seconds, megabytes of memory, pages of a PDF, and
    megabytes that a DOCX file unpacks to."""

    seconds: float = 15.0
    memory_mb: int = 1024
    pages: int = 500
    inflated_mb: int = 100

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Take the limits from the settings."""
        return cls(settings.parse_seconds, settings.parse_memory_mb, settings.max_pages)


class _Lost(Exception):
    """The child is of no more use; the message says what it did with the file."""


class Parser:
    """Reads files through one child, started when it is needed and again after it was lost."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = Limits() if limits is None else limits
        self._child: _Child | None = None

    def __enter__(self) -> "Parser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def parse(self, path: Path, kind: Kind, max_chars: int) -> Parsed:
        """Read a file.

        :param path: the file.
        :param kind: its format.
        :param max_chars: the most characters of an article; a text of four times as many is not
            handed over.
        :returns: its text and metadata.
        :raises NotText: it gives no text within the limits, and why.
        """
        request = {
            "path": str(path),
            "kind": kind,
            "max_chars": max_chars,
            "most_bytes": _MOST_BYTES.get(kind, 4 * max_chars),
            "seconds": self._limits.seconds,
            "pages": self._limits.pages,
            "inflated": self._limits.inflated_mb * 2**20,
        }
        answer = self._ask(request)
        if "error" in answer:
            raise NotText(answer["error"])
        return Parsed(**{**answer, "authors": tuple(answer["authors"])})

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask the child. One that has read other files before may have died of those: what it does
        not survive is asked of a fresh one, in the time that is left."""
        seconds = self._limits.seconds
        while True:
            fresh = self._child is None
            child = self._child = self._child or _Child(self._limits)
            begun = time.monotonic()
            try:
                return child.ask(request, seconds)
            except _Lost as lost:
                self.close()
                seconds -= time.monotonic() - begun
                if fresh or seconds <= 0:
                    raise NotText(str(lost)) from lost
            except BaseException:
                self.close()  # it would answer this question to the next one
                raise


class _Child:
    """A running ``qa.extraction``."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._read = b""
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-P", "-m", "qa.extraction", str(limits.memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
            cwd="/",
            start_new_session=True,
        )

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and wait for its answer.

        :param request: as ``qa.extraction`` takes it.
        :param seconds: for the answer, once the parser is loaded.
        :returns: the answer.
        :raises _Lost: there is none.
        """
        most = 4 * request["max_chars"] * _ESCAPED + _FIELDS
        self._send(json.dumps(request).encode() + b"\n")
        self._line(_LOADING, most)
        answer: dict[str, Any] = json.loads(self._line(seconds, most))
        if "memory" in answer:
            raise self._too_large()
        return answer

    def end(self) -> None:
        """Kill the process; it has nothing to put away."""
        with self._process as process:
            process.kill()

    def _send(self, request: bytes) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it is gone, which the missing answer tells
            self._process.stdin.write(request)

    def _line(self, seconds: float, most: int) -> bytes:
        """Wait for a line."""
        assert self._process.stdout is not None
        source = self._process.stdout.fileno()
        waiting = select.poll()
        waiting.register(source, select.POLLIN)
        until = time.monotonic() + seconds
        while b"\n" not in self._read:
            left = until - time.monotonic()
            if left <= 0 or not waiting.poll(left * 1000):
                raise self._too_slow()
            block = os.read(source, _BLOCK)
            self._read += block
            if not block or len(self._read) > most:
                raise self._crashed()
        line, _, self._read = self._read.partition(b"\n")
        return line

    def _too_slow(self) -> _Lost:
        return _Lost(
            f"takes longer than {self._limits.seconds:g} s to parse (setting parse_seconds)"
        )

    def _too_large(self) -> _Lost:
        return _Lost(
            f"takes more than {self._limits.memory_mb:,} MB of memory to parse "
            "(setting parse_memory_mb)"
        )

    def _crashed(self) -> _Lost:
        """Say how the process ended."""
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=1)
            if code == -signal.SIGXCPU:
                return self._too_slow()
            if code < 0:
                return _Lost(f"crashes its parser ({signal.Signals(-code).name})")
        return _Lost("crashes its parser")
