"""Answers as lines for a terminal: what a time means stands under the quote."""

from dataclasses import replace

from made_answers import ONE, REFUSED
from qa.datatypes import TimeMention
from ui.plain import answer_lines

SATURDAY = TimeMention("Saturday", 51, 59, "2019-04-27")
PLAIN = TimeMention("May 2019", 0, 8, "2019-05")


def test_a_time_is_explained_in_a_line_of_its_own_under_the_quote() -> None:
    quote = replace(ONE.quotes[0], times=(SATURDAY, PLAIN))
    lines = list(answer_lines(replace(ONE, quotes=(quote,))))
    assert lines[2] == "    “Saturday” = 27 April 2019"
    assert lines[:2] + lines[3:] == list(answer_lines(ONE))


def test_the_times_of_a_question_come_first() -> None:
    lines = list(answer_lines(replace(ONE, times=(SATURDAY,))))
    assert lines[0] == "Read “Saturday” = 27 April 2019"
    assert lines[1:] == list(answer_lines(ONE))


def test_nearest_passages_explain_their_times_too() -> None:
    nearest = replace(REFUSED.quotes[0], times=(SATURDAY,))
    lines = list(answer_lines(replace(REFUSED, quotes=(nearest,))))
    assert lines[3] == "    “Saturday” = 27 April 2019"
