"""How far the passages found are read, and how they rank then."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa import reranking
from qa.datatypes import Hit, Passage, Span
from qa.reranking import READ_ALL, ranked, read_enough

WEIGHT = 20.0
MARGINS = st.floats(-15, 15)


class Margins:
    """A reader that gives each passage one span, of the margin that its text tells, or none."""

    id = "margins"

    def __init__(self) -> None:
        self.calls: list[int] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        self.calls.append(len(passages))
        return [[Span(0, 1, float(p.text), float(p.text))] if p.text else [] for p in passages]


def found(*pairs: tuple[float | None, float]) -> list[Hit]:
    """Give hits by margin and score."""
    texts = ["" if margin is None else str(margin) for margin, _ in pairs]
    return [
        Hit(Passage(f"p{n}", 1, 0, len(text), text), score, 0.0, 0.0)
        for n, (text, (_, score)) in enumerate(zip(texts, pairs, strict=True))
    ]


def read(hits: Sequence[Hit], depth: float = 10.0) -> int:
    return len(read_enough(Margins(), "Where?", hits, WEIGHT, depth))


def test_reading_stops_where_the_rest_cannot_come_first() -> None:
    hits = found((5.0, 1.0), (1.0, 0.8), (1.0, 0.74), (1.0, 0.1))
    assert read(hits) == 2  # the third would need 5 + 20 x 0.26 = 10.2, more than ten
    assert read(hits, depth=10.1) == 2
    assert read(hits, depth=10.3) == 3
    assert read(hits, READ_ALL) == 4
    assert len(read_enough(Margins(), "Where?", hits, 10 * READ_ALL, READ_ALL)) == 4


def test_first_is_read_always_and_what_loses_to_its_null_stops_nothing() -> None:
    assert read(found((None, 0.0))) == 1
    assert read([]) == 0
    assert read(found((-1.0, 1.0), (None, 0.1), (-3.0, 0.0), (2.0, 0.0)), depth=0.0) == 4


def test_better_span_further_down_counts_from_there_on() -> None:
    assert read(found((1.0, 1.0), (9.0, 0.9), (1.0, 0.85), (1.0, 0.84), (1.0, 0.8))) == 2


@given(
    st.lists(st.tuples(MARGINS | st.none(), st.floats(0, 1)), max_size=12),
    st.floats(0, 30),
    st.sampled_from([1, 2, 3, 16]),
)
@settings(max_examples=300, deadline=None)
def test_how_many_are_read_at_once_changes_nothing(
    pairs: list[tuple[float | None, float]], depth: float, at_once: int
) -> None:
    hits = sorted(found(*pairs), key=lambda hit: -hit.score)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reranking, "cores", lambda: at_once)
        reader = Margins()
        spans = read_enough(reader, "Where?", hits, WEIGHT, depth)
    assert sum(reader.calls) < len(spans) + 2 * max(2, at_once)
    expected, best = 0, float("-inf")
    for hit in hits:
        if best - WEIGHT * hit.score >= depth:
            break
        expected += 1
        if hit.passage.text and float(hit.passage.text) > 0:
            best = max(best, float(hit.passage.text) + WEIGHT * hit.score)
    assert len(spans) == expected


@given(
    st.lists(st.tuples(MARGINS, st.floats(0, 1)), max_size=10),
    st.lists(st.tuples(st.floats(-15, 0), st.floats(0, 1)), max_size=10),
    st.floats(0, 30),
)
@settings(max_examples=300, deadline=None)
def test_passages_that_lose_to_their_null_change_nothing_that_is_read_of_the_others(
    own: list[tuple[float, float]], losing: list[tuple[float, float]], depth: float
) -> None:
    hits = sorted(found(*own), key=lambda hit: -hit.score)
    strange = [Hit(Passage("x", 1, 0, 1, str(m)), score, 0.0, 0.0) for m, score in losing]
    mixed = sorted([*hits, *strange], key=lambda hit: -hit.score)
    alone = read_enough(Margins(), "Where?", hits, WEIGHT, depth)
    among = read_enough(Margins(), "Where?", mixed, WEIGHT, depth)
    kept = [hit for hit in mixed[: len(among)] if hit.passage.article_id != "x"]
    beaten = [hit for hit in hits[: len(alone)] if float(hit.passage.text) > 0]
    assert [hit for hit in kept if float(hit.passage.text) > 0] == beaten


def test_first_span_is_that_of_reading_all_while_no_margin_reaches_the_depth() -> None:
    pairs = [(3.0, 1.0), (7.9, 0.7), (-2.0, 0.6), (7.9, 0.31), (7.9, 0.3)]
    hits = found(*pairs)
    few = read_enough(Margins(), "Where?", hits, WEIGHT, 8.0)
    whole = read_enough(Margins(), "Where?", hits, WEIGHT, READ_ALL)
    assert len(few) < len(whole) == 5
    assert ranked(hits, few, WEIGHT)[0] == ranked(hits, whole, WEIGHT)[0] == hits[0]


def test_passages_that_were_read_rank_by_span_and_search_and_come_before_the_others() -> None:
    hits = found((None, 1.0), (-9.0, 0.9), (6.0, 0.5), (9.0, 0.3), (1.0, 0.2))
    spans = Margins().read("Where?", [hit.passage for hit in hits[:4]])
    order = [hit.passage.article_id for hit in ranked(hits, spans, WEIGHT)]
    assert order == ["p2", "p3", "p1", "p0", "p4"]  # 16, 15, 9, no span, not read
    assert ranked(hits, [], WEIGHT) == hits
