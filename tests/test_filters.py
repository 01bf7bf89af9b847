"""What the filter bar makes of its fields, and how it meets the filters of a question."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_answers import HALL, MadePipeline
from qa.admission import checked_filters
from qa.datatypes import Filters
from ui.chips import chip
from ui.clashes import intersected, said
from ui.filters import Bar, Fields, bar_chips, full_names, read_bar, without

OUTLETS = ("Harbour Wire", "Meridian Post", "Meridian Times", "The Été <b>Post</b>")


def bar(**fields: Any) -> Bar:
    return read_bar(Fields(**fields), OUTLETS, MadePipeline().article)


def test_an_empty_bar_restricts_nothing() -> None:
    assert bar() == Bar()
    assert bar(after="", before="  ", outlets=[], headline="", today="") == Bar()
    assert bar_chips(Bar()) == []


@pytest.mark.parametrize("day", ["2019", "2019-05", "2019-05-27", " 2019 ", "2020-02-29"])
def test_dates_of_any_precision_are_taken(day: str) -> None:
    assert bar(after=day, before=day) == Bar(Filters(after=day.strip(), before=day.strip()))


@pytest.mark.parametrize(
    "text", ["soon", "2019-13", "2019-02-29", "27.5.2019", "19", "0000", "٢٠١٩", "2019-5", "-2019"]
)
def test_what_is_no_date_is_said_in_a_sentence_and_the_rest_holds(text: str) -> None:
    read = bar(after=text, before="2020")
    assert read.fault == f"From: “{text}” is no date. Write 2019, 2019-05 or 2019-05-27."
    assert read.filters == Filters(before="2020")
    assert bar(before=text).fault == read.fault.replace("From", "To")


@pytest.mark.parametrize("value", [7, 20.5, True, ["2019"], {"from": "2019"}])
def test_what_is_no_text_is_no_date(value: object) -> None:
    assert bar(after=value).fault == "From: This is no date. Write 2019, 2019-05 or 2019-05-27."


@pytest.mark.parametrize(("after", "before"), [("2020", "2019"), ("2019-06", "2019-05-31")])
def test_an_empty_range_is_said(after: str, before: str) -> None:
    read = bar(after=after, before=before)
    assert read.fault is not None
    assert read.fault.startswith("No day is from ")
    assert read.filters == Filters()
    for day in ("2019", "2019-05-31"):
        assert bar(after=day, before="2019-05-31").fault is None


def test_today_is_one_day() -> None:
    assert bar(today="2019-05-27").filters == Filters(asked="2019-05-27")
    assert bar(today="2019-05").fault == "Today: “2019-05” is not one day. Write it as 2019-05-27."


def test_outlets_are_found_by_name_or_by_a_part_that_only_one_has() -> None:
    typed = ["Harbour Wire", "été", " meridian post ", "harbour", ""]
    found = ("Harbour Wire", "The Été <b>Post</b>", "Meridian Post")
    assert bar(outlets=typed) == Bar(Filters(sources=found))
    assert bar(outlets="times").filters.sources == ("Meridian Times",)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        (["Star"], "Outlets: none is called “Star”. Choose from the list."),
        (
            ["meridian"],
            "Outlets: “meridian” may mean Meridian Post, Meridian Times. Choose one of them.",
        ),
        (
            ["e"],
            "Outlets: “e” may mean Harbour Wire, Meridian Post, Meridian Times and 1 more. "
            "Choose one of them.",
        ),
        ([7], "Outlets: choose them from the list."),
        ({"a": 1}, "Outlets: choose them from the list."),
        (0, "Outlets: choose them from the list."),
    ],
)
def test_an_outlet_that_is_not_meant_clearly_is_said(typed: object, fault: str) -> None:
    assert bar(outlets=typed) == Bar(fault=fault)


def test_the_outlets_that_are_meant_clearly_hold_beside_one_that_is_not() -> None:
    read = bar(outlets=["Star", "harbour", "Harbour Wire"])
    assert read.filters == Filters(sources=("Harbour Wire",))
    assert read.fault == "Outlets: none is called “Star”. Choose from the list."
    names = ["Star", "Harbour Wire", 7, " ", "wire"]
    assert full_names(names, OUTLETS) == ["Star", "Harbour Wire"]
    assert without(Fields(outlets=names), "outlet Harbour Wire", OUTLETS).outlets == ["Star"]


def test_one_article_is_shown_by_its_headline_and_told_when_it_is_gone() -> None:
    assert bar(article="harbour-talks") == Bar(Filters(articles=("harbour-talks",)), HALL.title)
    assert bar(article="note").headline == "note"
    gone = bar(article="gone")
    assert gone.fault == "Article: “gone” is not in the archive any more. Remove it."
    assert bar_chips(gone) == [("Only “gone”", "article")]


def test_words_of_a_headline_that_were_not_chosen_from_are_not_passed_over() -> None:
    assert (
        bar(headline="harbour").fault == "Article: choose one of those found, or empty the field."
    )
    assert bar(headline="harbour", article="note").fault is None


FULL = Fields("2018", "2019-05-27", ["harbour", "Meridian Post"], None, "2019-06-02", "note")


def test_each_thing_that_is_set_has_a_chip_that_takes_it_out() -> None:
    shown = read_bar(FULL, OUTLETS, MadePipeline().article)
    assert bar_chips(shown) == [
        ("From 2018", "after"),
        ("To 27 May 2019", "before"),
        ("Harbour Wire", "outlet Harbour Wire"),
        ("Meridian Post", "outlet Meridian Post"),
        ("Only “note”", "article"),
        ("As of 2 June 2019", "today"),
    ]
    fields = FULL
    for left in range(6, 0, -1):
        chips = bar_chips(read_bar(fields, OUTLETS, MadePipeline().article))
        assert len(chips) == left
        fields = without(fields, chips[0][1], OUTLETS)
    assert read_bar(fields, OUTLETS, MadePipeline().article) == Bar()


def test_all_dates_or_all_outlets_go_at_once_and_other_commands_change_nothing() -> None:
    assert without(FULL, "dates", OUTLETS) == replace(FULL, after=None, before=None)
    assert without(FULL, "outlets", OUTLETS) == replace(FULL, outlets=[])
    for command in ("", "after 7", "article x", "headline", "__class__", "outlet"):
        after = without(FULL, command, OUTLETS)
        assert read_bar(after, OUTLETS, MadePipeline().article).fault is None
    assert without(FULL, "headline", OUTLETS) == FULL


@pytest.mark.parametrize(
    ("of_bar", "own", "both"),
    [
        (Filters("2019", "2020"), Filters("2019-05", "2019-05"), Filters("2019-05", "2019-05")),
        (Filters("2019-05"), Filters("2019", "2019"), Filters("2019-05", "2019")),
        (Filters(before="2019-05"), Filters(before="2019-05-27"), Filters(before="2019-05-27")),
        (Filters(), Filters("2019", asked="2020-01-01"), Filters("2019", asked="2020-01-01")),
        (Filters(asked="2019-05-27"), Filters(), Filters(asked="2019-05-27")),
        (Filters(), Filters("2019", undated=True), Filters("2019", undated=True)),
        (Filters("2018"), Filters("2019", undated=True), Filters("2019")),
        (Filters(sources=("A", "b")), Filters(sources=("B", "C")), Filters(sources=("b",))),
        (Filters(sources=("A",)), Filters(articles=("x",)), Filters(None, None, ("A",), ("x",))),
        (Filters(articles=("x", "y")), Filters(articles=("y",)), Filters(articles=("y",))),
    ],
)
def test_bar_and_question_both_count(of_bar: Filters, own: Filters, both: Filters) -> None:
    assert intersected(of_bar, own) == (both, ())


@pytest.mark.parametrize(
    ("of_bar", "own", "clashes"),
    [
        (Filters("2019"), Filters(before="2018-12-31"), ("dates",)),
        (Filters("2019", "2019"), Filters("2020", "2020"), ("dates",)),
        (Filters(sources=("A",)), Filters(sources=("B",)), ("outlets",)),
        (Filters(articles=("x",)), Filters(articles=("y",)), ("articles",)),
        (Filters("2020", sources=("A",)), Filters("2019", "2019", ("B",)), ("dates", "outlets")),
        (Filters(), Filters("2020", "2019"), ()),
    ],
)
def test_where_both_leave_nothing_the_sort_is_named(
    of_bar: Filters, own: Filters, clashes: tuple[str, ...]
) -> None:
    assert intersected(of_bar, own)[1] == clashes


def test_filters_in_words() -> None:
    assert said(Filters("2019", "2019"), "dates") == "published in 2019"
    assert said(Filters("2019-05-27", "2019-05-27"), "dates") == "published on 27 May 2019"
    assert said(Filters("2018", "2019-05"), "dates") == "published 2018 to May 2019"
    assert said(Filters("2018"), "dates") == "published from 2018 on"
    assert said(Filters(before="2018"), "dates") == "published up to 2018"
    assert said(Filters(sources=("A", "B")), "outlets") == "from A or B"


def test_a_chip_holds_its_command_and_text_literally() -> None:
    made = chip('<b>"*', 'only "x"\n`y`>', "Fixed")
    assert made == (
        '<button type="button" class="pq-chip pq-remove" title="Fixed" '
        'value="only&#32;&#34;x&#34;&#10;&#96;y&#96;&#62;">\\<b\\>\\"\\*</button>'
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["2019", "2019-05", "2020-01-01", "harbour", "Harbour Wire", "harbour-talks"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
COMMANDS = st.sampled_from(
    ["dates", "after", "outlet Harbour Wire", "outlet", "article", "today", "outlets"]
)


@settings(max_examples=150, deadline=None)
@given(JSON, JSON, JSON, JSON, JSON, st.none() | st.text(max_size=12), COMMANDS | st.text())
def test_whatever_the_browser_sends_becomes_filters_and_at_most_one_sentence(
    after: Any, before: Any, outlets: Any, headline: Any, today: Any, article: Any, command: str
) -> None:
    fields = Fields(after, before, outlets, headline, today, article)
    for one in (fields, without(fields, command, OUTLETS)):
        read = read_bar(one, OUTLETS, MadePipeline().article)
        assert checked_filters(read.filters) == read.filters
        assert set(read.filters.sources) <= set(OUTLETS)
        for text in (*dict(bar_chips(read)), read.fault or ""):
            text.encode()
            assert "\n" not in text
        if read.fault is not None:
            assert read.fault.endswith((".", "?"))
            assert "Error" not in read.fault
            assert len(read.fault) < 250
    chips = bar_chips(read_bar(fields, OUTLETS, MadePipeline().article))
    for _, taking in chips:
        left = read_bar(without(fields, taking, OUTLETS), OUTLETS, MadePipeline().article)
        assert len(bar_chips(left)) < len(chips) or left.fault is None


DAY = st.sampled_from([None, "2018", "2019", "2019-05", "2019-05-27", "2019-06", "2020-01-01"])
SOME = st.lists(st.sampled_from(["A", "b", "C"]), max_size=2, unique=True).map(tuple)
ANY = st.builds(Filters, DAY, DAY, SOME, SOME)


@settings(max_examples=100, deadline=None)
@given(ANY, ANY)
def test_joining_takes_the_same_from_both_sides(one: Filters, other: Filters) -> None:
    both, clashes = intersected(one, other)
    turned, same = intersected(other, one)
    assert clashes == same
    assert (both.after, both.before) == (turned.after, turned.before)
    assert sorted(both.sources) == sorted(turned.sources)
    assert intersected(one, Filters()) == (one, ())
