"""From spans to the record: ranking, merging, grouping, and the decision."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answers import compose
from qa.confidence import Calibration
from qa.datatypes import Answer, Filters, Hit, Passage, Span
from qa.evidence import Evidence
from qa.wording import value_key

CALIBRATION = Calibration(slope=1.0, intercept=-2.0, threshold=0.5)
TEXT = "Talks opened. The hall in Bern was full. Nobody spoke."


def hit(name: str, score: float = 0.5, dense: float = 0.6, **fields: object) -> Hit:
    passage = Passage(name, 1, 100, 100 + len(TEXT), TEXT)
    return Hit(replace(passage, **fields), score, 3.0, dense)  # type: ignore[arg-type]


def span(words: str, margin: float) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words), margin + 1, margin)


def answer(*read: tuple[Hit, list[Span]], weight: float = 1.0) -> Answer:
    hits, spans = [h for h, _ in read], [s for _, s in read]
    return compose("Where?", Filters(), hits, spans, CALIBRATION, weight)


def test_quote_carries_offsets_of_the_article() -> None:
    [quote] = answer((hit("a"), [span("Bern", 5)])).quotes
    assert (quote.answer, quote.start, quote.end) == ("Bern", 126, 130)
    assert (quote.sentence, quote.sentence_start, quote.sentence_end) == (
        "The hall in Bern was full.",
        114,
        140,
    )
    assert (quote.passage_start, quote.passage_end) == (100, 100 + len(TEXT))


def test_confidence_is_that_of_the_first_quote() -> None:
    record = answer((hit("a"), [span("Bern", 5)]))
    assert record.confidence == record.quotes[0].confidence == CALIBRATION.confidence(Evidence(5))
    assert (record.status, record.answer, record.reason) == ("answered", "Bern", None)


def test_retrieval_score_ranks_but_does_not_decide() -> None:
    weak, strong = (hit("a", 1.0), [span("Bern", 3)]), (hit("b", 0.0), [span("Nobody", 4)])
    assert answer(weak, strong, weight=0.5).answer == "Nobody"
    assert answer(weak, strong, weight=2.0).answer == "Bern"
    assert answer((hit("a", 1.0), [span("Bern", 1)]), weight=100).status == "unanswered"


def test_spans_of_one_passage_stay_in_the_order_of_the_reader() -> None:
    record = answer((hit("a"), [span("Bern", 4), span("Nobody", 5)]))
    assert [quote.answer for quote in record.quotes] == ["Bern", "Nobody"]


def test_equal_values_of_two_articles_are_one_group_in_order_of_date() -> None:
    record = answer(
        (hit("late", published="2019-05-01", source="Post"), [span("Bern", 6)]),
        (hit("none"), [span("Nobody", 5)]),
        (hit("early", published="2017-11", source="Wire"), [span("Bern", 4)]),
        (hit("middle", published="2018"), [span("full", 3)]),
    )
    assert [(g.value, g.first_published) for g in record.groups] == [
        ("Bern", "2017-11"),
        ("full", "2018"),
        ("Nobody", None),
    ]
    assert record.groups[0].quotes == (0, 2)
    assert [quote.group for quote in record.quotes] == [0, 2, 0, 1]


def test_one_outlet_counts_once_and_a_nameless_one_each_time() -> None:
    outlets = ("Wire", "wire", None, None)
    read = [(hit(f"a{n}", source=o), [span("Bern", 5)]) for n, o in enumerate(outlets)]
    assert answer(*read).groups[0].independent_sources == 3


def test_overlapping_spans_of_one_article_are_one_quote() -> None:
    record = answer((hit("a"), [span("in Bern", 5)]), (hit("a"), [span("Bern", 6)]))
    assert [quote.answer for quote in record.quotes] == ["Bern"]


def test_refusal_shows_the_nearest_and_answers_nothing() -> None:
    record = answer((hit("a"), [span("Bern", -1)]), (hit("b"), [span("full", 1)]))
    assert (record.status, record.answer, record.reason) == ("unanswered", None, "below_threshold")
    assert [quote.answer for quote in record.quotes] == ["full", "Bern"]
    assert record.confidence == CALIBRATION.confidence(Evidence(1))


def test_reason_of_a_refusal() -> None:
    assert answer().reason == "nothing_in_range"
    assert answer((hit("a", dense=0.1), [span("Bern", -1)])).reason == "off_topic"
    assert answer((hit("a", dense=0.1), [])).quotes == ()


margins = st.lists(st.floats(-8, 8), min_size=0, max_size=5)
losing = st.lists(st.tuples(st.floats(-20, 0), st.floats(0, 1)), max_size=6)


@given(margins, losing, st.floats(0, 10))
@settings(deadline=None)
def test_passages_that_lose_to_their_null_change_neither_decision_nor_confidence(
    own: list[float], others: list[tuple[float, float]], weight: float
) -> None:
    read = [(hit(f"a{n}", n / 5), [span("Bern", m)]) for n, m in enumerate(own)]
    more = [(hit(f"b{n}", s), [span("full", m)]) for n, (m, s) in enumerate(others)]
    before, after = answer(*read, weight=weight), answer(*read, *more, weight=weight)
    assert (after.status, after.answer) == (before.status, before.answer)
    if read:
        assert after.confidence == before.confidence


@pytest.mark.parametrize(
    ("one", "other"), [("The Hague", "hague"), ("U.S.", "US"), ("“Bern”", "Bern"), ("a  b", "b")]
)
def test_values_that_differ_in_form_only_are_equal(one: str, other: str) -> None:
    assert value_key(one) == value_key(other)


def test_value_of_punctuation_alone_is_itself() -> None:
    assert value_key("$") == "$"
    assert value_key("the") == "the"


def test_copies_of_one_story_count_once_by_the_outlet_that_had_it_first() -> None:
    read = [
        (hit("a", source="Post", published="2019-05-02", story="b"), [span("Bern", 5)]),
        (hit("b", source="Wire", published="2019-05-01", story="b"), [span("Bern", 5)]),
        (hit("c", source=None, published=None, story="b"), [span("Bern", 5)]),
    ]
    record = answer(*read)
    assert record.groups[0].independent_sources == 1
    assert {quote.story for quote in record.quotes} == {"b"}
    own = (hit("d", source="Post", published="2019-05-03"), [span("Bern", 5)])
    assert answer(*read, own).groups[0].independent_sources == 2
    wire = (hit("e", source="wire", published="2019-05-04"), [span("Bern", 5)])
    assert answer(*read, own, wire).groups[0].independent_sources == 2


def test_times_are_those_of_the_sentence_at_offsets_of_the_article() -> None:
    text = "He came on 3 May 2019. The talks opened in Bern on Monday."
    passage = Passage("a", 1, 50, 50 + len(text), text, published="2019-05-08")
    start = text.index("Bern")
    found = compose(
        "Where were talks on 6 May 2019?",
        Filters(asked="2022-01-01"),
        [Hit(passage, 0.5, 1.0, 0.6)],
        [[Span(start, start + 4, 6, 5)]],
        CALIBRATION,
        1.0,
    )
    [time] = found.quotes[0].times
    assert (time.text, time.value) == ("on Monday", "2019-05-06") or time.text == "Monday"
    assert text[time.start - 50 : time.end - 50] == time.text
    assert [mention.value for mention in found.times] == ["2019-05-06"]


def test_date_that_is_none_costs_no_answer() -> None:
    record = answer((hit("a", published="last year"), [span("Bern", 5)]))
    assert (record.answer, record.quotes[0].times) == ("Bern", ())
