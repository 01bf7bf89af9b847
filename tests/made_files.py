"""Small valid files of every format, each with the same short story."""

import io
import json
from collections.abc import Sequence
from datetime import datetime

import docx
from fpdf import FPDF

HEADLINE = "Harbour council votes on a ferry"
STORY = (
    "The council of the harbour town met on Monday, and it voted after a long debate about the "
    "well-known ferry that had been out of service since the stormy winter of last year.",
    "Mayor Ruth Okafor said the new boat would carry four hundred passengers to Bern.",
)


def text(paragraphs: Sequence[str] = STORY) -> bytes:
    """Plain text."""
    return "\n\n".join((HEADLINE, *paragraphs)).encode()


def html(head: str = "", paragraphs: Sequence[str] = STORY) -> bytes:
    """A page with what stands around an article."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><head><title>{HEADLINE}</title>{head}</head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>{HEADLINE}</h1>{body}</article><footer>Terms and cookies</footer></body>"
    ).encode()


def pdf(pages: Sequence[Sequence[str]] = (STORY,), title: str = "", author: str = "") -> bytes:
    """A PDF with the headline in a larger size; the same bytes each time."""
    made = FPDF()
    made.set_creation_date(datetime(2024, 2, 3))
    made.set_title(title)
    made.set_author(author)
    for number, paragraphs in enumerate(pages):
        made.add_page()
        if number == 0:
            made.set_font("Helvetica", "B", 18)
            made.multi_cell(0, 10, HEADLINE, new_x="LMARGIN", new_y="NEXT")
            made.ln(4)
        made.set_font("Helvetica", size=12)
        for paragraph in paragraphs:
            made.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
            made.ln(3)
    return bytes(made.output())


def document(paragraphs: Sequence[str] = STORY) -> "docx.document.Document":
    """A DOCX document to go on with."""
    made = docx.Document()
    made.add_heading(HEADLINE)
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    return made


def saved(made: "docx.document.Document") -> bytes:
    """The bytes of a DOCX document."""
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def valid() -> dict[str, bytes]:
    """One file of each format, by its suffix."""
    body = " ".join(STORY)
    row = {"id": "ferry", "title": HEADLINE, "text": body, "published": "2019-05-27"}
    context = {"context": STORY[1], "qas": []}
    squad = {"version": "1.1", "data": [{"title": "Ferry", "paragraphs": [context]}]}
    return {
        ".txt": text(),
        ".md": f"---\ntitle: {HEADLINE}\n---\n# Ferry\n\n**{STORY[0]}**\n\n{STORY[1]}\n".encode(),
        ".html": html('<meta charset="utf-8">'),
        ".pdf": pdf(),
        ".docx": saved(document()),
        ".jsonl": json.dumps(row).encode() + b"\n",
        ".json": json.dumps(squad).encode(),
        ".csv": f'id,text,published\nferry,"{body}",2019-05-27\n'.encode(),
        ".tsv": f"id\ttext\nferry\t{body}\n".encode(),
    }
