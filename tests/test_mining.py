"""Negatives hold no answer and come from what was retrieved."""

from qa.mining import mine_negatives
from qa.squad import GoldSpan, SquadParagraph, SquadQuestion

POOL = [
    SquadParagraph("A", n, None, text)
    for n, text in enumerate(["In Rome it rained.", "ROME again.", "Oslo was dry.", "Bern, too."])
]
QUESTION = SquadQuestion("q", "Where?", (GoldSpan("Rome", 3),), POOL[0])


def in_order(question: str, depth: int) -> list[int]:
    return list(range(len(POOL)))[:depth]


def test_negative_is_retrieved_and_lacks_the_answer_in_any_case() -> None:
    for seed in range(20):
        [(question, paragraph)] = mine_negatives([QUESTION], POOL, in_order, 1.0, seed)
        assert question is QUESTION
        assert paragraph.context in ("Oslo was dry.", "Bern, too.")


def test_share_of_questions_is_drawn_and_seed_decides() -> None:
    many = [QUESTION] * 400
    first = list(mine_negatives(many, POOL, in_order, 0.25, 1))
    assert 60 < len(first) < 140
    assert first == list(mine_negatives(many, POOL, in_order, 0.25, 1))


def test_question_without_rivals_or_answers_gives_nothing() -> None:
    unanswerable = SquadQuestion("u", "Where?", (), POOL[2])
    assert list(mine_negatives([unanswerable], POOL, in_order, 1.0, 0)) == []
    assert list(mine_negatives([QUESTION], POOL, in_order, 1.0, 0, depth=2)) == []
