"""Questions in their conversation: dialogues as data, filters in words, and what never happens."""

import functools
import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from made_answers import ONE
from qa.datatypes import Answer, Filters, TimeMention
from qa.questions import Turn, Understood, understand

Row = dict[str, Any]

OUTLETS = (
    "Meridian Post",
    "Lantern Ledger",
    "Harbour Wire",
    "Kestrel Observer",
    "Quellhaven Courier",
    "Brennick Gazette",
)
TODAY = "2024-05-15"


def rows(*path: str) -> list[Row]:
    text = ROOT.joinpath(*path).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


DIALOGUES = rows("tests", "data", "dialogues.jsonl")
SEEDS = {row["id"]: row for row in rows("seeds", "questions.jsonl")}


@functools.cache
def sentences_of(article: str) -> list[str]:
    known = {row["id"]: row["text"] for row in rows("seeds", "articles", "articles.jsonl")}
    return re.split(r"(?<=[.?!])\s", known.get(article, ""))


def answered(question: str, words: str | None, article: str = "a", **record: Any) -> Answer:
    """The record of a gold answer; of a refusal where there is none."""
    if words is None:
        return replace(
            ONE, read_as=question, status="unanswered", answer=None, quotes=(), groups=(), **record
        )
    sentence = next((one for one in sentences_of(article) if words in one), words)
    quote = replace(ONE.quotes[0], answer=words, article_id=article, title=None, sentence=sentence)
    return replace(ONE, read_as=question, answer=words, quotes=(quote,), **record)


def after(question: str, words: str | None = None, switched: bool = False) -> Turn:
    return Turn(question, answered(question, words), switched)


def gold(row: Row, understood: Understood) -> Answer:
    seed = SEEDS.get(row["gold"], {"answers": [None], "article_ids": ["none"]})
    return answered(
        understood.read_as, seed["answers"][0], seed["article_ids"][0], filters=understood.filters
    )


def read(question: str, *turns: Turn) -> Understood:
    return understand(question, turns, TODAY, OUTLETS)


@functools.cache
def gold_turns() -> list[Turn]:
    return [after(row["question"], (row["answers"] or [None])[0]) for row in SEEDS.values()]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue["id"])
def test_a_dialogue_is_understood_turn_by_turn(dialogue: Row) -> None:
    turns: list[Turn] = []
    for row in dialogue["turns"]:
        understood = understand(row["typed"], turns, TODAY, OUTLETS)
        assert understood.read_as in row["read_as"]
        assert understood.topic_switched == row["switched"], row["typed"]
        turns.append(Turn(understood.read_as, gold(row, understood), understood.topic_switched))


def test_dialogues_are_sixty_of_three_turns() -> None:
    assert [len(dialogue["turns"]) for dialogue in DIALOGUES] == [3] * 60
    assert len({dialogue["turns"][1]["typed"] for dialogue in DIALOGUES}) > 40


@pytest.mark.parametrize("row", SEEDS.values(), ids=lambda row: row["id"])
def test_a_complete_question_stays_as_it_is_whatever_was_asked_before(row: Row) -> None:
    question = row["question"]
    assert read(question) == Understood(question, question)
    for before in gold_turns()[len(question) % 9 :: 23]:
        understood = read(question, before)
        assert (understood.read_as, understood.filters) == (question, Filters())


