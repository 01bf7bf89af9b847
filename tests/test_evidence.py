"""What speaks for a span: exact on made passages, and blind to passages that lose to their null."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answers import compose
from qa.confidence import Calibration, Regression
from qa.datatypes import Answer, Filters, Hit, Passage, Span
from qa.evidence import FEATURES, Evidence, weigh

QUESTION = "When did Anna Vogt's harbour hall open in Bern in 1999?"
TEXT = "The harbour hall opened in Bern on 3 May 1999. Rain fell on 4 May."


def hit(name: str, text: str = TEXT, title: str | None = None, score: float = 0.5) -> Hit:
    return Hit(Passage(name, 1, 0, len(text), text, title), score, 3.0, 0.6)


def span(words: str, margin: float, text: str = TEXT) -> Span:
    start = text.index(words)
    return Span(start, start + len(words), margin + 1, margin)


def features(evidence: Evidence) -> dict[str, float]:
    return dict(zip(FEATURES, evidence.values, strict=True))


def test_words_of_the_question_are_looked_for_near_the_span_and_its_names_in_the_headline() -> None:
    far = "Nothing else was said of it that day. " * 5
    text = f"{far}{TEXT}"
    [[found]] = weigh(QUESTION, [hit("a", text, "Anna Vogt speaks")], [[span("3 May", 6, text)]])
    assert features(found) == {
        "apart": 6,
        "lead": 6,
        "near": pytest.approx(5 / 7),  # harbour, hall, open, Bern, 1999; not Anna, Vogt
        "names": 1,
    }
    [[bare]] = weigh(QUESTION, [hit("a", text)], [[span("Nothing", 6, text)]])
    assert features(bare)["near"] == 0
    assert features(bare)["names"] == pytest.approx(2 / 4)  # Bern and 1999; not Anna, Vogt


def test_distance_is_to_the_best_that_says_something_else() -> None:
    own = [span("on 3 May 1999", 7), span("3 May", 6.5), span("4 May", 4), span("Rain", 3)]
    more = [[span("May 1999", 6)], [span("Bern", 5)], [span("Rain", 2), span("hall", 1.5)]]
    hits = [hit(name) for name in "abcd"]
    [first, *_], *others = weigh(QUESTION, hits, [own, *more])
    assert features(first)["apart"] == 7 - 4
    assert features(first)["lead"] == 7 - 5
    assert [features(found[0])["lead"] for found in others] == [6 - 5, 5 - 7, 2 - 7]


def test_margins_count_up_to_twenty_logits() -> None:
    [[one], [other]] = weigh(
        "Where?", [hit("a"), hit("b")], [[span("Bern", 90)], [span("Rain", 40)]]
    )
    assert (features(one)["apart"], features(one)["lead"], features(other)["lead"]) == (20, 0, 0)


def test_span_that_does_not_beat_its_null_has_no_features() -> None:
    assert weigh("Where?", [hit("a")], [[span("Bern", 0.0)]]) == [[Evidence(0.0)]]
    assert weigh("Where?", [hit("a")], [[]]) == [[]]


def test_question_without_words_or_names_lacks_none() -> None:
    [[found]] = weigh("who?", [hit("a")], [[span("Bern", 2)]])
    assert (features(found)["near"], features(found)["names"]) == (1, 1)


EVERY = Regression(weights=(0.7, 0.9, 1.3, 1.7), intercept=-4.0, losing=-2.5)
WORDS = ("harbour", "hall", "Bern", "1999", "Anna", "Vogt", "opened", "rain", "the", "Rovers")
texts = st.lists(st.sampled_from(WORDS), min_size=3, max_size=12).map(" ".join)
title = st.none() | texts


@st.composite
def passages(draw: st.DrawFn, margins: st.SearchStrategy[float]) -> tuple[Hit, list[Span]]:
    """A passage with the spans of a reader, best first, the first of which has such a margin."""
    text, best = draw(texts), draw(margins)
    first = Span(0, text.index(" "), best + 1, best)
    last = text.rindex(" ") + 1
    behind = best - draw(st.floats(0, 5))
    spans = [first, Span(last, len(text), behind + 1, behind)][: draw(st.integers(1, 2))]
    name = f"p{draw(st.integers(0, 10**9))}"
    return hit(name, text, draw(title), draw(st.floats(0, 1))), spans


@settings(deadline=None, max_examples=150)
@given(
    st.lists(passages(st.floats(-8, 25)), max_size=5),
    st.lists(passages(st.floats(-20, 0)), max_size=5),
    st.lists(st.booleans(), min_size=5, max_size=5),
    st.floats(0, 1),
    st.floats(0, 10),
)
def test_passages_that_lose_to_their_null_change_neither_decision_nor_confidence(
    own: list[tuple[Hit, list[Span]]],
    losing: list[tuple[Hit, list[Span]]],
    in_front: list[bool],
    threshold: float,
    weight: float,
) -> None:
    front = [one for one, first in zip(losing, in_front, strict=False) if first]
    back = [one for one, first in zip(losing, in_front, strict=False) if not first]
    calibration = Calibration(1.1, -0.2, threshold, EVERY)

    def asked(read: list[tuple[Hit, list[Span]]]) -> Answer:
        hits, spans = [h for h, _ in read], [s for _, s in read]
        return compose(QUESTION, Filters(), hits, spans, calibration, weight)

    before, after = asked(own), asked([*front, *own, *back])
    assert (after.status, after.answer) == (before.status, before.answer)
    if own:
        assert after.confidence == before.confidence
    if before.status == "answered" and len(own) > 1:
        assert [q.confidence for q in after.quotes] == [q.confidence for q in before.quotes]
