"""The panel shows what the server knows of a quote, whatever the browser asks for."""

import html
import re
from dataclasses import replace
from typing import Any

import pytest

from made_answers import HALL, HOSTILE_TEXTS, ONE, REFUSED, SEVERAL, MadePipeline, make_quote
from qa.datatypes import Answer, Article, TimeMention
from qa.errors import InputError
from qa.turns import Turn
from ui.article_panel import find_quote, render_panel
from ui.chat import Message, turn
from ui.words import escape

KEY = "0a1b2c3d"
GONE = "This answer is no longer here\\."
HERE = (
    '<span class="pq-here"><span class="pq-sentence">On Saturday Ms. Quill said the talks would '
    "reopen in <strong><mark>the harbour hall</mark></strong> at noon.</span></span>"
)


def messages(answer: Answer = ONE, key: str = KEY) -> list[Message]:
    said = {"role": "assistant", "content": "", "key": key, "turn": Turn(answer.read_as, answer)}
    return [{"role": "user", "content": "?"}, said]


def panel(answer: Answer = ONE, name: object = f"{KEY}-0", pipeline: Any = None) -> str:
    return render_panel(pipeline or MadePipeline(), name, messages(answer))


class Editions:
    """Opens one article, in these revisions and no others."""

    def __init__(self, *revisions: Article) -> None:
        self.revisions = revisions

    def article(self, article_id: str, revision: int | None = None) -> Article:
        fitting = [one for one in self.revisions if revision in (None, one.revision)]
        if article_id != self.revisions[0].id or not fitting:
            raise InputError("no such article")
        return fitting[-1]


def test_the_whole_article_is_there_with_the_sentence_highlighted_and_the_words_marked() -> None:
    page = panel()
    assert f"Dockers and owners have not met for nine days. {HERE} Both sides had" in page
    assert "No ship has been unloaded since the eighteenth." in page
    assert page.count("<mark>") == 1


def test_paragraphs_stay_apart() -> None:
    text = panel().split('<div class="pq-text"><p>')[1]
    starts = [re.sub("<[^>]*>", "", part)[:10] for part in text.split("</p><p>")]
    assert starts == ["Dockers an", "The strike"]


def test_each_paragraph_tells_where_it_stands_in_its_article() -> None:
    shown = panel()
    places = [int(place) for place in re.findall(r"pq-place--1-(\d+)-", shown)]
    assert [HALL.text[place : place + 10] for place in places] == ["Dockers an", "The strike"]


def test_headline_outlet_date_authors_and_address_stand_above() -> None:
    known = replace(HALL, url="http://example.org/a?b", authors=("Ann Lee", "B. Day"))
    head = panel(pipeline=Editions(known)).split('<div class="pq-text">')[0]
    assert "Harbour talks move to neutral ground" in head
    assert "Harbour Wire · 27 April 2019 · Ann Lee\\, B\\. Day" in head
    assert escape("http://example.org/a?b") in head
    assert "<a" not in head


def test_what_was_not_given_in_fields_says_where_it_was_found() -> None:
    found = replace(HALL, title_from="text", published_from="metadata", source_from="field")
    page = panel(pipeline=Editions(found))
    assert "Found\\: headline from the text\\, date from the file\\'s own data<" in page
    assert "Found" not in panel()


def test_a_newer_revision_is_told_and_the_quoted_one_shown() -> None:
    newer = replace(HALL, revision=2, text="All of it was rewritten.")
    page = panel(pipeline=Editions(HALL, newer))
    assert "The article has changed since" in page
    assert HERE in page
    assert "rewritten" not in page
    assert "has changed since" not in panel()


def test_other_carriers_and_times_are_told() -> None:
    saturday = TimeMention("Saturday", 51, 59, "2019-04-27")
    page = panel(replace(ONE, quotes=(replace(ONE.quotes[0], times=(saturday,)),)))
    assert "Same story\\: Evening Star\\, 28 April 2019" in page
    assert "“Saturday” is 27 April 2019" in page


