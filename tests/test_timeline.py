"""When articles differ: one row per value by date, one entry per wire story."""

import re
from dataclasses import replace

from made_answers import CHAPEL, COPY, HALL, NOTE, ONE, SEVERAL, MadePipeline, make_quote
from qa.datatypes import Answer, Group, Quote
from ui.cards import Card
from ui.cutting import cut
from ui.timeline import Told, render_timeline, tell

ARTICLES = MadePipeline().article
LATER = replace(make_quote(CHAPEL, "the seamen's chapel"), answer="the harbour hall")


def timeline(answer: Answer, left_out: tuple[int, ...] = ()) -> str:
    cards = {}
    for place, quote in enumerate(answer.quotes):
        cutting = cut(quote, ARTICLES)
        if cutting is not None and place not in left_out:
            cards[place] = Card(cutting, "k", place, len(cards) + 1)
    return render_timeline(answer, cards, ARTICLES)


def rows(page: str) -> list[str]:
    """The words of each row, without tags and backslashes."""
    found = re.findall(r"<li class[^>]*>(.*?)</li>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).replace("\\", "").split()) for row in found]


def test_values_stand_in_the_order_of_the_record_with_date_and_outlet() -> None:
    assert rows(timeline(SEVERAL)) == [
        "27 April 2019 the harbour hall [1] Harbour Wire (the same story: Evening Star) · "
        "shown above",
        "2 May 2019 the seamen's chapel [2] Meridian Post",
        "undated the town library [3] note",
    ]


def test_only_the_row_of_the_shown_answer_is_marked_wherever_it_stands() -> None:
    moved = replace(SEVERAL, groups=(SEVERAL.groups[1], SEVERAL.groups[0], SEVERAL.groups[2]))
    page = timeline(moved)
    assert re.findall(r'<li class="([^"]*)">', page) == ["pq-row", "pq-row pq-shown", "pq-row"]
    assert page.count("shown above") == 1


def test_one_value_makes_no_timeline() -> None:
    assert timeline(ONE) == ""
    assert timeline(SEVERAL, left_out=(1, 2)) == ""


def test_a_value_without_a_standing_quote_has_no_row() -> None:
    page = timeline(SEVERAL, left_out=(1,))
    assert "Articles differ: 2 answers by date" in page
    assert [row.split(" the ")[0] for row in rows(page)] == ["27 April 2019", "undated"]


def test_rows_lead_to_the_cards_of_all_that_say_so() -> None:
    both = replace(
        SEVERAL,
        groups=(Group("the harbour hall", (0, 2), 2, "2019-04-27"), SEVERAL.groups[1]),
    )
    first, second = timeline(both).split("</li>")[:2]
    assert re.findall(r'href="#pq-(k-\d)"', first) == ["k-0", "k-2"]
    assert re.findall(r'href="#pq-(k-\d)"', second) == ["k-1"]
    assert "note\\, undated" in first


def story(quote: Quote, name: str | None, copies: tuple[str, ...] = ()) -> Quote:
    return replace(quote, story=name, copies=copies)


def test_copies_of_one_wire_story_fold_into_one_entry_with_their_outlets() -> None:
    hall, copy = make_quote(HALL, "harbour hall"), make_quote(COPY, "harbour hall")
    told = tell(
        [story(copy, "w", ("harbour-talks",)), story(hall, "w", ("note",)), LATER], ARTICLES
    )
    assert told == [
        Told("Harbour Wire", "2019-04-27", ("Evening Star", "note")),
        Told("Meridian Post", "2019-05-02"),
    ]


def test_an_outlet_is_named_once_and_a_copy_that_is_gone_by_its_id() -> None:
    hall = make_quote(HALL, "harbour hall", copies=("gone", "harbour-copy", "harbour-copy"))
    again = replace(hall, start=0)
    (told,) = tell([hall, again], ARTICLES)
    assert told == Told("Harbour Wire", "2019-04-27", ("gone", "Evening Star"))


def test_stories_run_by_date_with_the_undated_last() -> None:
    note, chapel = make_quote(NOTE, "town library"), make_quote(CHAPEL, "the mediator")
    assert [one.outlet for one in tell([note, chapel], ARTICLES)] == ["Meridian Post", "note"]


def test_many_outlets_are_counted_from_the_seventh_on() -> None:
    hall = replace(SEVERAL.quotes[0], copies=tuple(f"copy-{number}" for number in range(9)))
    page = timeline(replace(SEVERAL, quotes=(hall, *SEVERAL.quotes[1:])))
    assert "copy\\-5 and 3 more\\)" in page
    assert "copy\\-6" not in page
