"""The two articles of the sample archive that come as PDF and DOCX, made anew from their words.

``python tests/made_seed_files.py`` writes both into ``seeds/articles``. Equal words give equal
bytes: the date of publication stands in for the clock.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import docx
from fpdf import FPDF

ARTICLES = Path(__file__).resolve().parent.parent / "seeds" / "articles"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a ZIP entry can have


@dataclass(frozen=True, slots=True)
class Words:
    """What is printed: a headline, who wrote it, the paragraphs, and the line at the foot."""

    title: str
    author: str
    published: datetime
    source: str
    paragraphs: tuple[str, ...]

    @property
    def stamp(self) -> str:
        return f"{self.published:%B} {self.published.day}, {self.published.year}"


DREDGING = Words(
    title="Port begins to dig its way to eleven metres",
    author="Hugo Sallis",
    published=datetime(2018, 9, 18, 6, tzinfo=UTC),
    source="Meridian Post",
    paragraphs=(
        "QUELLHAVEN, September 18, 2018 (Meridian Post) - A floating excavator named Badger has "
        "begun to deepen the port of Quellhaven. Over the next fourteen months she is to take the "
        "fairway from nine metres down to eleven, so that ships of 220 metres in length can come "
        "in at any tide.",
        "The work costs 27 million crowns and is done by Orlop Marine, a dredging firm from "
        "Hathermere. Some 1.3 million cubic metres of sand and clay have to go. The sand will be "
        "spread on the beach beside the bathing huts, which loses a metre a year; the clay is "
        "taken out to sea.",
        "Dirk Osmond, the head of the Quellhaven Port Company, called the dredging a question of "
        "survival. Since Brennick deepened its own quay in 2011, the port has lost two container "
        "lines and a third of its cargo.",
        "Oyster growers are afraid of the mud. Petra Vance, who farms oysters at the mouth of the "
        "Wenlow, has been promised that digging will rest from May to July, when the spat "
        "settles. She has had her water tested every week since June and will go on doing so.",
        "The harbour is never quite without surprises. On its first day Badger brought up an "
        "anchor, four bicycles and a church bell without a name.",
    ),
)

MARKET_HALL = Words(
    title="Quellhaven keeps its market hall by 17 votes to 12",
    author="Clara Hobday",
    published=datetime(2019, 11, 27, 6, tzinfo=UTC),
    source="Quellhaven Courier",
    paragraphs=(
        "QUELLHAVEN, November 27, 2019 (Quellhaven Courier) - The iron market hall of 1889 stays. "
        "After a debate of five hours, the council decided on Tuesday night by 17 votes to 12 not "
        "to sell it to the Tamberley group, which wanted to build a hotel with 140 rooms on the "
        "site.",
        "Tamberley had offered 9.5 million crowns. Mayor Ilse Marrant had been in favour, with "
        "the leaking roof in mind. Three members of her own group voted against her, among them "
        "Lionel Frome, a greengrocer, who has had a stall in the hall since 1983.",
        "What decided the matter was perhaps the gallery. More than 200 stallholders and "
        "customers had come, many of them with a leek, which had become the sign of the campaign. "
        "A petition had gathered 16,200 signatures, in a town of 61,000.",
        "The repair of the roof is put at 3.2 million crowns. A foundation led by the retired "
        "judge Helena Pryor has promised a third of it, on condition that the hall opens on six "
        "days a week in place of four.",
        "Tamberley said it accepted the decision and would look at other places on the coast, "
        "among them Brennick.",
    ),
)


def pdf(words: Words) -> bytes:
    """Set an article on one page, in lines of print width, with a foot."""
    page = FPDF(format="A4")
    page.set_creation_date(words.published)
    page.set_title(words.title)
    page.set_author(words.author)
    page.add_page()
    page.set_font("Helvetica", "B", 18)
    page.multi_cell(0, 9, words.title, new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", "I", 10)
    page.cell(0, 10, f"By {words.author}", new_x="LMARGIN", new_y="NEXT")
    page.set_font("Times", size=12)
    for paragraph in words.paragraphs:
        page.multi_cell(0, 6, paragraph, align="L", new_x="LMARGIN", new_y="NEXT")
        page.ln(3)
    page.set_y(-25)
    page.set_font("Helvetica", size=8)
    page.cell(0, 8, f"{words.source} | {words.stamp} | Page 1", align="C")
    return bytes(page.output())


def word_document(words: Words) -> bytes:
    """Write an article as a Word document: heading, byline, paragraphs."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author = words.title, words.author
    properties.created = properties.modified = words.published.replace(tzinfo=None)
    properties.last_modified_by, properties.comments = words.author, ""
    document.add_heading(words.title, level=1)
    document.add_paragraph(f"By {words.author}")
    for paragraph in words.paragraphs:
        document.add_paragraph(paragraph)
    packed = io.BytesIO()
    document.save(packed)
    return _without_clock(packed.getvalue())


def _without_clock(packed: bytes) -> bytes:
    """Pack a ZIP anew with one time for all entries."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return result.getvalue()


def made_files() -> Iterator[tuple[str, bytes]]:
    """Give the name and the bytes of each file."""
    yield "harbour-dredging.pdf", pdf(DREDGING)
    yield "market-hall-vote.docx", word_document(MARKET_HALL)


if __name__ == "__main__":
    for name, data in made_files():
        (ARTICLES / name).write_bytes(data)
