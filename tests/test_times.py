"""Expressions of time mean what a reader would say they mean, or are left alone."""

import json
import re
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.times import find_times
from qa.times_calendar import Period, iso, month, months, part, week, years
from qa.times_tense import tense

GOLD = Path(__file__).parent / "data" / "time_expressions.jsonl"
ROWS = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
ISO = re.compile(r"(\d{4})(-\d\d)?(-\d\d)?")
PIECES = (
    *("May", " ", "27", ", ", "2019", "Nov. 5", "last", "next", "this", "week", "Tuesday", "the"),
    *(
        "early",
        "mid-",
        "end of",
        "will",
        "said",
        "in",
        "from",
        "to",
        "-",
        "–",
        "1990s",
        "ago",
        "two",
    ),
    *("yesterday", "’s", ".", "\n", "Feb. 29", "between", "and", "2016", "summer", "99", "\x00"),
)


def found(sentence: str, anchor: str | None = "2019-05-15") -> list[list[str]]:
    return [[one.text, one.value] for one in find_times(sentence, anchor)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["sentence"])
def test_the_gold_table_is_met(row: dict[str, str]) -> None:
    mentions = find_times(row["sentence"], row["anchor"])
    assert [[one.text, one.value] for one in mentions] == row["expected"]
    assert all(row["sentence"][one.start : one.end] == one.text for one in mentions)


def test_the_gold_table_is_large_enough_and_has_traps() -> None:
    assert sum(len(row["expected"]) for row in ROWS) >= 150
    assert sum(not row["expected"] for row in ROWS) >= 30


def test_without_an_anchor_only_what_says_its_year_is_resolved() -> None:
    sentence = "It began last week, on May 3, and ended on May 9, 2019."
    assert found(sentence, None) == [["May 9, 2019", "2019-05-09"]]


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("2019-05-15", ["2018", "2019-04", "2019-05-14"]),
        ("2019-05", ["2018", "2019-04"]),
        ("2019", ["2018"]),
    ],
)
def test_a_vaguer_anchor_resolves_only_what_follows_from_it(
    anchor: str, expected: list[str]
) -> None:
    sentence = "It fell last year, it fell last month, it fell yesterday."
    assert [one.value for one in find_times(sentence, anchor)] == expected


@pytest.mark.parametrize("anchor", ["today", "2019-5-1", "2019-02-30", ""])
def test_an_anchor_that_is_no_date_is_refused(anchor: str) -> None:
    with pytest.raises(ValueError, match=r"is not|day is out|must be"):
        find_times("last week", anchor)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (years(2019, 2019), "2019"),
        (years(1990, 1999), "1990/1999"),
        (month(2019, 13), "2020-01"),
        (months(2017, 7, 9), "2017-07/2017-09"),
        (week(date(2019, 5, 15)), "2019-05-13/2019-05-19"),
        (Period(date(2019, 5, 1), date(2019, 5, 1)), "2019-05-01"),
        (part(month(2019, 2), "mid"), "2019-02-11/2019-02-20"),
        (part(month(2019, 2), "late"), "2019-02-21/2019-02-28"),
        (part(years(2018, 2018), "mid"), "2018-05/2018-08"),
        (part(years(1990, 1999), "late"), "1997/1999"),
    ],
)
def test_periods_are_written_in_their_precision(period: Period, expected: str) -> None:
    assert iso(period) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Abe said on | that it was over.", "past"),
        ("Abe will go on |.", "future"),
        ("Abe will go, sources said |.", "past"),
        ("The talks will be held on |.", "future"),
        ("The talks were to be held on |.", "unclear"),
        ("Abe wants to go on |.", "unclear"),
        ("On |, a new crane fell.", "past"),
        ("In talks on |, they are expected to agree.", "future"),
        ("The painted boats on |", None),
        ("It ended. The talks on |", None),
    ],
)
def test_the_nearest_verb_tells_the_direction(sentence: str, expected: str | None) -> None:
    at = sentence.index("|")
    assert tense(sentence.replace("|", "Monday"), at, at + 6) == expected


@settings(deadline=None)
@given(
    st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map(" ".join)),
    st.one_of(
        st.none(),
        st.dates().map(date.isoformat),
        st.dates().map(lambda day: day.isoformat()[:7]),
        st.dates().map(lambda day: day.isoformat()[:4]),
    ),
)
def test_any_text_gives_ordered_spans_and_iso_values(text: str, anchor: str | None) -> None:
    end = 0
    for one in find_times(text, anchor):
        assert end <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.text
        assert all(ISO.fullmatch(value) for value in one.value.split("/"))
        low, _, high = one.value.partition("/")
        assert not high or low < high
        end = one.end


@pytest.mark.parametrize(
    "piece",
    ["May ", "the ", "early ", "Tuesday ", "2019-", "9" * 9, "Nov. 5 to ", "will ", "in in "],
)
def test_long_hostile_text_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        start = time.process_time()
        find_times((piece * size)[:size], "2019-05-15")
        return time.process_time() - start

    assert seconds(40_000) < 10 * seconds(10_000) + 0.5
