"""Logits to spans: exact values on tiny arrays."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa.spans import LEAST, LIKELY, TokenSpan, best_spans, bracket_counts, word_edges

ANY = np.ones(4, dtype=bool)


def logits(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_best_span_is_the_largest_sum_that_runs_forward() -> None:
    spans = best_spans(logits(1, 0, 5, 0), logits(9, 0, 1, 2), ANY, ANY, 30, 1)
    assert spans == [TokenSpan(0, 0, 10.0, 10.0)]


def test_end_before_start_is_no_span() -> None:
    spans = best_spans(logits(0, 0, 0, 5), logits(9, 0, 0, 0), ANY, ANY, 30, 1)
    assert spans == [TokenSpan(0, 0, 9.0, 9.0)]


def test_span_is_no_longer_than_allowed() -> None:
    starts, ends = logits(5, 0, 0, 0), logits(0, 1, 0, 5)
    assert best_spans(starts, ends, ANY, ANY, 4, 1) == [TokenSpan(0, 3, 10.0, 10.0)]
    assert best_spans(starts, ends, ANY, ANY, 3, 1) == [TokenSpan(0, 1, 6.0, 6.0)]


def test_later_spans_do_not_overlap_better_ones() -> None:
    spans = best_spans(logits(5, 4, 0, 1), logits(0, 4, 0, 1), ANY, ANY, 30, 4)
    assert [(span.first, span.last) for span in spans] == [(0, 1), (3, 3), (2, 2)]


def test_masked_tokens_neither_start_nor_end_a_span() -> None:
    starts, ends = np.array([0, 1, 1, 1], bool), np.array([1, 1, 1, 0], bool)
    assert best_spans(logits(9, 0, 0, 0), logits(0, 0, 1, 9), starts, ends, 30, 1) == [
        TokenSpan(1, 2, 1.0, 1.0)
    ]


def test_no_allowed_token_gives_no_span() -> None:
    assert best_spans(logits(1, 1, 1, 1), logits(1, 1, 1, 1), ~ANY, ANY, 30, 3) == []
    assert best_spans(logits(), logits(), ANY[:0], ANY[:0], 30, 3) == []


@given(
    arrays(np.float32, 12, elements=st.floats(-20, 20, width=32)),
    arrays(np.float32, 12, elements=st.floats(-20, 20, width=32)),
    st.integers(1, 12),
)
def test_first_span_is_the_best_by_brute_force(
    starts: np.ndarray, ends: np.ndarray, longest: int
) -> None:
    free = np.ones(12, dtype=bool)
    found = best_spans(starts, ends, free, free, longest, 3)
    sums = [starts[i] + ends[j] for i in range(12) for j in range(i, min(12, i + longest))]
    assert found[0].logit == max(sums)
    tokens = [t for span in found for t in range(span.first, span.last + 1)]
    assert len(tokens) == len(set(tokens))


def test_word_edges_keep_a_span_from_cutting_a_word() -> None:
    offsets = np.array([(0, 2), (2, 3), (3, 7), (7, 10), (11, 12), (12, 14)])
    starts, ends = word_edges("re-elected 3rd", offsets)
    assert starts.tolist() == [True, True, True, False, True, False]
    assert ends.tolist() == [True, True, False, True, False, True]


@given(st.text("a1é ([{)]}-'\n", min_size=1, max_size=12))
def test_edges_and_brackets_of_any_range(text: str) -> None:
    places = range(len(text) + 1)
    offsets = np.array([*itertools.combinations(places, 2)])
    words = {at for at in places[1:-1] if (text[at - 1] + text[at]).isalnum()}
    starts, ends = word_edges(text, offsets)
    assert starts.tolist() == [low not in words for low, _ in offsets]
    assert ends.tolist() == [high not in words for _, high in offsets]
    opened = [sum(map(text[low:high].count, "([{")) for low, high in offsets]
    closed = [sum(map(text[low:high].count, ")]}")) for low, high in offsets]
    assert bracket_counts(text, offsets).tolist() == np.subtract(opened, closed).tolist()


def test_span_closes_the_brackets_it_opens_and_no_others() -> None:
    text = "48 km ( 30 mi ) or (so) b ) c"
    offsets = np.array([m.span() for m in re.finditer(r"\w+|[()]", text)])
    brackets = bracket_counts(text, offsets)
    assert brackets.tolist() == [0, 0, 1, 0, 0, -1, 0, 1, 0, -1, 0, -1, 0]
    flat = np.zeros(len(offsets), np.float32)
    free = np.ones(len(offsets), bool)
    told = best_spans(flat, flat, free, free, 30, 1, brackets)
    assert told == [TokenSpan(0, 0, 0.0, 0.0)]
    for first, last in itertools.combinations_with_replacement(range(len(offsets)), 2):
        starts, ends = free & False, free & False
        starts[first], ends[last] = True, True
        found = best_spans(flat, flat, starts, ends, 30, 1, brackets)
        assert bool(found) == balanced(text[offsets[first][0] : offsets[last][1]])
        assert best_spans(flat, flat, starts, ends, 30, 1)


def balanced(words: str) -> bool:
    while "(" in words and (shorter := re.sub(r"\([^()]*\)", "", words)) != words:
        words = shorter
    return not set(words) & set("()")


def test_spans_that_say_the_same_count_together() -> None:
    words = ["the", "Broncos", "Denver", "Broncos"]
    starts, ends = logits(2.0, 1.9, 2.2, 1.5), logits(0, 2.0, 0, 1.9)

    def says(first: int, last: int) -> str:
        return " ".join(word for word in words[first : last + 1] if word != "the")

    alone = best_spans(starts, ends, ANY, ANY, 2, 4)
    both = float(starts[2] + ends[3])
    assert alone[0] == TokenSpan(2, 3, both, both)
    pooled = best_spans(starts, ends, ANY, ANY, 2, 4, says=says)
    assert (pooled[0].first, pooled[0].last) == (0, 1)
    same = [starts[0] + ends[1], starts[1] + ends[1], starts[3] + ends[3]]
    assert pooled[0].logit == starts[0] + ends[1]
    assert pooled[0].worth == pytest.approx(np.log(np.exp(same).sum()), rel=1e-5)
    assert says(pooled[1].first, pooled[1].last) == "Denver Broncos"


@given(
    arrays(np.float32, 6, elements=st.floats(-20, 20, width=32)),
    arrays(np.float32, 6, elements=st.floats(-20, 20, width=32)),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
)
def test_nothing_is_said_twice_and_what_counts_together_is_no_less_than_its_best(
    starts: np.ndarray, ends: np.ndarray, words: list[int]
) -> None:
    free = np.ones(6, dtype=bool)

    def says(first: int, last: int) -> tuple[int, ...]:
        return tuple(words[first : last + 1])

    found = best_spans(starts, ends, free, free, 3, 2, says=says)
    alone = best_spans(starts, ends, free, free, 3, 2)
    assert alone[0].logit <= found[0].worth + 1e-4
    assert found[0].worth <= alone[0].logit + np.log(LIKELY) + 1e-4
    within = [span for span in found if span.logit > alone[0].logit - LEAST]
    told = [says(span.first, span.last) for span in within]
    assert len(set(told)) == len(told)


def test_nothing_allowed_says_nothing() -> None:
    assert best_spans(logits(1, 1, 1, 1), logits(1, 1, 1, 1), ~ANY, ANY, 30, 3, says=max) == []
