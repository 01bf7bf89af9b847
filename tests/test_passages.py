"""Sentences and windows: exact offsets on made text, and properties over any Unicode."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.passages import Window, sentences, split

ANY_TEXT = st.text() | st.text(alphabet="ab. \n\t“”!🎉•\u2028\x85")


def quoted(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def numbered(count: int, words: int = 10) -> str:
    """Sentences of so many words: 'Aa w w … w0.' and so on."""
    return " ".join("Aa " + "w " * (words - 2) + f"w{n}." for n in range(count))


def visible(text: str) -> set[int]:
    return {at for at, character in enumerate(text) if not character.isspace()}


def test_sentences_end_at_full_stops_but_not_at_abbreviations() -> None:
    text = "Dr. Ito met Mr. Abe on Jan. 5 in Washington. They spoke of U.S. beef. Did it help?"
    assert quoted(text) == [
        "Dr. Ito met Mr. Abe on Jan. 5 in Washington.",
        "They spoke of U.S. beef.",
        "Did it help?",
    ]


def test_sentence_offsets_are_character_indexes_behind_astral_characters() -> None:
    text = "🎉🎉 The fair 🎪 opened. It closed in May."
    assert sentences(text) == [(0, 21), (22, 39)]


def test_sentences_leave_out_the_white_space_around_them() -> None:
    assert sentences("  \n One came. \t Two left. \n ") == [(4, 13), (16, 25)]


def test_sentences_never_join_paragraphs() -> None:
    assert quoted("A headline without a stop\n\nThe story begins") == [
        "A headline without a stop",
        "The story begins",
    ]


def test_sentences_end_at_a_newline_before_a_long_line() -> None:
    long_line = "The harbour council " + "and its many members " * 5 + "met"
    assert quoted(f"Harbour talks\n{long_line}") == ["Harbour talks", long_line]


def test_sentences_end_at_a_newline_where_the_next_word_had_room() -> None:
    text = "Harbour talks\nThe council met on Monday in the old hall"
    assert quoted(text) == ["Harbour talks", "The council met on Monday in the old hall"]


def test_sentences_go_on_over_a_wrapped_line() -> None:
    text = "The council met on Monday in the old\nhall. Nobody came."
    assert quoted(text) == ["The council met on Monday in the old\nhall.", "Nobody came."]


def test_sentences_end_before_a_bullet() -> None:
    assert quoted("They want new\n• ferries\n• piers") == ["They want new", "• ferries", "• piers"]


def test_a_long_sentence_is_cut_at_white_space() -> None:
    text = "word " * 300
    assert sentences(text) == [(0, 999), (1000, 1499)]


def test_a_long_word_is_cut_anywhere() -> None:
    assert sentences("x" * 2500) == [(0, 1000), (1000, 2000), (2000, 2500)]


def test_a_sentence_over_the_edge_of_a_block_stays_whole() -> None:
    text = "A short one came here. " * 1000
    assert set(quoted(text)) == {"A short one came here."}


def test_a_word_over_the_edge_of_a_block_stays_whole() -> None:
    assert {word for piece in quoted("seven7 " * 5000) for word in piece.split()} == {"seven7"}


@pytest.mark.parametrize("text", ["", " \n\t\n ", "\u2028"])
def test_blank_text_has_no_sentence_and_no_window(text: str) -> None:
    assert (sentences(text), split(text)) == ([], [])


def test_a_short_text_is_one_window() -> None:
    text = "One came. Two left.\n\nThree stayed."
    assert split(text) == [Window(0, len(text))]


def test_windows_repeat_about_a_quarter_in_whole_sentences() -> None:
    text = numbered(20)
    words = [text[window.start : window.end].split() for window in split(text, words=40)]
    assert [len(window) for window in words] == [40, 40, 40, 40, 40, 40, 20]
    assert [window[-1] for window in words] == ["w3.", "w6.", "w9.", "w12.", "w15.", "w18.", "w19."]
    assert all(len(set(one) & set(two) - {"Aa", "w"}) == 1 for one, two in pairwise(words))


def test_windows_without_overlap_share_nothing() -> None:
    assert [text.split()[-1] for text in windows(numbered(8), 40, 0.0)] == ["w3.", "w7."]


def test_the_repeated_part_is_given_up_where_the_next_sentence_needs_the_room() -> None:
    text = numbered(4) + " " + numbered(1, words=35)
    assert [len(window.split()) for window in windows(text, 40, 0.25)] == [40, 35]


def test_a_text_that_ends_with_a_window_has_no_further_one() -> None:
    assert [len(window.split()) for window in windows(numbered(4), 40, 0.5)] == [40]


def test_a_sentence_longer_than_a_window_is_cut_into_overlapping_ones() -> None:
    text = " ".join(f"w{n}" for n in range(100))
    ends = [(window.split()[0], window.split()[-1]) for window in windows(text, 40, 0.25)]
    assert ends == [("w0", "w39"), ("w30", "w69"), ("w60", "w99")]


def windows(text: str, words: int, overlap: float) -> list[str]:
    return [text[window.start : window.end] for window in split(text, words, overlap)]


@given(ANY_TEXT)
def test_sentences_cover_every_visible_character_once_and_in_order(text: str) -> None:
    spans = sentences(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert visible(text) <= {at for span in spans for at in range(*span)}


@given(
    ANY_TEXT | st.lists(ANY_TEXT, min_size=5).map(". ".join),
    st.integers(min_value=1, max_value=30),
    st.floats(min_value=0, max_value=0.5),
)
def test_windows_cover_all_advance_and_stay_within_the_limit(
    text: str, words: int, overlap: float
) -> None:
    found = split(text, words, overlap)
    assert all(0 < len(text[window.start : window.end].split()) <= words for window in found)
    assert all(one.start < two.start and one.end < two.end for one, two in pairwise(found))
    assert visible(text) <= {at for window in found for at in range(window.start, window.end)}


@pytest.mark.parametrize("unit", ["x", "word ", "“ x. ", "A b. ", "a\n", "\n", "(" * 9 + " "])
def test_a_megabyte_takes_seconds(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    begun = time.perf_counter()
    split(text)
    assert time.perf_counter() - begun < 10
