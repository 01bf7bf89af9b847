"""Every miss has one cause: the first stage at fault, unless the right words were found."""

from dataclasses import replace

import pytest

from eval.causes import CAUSES, LADDER, Cause, explain
from eval.questions import Question
from eval.surface import holds, same_answer, spoken
from qa.datatypes import Answer, Filters, Hit, Passage, Quote

GOLD = "Talks reopened in the harbour hall in Oslo on Monday."
OTHER = "The night market in Rome has forty stalls."
QUESTION = Question("q", "Where?", ("the harbour hall",), ("talks",))


def hit(article: str, text: str, start: int = 0, copies: tuple[str, ...] = ()) -> Hit:
    return Hit(Passage(article, 1, start, start + len(text), text, copies=copies), 1.0, 1.0, 1.0)


RIGHT, WRONG, FURTHER = hit("talks", GOLD), hit("market", OTHER), hit("talks", "No words.", 900)


def answer(words: str, article: str = "talks", text: str = GOLD, refuse: bool = False) -> Answer:
    start = text.index(words)
    place = (start, start + len(words))
    origin = (None, None, None, None)
    quote = Quote(words, article, 1, *place, *origin, text, 0, len(text), 0, len(text), 0.4, 0)
    given = None if refuse else words
    status = "unanswered" if refuse else "answered"
    reason = "below_threshold" if refuse else None
    return Answer("Where?", "Where?", Filters(), status, reason, given, 0.4, (quote,))


ROME = answer("Rome", "market", OTHER)
NOTHING = replace(ROME, status="unanswered", reason="nothing_in_range", answer=None, quotes=())
FAILED = replace(NOTHING, reason="error")


def cause(given: Answer, *hits: Hit, question: Question = QUESTION, top_k: int = 2) -> Cause | None:
    found = explain(question, given, hits, top_k)
    return None if found is None else found.cause


@pytest.mark.parametrize(
    ("given", "hits", "expected"),
    [
        (answer("harbour hall"), [RIGHT], None),
        (answer("harbour hall", refuse=True), [RIGHT], "refused"),
        (answer("harbour hall"), [], None),
        (answer("harbour hall", refuse=True), [], "refused"),
        (FAILED, [RIGHT], "error"),
        (ROME, [WRONG], "article_not_retrieved"),
        (NOTHING, [], "article_not_retrieved"),
        (ROME, [WRONG, FURTHER], "passage_not_retrieved"),
        (ROME, [WRONG, FURTHER, RIGHT], "not_read"),
        (ROME, [WRONG, RIGHT], "other_span_other_passage"),
        (answer("Oslo"), [WRONG, RIGHT], "other_span_same_passage"),
        (answer("Oslo", refuse=True), [WRONG, RIGHT], "other_span_same_passage"),
        (NOTHING, [RIGHT], "other_span_same_passage"),
        (answer("harbour hall in Oslo"), [RIGHT], "surface_form"),
        (answer("harbour hall in Oslo", refuse=True), [RIGHT], "refused"),
        (answer("hall"), [WRONG], "surface_form"),
    ],
)
def test_cause_is_the_first_stage_at_fault(
    given: Answer, hits: list[Hit], expected: Cause | None
) -> None:
    assert cause(given, *hits) == expected


def test_question_without_an_answer_is_missed_when_it_is_answered() -> None:
    question = replace(QUESTION, answers=())
    assert cause(ROME, WRONG, question=question) == "answered_unanswerable"
    assert cause(NOTHING, WRONG, question=question) is None
    assert cause(FAILED, WRONG, question=question) == "error"


def test_copy_of_the_right_article_is_the_right_article() -> None:
    carrier = hit("wire", GOLD, copies=("talks",))
    assert cause(ROME, WRONG, carrier) == "other_span_other_passage"
    assert cause(answer("Oslo", "wire"), carrier) == "other_span_same_passage"


