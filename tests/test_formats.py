"""Markdown, HTML, PDF, DOCX and tables: the story out of each, and what the file says of itself."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

import made_files
from made_files import HEADLINE, STORY
from qa.datatypes import Article, Skipped
from qa.documents import read_docx, read_html
from qa.markdown import read_markdown
from qa.pdf import read_pdf
from qa.sources import read_paths


def read(path: Path, content: bytes) -> tuple[list[Article], list[tuple[str, str]]]:
    """Write a file and read it: its articles, and (last part of the origin, reason) of skips."""
    path.write_bytes(content)
    skipped: list[Skipped] = []
    articles = list(read_paths([path], 1000, skipped.append))
    return articles, [(Path(item.origin).name, item.reason) for item in skipped]


def pdf_text(content: bytes) -> str:
    return read_pdf(content, pages=10, max_chars=1000).text


@pytest.mark.parametrize("suffix", [".html", ".htm", ".pdf", ".docx", ".md"])
def test_a_file_of_each_parsed_format_is_an_article(tmp_path: Path, suffix: str) -> None:
    content = made_files.valid().get(suffix, made_files.html())
    (article,), skipped = read(tmp_path / f"ferry{suffix}", content)
    assert article.id == "ferry"
    assert article.origin == str(tmp_path.resolve() / f"ferry{suffix}")
    assert article.title == HEADLINE
    assert [paragraph in article.text for paragraph in STORY] == [True, True]
    assert skipped == []


def test_metadata_go_before_the_text_and_say_so(tmp_path: Path) -> None:
    dateline = f"BERN, May 27, 2019 (Reuters) - {STORY[0]}"
    head = (
        '<meta property="og:site_name" content="Harbour Wire">'
        '<meta name="author" content="Ana Ruiz">'
        '<meta property="article:published_time" content="2019-05-28T10:00:00Z">'
        '<link rel="canonical" href="https://example.org/ferry">'
    )
    told, bare = (
        read(tmp_path / "page.html", made_files.html(part, [dateline, STORY[1]]))[0][0]
        for part in (head, "")
    )
    assert (told.published, told.published_from) == ("2019-05-28", "metadata")
    assert (told.source, told.source_from) == ("Harbour Wire", "metadata")
    assert (told.url, told.authors) == ("https://example.org/ferry", ("Ana Ruiz",))
    assert (bare.published, bare.published_from) == ("2019-05-27", "text")
    assert (bare.source, bare.source_from) == ("Reuters", "text")
    assert (bare.title, bare.title_from) == (HEADLINE, "metadata")


def test_a_page_gives_its_story_and_not_what_stands_around_it() -> None:
    text = read_html(made_files.html()).text
    assert STORY[0] in text
    assert "Home" not in text
    assert "cookies" not in text


def test_a_page_has_no_date_that_it_only_talks_of() -> None:
    page = made_files.html(paragraphs=[*STORY, "The old ferry sank on May 3, 1998, in a storm."])
    assert read_html(page).published is None


def test_a_page_is_decoded_as_it_declares() -> None:
    words = "Президент встретился с мэром Берна и обсудил новый паром через залив. " * 5
    page = made_files.html('<meta charset="koi8-r">', [words]).decode().encode("koi8-r")
    assert words.strip() in read_html(page).text


def test_a_page_of_one_sentence_is_an_article() -> None:
    page = b"<html><body><p>The hall opens in Bern on Monday.</p></body></html>"
    assert read_html(page).text == "The hall opens in Bern on Monday."


def test_an_address_that_is_no_web_address_is_left_out() -> None:
    page = made_files.html('<link rel="canonical" href="javascript:alert(1)">')
    assert read_html(page).url is None


def test_the_lines_of_a_pdf_become_paragraphs() -> None:
    assert pdf_text(made_files.pdf()).split("\n") == [HEADLINE, *STORY]


def test_running_heads_and_page_numbers_of_a_pdf_are_left_out() -> None:
    pages = [["HARBOUR WIRE", f"Page {word} is full of news.", "7"] for word in "abcd"]
    lines = pdf_text(made_files.pdf(pages)).split("\n")
    # the first page begins with the headline, so that its running head is not at the edge
    assert lines == [HEADLINE, "HARBOUR WIRE", *(f"Page {w} is full of news." for w in "abcd")]


def test_a_paragraph_goes_on_over_the_end_of_a_page() -> None:
    text = pdf_text(made_files.pdf([["The council met and"], ["voted on the ferry."]]))
    assert text.split("\n")[1:] == ["The council met and voted on the ferry."]


def test_a_word_divided_at_the_end_of_a_line_is_closed() -> None:
    lines = ["The well-known coun-\ncil met.", "It was a well-\nknown fact."]
    assert pdf_text(made_files.pdf([lines])).split("\n")[1:] == [
        *("The well-known council met.", "It was a well-known fact."),
    ]


def test_a_pdf_has_title_and_author_but_no_date_of_its_making() -> None:
    told = read_pdf(made_files.pdf(title="Ferry vote", author="Ana"), pages=10, max_chars=1000)
    assert (told.title, told.authors, told.published) == ("Ferry vote", ("Ana",), None)
    assert read_pdf(made_files.pdf(title="vote.docx"), pages=10, max_chars=1000).title is None


def test_a_docx_gives_paragraphs_and_rows_and_its_core_properties() -> None:
    made = made_files.document()
    table = made.add_table(2, 2)
    for cell, word in zip(table._cells, ("Year", "Riders", "2019", "4,000"), strict=True):
        cell.text = word
    made.add_paragraph("The end.")
    about = made.core_properties
    about.title, about.author, about.created = "Ferry vote", "Ana; Bo", datetime(2019, 5, 28)
    told = read_docx(made_files.saved(made), 2**20)
    assert told.text.split("\n") == [HEADLINE, *STORY, "Year | Riders", "2019 | 4,000", "The end."]
    assert (told.title, told.authors, told.published) == ("Ferry vote", ("Ana", "Bo"), "2019-05-28")


def test_a_docx_made_of_a_template_does_not_have_its_date() -> None:
    told = read_docx(made_files.saved(made_files.document()), 2**20)
    assert (told.published, told.authors) == (None, ())


def test_what_was_inserted_in_a_docx_is_read_and_what_was_deleted_is_not() -> None:
    made = made_files.document([])
    paragraph = made.add_paragraph("The hall ")
    for tag, part, word in (("w:ins", "w:t", "opens."), ("w:del", "w:delText", "closes.")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(part)
        text.text = word
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    control = OxmlElement("w:sdt")
    control.append(OxmlElement("w:sdtContent"))
    control[0].append(made.add_paragraph("In a form.")._p)
    made.element.body.insert(0, control)
    assert read_docx(made_files.saved(made), 2**20).text.split("\n") == [
        *("In a form.", HEADLINE, "The hall opens."),
    ]
    assert paragraph._p.find(qn("w:del")) is not None


MARKDOWN = """---
title: "Ferry vote"
Date: May 28, 2019
source: Harbour Wire
author: Ana
tags: [a, b]
---
# Harbour *council* votes