@pytest.mark.parametrize(
    ("question", "read_as", "filters", "phrase"),
    [
        (
            "Who is the mayor, according to the Harbour Wire?",
            "Who is the mayor?",
            Filters(sources=("Harbour Wire",)),
            "according to the Harbour Wire",
        ),
        (
            "In the meridian post, who is the mayor?",
            "Who is the mayor?",
            Filters(sources=("Meridian Post",)),
            "In the meridian post",
        ),
        (
            "Who is the mayor in the Meridian Post or the Harbour Wire?",
            "Who is the mayor?",
            Filters(sources=("Meridian Post", "Harbour Wire")),
            "in the Meridian Post or the Harbour Wire",
        ),
        (
            "What did the Meridian Post report about the strike?",
            "What did the Meridian Post report about the strike?",
            Filters(sources=("Meridian Post",)),
            "the Meridian Post",
        ),
        (
            "What was reported last week about the strike?",
            "What was reported about the strike?",
            Filters(after="2024-05-06", before="2024-05-12"),
            "last week",
        ),
        (
            "What do articles from 2019 say about the bridge?",
            "What do articles say about the bridge?",
            Filters(after="2019", before="2019"),
            "from 2019",
        ),
        (
            "In articles from 2019, who is the mayor?",
            "Who is the mayor?",
            Filters(after="2019", before="2019"),
            "In articles from 2019",
        ),
        (
            "Any news since May 2018 about the bridge?",
            "Any news about the bridge?",
            Filters(after="2018-05"),
            "since May 2018",
        ),
        (
            "Who is mayor in articles before June 2019?",
            "Who is mayor?",
            Filters(before="2019-05-31"),
            "in articles before June 2019",
        ),
        (
            "Who is mayor in articles after 2018?",
            "Who is mayor?",
            Filters(after="2019-01-01"),
            "in articles after 2018",
        ),
        (
            "Who is mayor in articles published until 3 May 2018?",
            "Who is mayor?",
            Filters(before="2018-05-03"),
            "in articles published until 3 May 2018",
        ),
        (
            "Who is mayor in news reports between May 2018 and June 2019?",
            "Who is mayor?",
            Filters(after="2018-05", before="2019-06"),
            "in news reports between May 2018 and June 2019",
        ),
        (
            "Who is mayor in articles between 2017 and 2019?",
            "Who is mayor?",
            Filters(after="2017", before="2019"),
            "in articles between 2017 and 2019",
        ),
    ],
)
def test_a_phrase_of_publishing_becomes_a_filter(
    question: str, read_as: str, filters: Filters, phrase: str
) -> None:
    understood = read(question)
    (asked,) = understood.asked
    assert (understood.read_as, understood.filters) == (read_as, filters)
    assert asked.text == phrase == question[asked.start : asked.end]


@pytest.mark.parametrize(
    "question",
    [
        "What happened in 2019?",
        "What was the 2014 visit about?",
        "Who was the mayor before the summit?",
        "Who is mayor in articles before the summit?",
        "How many people were reported missing in 2019?",
        "How many articles were published in 2019?",
        "Which law was published in 2018?",
        "Who wrote the report published in 2014 on seals?",
        "Who has run BBC News since 2018?",
        "Who owns the Meridian Post?",
        "Who said so according to the Evening Star?",
        "Which stories from 1001 Nights were filmed?",
        "What does that article say?",
    ],
)
def test_a_date_or_an_outlet_that_is_asked_about_restricts_nothing(question: str) -> None:
    assert read(question) == Understood(question, question)


def test_last_week_says_nothing_without_a_stated_today() -> None:
    question = "What was reported last week about the strike?"
    assert understand(question, outlets=OUTLETS).filters == Filters()


def test_an_outlet_of_one_word_needs_its_capital() -> None:
    assert understand("Who came in time?", outlets=("Time",)).filters == Filters()
    assert understand("Who came, according to Time?", outlets=("Time",)).read_as == "Who came?"
    assert understand("Who came in the Times?", outlets=("The Times",)).filters == Filters(
        sources=("The Times",)
    )


def test_this_article_is_the_one_of_the_last_answer() -> None:
    before = Turn("Who is mayor?", answered("Who is mayor?", "Ilse Marrant", "mayor-2018"))
    understood = read("How many votes were cast according to that article?", before)
    assert understood.read_as == "How many votes were cast?"
    assert understood.filters == Filters(articles=("mayor-2018",))
    assert read("What is in this article?", after("Who is mayor?")).filters == Filters()


def test_an_event_restricts_once_an_earlier_answer_has_told_its_day() -> None:
    dated = answered("When is the summit in Osaka?", "June 28")
    quote = replace(
        dated.quotes[0], times=(TimeMention("June 28", *[dated.quotes[0].start] * 2, "2019-06-28"),)
    )
    quote = replace(quote, times=(replace(quote.times[0], end=quote.end),))
    before = Turn("When is the summit in Osaka?", replace(dated, quotes=(quote,)))
    question = "Who was ready to talk in articles before the summit?"
    assert read(question, before).filters == Filters(before="2019-06-27")
    assert read(question, after("Where is the summit?", "Osaka")).filters == Filters()


