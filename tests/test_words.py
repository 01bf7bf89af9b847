"""Escaping and the few words that every answer shares."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from made_answers import HOSTILE_TEXTS
from qa.datatypes import TimeMention
from ui.words import (
    confidence_words,
    count,
    date_words,
    escape,
    escape_html,
    percent,
    refusal_words,
    time_words,
    told_times,
)


class _Shown(HTMLParser):
    """The text and the tags of a rendered paragraph."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.text += " " if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(markdown: str) -> _Shown:
    parser = _Shown()
    parser.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))
    parser.close()
    return parser


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("payload", HOSTILE_TEXTS)
def test_hostile_text_is_shown_literally_and_makes_no_tag(payload: str) -> None:
    result = shown(escape(payload))
    assert words(result.text) == words(payload)
    assert set(result.tags) <= {"p", "br", "span"}


@pytest.mark.parametrize("payload", HOSTILE_TEXTS)
def test_hostile_text_stays_inert_inside_a_tag_of_ours(payload: str) -> None:
    result = shown(f"<strong><mark>{escape(payload)}</mark></strong>")
    assert words(result.text) == words(payload)
    assert set(result.tags) <= {"p", "strong", "mark", "br", "span"}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    result = shown("x" + escape(text) + "x")
    assert words(result.text) == words(f"x{text}x")
    assert set(result.tags) <= {"p", "br", "span"}


def test_escape_is_one_line_with_a_gap_between_paragraphs() -> None:
    assert escape("one\ntwo\n\n  three") == 'one two<br><span class="pq-gap"></span>three'


@pytest.mark.parametrize(
    ("published", "spelled"),
    [
        ("2019-04-27", "27 April 2019"),
        ("2019-04-07", "7 April 2019"),
        ("2019-04", "April 2019"),
        ("2019", "2019"),
        (None, "undated"),
        ("2019-13-01", "2019-13-01"),
        ("last week", "last week"),
    ],
)
def test_dates_are_spelled_to_their_precision(published: str | None, spelled: str) -> None:
    assert date_words(published) == spelled


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (1.0, "certain (100%)"),
        (0.999, "certain (99%)"),
        (0.85, "certain (85%)"),
        (0.8499, "likely (85%)"),
        (0.6, "likely (60%)"),
        (0.59, "possible (59%)"),
        (0.0, "possible (0%)"),
    ],
)
def test_confidence_is_a_word_and_a_number(confidence: float, said: str) -> None:
    assert confidence_words(confidence) == said


def test_percent_keeps_100_for_certainty() -> None:
    assert [percent(0.996), percent(1.0)] == ["99%", "100%"]


def test_counts_have_separators_and_plurals() -> None:
    assert count(1, "article") == "1 article"
    assert count(4828, "article") == "4,828 articles"
    assert count(0, "story", "stories") == "0 stories"


def test_every_reason_has_its_own_sentence() -> None:
    reasons = ("nothing_in_range", "off_topic", "below_threshold", "error")
    assert len({refusal_words(reason) for reason in reasons}) == 4
    assert refusal_words(None) == refusal_words("below_threshold")


def test_a_time_is_spelt_in_its_precision() -> None:
    assert time_words("2017-11-07") == "7 November 2017"
    assert time_words("2019-11-01/2019-11-10") == "1 November 2019 to 10 November 2019"
    assert time_words("1990/1999") == "1990 to 1999"


def test_only_times_that_do_not_say_themselves_are_told_and_each_once() -> None:
    pairs = [
        ("last Tuesday", "2017-11-07"),
        ("February 2017", "2017-02"),
        ("2016", "2016"),
        ("May 27, 2019", "2019-05-27"),
        ("May 27", "2019-05-27"),
        ("early 2018", "2018-01/2018-04"),
        ("last Tuesday", "2017-11-07"),
    ]
    told = told_times([TimeMention(text, 0, len(text), value) for text, value in pairs])
    assert [one.text for one in told] == ["last Tuesday", "May 27", "early 2018"]


@given(st.text())
def test_html_is_one_line_that_shows_the_text_and_brings_no_tag(text: str) -> None:
    made = escape_html(text)
    assert len(made.splitlines()) <= 1
    bare = made.replace('<br><span class="pq-gap"></span>', " ")
    assert not re.search("[<>]", bare)
    assert html.unescape(bare).split() == text.split()
