"""How recent an article is, what looks back, and that stores and settings tell of it."""

from pathlib import Path

import numpy as np
import pytest

from conftest import TinyEncoder, TinyReader
from made_store import HARBOUR, MARKET, article, index
from qa.datatypes import Filters
from qa.joined import Joined
from qa.models import Models
from qa.pipeline import assemble
from qa.recency import HALF_LIFE, last_day, looks_back, recency
from qa.settings import load_settings
from qa.store import Store


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


def test_rows_of_a_store_have_the_day_of_their_earliest_article(tmp_path: Path) -> None:
    store = Store.create(tmp_path)
    index(
        store,
        [
            article("late", HARBOUR, published="2019-05-02"),
            article("early", HARBOUR, published="2019-04"),
            article("undated", MARKET),
        ],
    )
    with store.snapshot() as snapshot:
        days = {snapshot.passage(row).article_id: snapshot.days[row] for row in range(2)}
        both = Joined(None, snapshot).days
    assert days["early"] == last_day("2019-04-30")
    assert np.isnan(days["undated"])
    assert np.array_equal(both, snapshot.days, equal_nan=True)


def test_weight_is_that_of_the_settings(tmp_path: Path) -> None:
    store = Store.create(tmp_path)
    old = article("old", f"{HARBOUR} Geese came.", published="2001-01")
    index(store, [old, article("new", HARBOUR, published="2019-05")])
    firsts = []
    for weight in (0.0, 5.0):
        settings = load_settings(store=tmp_path, recency_weight=weight)
        models = Models(TinyEncoder(), TinyReader())
        with store.snapshot() as snapshot:
            pipeline = assemble(settings, models, snapshot)
            hits = pipeline.search("Harbour hall geese?", 2, Filters(asked="2019-06"))
        firsts.append(hits[0].passage.article_id)
    assert firsts == ["old", "new"]