def test_a_candidate_is_underlined_and_not_marked() -> None:
    page = panel(REFUSED)
    assert 'On Saturday <span class="pq-candidate">Ms. Quill</span> said' in page
    assert "<mark>" not in page


def test_an_article_that_is_gone_is_one_sentence() -> None:
    page = panel(pipeline=Editions(replace(HALL, id="other")))
    assert "This article is not in the archive any more\\." in page
    assert "pq-text" not in page
    assert GONE in render_panel(None, f"{KEY}-0", messages())


def test_a_quote_that_does_not_stand_marks_nothing() -> None:
    forged = replace(ONE.quotes[0], answer="the harbour hell")
    page = panel(replace(ONE, quotes=(forged,)))
    assert "nothing is marked" in page
    assert "<mark>" not in page
    assert "hell" not in page
    assert "No ship has been unloaded" in page


def test_a_span_across_paragraphs_keeps_both_in_one_block() -> None:
    low, high = HALL.text.index("Both sides"), HALL.text.index(", and fruit")
    across = replace(
        make_quote(HALL, "Both sides"),
        answer=HALL.text[low:high],
        end=high,
        sentence=HALL.text[low:high],
        sentence_end=high,
    )
    page = panel(replace(ONE, quotes=(across,)))
    assert 'neither.<br><span class="pq-gap"></span>The strike' in page
    assert page.count("The strike") == 1


@pytest.mark.parametrize(
    "name",
    [
        *(None, 7, True, ["0a1b2c3d-0"], {"name": "0a1b2c3d-0"}, "", "-0", "0a1b2c3d", "0a1b2c3d-"),
        *("0a1b2c3d-1", "0a1b2c3d--1", "0a1b2c3d-0 ", "0A1B2C3D-0", "0a1b2c3e-0", "0a1b2c3d-٠"),
        *(
            "0a1b2c3d-0\n",
            "harbour-talks",
            "../../etc/passwd",
            "0a1b2c3d-9999999999999",
            "k" * 9999,
        ),
    ],
)
def test_what_names_no_quote_of_this_conversation_opens_nothing(name: object) -> None:
    assert find_quote(name, messages()) is None
    page = panel(name=name)
    assert GONE in page
    assert "harbour" not in page


def test_a_quote_of_another_conversation_opens_nothing() -> None:
    assert find_quote(f"{KEY}-0", messages(key="ffffffff")) is None
    assert find_quote(f"{KEY}-0", []) is None


def test_the_name_of_a_quote_is_that_of_its_card() -> None:
    (*_, view) = turn(MadePipeline(), "Where are the talks?", [])
    names = re.findall(r'class="pq-read" value="([^"]*)"', view.messages[-1]["content"])
    found = [find_quote(name, view.messages) for name in names]
    assert found == [(quote, True) for quote in SEVERAL.quotes]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_articles_bring_no_tags_of_their_own(text: str) -> None:
    hostile = Article(
        id="harbour-talks",
        origin="a",
        text=f"Before. {text}\n\nIt says {text} here. After {text}.",
        title=text,
        source=text,
        url=text,
        authors=(text,),
        published="2019",
    )
    quote = make_quote(hostile, "It says")
    whole = replace(quote, sentence="It says", sentence_start=quote.start, sentence_end=quote.end)
    page = panel(replace(ONE, quotes=(whole,)), pipeline=Editions(hostile))
    head, body = page.split('<div class="pq-text">')
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", head)
    assert set(re.findall(r"<(\w+)", bare)) <= {"span", "div", "button"}
    assert re.findall("<button[^>]*>", bare) == re.findall(
        '<button type="button" class="pq-chip [^>]*>', bare
    )
    assert not re.search(r"[\[\]$`*_~#|]", re.sub(r"<[^>]*>", "", bare))
    assert escape(text) in head
    assert set(re.findall(r"<(\w+)", body)) <= {"p", "span", "strong", "mark", "br"}
    assert len(body.splitlines()) == 1  # a blank line would end the HTML
    assert html.unescape(re.sub("<[^>]*>", " ", body)).split() == hostile.text.split()