def test_without_named_articles_any_passage_with_the_answer_is_right() -> None:
    question = replace(QUESTION, article_ids=None)
    elsewhere = hit("elsewhere", GOLD)
    assert cause(ROME, WRONG, question=question) == "article_not_retrieved"
    assert cause(ROME, WRONG, elsewhere, question=question) == "other_span_other_passage"
    assert cause(ROME, WRONG, WRONG, elsewhere, question=question) == "not_read"


def test_retrieval_only_question_has_causes_of_retrieval_alone() -> None:
    question = replace(QUESTION, answers=None)
    assert cause(ROME, WRONG, question=question) == "article_not_retrieved"
    assert cause(ROME, WRONG, WRONG, FURTHER, question=question) == "not_read"
    assert cause(ROME, WRONG, FURTHER, question=question) is None
    assert cause(ROME, WRONG, question=replace(question, article_ids=None)) is None


def test_given_paragraph_leaves_the_reader_and_the_decision() -> None:
    found = explain(QUESTION, answer("Oslo"), None, 10)
    assert found is not None
    assert (found.cause, found.retrieved, found.article_rank) == (
        "other_span_same_passage",
        0,
        None,
    )


def test_explanation_tells_what_each_stage_offered() -> None:
    found = explain(QUESTION, ROME, [WRONG, WRONG, FURTHER, RIGHT], 2, in_store=True)
    assert found is not None
    assert (found.cause, found.retrieved, found.read) == ("not_read", 4, 2)
    assert (found.article_rank, found.passage_rank) == (2, 4)
    assert (found.passage, found.excerpt) == (f"talks [0:{len(GOLD)}]", GOLD)
    assert (found.offered, found.in_store) == ("market", True)


def test_excerpt_is_cut_around_the_answer() -> None:
    text = f"{'so ' * 60}in the harbour hall {'and ' * 60}"
    found = explain(QUESTION, ROME, [hit("talks", text)], 1)
    assert found is not None
    assert found.excerpt is not None
    assert found.excerpt.startswith("…")
    assert found.excerpt.endswith("…")
    assert "the harbour hall" in found.excerpt
    assert len(found.excerpt) < 250


def test_every_cause_has_its_place_on_the_ladder() -> None:
    assert sorted(cause for _, causes in LADDER for cause in causes) == sorted(CAUSES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Forty-two", "42"),
        ("one hundred and five", "105"),
        ("3.5 million", "3500000"),
        ("US$1,200", "us 1200"),
        ("twenty one thousand three hundred", "21300"),
        ("bread and two eggs and", "bread and 2 eggs and"),
        ("The U.S.’s café", "uss cafe"),
        ("5%", "5 percent"),
        ("5.5 per cent.", "5.5 percent"),
        ("—", ""),
    ],
)
def test_spelling_makes_no_difference(text: str, expected: str) -> None:
    assert spoken(text) == expected


def test_passage_holds_an_answer_word_by_word() -> None:
    assert holds("It drew twelve people.", ["12"])
    assert not holds("It was in 2012.", ["12"])
    assert holds("It cost 5 $ more.", ["$"])
    assert not holds("It cost more.", ["$"])


@pytest.mark.parametrize(
    ("given", "golds", "expected"),
    [
        ("forty", ["40"], True),
        ("Ruth Adeyemi", ["Mayor Ruth Adeyemi"], True),
        ("Mayor", ["Mayor Ruth Adeyemi of Lagos and so on"], False),
        ("Ruth", ["Adeyemi"], False),
        ("in May", ["May 2019"], False),
    ],
)
def test_other_words_are_the_same_answer_at_its_place(
    given: str, golds: list[str], expected: bool
) -> None:
    sentence = "Mayor Ruth Adeyemi sold forty stalls in May."
    assert same_answer(given, golds, sentence, sentence.index(given)) is expected


def test_same_words_elsewhere_are_another_answer() -> None:
    sentence = "Ruth Adeyemi met Ruth Mensah."
    assert same_answer("Ruth", ["Ruth Adeyemi"], sentence, 0)
    assert not same_answer("Ruth", ["Ruth Adeyemi"], sentence, 17)
