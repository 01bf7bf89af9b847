"""Questions whose paragraph no longer answers them."""

import random
from dataclasses import replace

import pytest

from qa.squad import GoldSpan, SquadParagraph, SquadQuestion
from qa.swaps import make_unanswerable, swap

TEXT = "Ruth Adeyemi opened the first hall in Bern in 1984 with 40 guests."
PARAGRAPH = SquadParagraph("Bern", 0, "Bern", TEXT)


def asking(question: str) -> SquadQuestion:
    return SquadQuestion("q", question, (GoldSpan("Bern", TEXT.index("Bern")),), PARAGRAPH)


def swaps(question: str, names: list[str]) -> set[str]:
    made = (swap(asking(question), names, random.Random(seed)) for seed in range(60))
    return {q.question for q in made if q is not None}


def test_name_gives_way_to_one_that_the_paragraph_lacks() -> None:
    assert swaps("Where might Ruth Adeyemi enter it?", ["Ruth Adeyemi", "Bern", "Oslo"]) == {
        "Where might Oslo enter it?"
    }


def test_number_gives_way_to_another() -> None:
    made = swaps("Who might enter it in 1984?", [])
    assert made
    assert all(q.startswith("Who might enter it in ") and "1984" not in q for q in made)


@pytest.mark.parametrize(
    ("question", "other"),
    [("Who might enter the first hall?", "last"), ("Who might have won?", "lost")],
)
def test_word_gives_way_to_its_opposite(question: str, other: str) -> None:
    [made] = swaps(question, [])
    assert other in made


def test_verb_is_negated_now_and_then() -> None:
    assert swaps("Where did it open?", []) == {"Where didn't it open?", "Where did it close?"}


def test_nothing_to_exchange_gives_nothing() -> None:
    assert swaps("Where might it be?", []) == set()


def test_swapped_question_keeps_its_paragraph_and_loses_its_answers() -> None:
    [made] = make_unanswerable([asking("Who might enter the first hall?")], 1.0, 0)
    assert made == replace(asking("Who might enter the last hall?"), id="q-swapped", answers=())


def test_share_is_drawn_and_seed_decides() -> None:
    many = [replace(asking("Who might enter the first hall?"), id=str(n)) for n in range(400)]
    drawn = list(make_unanswerable(many, 0.25, 3))
    assert 60 < len(drawn) < 140
    assert drawn == list(make_unanswerable(many, 0.25, 3))
    assert list(make_unanswerable([replace(many[0], answers=())], 1.0, 0)) == []