def test_a_filter_can_be_dropped_by_its_phrase() -> None:
    question = "Who is mayor in articles from 2019, according to the Harbour Wire?"
    whole = read(question)
    assert whole.filters == Filters("2019", "2019", ("Harbour Wire",))
    dropped = understand(question, (), TODAY, OUTLETS, dropped=["in articles from 2019"])
    assert dropped.read_as == whole.read_as == "Who is mayor?"
    assert dropped.filters == Filters(sources=("Harbour Wire",))
    assert dropped.dropped == ("in articles from 2019",)


def test_a_repeated_question_keeps_its_filters_unless_it_states_others() -> None:
    record = answered("Who is mayor?", "Ilse Marrant", filters=Filters("2018", "2018", ("Post",)))
    before = Turn("Who is mayor?", record)
    assert read("And in the Harbour Wire?", before).filters == Filters(
        "2018", "2018", ("Harbour Wire",)
    )
    assert read("Where was she born?", before).filters == Filters()


def test_as_typed_takes_every_step_back() -> None:
    understood = read("And who went with him?", after("When will Trump arrive in Japan?"))
    assert understood.carried == ("Trump", "Japan")
    assert understood.as_typed.read_as == "And who went with him?"
    assert read("Who is it, according to the Harbour Wire?").as_typed.filters == Filters()


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Where did Abe meet Trump?", "What did he say?"),
        ("Which ship stood in for the Marigold?", "Who owns it?"),
        ("Where did Abe and Trump play golf?", "What did she say?"),
        ("Who built the bridge and the tunnel?", "How long is it?"),
        ("Where did Trump meet Abe in Japan in 2017 and in 2019?", "And in 2020?"),
        ("How much is the fish?", "What about Abe?"),
        ("How much is the fish?", "When?"),
        ("When did Trump visit Japan?", "Is it true that prices rose?"),
        ("When did Trump visit Japan?", "Who said he would resign?"),
        ("When did Trump visit Japan?", "Which of her books made Magda Ferreth known?"),
        ("When did Trump visit Japan?", "How many people are there?"),
    ],
)
def test_nothing_is_carried_when_in_doubt(before: str, question: str) -> None:
    understood = read(question, after(before, "Osaka" if "ship" not in before else "Saint Orrin"))
    assert (understood.read_as, understood.carried) == (question, ())


def test_a_switch_of_topic_ends_what_a_pronoun_may_mean() -> None:
    turns = (after("Who is the mayor?", "Ilse Marrant"), after("How deep is the sea?", "9", True))
    assert read("Where does she live?", *turns).carried == ()
    assert read("Where does she live?", turns[0], after("How deep is it?", "9")).carried == (
        "Ilse Marrant",
    )


WORDS = (
    "And what about how many were there who went with him her it its they then in 2019 the Trump "
    "Abe and Japan of to When ? , ' according Harbour Wire articles from since last week that "
    "article 9999-99-99 between reported The's İ ß ’ What was published"
)
TYPED = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(WORDS.split(" ")),
        max_size=14,
    ).map(" ".join),
)


@settings(max_examples=120, deadline=None)
@given(
    TYPED, st.lists(st.tuples(TYPED, st.none() | TYPED), max_size=3), st.lists(TYPED, max_size=2)
)
def test_understanding_never_raises_and_is_the_same_each_time(
    question: str, earlier: list[tuple[str, str | None]], outlets: list[str]
) -> None:
    turns = [after(asked, words) for asked, words in earlier]
    known = (*outlets, *OUTLETS)
    understood = understand(question, turns, TODAY, known)
    assert understood == understand(question, turns, TODAY, known)
    assert all(question[one.start : one.end] == one.text for one in understood.asked)


@settings(max_examples=120, deadline=None)
@given(TYPED, st.lists(st.tuples(TYPED, st.none() | TYPED), max_size=2))
def test_no_word_of_a_question_that_carries_nothing_is_lost(
    question: str, earlier: list[tuple[str, str | None]]
) -> None:
    understood = read(question, *(after(asked, words) for asked, words in earlier))
    if not understood.carried:
        shown = " ".join((understood.read_as, *(one.text for one in understood.asked)))
        lost = Counter(re.findall(r"\w+", question.lower()))
        lost.subtract(re.findall(r"\w+", shown.lower()))
        assert max(lost.values(), default=0) <= 0