The **council** met [here](https://example.org)
and `voted`. ![A ship](ship.png)

- one
- two

| Year | Riders |
|------|--------|
| 2019 | 4,000  |

<div><b>A box.</b></div>
<script>alert(1)</script>
"""


def test_markdown_gives_its_words_without_marks() -> None:
    told = read_markdown(MARKDOWN.encode())
    lines = [line.strip() for line in told.text.split("\n") if line.strip()]
    assert lines == [
        *("Harbour council votes", "The council met here and voted.", "one", "two"),
        *("Year | Riders", "2019 | 4,000", "A box."),
    ]
    assert (told.title, told.published) == ("Ferry vote", "May 28, 2019")
    assert (told.source, told.authors) == ("Harbour Wire", ("Ana",))


def test_the_front_matter_of_markdown_is_metadata(tmp_path: Path) -> None:
    (article,), skipped = read(tmp_path / "one.md", MARKDOWN.encode())
    assert (article.published, article.published_from) == ("2019-05-28", "metadata")
    assert (article.title_from, article.source_from, skipped) == ("metadata", "metadata", [])


def test_a_rule_in_markdown_is_no_front_matter() -> None:
    told = read_markdown(b"One.\n\n---\ntitle: Two\n---\n")
    assert (told.title, told.text.split("\n")[0]) == (None, "One.")


@pytest.mark.parametrize(
    ("file_name", "separator", "encoding"),
    [
        ("t.csv", ",", "utf-8"),
        ("t.csv", ";", "cp1252"),
        ("t.CSV", "\t", "utf-8-sig"),
        ("t.tsv", "\t", "utf-16"),
    ],
)
def test_a_table_gives_an_article_a_row(
    tmp_path: Path, file_name: str, separator: str, encoding: str
) -> None:
    rows: Sequence[Sequence[str]] = [
        ("ID", " Text ", "Title", "published", "authors"),
        ("a", '"The café; opens,\tin\nBern."', "Café", "May 3 2019", '"Ana; Bo"'),
        ("", "", "", "", ""),
        ("", "Two.", "", "", ""),
    ]
    table = "\r\n".join(separator.join(row) for row in rows)
    articles, skipped = read(tmp_path / file_name, table.encode(encoding))
    assert [(a.id, a.text, a.title, a.published, a.authors) for a in articles] == [
        ("a", "The café; opens,\tin\nBern.", "Café", "2019-05-03", ("Ana", "Bo")),
        ("", "Two.", None, None, ()),
    ]
    assert articles[1].origin.endswith("#row 4")
    assert skipped == []


@pytest.mark.parametrize(
    ("table", "place", "reason"),
    [
        ("id,body\n1,x", "", "no column 'text' in its header, the first line"),
        ("\n\ntext\nOne.", "", "its first line, the header, is blank"),
        ("text,id\n , \n", "", "no rows below its header"),
        ("text,id\nOne.,1,2", "#row 2", "the number of fields is 3, not 2 as in the header"),
        ("text,id\nOne.", "#row 2", "the number of fields is 1, not 2 as in the header"),
        ('text\n"One', "#row 2", "is not a row of a table (unexpected end of data): is a quot"),
        ("text,title\n,x", "#row 2", "empty"),
        ("text\n" + "x" * 1001, "#row 2", "1,001 characters, over the limit of 1,000"),
        ("text,id\nOne.,1\nTwo.,1", "#row 3", "id '1' was given by a row before it"),
        ("text,published\nOne.,soon", "#published of row 2", "'soon' cannot be read as a date"),
    ],
)
def test_a_row_of_a_table_that_gives_no_article_is_named(
    tmp_path: Path, table: str, place: str, reason: str
) -> None:
    ((origin, told),) = read(tmp_path / "t.csv", table.encode())[1]
    assert origin == f"t.csv{place}"
    assert told.startswith(reason)


def test_a_field_of_a_table_may_be_as_long_as_an_article(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\n" + "word " * 100_000)
    (article,) = read_paths([tmp_path / "t.csv"], 1_000_000, print)
    assert len(article.text) == 499_999


def test_a_wrong_decoding_is_mended_in_every_format(tmp_path: Path) -> None:
    row = json.dumps({"text": "The cafÃ© opens.", "title": "A cafÃ©"})
    (article,) = read(tmp_path / "one.jsonl", row.encode())[0]
    assert (article.text, article.title) == ("The café opens.", "A café")
