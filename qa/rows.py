"""Files that hold many articles: JSON Lines, and the paragraphs of SQuAD JSON."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from qa.cleaning import normalise
from qa.datatypes import Article, Skipped
from qa.decoding import NotText, decode, is_binary, story, too_long
from qa.folders import Notice, name
from qa.squad import read_articles

_ESCAPED = 12  # bytes that JSON may take for one character: two escapes of six
_FIELDS = 65_536  # bytes for the other fields of a row
_DATE = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:(?<=-\d\d-\d\d)[T ].*)?")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_JSON_TYPES = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "a list",
    str: "a string",
}


def read_json_lines(path: Path, max_chars: int, skipped: Notice) -> Iterator[Article]:
    """Read one article a row. ``text`` is required; ``id``, ``title``, ``published``, ``source``,
    ``url`` and ``authors`` are optional. Blank rows are passed over.

    :param path: a file of JSON objects, one a line, in UTF-8.
    :param max_chars: the most characters a text may have.
    :param skipped: told of each row that gives no article, by its line number from 1.
    :yields: the articles, read as they are asked for.
    :raises NotText: the file as a whole is not such a file.
    :raises OSError: the file cannot be read.
    """
    seen: set[str] = set()
    number, limit = 0, max_chars * _ESCAPED + _FIELDS
    with path.open("rb") as file:
        _require_text(file)
        for number, line in _lines(file, limit):
            try:
                if line is None:
                    raise too_long(f"over {limit:,} bytes", max_chars)
                article = _article(path, number, line, max_chars)
                if article.origin in seen:
                    raise NotText(f"id '{article.id}' was given by a row before it")
            except NotText as error:
                skipped(Skipped(f"{name(path)}#row {number}", str(error)))
                continue
            seen.add(article.origin)
            yield article
    if number == 0:
        raise NotText("empty")


def read_squad_json(path: Path, max_chars: int, skipped: Notice) -> Iterator[Article]:
    """Read each paragraph of a SQuAD file as an article ``TITLE-N``, N counting from 0.

    :param path: a JSON file with a top-level ``data`` list.
    :param max_chars: the most characters a paragraph may have.
    :param skipped: told of each paragraph that gives no article.
    :yields: the articles, in file order.
    :raises InputError: the file is not SQuAD JSON.
    """
    for entry in read_articles(path):
        for number, paragraph in enumerate(entry["paragraphs"]):
            wish = normalise(f"{entry['title']}-{number}")
            origin = f"{name(path)}#{wish}"
            try:
                text = story(_context(paragraph), max_chars, normalise)
            except NotText as error:
                skipped(Skipped(origin, str(error)))
                continue
            title = _one_line(str(entry["title"]).replace("_", " "))
            yield Article(id=wish, text=text, origin=origin, title=title)


def _context(paragraph: Any) -> str:
    """The text of a SQuAD paragraph."""
    context = paragraph.get("context") if isinstance(paragraph, dict) else None
    if not isinstance(context, str):
        raise NotText("a paragraph without a string 'context'")
    return context


def _require_text(file: BinaryIO) -> None:
    """Refuse a file that cannot be read line by line, and go back to its start."""
    head = file.read(8_192)
    if head.startswith(_WIDE):
        raise NotText("rows in UTF-16 or UTF-32; save the file as UTF-8")
    if is_binary(head):
        raise NotText("binary, not text")
    file.seek(0)


def _lines(file: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that are not blank with their numbers, None for one over the limit."""
    number = 0
    while line := file.readline(limit):
        number += 1
        if len(line) == limit and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = file.readline(limit)
            yield number, None
        elif line.strip():
            yield number, line


def _article(path: Path, number: int, line: bytes, max_chars: int) -> Article:
    """Make the article of a row, or say which field is wrong."""
    row = _object(line)
    if "text" not in row:
        raise NotText("field 'text' is missing")
    wish = _identity(row)
    return Article(
        id=wish or "",
        text=story(_string(row, "text") or "", max_chars),
        origin=f"{name(path)}#{wish or f'row {number}'}",
        title=_one_line(_string(row, "title")),
        published=_published(row),
        source=_one_line(_string(row, "source")),
        url=_one_line(_string(row, "url")),
        authors=_authors(row),
    )


def _object(line: bytes) -> dict[str, Any]:
    """Parse a row."""
    try:
        row = json.loads(decode(line).strip())
    except NotText:
        raise
    except (ValueError, RecursionError) as error:
        raise NotText(f"is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise NotText("is not a JSON object with a field 'text'")
    return row


def _string(row: dict[str, Any], field: str) -> str | None:
    """A field that is a string or absent."""
    value = row.get(field)
    if value is None or isinstance(value, str):
        return value
    raise _wrong(field, value, "a string")


def _wrong(field: str, value: object, wanted: str) -> NotText:
    """Name a field of the wrong type."""
    return NotText(f"field '{field}' is {_JSON_TYPES.get(type(value), 'an object')}, not {wanted}")


def _one_line(value: str | None) -> str | None:
    """A name on one line, None if there is nothing in it."""
    return " ".join(normalise(value or "").split()) or None


def _identity(row: dict[str, Any]) -> str | None:
    """The id of a row, which may be a whole number."""
    value = row.get("id")
    return _one_line(str(value) if type(value) is int else _string(row, "id"))


def _published(row: dict[str, Any]) -> str | None:
    """The date of a row, in ISO form; the time of day is left out."""
    value = _one_line(_string(row, "published"))
    if value is None:
        return None
    found = _DATE.fullmatch(value)
    try:
        if found:
            date.fromisoformat((found[1] + "-01-01")[:10])
            return found[1]
    except ValueError:
        pass
    raise NotText(f"field 'published' is '{value[:40]}', not YYYY-MM-DD, YYYY-MM or YYYY")


def _authors(row: dict[str, Any]) -> tuple[str, ...]:
    """The authors of a row: a list of names, or one name."""
    value = row.get("authors")
    names = [value] if isinstance(value, str) else value
    if names is None:
        return ()
    if not isinstance(names, list) or not all(isinstance(author, str) for author in names):
        raise _wrong("authors", value, "a list of strings")
    return tuple(author for author in map(_one_line, names) if author)
