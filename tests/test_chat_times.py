"""Times of a question that restrict its answer, as the chat shows and takes them back."""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from made_answers import ONE, REFUSED, MadePipeline
from qa.datatypes import Answer, Filters, Hit, Passage
from qa.questions import Understood
from ui.archive import Opened
from ui.chat import Message, View, again, turn
from ui.filters import Bar
from ui.render import Holdings

HOLDINGS = Holdings(9, ("Harbour Wire",), "2016-10-21", "2024-02-06")
SUMMIT = "The summit in Hanoi ended on Thursday."


@dataclass(frozen=True)
class Dated(MadePipeline):
    """Answers from articles of one year only, and notes what it was asked."""

    year: str = "2019"
    asked: list[tuple[str, Filters]] = field(default_factory=list)

    def answer(self, question: str, filters: Filters = Filters()) -> Answer:
        self.asked.append((question, filters))
        late = filters.after is not None and filters.after[:4] > self.year
        early = filters.before is not None and filters.before[:4] < self.year
        record = REFUSED if late or early else ONE
        return replace(record, question=question, read_as=question, filters=filters)

    def search(self, query: str, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
        named = Passage("a", 1, 0, 38, SUMMIT, "Over", "2019-03-01", "Meridian <b>Post</b>")
        return [Hit(named, 1.0, 1.0, 1.0)]


def ask(
    pipeline: Dated, question: str, messages: Sequence[Message] = (), bar: Bar = Bar()
) -> Sequence[Any]:
    almanac = Opened(pipeline, HOLDINGS).almanac
    clock = date(2024, 5, 15)
    views = turn(pipeline, question, messages, (), lambda: clock, bar, almanac=almanac)
    return list(views)[-1].messages


def press(pipeline: Dated, choice: str, messages: Sequence[Message]) -> View:
    almanac = Opened(pipeline, HOLDINGS).almanac
    return list(again(pipeline, choice, messages, almanac=almanac))[-1]


def chips(message: Message) -> dict[str, str]:
    """The commands of the chips in a message, by what stands on them."""
    found = re.findall(r' value="([^"]*)">(.*?)</button>', message["content"])
    commands = {text.replace("\\", ""): html.unescape(value) for value, text in found}
    return {text: one for text, one in commands.items() if not re.fullmatch(r"\w{8}-\d+", one)}


def told_aside(message: Message) -> str:
    found = re.search(r'<div class="pq-aside">\s*(.*?)\s*</div>', message["content"], re.DOTALL)
    return "" if found is None else found[1].replace("\\", "")


@pytest.mark.parametrize(
    ("question", "chip", "filters"),
    [
        (
            "Who spoke in 2019?",
            "only published from 2019 on (“in 2019”)",
            Filters("2019", undated=True),
        ),
        (
            "Who spoke before the summit?",
            "only before the summit: 28 February 2019, Meridian &lt;b&gt;Post&lt;/b&gt;",
            Filters(before="2019-02-27", undated=True),
        ),
    ],
)
def test_a_time_is_shown_on_a_chip_that_takes_it_out(
    question: str, chip: str, filters: Filters
) -> None:
    pipeline = Dated()
    messages = ask(pipeline, question)
    assert pipeline.asked == [(question, filters)]
    chip = html.unescape(chip)
    assert chips(messages[-1]) == {chip: "without 0"}
    view = press(pipeline, "without 0", messages)
    assert pipeline.asked[1] == (question, Filters())
    assert (chips(view.messages[-1]), told_aside(view.messages[-1])) == ({}, "")


def test_where_nothing_within_the_dates_answers_they_are_set_aside_and_it_is_said() -> None:
    pipeline = Dated()
    messages = ask(pipeline, "Who spoke in 2021?")
    assert [filters for _, filters in pipeline.asked] == [
        Filters("2021", undated=True),
        Filters(),
    ]
    message = messages[-1]
    told = "Nothing published from 2021 on answers this, so these dates were set aside."
    assert (told_aside(message), chips(message)) == (told, {})
    assert message["turn"].answer.status == "answered"
    assert message["turn"].answer.filters == Filters()


def test_a_refusal_that_stays_one_keeps_its_dates() -> None:
    pipeline = Dated(year="0001")
    messages = ask(pipeline, "Who spoke in 2021?", bar=Bar(Filters("2018")))
    assert [filters for _, filters in pipeline.asked] == [Filters("2021"), Filters("2018")]
    message = messages[-1]
    assert (told_aside(message), message["turn"].answer.status) == ("", "unanswered")
    assert "Widen the dates" in message["content"]
    assert list(chips(message).values()) == ["without 0"]


def test_what_the_bar_is_set_to_is_never_set_aside() -> None:
    pipeline = Dated()
    bar = Bar(Filters("2018", sources=("Harbour Wire",)))
    ask(pipeline, "Who spoke in 2021?", bar=bar)
    assert [filters for _, filters in pipeline.asked] == [
        Filters("2021", sources=("Harbour Wire",)),
        Filters("2018", sources=("Harbour Wire",)),
    ]


@pytest.mark.parametrize("dates", [Filters("2021"), Filters("2022-05"), Filters(before="2018")])
def test_times_give_way_to_dates_of_the_bar_that_leave_them_nothing_to_do(dates: Filters) -> None:
    pipeline = Dated()
    messages = ask(pipeline, "Who spoke in 2021?", bar=Bar(dates))
    assert pipeline.asked == [("Who spoke in 2021?", dates)]
    assert (chips(messages[-1]), told_aside(messages[-1])) == ({}, "")


def test_edited_words_restrict_by_their_own_times() -> None:
    pipeline = Dated()
    messages = ask(pipeline, "Who spoke in 2018 in articles from 2019?")
    assert pipeline.asked[-1][1] == Filters("2019", "2019")
    messages = press(pipeline, "without 0", messages).messages
    view = press(pipeline, "edit Who sang in 2017?", messages)
    assert pipeline.asked[-1] == ("Who sang in 2017?", Filters("2017", undated=True))
    view = press(pipeline, "edit Who sang?", view.messages)
    assert pipeline.asked[-1] == ("Who sang?", Filters())
    assert view.messages[-1]["understood"].set_aside == ()


def test_a_follow_up_replaces_the_time_and_one_that_was_taken_out_stays_out() -> None:
    pipeline = Dated()
    messages = ask(pipeline, "Who won the cup in 2018?")
    ask(pipeline, "And in 2017?", messages)
    assert pipeline.asked[-1] == ("Who won the cup in 2017?", Filters("2017", undated=True))
    free = press(pipeline, "without 0", messages).messages
    ask(pipeline, "And who lost the cup in 2018?", free)
    assert pipeline.asked[-1][1] == Filters("2018", undated=True)


@pytest.mark.parametrize("question", ["Who spoke in 2021?", "Who spoke before the summit?"])
def test_a_question_is_kept_with_its_times_and_those_set_aside(question: str) -> None:
    understood = ask(Dated(), question)[-1]["understood"]
    row = json.loads(json.dumps(asdict(understood)))
    kept = TypeAdapter(Understood).validate_python(row)
    assert (kept.times, kept.set_aside) == (understood.times, understood.set_aside)
    assert len(kept.times) + len(kept.set_aside) == 1
