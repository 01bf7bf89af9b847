"""PDF files to their text: lines of a page to paragraphs. Runs in the child."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from qa.decoding import NotText, too_long
from qa.documents import Parsed

_HYPHEN = "\ufffe"  # what pdfium gives for a hyphen at the end of a line
_SPLIT = re.compile(rf"(\w+){_HYPHEN}\s*(\w+)")
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"[-–— ]*(?:page )?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?[-–— ]*", re.IGNORECASE)
_REPEATED = 3  # pages on which a line at the edge is a running head
_FILE_NAME = re.compile(
    r"untitled.*|(?:microsoft )?(?:word|powerpoint) - .*|\S*\.(?:docx?|indd|qxd|pdf|rtf|tex|txt)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page with the box around it, in points from the lower left corner. ``word`` is
    the width of its first word."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    height: float
    word: float


def read_pdf(data: bytes, pages: int, max_chars: int) -> Parsed:
    """Read the text of a PDF. Its dates are not taken: they tell when the file was made.

    :param data: the bytes of the file.
    :param pages: the most pages it may have.
    :param max_chars: the most characters of an article; reading stops at four times as many.
    :returns: its text, and title and author of its metadata.
    :raises NotText: it is no PDF, locked, too long or without text.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        with closing(PdfDocument(data)) as document:
            if len(document) > pages:
                count = f"{len(document):,} pages, over the limit of {pages:,}"
                raise NotText(f"{count} (setting max_pages)")
            text = _text([*_pages(document, max_chars)])
            about = document.get_metadata_dict()
    except PdfiumError as error:
        locked = "password" in str(error).lower()
        raise NotText("is locked with a password" if locked else "is not a whole PDF") from error
    if not text.strip():
        raise NotText("no text in this PDF: its pages are pictures, or empty")
    title = about["Title"].strip()
    author = about["Author"].strip()
    return Parsed(
        text=text,
        title=None if _FILE_NAME.fullmatch(title) else title or None,
        authors=(author,) if author else (),
    )


def _pages(document: Any, max_chars: int) -> Iterator[list[_Line]]:
    """Yield the lines of each page."""
    total = 0
    for page in document:
        with closing(page), closing(page.get_textpage()) as text:
            count = text.count_chars()
            total += count
            if total > 4 * max_chars:
                raise too_long(f"over {4 * max_chars:,} characters", max_chars)
            yield list(_lines(text, text.get_text_range() if count else "", count))


def _lines(page: Any, text: str, count: int) -> Iterator[_Line]:
    """Yield the lines of a page that have text, measured."""
    for match in re.finditer(r"[^\r\n]*[^\s]", text):
        first = match.start() + len(match[0]) - len(match[0].lstrip())
        end_of_word = first + len(match[0].split(maxsplit=1)[0]) - 1
        last = min(match.end(), count) - 1
        left, _, _, top = page.get_charbox(min(first, last), loose=True)
        _, _, word_right, _ = page.get_charbox(min(end_of_word, last), loose=True)
        _, bottom, right, last_top = page.get_charbox(last, loose=True)
        height = max(last_top - bottom, 1.0)
        yield _Line(match[0].strip(), left, right, top, bottom, height, word_right - left)


def _text(pages: Sequence[Sequence[_Line]]) -> str:
    """Join the lines of all pages to paragraphs, one on a line."""
    paragraphs: list[str] = []
    for page in _without_edges(pages):
        before: _Line | None = None
        margins = _margins(page)
        for line in page:
            goes_on = line.text[0].islower() if before is None else _goes_on(before, line, margins)
            if paragraphs and goes_on:
                paragraphs[-1] += f" {line.text}"
            else:
                paragraphs.append(line.text)
            before = line
    return _without_hyphens("\n".join(paragraphs))


def _without_edges(pages: Sequence[Sequence[_Line]]) -> Iterator[Sequence[_Line]]:
    """Take page numbers and running heads from the first and last line of each page."""
    edges = Counter(_edge(page[at]) for page in pages if page for at in (0, -1))
    for page in pages:
        first, end = 0, len(page)
        if end and _is_edge(page[0], edges):
            first = 1
        if end > first and _is_edge(page[-1], edges):
            end -= 1
        yield page[first:end]


def _edge(line: _Line) -> str:
    return _DIGITS.sub("0", line.text)


def _is_edge(line: _Line, edges: Counter[str]) -> bool:
    return edges[_edge(line)] >= _REPEATED or _PAGE_NUMBER.fullmatch(line.text) is not None


def _margins(page: Sequence[_Line]) -> dict[int, float]:
    """Find how far right the lines reach that begin at about the same place: the columns."""
    margins: dict[int, float] = {}
    for line in page:
        column = round(line.left / 20)
        margins[column] = max(margins.get(column, 0.0), line.right)
    return margins


def _goes_on(above: _Line, line: _Line, margins: dict[int, float]) -> bool:
    """Whether a line goes on in the next: of one size, without a gap or an indent between them,
    and the first word below had no room above."""
    if abs(above.height - line.height) > 0.1 * line.height:
        return False
    gap = above.bottom - line.top
    if gap > 0.6 * line.height or line.left - above.left > 0.8 * line.height:
        return False
    room = margins[round(above.left / 20)] - above.right
    return room < line.word + 0.25 * line.height


def _without_hyphens(text: str) -> str:
    """Close the words that were divided at the end of a line; a hyphen that the text writes within
    a line too is kept."""

    def closed(found: re.Match[str]) -> str:
        hyphened = f"{found[1]}-{found[2]}"
        return hyphened if hyphened in text else found[1] + found[2]

    return _SPLIT.sub(closed, text).replace(_HYPHEN, "-")
