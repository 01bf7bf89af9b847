"""The child process that parses what may be hostile: ``python -m qa.extraction MEMORY_MB``.

It reads requests, one JSON object a line, and answers each with two: ``{}`` when the parser of that
format is loaded, and then what it found, or ``{"error": why}``. It can write no file and keeps
within its memory; the time is watched from outside, by ``qa.parsing``.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from qa.decoding import NotText, too_long
from qa.documents import Parsed, read_docx, read_html
from qa.folders import reason
from qa.markdown import read_markdown
from qa.pdf import read_pdf

_SHOWN = 120  # characters of what a parser says that are passed on
_GRACE = 5  # seconds of processor time above the limit, for when nobody watches any more
_SMALL = {  # read once so that all of a parser is loaded before the clock runs
    "html": b"<html><head><title>A</title></head><body><article><p>B.</p></article></body></html>",
    "md": b"*A*",
}

_READERS: dict[str, Callable[[bytes, dict[str, Any]], Parsed]] = {
    "html": lambda data, _: read_html(data),
    "pdf": lambda data, request: read_pdf(data, request["pages"], request["max_chars"]),
    "docx": lambda data, request: read_docx(data, request["inflated"]),
    "md": lambda data, _: read_markdown(data),
}


def main() -> None:
    """Answer requests until there are no more."""
    memory = int(sys.argv[1]) * 2**20
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    with _answers() as out, os.fdopen(os.dup(0), "rb") as requests:
        for line in requests:
            request = json.loads(line)
            _load(request["kind"])
            _say(out, {})
            _limit_time(request["seconds"])
            _say(out, _answer(request))


def _answers() -> BinaryIO:
    """Keep standard output for the answers; what a parser prints goes nowhere."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return out


def _say(out: BinaryIO, answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer).encode() + b"\n")
    out.flush()


def _limit_time(seconds: float) -> None:
    """End this process in a while, should the one that watches it be gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + _GRACE
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _load(kind: str) -> None:
    """Import the parser of a format."""
    if kind == "pdf":
        import pypdfium2  # noqa: F401
    elif kind == "docx":
        import docx  # noqa: F401
    else:
        _READERS[kind](_SMALL[kind], {})


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """Read one file, or say why not."""
    try:
        data = _data(Path(request["path"]), request["most_bytes"])
        parsed = _READERS[request["kind"]](data, request)
        if len(parsed.text) > 4 * request["max_chars"]:
            raise too_long(f"{len(parsed.text):,} characters", request["max_chars"])
        return asdict(parsed)
    except NotText as error:
        return {"error": str(error)}
    except OSError as error:
        return {"error": reason(error)}
    except MemoryError:
        return {"memory": True}
    except RecursionError:
        return {"error": "is nested too deeply"}
    except Exception as error:  # whatever a parser raises on a broken file
        told = " ".join(f"{type(error).__name__}: {error}".split())[:_SHOWN]
        return {"error": f"is broken: no {request['kind'].upper()} that can be read ({told})"}


def _data(path: Path, most: int) -> bytes:
    """The bytes of a file that is not too large."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        size = max(path.stat().st_size, len(data))
        raise NotText(f"{size:,} bytes, over the limit of {most:,} for this format")
    if not data:
        raise NotText("empty")
    return data


if __name__ == "__main__":
    main()
