"""Markdown to its text without markup, with the fields of its front matter. Runs in the child."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qa.decoding import decode
from qa.documents import Parsed

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT = re.compile(r"\s*---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"(\w+)[ \t]*:[ \t]+(.*?)[ \t]*")
_MOST_FRONT = 10_000  # characters in which the front matter must end
_TAGS = re.compile(r"<(script|style)\b.*?</\1[^>]*>|<!--.*?-->|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_ENDS = {"paragraph_close", "heading_close", "table_close", "hr"}


def read_markdown(data: bytes) -> Parsed:
    """Read a Markdown file.

    :param data: the bytes of the file.
    :returns: its text, one block or table row a line, and ``title``, ``date``, ``source``, ``url``
        and ``author`` of its front matter.
    :raises NotText: the bytes are no text.
    """
    from markdown_it import MarkdownIt

    text = decode(data).replace("\r\n", "\n").removeprefix("\ufeff")
    front = _FRONT.match(text[:_MOST_FRONT])
    fields = dict(_fields((front[1] or "").split("\n"))) if front else {}
    tokens = MarkdownIt().enable("table").parse(text[front.end() :] if front else text)
    author = fields.get("author", fields.get("authors"))
    return Parsed(
        text="".join(_text(tokens)).replace(" | \n", "\n"),
        title=fields.get("title"),
        published=fields.get("date", fields.get("published")),
        source=fields.get("source"),
        url=fields.get("url"),
        authors=() if author is None else (author,),
    )


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the names and values of plain ``name: value`` lines."""
    for line in lines:
        if (found := _FIELD.fullmatch(line)) and (value := _unquoted(found[2])):
            yield found[1].lower(), value


def _unquoted(value: str) -> str:
    """A value without the quotes around it."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1].strip()
    return value


def _text(tokens: Sequence["Token"]) -> Iterator[str]:
    """Yield what the blocks say, each with its line end."""
    for token in tokens:
        if token.type == "inline":
            yield "".join(_inline(token.children or ()))
        elif token.type in ("code_block", "fence"):
            yield f"{token.content}\n"
        elif token.type == "html_block":
            yield f"{_TAGS.sub('', token.content).strip()}\n\n"
        elif token.type in ("th_close", "td_close"):
            yield " | "
        elif token.type == "tr_close" or token.hidden:
            yield "\n"
        elif token.type in _ENDS:
            yield "\n\n"


def _inline(tokens: Sequence["Token"]) -> Iterator[str]:
    """Yield the words of a line without their marks; pictures and tags are left out."""
    for token in tokens:
        if token.type in ("text", "code_inline", "text_special"):
            yield token.content
        elif token.type == "softbreak":
            yield " "
        elif token.type == "hardbreak":
            yield "\n"
