"""Two thousand damaged and hostile files over all formats: each an article or a named line."""

import os
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import made_files
from qa.datatypes import Article, Skipped
from qa.parsing import Limits
from qa.sources import read_paths

FILES = 2_000
SECONDS = 15.0
MANY = (".jsonl", ".csv", ".tsv", ".json")  # a damaged file of these may hold several articles


def flip(data: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    """Change some bytes, most often few."""
    made = bytearray(data)
    for _ in range(draw.choice((1, 1, 4, 40))):
        made[draw.randrange(len(made))] = draw.randrange(256)
    return bytes(made)


def cut(data: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    """Leave out the end or a piece."""
    first, last = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    return data[:first] if draw.random() < 0.5 else data[:first] + data[last:]


def insert(data: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    """Put noise or what has a meaning somewhere."""
    at = draw.randrange(len(data) + 1)
    piece = draw.choice((draw.randbytes(30), *TOKENS)) * draw.choice((1, 1, 50))
    return data[:at] + piece + data[at:]


def repeat(data: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    """Repeat a piece."""
    first, last = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    return data[:last] + data[first:last] * draw.choice((1, 3, 20)) + data[last:]


def splice(data: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    """Go on in a file of another format."""
    other = draw.choice(others)
    return data[: draw.randrange(len(data))] + other[draw.randrange(len(other)) :]


def swell(data: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    """Make the numbers in it huge or negative: sizes, counts and places."""
    digits = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    for at in sorted(draw.sample(digits, min(len(digits), draw.choice((1, 5)))), reverse=True):
        data = data[:at] + draw.choice((b"99999999999", b"-1", b"4294967295")) + data[at + 1 :]
    return data


TOKENS = (
    *(b"<", b"<div>", b"</p>", b"<script>", b"<!--", b"<![CDATA[", b"&#x0;", b"<!ENTITY a '&a;'>"),
    *(b"{", b"[", b'"', b"\\ud800", b"\r\n", b"\0", b";", b"\t", b"\xff\xfe", b"\xe2\x80\xae"),
    *(b"> ", b"- ", b"```", b"***", b"[](", b"|-|\n", b"---\n", b'charset="utf-7"', b"PK\3\4"),
    *(b"stream\n", b"endobj\n", b"/Length 99999999 ", b"/Kids [1 0 R] ", b"xref\n", b"<< ", b">> "),
)
MUTATIONS: tuple[Callable[[bytes, random.Random, list[bytes]], bytes], ...] = (
    *(flip, cut, insert, repeat, splice, swell),
)


def mutants() -> Iterator[tuple[str, bytes]]:
    """Yield suffix and bytes of damaged files, the same each time."""
    valid = made_files.valid()
    others = list(valid.values())
    draw = random.Random(20261121)
    suffixes = sorted(valid)
    for number in range(FILES):
        suffix = suffixes[number % len(suffixes)]
        data = valid[suffix]
        for _ in range(draw.choice((1, 1, 2, 4))):
            data = draw.choice(MUTATIONS)(data, draw, others) or b"\0"
        yield suffix, data


def read_all(folder: Path) -> tuple[dict[str, list[Article]], list[Skipped], float]:
    """Read a folder: its articles by file, what was skipped, and the longest time for one file.

    The first file of a format does not count: it waits until its parser is loaded.
    """
    found: dict[str, list[Article]] = defaultdict(list)
    skipped: list[Skipped] = []
    times = [time.monotonic()]
    longest = {suffix: [0.0] for suffix in made_files.valid()}

    def clock(origin: str) -> None:
        times.append(time.monotonic())
        longest[Path(origin.split("#")[0]).suffix].append(times[-1] - times[-2])

    def notice(item: Skipped) -> None:
        skipped.append(item)
        clock(item.origin)

    for article in read_paths([folder], 100_000, notice, limits=Limits(seconds=10)):
        found[article.origin.split("#")[0]].append(article)
        clock(article.origin)
    return found, skipped, max(max(seconds[2:], default=0.0) for seconds in longest.values())


@pytest.mark.timeout(1200)  # of a busy machine; an idle one needs well under a minute
def test_a_damaged_file_is_an_article_or_one_named_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, left = tmp_path.resolve() / "files", tmp_path / "left"
    folder.mkdir()
    left.mkdir()
    monkeypatch.setenv("TMPDIR", str(left))
    monkeypatch.setattr(tempfile, "tempdir", None)
    paths = []
    for number, (suffix, data) in enumerate(mutants()):
        paths.append(folder / f"{number:04}{suffix}")
        paths[-1].write_bytes(data)
    found, skipped, longest = read_all(folder)
    named: dict[str, list[str]] = defaultdict(list)
    for item in skipped:
        assert 0 < len(item.reason) < 400
        assert item.reason.isprintable()
        if not item.origin.split("#")[-1].startswith("published"):
            named[item.origin.split("#")[0]].append(item.reason)
    assert set(found) | set(named) == set(map(str, paths))
    single = [str(path) for path in paths if path.suffix not in MANY]
    assert {len(found[path]) + len(named[path]) for path in single} == {1}
    assert all(article.text.strip() for articles in found.values() for article in articles)
    assert longest < SECONDS
    assert sorted(os.listdir(folder)) == [path.name for path in paths]
    assert os.listdir(left) == []


def nested(opening: bytes, count: int, inside: bytes = b"", closing: bytes = b"") -> bytes:
    return opening * count + inside + closing * count


HOSTILE = {
    "divs.html": nested(b"<div>", 50_000, b"<p>Words.</p>", b"</div>"),
    "tables.html": nested(b"<table><tr><td>", 20_000, b"Words."),
    "attributes.html": b"<p " + b"a=1 " * 200_000 + b">Words.</p>",
    "entities.html": b"<p>" + b"&amp" * 200_000,
    "quotes.md": nested(b"> ", 10_000, b"Words."),
    "brackets.md": nested(b"[", 20_000, b"Words.", b"](x)"),
    "stars.md": b"*a **b _c " * 10_000,
    "ticks.md": b"".join(b"a" + b"`" * n for n in range(400)),
    "front.md": b"---\n" + b"a: &a [*a,*a]\n" * 20_000,
    "deep.json": b'{"data":' + b"[" * 200_000,
    "digits.json": b'{"data": ' + b"9" * 100_000 + b"}",
    "deep.jsonl": b'{"text": ' + b"[" * 200_000 + b"\n",
    "open.csv": b'text\n"' + b"Words\n" * 50_000,
    "columns.csv": b"text" + b"," * 200_000 + b"\nWords.\n",
    "marks.txt": b"a" + b"\xcc\x80" * 100_000,
    "newlines.txt": b"\r\n" * 200_000,
    "count.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages"
    b"/Count 2000000000/Kids[2 0 R]>>endobj\ntrailer<</Root 1 0 R>>",
}


@pytest.mark.timeout(600)
def test_files_made_to_hurt_are_named_or_read_in_time(tmp_path: Path) -> None:
    valid = {f"0{suffix}": data for suffix, data in made_files.valid().items()}
    for name, data in (valid | HOSTILE).items():
        (tmp_path / name).write_bytes(data)
    found, skipped, longest = read_all(tmp_path.resolve())
    named = {Path(item.origin.split("#")[0]).name for item in skipped}
    assert {Path(path).name for path in found} | named == set(valid) | set(HOSTILE)
    assert all(item.reason.isprintable() and len(item.reason) < 400 for item in skipped)
    assert longest < SECONDS
