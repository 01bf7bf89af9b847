"""Files to articles. What gives no article is named with its reason and never stops a run."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from qa.datatypes import Article, Skipped
from qa.decoding import NotText, decode, story, too_long
from qa.errors import InputError
from qa.folders import Notice, files, name, reason
from qa.rows import read_json_lines, read_squad_json

_SUFFIX = re.compile(r"\.(?=\w*[A-Za-z])\w{1,8}$")
_MOST_BYTES = 4  # that an encoding takes for one character
_MOST_JSON = 2**29  # bytes of a SQuAD file, which is read as a whole

_PROSE = 25  # words from which a line is a paragraph of the story
_HEADLINE = range(3, 21)  # words of a headline
_HEADLINE_CHARS = 200
_NO_HEADLINE = re.compile(r"(?:[Bb]y|BY) [A-Z]|[•▪◦*-]\s|.*(?:[.:;,|–—-]|--|\.[\"”’'])$")


def read_paths(paths: Sequence[Path], max_chars: int, skipped: Notice) -> Iterator[Article]:
    """Read every article under some paths.

    Formats: text (``.txt``, ``.text``, ``.md`` or no suffix), JSON Lines (``.jsonl``,
    ``.ndjson``) and SQuAD JSON (``.json``). The ids are wishes (the file's stem, the row's id, or
    empty); the store grants the final ones.

    :param paths: files and folders; a folder is read with all folders in it.
    :param max_chars: the most characters an article may have.
    :param skipped: told of each path, file and row that gave no article, and why.
    :returns: the articles, read as they are asked for.
    :raises InputError: none of the paths exists.
    """
    missing = [path for path in paths if not os.path.lexists(path)]
    if len(missing) == len(paths):
        listed = ", ".join(f"'{path}'" for path in missing) or "no path at all"
        raise InputError(f"No such file or folder: {listed}. Give one that exists.")
    return _read([path for path in paths if path not in missing], missing, max_chars, skipped)


def roots(paths: Sequence[Path]) -> list[Path]:
    """Resolve the paths of a run: what ``--prune`` may remove lies under them.

    :param paths: files and folders, also missing ones.
    :returns: their resolved paths, each once, in order.
    """
    return list(dict.fromkeys(Path(os.path.realpath(path)) for path in paths))


def _read(
    paths: Sequence[Path], missing: Sequence[Path], max_chars: int, skipped: Notice
) -> Iterator[Article]:
    """Read the articles under paths that exist, after naming those that do not."""
    for path in missing:
        skipped(Skipped(name(path), "no such file or folder"))
    for path in files(paths, skipped):
        try:
            yield from _reader(path)(path, max_chars, skipped)
        except OSError as error:
            skipped(Skipped(name(path), reason(error)))
        except (NotText, InputError) as error:
            skipped(Skipped(name(path), str(error)))


def _reader(path: Path) -> Callable[[Path, int, Notice], Iterator[Article]]:
    """Choose what reads a file, by its suffix."""
    suffix = _suffix(path).lower()
    if suffix in ("", ".txt", ".text", ".md"):
        return _read_text
    if suffix in (".jsonl", ".ndjson"):
        return read_json_lines
    if suffix == ".json":
        return _read_json
    raise NotText(f"'{suffix}' is not a format this version reads (txt, md, jsonl, json)")


def _suffix(path: Path) -> str:
    """The suffix of a file, empty where what follows the last dot is no suffix (``Vol. 2``)."""
    found = _SUFFIX.search(path.name, 1)
    return found[0] if found else ""


def _read_text(path: Path, max_chars: int, skipped: Notice) -> Iterator[Article]:
    """Read a file of one article."""
    limit = max_chars * _MOST_BYTES
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise too_long(f"{max(path.stat().st_size, len(data)):,} bytes", max_chars)
    text = story(decode(data), max_chars)
    origin = name(path)
    stem = origin.rpartition("/")[2].removesuffix(_suffix(path))
    yield Article(id=stem, text=text, origin=origin, title=_headline(text))


def _read_json(path: Path, max_chars: int, skipped: Notice) -> Iterator[Article]:
    """Read a SQuAD file, unless it is too large to be read as a whole."""
    size = path.stat().st_size
    if size == 0:
        raise NotText("empty")
    if size > _MOST_JSON:
        raise NotText(f"{size:,} bytes, over the limit of {_MOST_JSON:,}; save it as jsonl")
    try:
        yield from read_squad_json(path, max_chars, skipped)
    except RecursionError as error:
        raise NotText("is not SQuAD JSON: it is nested too deeply") from error


def _headline(text: str) -> str | None:
    """Find the headline: a short line without a final full stop, above the story's first
    paragraph. None if there is no such line."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in lines[:-1]:
        count = len(line.split())
        if count >= _PROSE:
            return None
        if count in _HEADLINE and len(line) <= _HEADLINE_CHARS and not _NO_HEADLINE.match(line):
            return line.lstrip("# ")
    return None
