"""What to try fits the reason and the filters that were in force."""

import pytest

from qa.datatypes import Filters, Reason
from ui.tries import tries

DATES = "Widen the dates: only articles {} were searched."


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(after="2019-04"), "from April 2019 on"),
        (Filters(before="2019-05-02"), "up to 2 May 2019"),
        (Filters(after="2018", before="2019-05"), "from 2018 to May 2019"),
        (Filters(after="2019", before="2019"), "of 2019"),
    ],
)
def test_dates_that_were_asked_for_are_widened_first(filters: Filters, said: str) -> None:
    for reason in ("nothing_in_range", "off_topic", "below_threshold"):
        assert tries(reason, filters)[0] == DATES.format(said)


def test_each_filter_in_force_gives_one_sentence() -> None:
    filters = Filters("2018", None, ("Harbour Wire", "Post"), ("note",), "2020-01-31")
    assert tries("nothing_in_range", filters) == [
        DATES.format("from 2018 on"),
        "Drop the outlet filter: only Harbour Wire or Post was searched.",
        "Ask the whole archive: only one article was searched.",
        "Ask as of a later day: nothing after 31 January 2020 was searched.",
        "Add articles of that time: 'pullquote index PATH'.",
    ]


@pytest.mark.parametrize("reason", ["nothing_in_range", "off_topic", "below_threshold", None])
def test_without_filters_no_filter_is_spoken_of(reason: Reason | None) -> None:
    said = " ".join(tries(reason, Filters()))
    assert "Add articles that deal with it" in said
    assert not any(word in said for word in ("Widen", "Drop", "whole archive", "later day"))


def test_a_question_that_came_near_is_asked_in_other_words() -> None:
    assert tries("below_threshold", Filters())[0].startswith("Ask for a name, a date, a place")
    assert tries(None, Filters()) == tries("below_threshold", Filters())


def test_a_fault_is_tried_again_and_then_checked() -> None:
    assert tries("error", Filters(after="2018")) == [
        "Ask the same once more.",
        "If it fails again, run 'pullquote check': it says whether the archive is sound.",
    ]
