"""Files to articles. What gives no article is named with its reason and never stops a run."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import get_args

from qa.datatypes import Article, Skipped
from qa.decoding import NotText, decode, too_long
from qa.drafts import Draft, count_lines, make_article, one_line
from qa.errors import InputError
from qa.folders import Notice, files, name, reason
from qa.parsing import Kind, Limits, Parser
from qa.repetition import SeenLines
from qa.rows import read_json_lines, read_squad_json
from qa.settings import Settings
from qa.tables import read_table

_SUFFIX = re.compile(r"\.(?=\w*[A-Za-z])\w{1,8}$")
_MOST_BYTES = 4  # that an encoding takes for one character
_PARSED: dict[str, Kind] = {
    **{".html": "html", ".htm": "html", ".xhtml": "html"},
    **{".pdf": "pdf", ".docx": "docx", ".md": "md", ".markdown": "md"},
}

_Reader = Callable[[Path, int, Notice], Iterator[Draft]]


def read_archive(paths: Sequence[Path], settings: Settings, skipped: Notice) -> Iterator[Article]:
    """Read every article under some paths, as the settings say; see :func:`read_paths`.

    :param paths: files and folders.
    :param settings: the limits, and whether texts are cleaned.
    :param skipped: told of what gave no article.
    :returns: the articles, read as they are asked for.
    :raises InputError: none of the paths exists.
    """
    limits = Limits.of(settings)
    return read_paths(paths, settings.max_text_chars, skipped, limits=limits, clean=settings.clean)


def read_paths(
    paths: Sequence[Path],
    max_chars: int,
    skipped: Notice,
    *,
    limits: Limits | None = None,
    clean: bool = True,
) -> Iterator[Article]:
    """Read every article under some paths.

    Formats: text (``.txt``, ``.text`` or no suffix), Markdown, HTML, PDF, DOCX, JSON Lines
    (``.jsonl``, ``.ndjson``, a ``corpus.jsonl`` of BEIR), tables (``.csv``, ``.tsv``) and SQuAD
    JSON (``.json``). The ids are wishes (the file's stem, the row's id, or empty); the store
    grants the final ones. Text files, rows and tables are read twice: what an outlet repeats from
    article to article is counted first.

    :param paths: files and folders; a folder is read with all folders in it.
    :param max_chars: the most characters an article may have.
    :param skipped: told of each path, file and row that gave no article, and why, and of dates
        that could not be read.
    :param limits: what a parser may take for one file; None for the defaults.
    :param clean: whether page furniture is taken out of the texts.
    :returns: the articles, read as they are asked for.
    :raises InputError: none of the paths exists.
    """
    missing = [path for path in paths if not os.path.lexists(path)]
    if len(missing) == len(paths):
        listed = ", ".join(f"'{path}'" for path in missing) or "no path at all"
        raise InputError(f"No such file or folder: {listed}. Give one that exists.")
    there = [path for path in paths if path not in missing]
    return _read(there, missing, max_chars, skipped, limits, clean)


def roots(paths: Sequence[Path]) -> list[Path]:
    """Resolve the paths of a run: what ``--prune`` may remove lies under them.

    :param paths: files and folders, also missing ones.
    :returns: their resolved paths, each once, in order.
    """
    return list(dict.fromkeys(Path(os.path.realpath(path)) for path in paths))


def _read(
    paths: Sequence[Path],
    missing: Sequence[Path],
    max_chars: int,
    skipped: Notice,
    limits: Limits | None,
    clean: bool,
) -> Iterator[Article]:
    """Read the articles under paths that exist, after naming those that do not."""
    for path in missing:
        skipped(Skipped(name(path), "no such file or folder"))
    seen = _count(paths, max_chars) if clean else None
    with Parser(limits) as parser:
        for path in files(paths, skipped):
            try:
                drafts = _reader(path, parser)(path, max_chars, skipped)
                yield from _articles(drafts, max_chars, seen, skipped)
            except OSError as error:
                skipped(Skipped(name(path), reason(error)))
            except NotText as error:
                skipped(Skipped(name(path), str(error)))


def _count(paths: Sequence[Path], max_chars: int) -> SeenLines:
    """Count the lines of the formats that are read in no time; what cannot be read is no matter
    here and named later."""
    seen = SeenLines()
    for path in files(paths, _say_nothing):
        counted = _counted(path)
        with suppress(OSError, NotText):
            for draft in counted(path, max_chars, _say_nothing) if counted else ():
                if len(draft.text) <= _MOST_BYTES * max_chars:
                    count_lines(draft, seen)
    return seen


def _say_nothing(_: Skipped) -> None:
    """Take a notice that is given again in the second reading."""


def _articles(
    drafts: Iterator[Draft], max_chars: int, seen: SeenLines | None, skipped: Notice
) -> Iterator[Article]:
    """Make the articles of one file; of two with one origin, the first counts."""
    origins: set[str] = set()
    for draft in drafts:
        try:
            if draft.origin in origins:
                raise NotText(f"id '{draft.wish}' was given by a row before it")
            article = make_article(draft, max_chars, seen, skipped)
        except NotText as error:
            skipped(Skipped(draft.place, str(error)))
            continue
        origins.add(article.origin)
        yield article


def _reader(path: Path, parser: Parser) -> _Reader:
    """Choose what reads a file, by its suffix."""
    suffix = _suffix(path).lower()
    if suffix in _PARSED:
        return lambda path, max_chars, _: _read_parsed(path, _PARSED[suffix], max_chars, parser)
    if suffix == ".json":
        return read_squad_json
    found = _counted(path)
    if found is None:
        known = ", ".join(("txt", *get_args(Kind), "csv", "tsv", "jsonl", "json"))
        raise NotText(f"'{suffix}' is not a format this version reads ({known})")
    return found


def _counted(path: Path) -> _Reader | None:
    """Choose what reads a file of a format whose lines are counted, None for any other."""
    suffix = _suffix(path).lower()
    if suffix in ("", ".txt", ".text"):
        return _read_text
    if suffix in (".jsonl", ".ndjson"):
        return read_json_lines
    return read_table if suffix in (".csv", ".tsv") else None


def _suffix(path: Path) -> str:
    """The suffix of a file, empty where what follows the last dot is no suffix (``Vol. 2``)."""
    found = _SUFFIX.search(path.name, 1)
    return found[0] if found else ""


def _read_text(path: Path, max_chars: int, skipped: Notice) -> Iterator[Draft]:
    """Read a file of one article."""
    limit = max_chars * _MOST_BYTES
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise too_long(f"{max(path.stat().st_size, len(data)):,} bytes", max_chars)
    yield Draft(name(path), name(path.parent), decode(data), _stem(path))


def _read_parsed(path: Path, kind: Kind, max_chars: int, parser: Parser) -> Iterator[Draft]:
    """Read a file of one article through its parser."""
    parsed = parser.parse(path, kind, max_chars)
    yield Draft(
        path=name(path),
        folder=name(path.parent),
        text=parsed.text,
        wish=_stem(path),
        title=one_line(parsed.title),
        published=one_line(parsed.published),
        source=one_line(parsed.source),
        url=one_line(parsed.url),
        authors=tuple(author for author in map(one_line, parsed.authors) if author),
        found="metadata",
    )


def _stem(path: Path) -> str:
    """The name of a file without its suffix."""
    return name(path).rpartition("/")[2].removesuffix(_suffix(path))
