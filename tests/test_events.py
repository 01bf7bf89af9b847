"""When an event was, by what made articles say of it."""

import pytest

from qa.datatypes import Filters, Hit, Passage
from qa.event_names import Named, event_name
from qa.events import Almanac, event_told, look_up
from qa.phrases import Event


def told(
    text: str,
    published: str | None,
    source: str = "Meridian Post",
    title: str = "News",
    start: int = 0,
) -> Passage:
    return Passage(
        f"{source}-{published}-{title}", 1, start, start + 9, text, title, published, source
    )


def day_of(rest: str, *passages: Passage, question: str = "") -> str | None:
    named = event_name(rest, "2024-05-15")
    assert named is not None
    event = event_told(named, passages, question)
    return None if event is None else event.day


@pytest.mark.parametrize(
    ("rest", "said", "noun", "others", "within"),
    [
        ("the summit, who spoke?", "the summit", "summit", [], None),
        ("the Hanoi summit?", "the Hanoi summit", "summit", ["hanoi"], None),
        ("the summit in Osaka?", "the summit in Osaka", "summit", ["osaka"], None),
        ("the summit of Everest", "the summit of Everest", "summit", ["everest"], None),
        ("Trump's visit to Japan did", "Trump's visit to Japan", "visit", ["japan", "trump"], None),
        ("the 2019 election?", "the 2019 election", "election", [], ("2019", "2019")),
        ("the visit of May 2019", "the visit of May 2019", "visit", [], ("2019-05", "2019-05")),
        ("the general election that", "the general election", "general election", [], None),
        ("the strike and the storm", "the strike", "strike", [], None),
    ],
)  # fmt: skip
def test_an_event_is_named_by_a_noun_and_what_belongs_to_it(
    rest: str, said: str, noun: str, others: list[str], within: tuple[str, str] | None
) -> None:
    assert event_name(rest, "2024-05-15") == Named(len(said), noun, frozenset(others), within)


@pytest.mark.parametrize(
    "rest",
    [
        "the court?",
        "all?",
        "the second summit?",
        "the next election?",
        "summit season",
        "the fire department came",
        "the strikers left",
        "the election-night party",
        "",
    ],
)
def test_other_words_name_no_event_or_one_of_several(rest: str) -> None:
    assert event_name(rest, "2024-05-15") is None


def test_the_day_stands_in_the_sentence_that_names_the_event() -> None:
    report = told("HANOI - Talks failed. The summit ended on Thursday. It rained.", "2019-03-01")
    assert day_of("the summit", report) == "2019-02-28"


def test_a_weekday_that_no_verb_puts_in_the_past_is_the_coming_one() -> None:
    preview = told("Nobody knows.", "2017-11-04", title="Abe to keep trade out of Monday's summit")
    assert day_of("the summit", preview) == "2017-11-06"
    other = told("They want unity when they hold their summit on Monday.", "2017-11-05", "Wire")
    assert day_of("the summit", preview, other) == "2017-11-06"


def test_an_article_about_an_event_is_dated_by_its_first_sentences() -> None:
    report = told(
        "Brennick lost on Saturday. It rained.", "2022-04-17", title="Rovers win the derby"
    )
    assert day_of("the derby", report) == "2022-04-16"


def test_two_articles_without_a_day_agree_by_their_dates_and_one_proves_nothing() -> None:
    one, other = (
        told("It was long.", "2019-03-01", title="After the summit"),
        told("The summit is over.", "2019-03-02", "Harbour Wire"),
    )
    assert day_of("the summit", one) is None
    assert day_of("the summit", one, other) == "2019-03-01"
    assert day_of("the summit", one, told("The summit is over.", "2019-03-20", "Wire")) is None
    assert day_of("the summit", one, told("The summit is over.", None, "Wire")) is None


SPRING = told("The election was held on Sunday.", "2018-05-07", title="Ilse Marrant wins")
LATER = told("The election was held on Sunday.", "2022-05-09", "Wire", "Tobin Achard wins")


def test_of_two_events_of_a_name_none_is_chosen() -> None:
    assert day_of("the election", SPRING) == "2018-05-06"
    assert day_of("the election", SPRING, LATER) is None


def test_a_year_or_a_name_in_the_question_singles_one_out() -> None:
    assert day_of("the 2022 election", SPRING, LATER) == "2022-05-08"
    assert day_of("the election of 2018", SPRING, LATER) == "2018-05-06"
    assert day_of("the 2019 election", SPRING, LATER) is None
    asked = "What did Tobin Achard say before the election?"
    assert day_of("the election", SPRING, LATER, question=asked) == "2022-05-08"
    asked = "What did Lucia Amaro say before the election?"
    assert day_of("the election", SPRING, LATER, question=asked) is None


def test_one_article_that_differs_from_many_does_not_count() -> None:
    many = [told("The summit ended on Thursday.", "2019-03-01", name) for name in "ABCDEF"]
    stray = told("The summit was held on May 3, 2011.", "2019-03-05", "G")
    assert day_of("the summit", *many, stray) == "2019-02-28"
    assert day_of("the summit", many[0], stray) is None


def test_only_articles_that_name_all_of_it_count() -> None:
    hanoi = told("HANOI - The summit ended on Thursday.", "2019-03-01")
    assert day_of("the Hanoi summit", hanoi) == "2019-02-28"
    assert day_of("the Osaka summit", hanoi) is None
    assert day_of("the strike", told("The strikers left on Thursday.", "2019-03-01")) is None


def test_what_is_told_long_before_or_after_only_is_not_taken_for_the_event() -> None:
    assert day_of("the visit", told("The visit was on May 3, 2014.", "2019-03-01")) is None
    assert day_of("the regatta", told("The regatta is on October 3, 2020.", "2019-10-13")) is None


def test_since_when_it_had_not_been_is_no_day_of_it() -> None:
    report = told("It is the first strike since May 3, 2019. They left on Monday.", "2019-05-07")
    assert day_of("the strike", report) == "2019-05-06"


def test_a_month_is_given_where_no_day_is_told() -> None:
    report = told("The summit failed in February.", "2019-03-10")
    assert day_of("the summit", report) == "2019-02"


@pytest.mark.parametrize("published", [None, "2019", "0001-01-01", "9999-12-31", "2019-02"])
def test_articles_of_any_date_are_read(published: str | None) -> None:
    odd = told("The summit was on Thursday, May 3, 9999.", published, title="The summit")
    for rest in ("the summit", "the 2019 summit", "the summit in 1600"):
        assert day_of(rest, odd, odd) is None or published is not None


def test_the_archive_is_searched_for_what_was_written_by_the_day_of_the_question() -> None:
    asked = []

    def search(query: str, k: int, filters: Filters) -> list[Hit]:
        asked.append((query, filters))
        return [Hit(told("The summit ended on Thursday.", "2019-03-01"), 1.0, 1.0, 1.0)]

    named = event_name("the 2019 Hanoi summit", "2019-05-01")
    assert named is not None
    almanac = Almanac("2016", "2020", search)
    assert look_up(named, "Who spoke?", (), almanac, "2019-05-01") is None
    assert asked == [("summit hanoi 2019", Filters(asked="2019-05-01"))]
    bare = event_name("the summit", None)
    assert bare is not None
    assert look_up(bare, "", (), almanac, None) == Event("2019-02-28", "Meridian Post")
    assert look_up(bare, "", (), None, None) is None
