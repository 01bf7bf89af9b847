"""HTML pages and DOCX files to their text and what they say of themselves. Runs in the child."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qa.decoding import NotText, declared_encoding, decode

_ENTRIES = 2_000  # files in a DOCX archive
_CHUNK = 1 << 20
_UNREADABLE = (EOFError, ValueError, RuntimeError, NotImplementedError)  # of a broken archive
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CONTAINERS = {f"{_W}{tag}" for tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml")}
_PASSED_OVER = {f"{_W}{tag}" for tag in ("txbxContent", "moveFrom", "del", "pPr", "rPr")}
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_TEMPLATE = ("python-docx", "2013-12-23")  # author and day of the template of python-docx
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text of a file, not yet cleaned, and what its metadata say of it."""

    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()


def read_html(data: bytes) -> Parsed:
    """Read the article of a web page: its main text, without navigation, comments and scripts.

    :param data: the bytes of the page.
    :returns: its text and metadata. A date is taken from what the page says of itself, not from
        its prose.
    :raises NotText: there is no article in it.
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = decode(data, declared_encoding(data))
    dates = {"original_date": True, "extensive_search": False}
    for precise in (True, False):
        found = bare_extraction(
            page,
            with_metadata=True,
            favor_precision=precise,
            include_comments=False,
            date_extraction_params=dates,
        )
        if isinstance(found, Document) and found.text:
            break
    else:
        raise NotText("no article text in this page" if page.strip() else "empty")
    return Parsed(
        text=found.text,
        title=found.title,
        published=found.date,
        source=found.sitename,
        url=found.url if _WEB.fullmatch(found.url or "") else None,
        authors=_names(found.author),
    )


def read_docx(data: bytes, inflated: int) -> Parsed:
    """Read a DOCX file: paragraphs, and table rows with a bar between cells. Deleted text, text
    boxes, notes and archives within the archive are left out.

    :param data: the bytes of the file.
    :param inflated: the most bytes that all its parts together may have.
    :returns: its text, and title, author and day of its core properties.
    :raises NotText: it is no such file, or larger than allowed.
    """
    from docx import Document

    _require_small(data, inflated)
    document = Document(io.BytesIO(data))
    about = document.core_properties
    made = None if about.created is None else about.created.date().isoformat()
    template = (about.author, made) == _TEMPLATE
    return Parsed(
        text="\n".join(_blocks(document.element.body)),
        title=about.title or None,
        published=None if template else made,
        authors=() if template else _names(about.author),
    )


def _names(authors: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (authors or "").split(";") if name.strip())


def _require_small(data: bytes, inflated: int) -> None:
    """Refuse an archive with too much in it: by what it declares, and by what comes out."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > _ENTRIES:
                raise NotText(f"holds {len(entries):,} files, over the limit of {_ENTRIES:,}")
            _count(sum(entry.file_size for entry in entries), inflated)
            total = 0
            for entry in entries:
                with archive.open(entry) as part:
                    while chunk := part.read(_CHUNK):
                        total += len(chunk)
                        _count(total, inflated)
    except NotText:
        raise
    except (zipfile.BadZipFile, zlib.error, *_UNREADABLE) as error:
        raise NotText(f"is not a whole DOCX file: {error}") from error


def _count(total: int, inflated: int) -> None:
    if total > inflated:
        raise NotText(f"unpacks to more than {inflated / 2**20:,.0f} MB, the limit")


def _blocks(parent: Any) -> Iterator[str]:
    """Yield the paragraphs and table rows below an element, in the order of the document."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield "".join(_runs(child))
        elif child.tag == f"{_W}tbl":
            for row in child.iterchildren(f"{_W}tr"):
                cells = (" ".join(_blocks(cell)).strip() for cell in row.iterchildren(f"{_W}tc"))
                yield " | ".join(filter(None, cells))
        elif child.tag in _CONTAINERS:
            yield from _blocks(child)


def _runs(paragraph: Any) -> Iterator[str]:
    """Yield the pieces of text of a paragraph, those of tracked insertions and links too."""
    for child in paragraph:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _PASSED_OVER:
            yield from _runs(child)
