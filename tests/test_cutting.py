"""A quote is cut from its article only where the article says it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_answers import HALL, MadePipeline, make_quote
from qa.datatypes import Article, Quote
from ui.cutting import cut

ARTICLES = MadePipeline().article
QUOTE = make_quote(HALL, "the harbour hall")


def test_the_pieces_are_the_sentence_and_one_on_each_side() -> None:
    cutting = cut(QUOTE, ARTICLES)
    assert cutting is not None
    assert cutting.before == "Dockers and owners have not met for nine days. "
    assert cutting.opening == "On Saturday Ms. Quill said the talks would reopen in "
    assert cutting.words == "the harbour hall"
    assert cutting.closing == " at noon."
    assert cutting.after == " Both sides had asked for a place that belongs to neither."


def test_the_first_and_the_last_sentence_have_one_neighbour() -> None:
    first = cut(make_quote(HALL, "nine days"), ARTICLES)
    last = cut(make_quote(HALL, "No ship"), ARTICLES)
    assert first is not None
    assert last is not None
    assert (first.before, first.after) == ("", " " + QUOTE.sentence)
    assert last.before.startswith("The strike has closed")
    assert (last.opening, last.words, last.after) == ("", "No ship", "")


def test_the_neighbour_in_another_paragraph_comes_with_the_break_between() -> None:
    cutting = cut(make_quote(HALL, "The strike"), ARTICLES)
    assert cutting is not None
    assert cutting.before == "Both sides had asked for a place that belongs to neither.\n\n"


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": "the harbour hell"},
        {"start": QUOTE.start + 1},
        {"end": QUOTE.end + 1},
        {"sentence": QUOTE.sentence + "!"},
        {"sentence_start": QUOTE.start + 1},
        {"sentence_end": QUOTE.end - 1},
        {"sentence_end": len(HALL.text) + 9},
        {"article_id": "talks-moved"},
        {"article_id": "gone"},
        {"answer": "", "end": QUOTE.start},
        {"sentence_start": QUOTE.sentence_start - len(HALL.text)},
    ],
)
def test_a_quote_that_does_not_stand_is_not_cut(changes: dict[str, object]) -> None:
    assert cut(replace(QUOTE, **changes), ARTICLES) is None


def test_a_neighbour_beyond_the_passage_is_shown_too() -> None:
    cutting = cut(replace(QUOTE, passage_start=QUOTE.start, passage_end=QUOTE.end), ARTICLES)
    assert cutting is not None
    assert cutting.before == "Dockers and owners have not met for nine days. "


@given(
    text=st.text("ab ", max_size=8),
    answer=st.text("ab ", max_size=3),
    offsets=st.tuples(*[st.integers(-9, 12)] * 4),
)
def test_what_is_cut_is_always_what_the_article_says(
    text: str, answer: str, offsets: tuple[int, int, int, int]
) -> None:
    first, start, end, last = offsets
    quote = Quote(
        answer, "a", 1, start, end, None, None, None, None, text[max(first, 0) : max(last, 0)],
        first, last, first, last, 0.5, 0,
    )  # fmt: skip
    cutting = cut(quote, lambda article_id, revision: Article("a", text, "a.txt"))
    if cutting is not None:
        assert cutting.words == answer == text[start:end] != ""
        assert cutting.opening + cutting.words + cutting.closing == text[first:last]
        assert text[:first].endswith(cutting.before)
        assert text[last:].startswith(cutting.after)
