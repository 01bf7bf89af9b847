"""Files that hold many articles: JSON Lines, a BEIR corpus, and the paragraphs of SQuAD JSON."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from qa.cleaning import normalise
from qa.datatypes import Skipped
from qa.decoding import NotText, decode, is_binary, too_long
from qa.drafts import Draft, one_line
from qa.errors import InputError
from qa.folders import Notice, name
from qa.squad import read_articles

_ESCAPED = 12  # bytes that JSON may take for one character: two escapes of six
_FIELDS = 65_536  # bytes for the other fields of a row
_MOST_JSON = 2**29  # bytes of a SQuAD file, which is read as a whole
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_JSON_TYPES = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "a list",
    str: "a string",
}


def read_json_lines(path: Path, max_chars: int, skipped: Notice) -> Iterator[Draft]:
    """Read one article a row. ``text`` is required; ``id`` (in a BEIR corpus ``_id``), ``title``,
    ``published``, ``source``, ``url`` and ``authors`` are optional. Blank rows are passed over.

    :param path: a file of JSON objects, one a line, in UTF-8.
    :param max_chars: the most characters a text may have.
    :param skipped: told of each row that gives no article, by its line number from 1.
    :yields: the articles, read as they are asked for.
    :raises NotText: the file as a whole is not such a file.
    :raises OSError: the file cannot be read.
    """
    number, limit = 0, max_chars * _ESCAPED + _FIELDS
    with path.open("rb") as file:
        _require_text(file)
        for number, line in _lines(file, limit):
            try:
                if line is None:
                    raise too_long(f"over {limit:,} bytes", max_chars)
                draft = row_draft(path, number, _object(line))
            except NotText as error:
                skipped(Skipped(f"{name(path)}#row {number}", str(error)))
                continue
            yield draft
    if number == 0:
        raise NotText("empty")


def read_squad_json(path: Path, max_chars: int, skipped: Notice) -> Iterator[Draft]:
    """Read each paragraph of a SQuAD file as an article ``TITLE-N``, N counting from 0.

    :param path: a JSON file with a top-level ``data`` list.
    :param max_chars: not needed here: the file is read as a whole.
    :param skipped: told of each paragraph that gives no article.
    :yields: the articles, in file order.
    :raises NotText: the file is empty, too large or not SQuAD JSON.
    """
    size = path.stat().st_size
    if size == 0:
        raise NotText("empty")
    if size > _MOST_JSON:
        raise NotText(f"{size:,} bytes, over the limit of {_MOST_JSON:,}; save it as jsonl")
    try:
        entries = read_articles(path)
    except RecursionError as error:
        raise NotText("is not SQuAD JSON: it is nested too deeply") from error
    except InputError as error:  # it begins with the path, by which a notice is known
        raise NotText(str(error).removeprefix(f"{path} ")) from error
    if not any(entry["paragraphs"] for entry in entries):
        raise NotText("no paragraphs in this SQuAD JSON")
    for entry in entries:
        for number, paragraph in enumerate(entry["paragraphs"]):
            wish = normalise(f"{entry['title']}-{number}")
            try:
                yield Draft(
                    path=name(path),
                    folder=name(path.parent),
                    text=_context(paragraph),
                    wish=wish,
                    part=wish,
                    title=one_line(str(entry["title"]).replace("_", " ")),
                    dataset=True,
                )
            except NotText as error:
                skipped(Skipped(f"{name(path)}#{wish}", str(error)))


def row_draft(path: Path, number: int, row: Mapping[str, Any]) -> Draft:
    """Make the draft of a row.

    :param path: the file that the row is in.
    :param number: the number of the row, from 1.
    :param row: its fields.
    :returns: the draft.
    :raises NotText: a field is missing or of the wrong type, and which.
    """
    if "text" not in row:
        raise NotText("field 'text' is missing")
    return Draft(
        path=name(path),
        folder=name(path.parent),
        text=_string(row, "text") or "",
        wish=_identity(row) or "",
        part=f"row {number}",
        title=one_line(_string(row, "title")),
        published=_published(row),
        source=one_line(_string(row, "source")),
        url=one_line(_string(row, "url")),
        authors=_authors(row),
    )


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


def _string(row: Mapping[str, Any], field: str) -> str | None:
    """A field that is a string or absent."""
    value = row.get(field)
    if value is None or isinstance(value, str):
        return value
    raise _wrong(field, value, "a string")


def _wrong(field: str, value: object, wanted: str) -> NotText:
    """Name a field of the wrong type."""
    return NotText(f"field '{field}' is {_JSON_TYPES.get(type(value), 'an object')}, not {wanted}")


def _identity(row: Mapping[str, Any]) -> str | None:
    """The id of a row, which may be a whole number."""
    field = "id" if row.get("id") is not None else "_id"
    value = row.get(field)
    return one_line(str(value) if type(value) is int else _string(row, field))


def _published(row: Mapping[str, Any]) -> str | None:
    """The date of a row as it is written there, whatever it is: a wrong one costs no article."""
    value = row.get("published")
    if value is None or isinstance(value, str):
        return one_line(value)
    return one_line(str(value) if type(value) is int else json.dumps(value))


def _authors(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The authors of a row: a list of names, or one name."""
    value = row.get("authors")
    names = [value] if isinstance(value, str) else value
    if names is None:
        return ()
    if not isinstance(names, list) or not all(isinstance(author, str) for author in names):
        raise _wrong("authors", value, "a list of strings")
    return tuple(author for author in map(one_line, names) if author)
