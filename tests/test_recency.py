"""How recent an article is, and what looks back."""

import numpy as np
import pytest

from qa.recency import HALF_LIFE, last_day, looks_back, recency


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("1970-01-01", 0),
        ("2019-05-27", 18043),
        ("2019-02", last_day("2019-02-28")),
        ("2020", last_day("2020-12-31")),
    ],
)
def test_date_means_its_last_day(date: str, day: float) -> None:
    assert last_day(date) == day


def test_recency_halves_and_ends() -> None:
    asked = last_day("2022-06-10")
    days = np.array([asked + 1, asked, asked - HALF_LIFE, asked - 3650, np.nan], np.float32)
    assert recency(days, "2022-06-10").tolist() == pytest.approx([1, 1, 0.5, 0, 0], abs=1e-6)


@pytest.mark.parametrize(
    ("question", "back"),
    [
        ("Who won the World Cup in 2018?", True),
        ("Who ruled in the 1990s?", True),
        ("What happened between March and April 2022?", True),
        ("What happened this week?", False),
        ("Which company laid people off on Monday?", False),
        ("Who will win in 2024?", False),
        ("Who won the World Cup?", False),
    ],
)
def test_question_looks_back_when_it_names_a_time_long_past(question: str, back: bool) -> None:
    assert looks_back(question, "2022-06-10") is back
