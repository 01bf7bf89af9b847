"""Parts of a question set, told by simple looks."""

import pytest

from eval.questions import Question
from eval.slices import answer_length, answer_type, question_word, slices_of
from qa.datatypes import Answer, Article, Filters, Quote

NOTHING = Answer("W?", "W?", Filters(), "unanswered", "off_topic", None, 0.0)


def asked(text: str, *answers: str) -> Question:
    return Question("q", text, answers)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("How many stalls are there?", "how many"),
        ("In which year did it close?", "which"),
        ("To whom did she write?", "who"),
        ("Name the mayor.", "other"),
        ("Somehow it closed?", "other"),
    ],
)
def test_question_word_is_the_first_that_asks(question: str, word: str) -> None:
    assert question_word(question) == word


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("When?", "27 April 2019", "date"),
        ("When?", "the 1990s", "date"),
        ("When?", "on Monday", "date"),
        ("When?", "May", "date"),
        ("How many?", "forty stalls", "number"),
        ("How many?", "12.5 percent", "number"),
        ("Who?", "Ruth de la Cruz", "person"),
        ("Where?", "Dock Street", "name"),
        ("Why?", "rust in the cables", "other"),
    ],
)
def test_answer_type_is_told_by_its_look(question: str, answer: str, kind: str) -> None:
    assert answer_type(asked(question, answer)) == kind


@pytest.mark.parametrize(
    ("answers", "length"),
    [
        (("Oslo",), "1 word"),
        (("in the hall", "the hall"), "2 words"),
        (("one two three four five",), "3 to 5 words"),
        (("one two three four five six",), "6 words or more"),
        ((), "none"),
    ],
)
def test_answer_length_is_that_of_the_shortest(answers: tuple[str, ...], length: str) -> None:
    assert answer_length(asked("W?", *answers)) == length


def test_question_without_known_answers_has_no_known_part() -> None:
    question = Question("q", "Where?", None, ("talks",))
    assert slices_of(question, NOTHING, None) == {
        "question word": "where",
        "answer type": "unknown",
        "answer length": "unknown",
        "article date": "unknown",
        "outlet": "unknown",
    }


def test_date_and_outlet_are_of_the_right_article_before_the_quoted_one() -> None:
    origin = ("T", "Post", "2018-05", None)
    quote = Quote("Oslo", "b", 1, 0, 4, *origin, "Oslo.", 0, 5, 0, 5, 0.5, 0)
    answer = Answer("W?", "W?", Filters(), "answered", None, "Oslo", 0.5, (quote,))
    gold = Article("a", "Oslo.", "a.txt", published="2019-04-27", source="Wire")
    told = slices_of(asked("Where?", "Oslo"), answer, gold)
    assert (told["article date"], told["outlet"]) == ("2019", "Wire")
    told = slices_of(asked("Where?", "Oslo"), answer, None)
    assert (told["article date"], told["outlet"]) == ("2018", "Post")
