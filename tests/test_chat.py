"""One turn of the chat, for good questions and bad ones."""

import html
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from made_answers import ONE, REFUSED, MadePipeline
from qa.datatypes import Answer, Article, Filters, Retrieved
from ui.chat import Message, View, again, turn
from ui.filters import Bar

EARLIER: list[Message] = [{"role": "user", "content": "before"}]


def views(question: object, earlier: list[Message] = EARLIER) -> list[View]:
    return list(turn(MadePipeline(), question, earlier))


def text(view: View) -> str:
    return str(view.messages[-1]["content"])


def test_a_turn_shows_the_question_then_each_stage_with_its_time_then_the_answer() -> None:
    searching, reading, done = views("  Where will the talks reopen? ")
    assert searching.messages[0] == EARLIER[0]
    assert searching.messages[1] == {"role": "user", "content": "Where will the talks reopen\\?"}
    assert searching.messages[2]["metadata"] == {
        "title": "Searching the archive",
        "status": "pending",
    }
    found = {"title": "Found 10 passages", "status": "done", "duration": pytest.approx(0.0061)}
    assert reading.messages[2]["metadata"] == done.messages[2]["metadata"] == found
    assert reading.messages[2]["content"].startswith("These passages of 4 articles come nearest")
    assert reading.messages[3]["metadata"] == {"title": "Reading", "status": "pending"}
    read = {"title": "Read", "status": "done", "duration": pytest.approx(0.048)}
    assert done.messages[3]["metadata"] == read
    assert "<mark>the harbour hall</mark>" in text(done)


def test_a_question_is_done_with_only_when_it_was_answered_or_refused() -> None:
    assert [view.done for view in views("Where are the talks?")] == [False, False, True]
    assert [view.done for view in views("Who pays for the talks?")] == [False, False, True]
    assert [view.done for view in views("Does it break?")] == [False, False, False]
    assert [view.done for view in views("Is it refused by name?")] == [False, False, False]


def test_finding_nothing_is_said_so() -> None:
    (_, reading, _) = turn(Listening(REFUSED, found=Retrieved(0, 0, 1.5)), "Who pays?", [])
    assert reading.messages[1]["metadata"]["title"] == "Found no passages"
    assert reading.messages[1]["content"] == "No passage is left to be read\\."


def test_each_answer_has_a_name_of_its_own_on_its_cards() -> None:
    first, second = (views("Where are the talks?")[-1].messages[-1] for _ in range(2))
    assert first["key"] != second["key"]
    for message in (first, second):
        names = re.findall(r'id="pq-(\w+)-\d"', message["content"])
        assert names == [message["key"]] * 3


def test_what_must_be_said_of_the_archive_stands_above_the_answer() -> None:
    (*_, view) = turn(MadePipeline(), "Where are the talks?", [], notice="It is *old*.")
    notice, answer = text(view).split("</div>", maxsplit=1)
    assert notice.startswith('<div class="pq-notice">')
    assert "It is \\*old\\*\\." in notice
    assert "<mark>the harbour hall</mark>" in answer
    followed = said(Listening(), *FOLLOWED)
    (*_, once_more) = again(Listening(), "as typed", followed, notice="It is *old*.")
    assert "It is \\*old\\*" in text(once_more)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (None, "A question is a text"),
        (["Where?"], "A question is a text"),
        ({"text": "Where?"}, "A question is a text"),
        (7, "A question is a text"),
        (True, "A question is a text"),
        ("", "The question is empty"),
        (" \n\t ", "The question is empty"),
        ("\ud800", "The question is empty"),
        ("q" * 600, "600 characters\\; the limit is 512"),
    ],
)
def test_what_is_no_question_gets_one_sentence_and_stays_in_the_box(
    question: Any, said: str
) -> None:
    (only,) = views(question)
    assert said in text(only)
    assert only.messages[:-1] == tuple(EARLIER)
    assert not only.done


def test_a_lone_surrogate_does_not_reach_the_page() -> None:
    for view in views("Where \ud800are the talks?"):
        str(view.messages).encode("utf-8")
    assert "<mark>the harbour hall</mark>" in text(view)


def test_a_question_of_512_characters_is_asked() -> None:
    assert "No answer found" in text(views("q" * 512)[-1])


def test_an_error_of_the_input_is_shown_as_it_is() -> None:
    assert "This question names \\*no\\* archive\\. Name one\\." in text(
        views("Is it refused by name?")[-1]
    )


def test_any_other_error_is_one_sentence_and_its_trace_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        last = views("Does it break?")[-1]
    assert "Something went wrong here" in text(last)
    assert "secret" not in str(last.messages)
    assert "RuntimeError: a fault with /a/secret/path" in caplog.text
    assert "Does it break" not in caplog.records[0].message


def test_the_question_is_escaped() -> None:
    assert views("<img src=x>?")[0].messages[1]["content"] == "\\<img src\\=x\\>\\?"


def test_a_long_conversation_keeps_its_newest_messages() -> None:
    many: list[Message] = [{"role": "user", "content": str(number)} for number in range(500)]
    shown = views("Where are the talks?", many)[-1].messages
    assert len(shown) == 124
    assert shown[0]["content"] == "380"


FOUND = Retrieved(10, 4, 6.1)


@dataclass
class Listening:
    """Answers whatever it is asked from one made record, and notes what that was."""

    record: Answer = ONE
    asked: list[tuple[str, Filters]] = field(default_factory=list)
    found: Retrieved = FOUND

    def stages(self, question: str, filters: Filters = Filters()) -> Iterator[Retrieved | Answer]:
        yield self.found
        yield self.answer(question, filters)

    def answer(self, question: str, filters: Filters = Filters()) -> Answer:
        self.asked.append((question, filters))
        return replace(self.record, question=question, read_as=question, filters=filters)

    def article(self, article_id: str, revision: int | None = None) -> Article:
        return MadePipeline().article(article_id, revision)


def said(pipeline: Listening, *questions: str) -> list[Message]:
    messages: list[Message] = []
    for question in questions:
        messages = list(last(pipeline, question, messages).messages)
    return messages


def last(pipeline: Listening, question: str, messages: list[Message]) -> View:
    outlets, clock = ("Harbour Wire", "Meridian Post"), date(2024, 5, 15)
    return list(turn(pipeline, question, messages, outlets, lambda: clock))[-1]


def pressed(pipeline: Listening, choice: object, messages: list[Message]) -> View:
    return list(again(pipeline, choice, messages))[-1]


def values(message: Message) -> list[str]:
    """The commands of the chips in a message."""
    found = [html.unescape(one) for one in re.findall(r' value="(.*?)"', message["content"])]
    return [one for one in found if not re.fullmatch(r"[0-9a-f]{8}-\d+", one)]  # less the cards


FOLLOWED = ("When will Trump arrive in Japan?", "And who went with him?")


def test_a_follow_up_is_asked_as_it_is_read_and_says_so() -> None:
    pipeline = Listening()
    messages = said(pipeline, *FOLLOWED)
    assert pipeline.asked[1] == ("Who went to Japan with Trump?", Filters())
    assert ">Who went to Japan with Trump\\?</button>" in messages[-1]["content"]
    assert messages[-4]["content"] == "And who went with him\\?"
    assert values(messages[-1]) == ["edit ", "as typed"]


def test_a_complete_question_is_neither_explained_nor_offered_again() -> None:
    (*_, answer) = said(Listening(), "Where will the talks reopen?")
    assert "Read as" not in answer["content"]
    assert values(answer) == []


def test_one_button_asks_as_typed() -> None:
    pipeline = Listening()
    view = pressed(pipeline, "as typed", said(pipeline, *FOLLOWED))
    assert pipeline.asked[2] == ("And who went with him?", Filters())
    assert view.done
    assert len(view.messages) == 12
    assert "Read as" not in view.messages[-1]["content"]
    assert values(view.messages[-1]) == []


def test_filters_in_the_question_are_shown_and_each_can_be_dropped() -> None:
    pipeline = Listening()
    typed = "Who spoke in articles from 2019, according to the Harbour Wire?"
    messages = said(pipeline, typed)
    assert pipeline.asked == [("Who spoke?", Filters("2019", "2019", ("Harbour Wire",)))]
    content = messages[-1]["content"]
    assert ">only published in 2019 \\(“in articles from 2019”\\)</button>" in content
    assert ">only from Harbour Wire</button>" in content
    assert values(messages[-1]) == ["edit ", "as typed", "without 0", "without 1"]
    messages = list(pressed(pipeline, "without 0", messages).messages)
    assert pipeline.asked[1] == ("Who spoke?", Filters(sources=("Harbour Wire",)))
    assert values(messages[-1]) == ["edit ", "as typed", "without 0"]
    messages = list(pressed(pipeline, "without 0", messages).messages)
    assert pipeline.asked[2] == ("Who spoke?", Filters())
    assert values(messages[-1]) == ["edit ", "as typed"]


def test_the_words_that_were_read_can_be_edited_and_the_filters_stay() -> None:
    pipeline = Listening()
    messages = said(pipeline, FOLLOWED[0], "And who went with him, in articles from 2019?")
    view = pressed(pipeline, "edit  Who went to China? ", messages)
    assert pipeline.asked[2] == ("Who went to China?", Filters("2019", "2019"))
    assert view.messages[-4]["content"] == "And who went with him\\, in articles from 2019\\?"
    assert ">Who went to China\\?</button>" in view.messages[-1]["content"]
    pressed(pipeline, "without 0", list(view.messages))
    assert pipeline.asked[3] == ("Who went to China?", Filters())
    pressed(pipeline, "as typed", list(view.messages))
    assert pipeline.asked[4] == ("And who went with him, in articles from 2019?", Filters())


@pytest.mark.parametrize(
    ("words", "told"),
    [("  ", "The question is empty"), ("\ud800", "is empty"), ("q" * 513, "513 characters")],
)
def test_edited_words_that_are_no_question_get_one_sentence_and_the_chips_stay(
    words: str, told: str
) -> None:
    pipeline = Listening()
    messages = said(pipeline, *FOLLOWED)
    view = pressed(pipeline, f"edit {words}", messages)
    assert told in text(view)
    assert view.messages[:-1] == tuple(messages)
    pressed(pipeline, "as typed", list(view.messages))
    assert pipeline.asked[2:] == [("And who went with him?", Filters())]


def test_chips_are_dead_while_a_question_is_answered_and_after_it_failed() -> None:
    pipeline = Listening()
    messages = said(pipeline, *FOLLOWED)
    pending = [*messages, {"role": "user", "content": "And then?"}]
    assert pressed(pipeline, "as typed", pending) == View(tuple(pending))
    assert len(pipeline.asked) == 2


def test_filters_that_a_question_repeats_are_shown_and_can_be_dropped_alone() -> None:
    pipeline = Listening()
    messages = said(pipeline, "Who spoke in articles from 2019?", "And in the Harbour Wire?")
    assert pipeline.asked[1] == ("Who spoke?", Filters("2019", "2019", ("Harbour Wire",)))
    assert ">still only published in 2019</button>" in messages[-1]["content"]
    pressed(pipeline, "without carried", messages)
    assert pipeline.asked[2] == ("Who spoke?", Filters(sources=("Harbour Wire",)))
    pressed(pipeline, "without 0", messages)
    assert pipeline.asked[3] == ("Who spoke?", Filters("2019", "2019"))


def test_a_switch_of_topic_is_noted() -> None:
    messages = said(Listening(), *FOLLOWED, "How deep is the Wenlow canal?")
    assert '<span class="pq-switched">New topic</span>' in messages[-1]["content"]
    assert values(messages[-1]) == []
    assert "New topic" not in messages[-4]["content"]


POST = Bar(Filters("2018", "2019-06", ("Meridian Post", "Evening Star"), (), "2019-06-05"))


def limited(pipeline: Listening, question: str, bar: Bar, messages: list[Message]) -> View:
    return list(turn(pipeline, question, messages, ("Meridian Post",), bar=bar))[-1]


def test_the_bar_restricts_every_question_until_it_is_empty() -> None:
    pipeline = Listening()
    first = limited(pipeline, "Where will the talks reopen?", POST, [])
    limited(pipeline, "Who spoke in articles from 2019?", POST, list(first.messages))
    limited(pipeline, "Who spoke?", Bar(), list(first.messages))
    assert [filters for _, filters in pipeline.asked] == [
        POST.filters,
        replace(POST.filters, after="2019"),
        Filters(),
    ]
    assert values(first.messages[-1]) == []


def test_a_follow_up_takes_over_what_a_question_asked_for_never_the_bar() -> None:
    pipeline = Listening()
    first = limited(pipeline, "Who spoke in articles from 2019?", POST, [])
    limited(pipeline, "And in the Meridian Post?", Bar(), list(first.messages))
    assert pipeline.asked[1] == ("Who spoke?", Filters("2019", "2019", ("Meridian Post",)))


def test_last_week_is_counted_from_the_stated_today() -> None:
    pipeline = Listening()
    limited(pipeline, "What was reported last week about the strike?", POST, [])
    assert pipeline.asked[0][1] == replace(POST.filters, after="2019-05-27", before="2019-06-02")


def test_a_bar_and_a_question_that_leave_nothing_say_so_and_either_can_be_dropped() -> None:
    pipeline = Listening()
    view = limited(pipeline, "Who spoke in articles from 2014?", POST, [])
    messages = list(view.messages)
    assert view.done
    assert pipeline.asked == []
    assert (
        "The filters keep to articles published 2018 to June 2019\\, and the question asks for "
        "those published in 2014\\: no article is both\\." in text(view)
    )
    assert values(messages[-1]) == ["edit ", "as typed", "without 0", "unset dates"]
    list(again(pipeline, "without 0", messages, POST))
    undated = replace(POST, filters=replace(POST.filters, after=None, before=None))
    list(again(pipeline, "unset dates", messages, undated))
    assert pipeline.asked == [
        ("Who spoke?", POST.filters),
        ("Who spoke?", replace(undated.filters, after="2014", before="2014")),
    ]


def test_a_fault_in_the_bar_is_told_instead_of_an_answer_and_the_question_stays() -> None:
    pipeline = Listening()
    view = limited(pipeline, "Who spoke?", Bar(fault="From: “soon” is no date."), EARLIER)
    assert "From\\: “soon” is no date\\." in text(view)
    assert (view.done, view.messages[:-1], pipeline.asked) == (False, tuple(EARLIER), [])


@pytest.mark.parametrize(
    "choice",
    ["without 7", "without ", "without", "0", "unset all", "", None, 7, ["as typed"], "As typed"],
)
def test_what_is_no_button_changes_nothing(choice: object) -> None:
    pipeline = Listening()
    messages = said(pipeline, *FOLLOWED)
    assert pressed(pipeline, choice, messages) == View(tuple(messages))
    assert pressed(pipeline, "as typed", []) == View(())
    assert len(pipeline.asked) == 2


def test_this_article_is_that_of_the_last_answer() -> None:
    pipeline = Listening()
    said(pipeline, "Where will the talks reopen?", "Who spoke according to that article?")
    assert pipeline.asked[1] == ("Who spoke?", Filters(articles=("harbour-talks",)))


def test_a_refusal_lends_no_article_and_no_name() -> None:
    pipeline = Listening(REFUSED)
    said(pipeline, "Who pays?", "What did she say in that article?")
    assert pipeline.asked[1] == ("What did she say in that article?", Filters())


def test_words_carried_over_never_make_a_question_too_long() -> None:
    pipeline = Listening()
    name = "Abel " + "Long" * 115
    said(pipeline, f"What did {name} do?", f"Did he {'very ' * 20}go?")
    assert pipeline.asked[1][0].startswith("Did he very")


def test_the_browser_gets_nothing_of_what_stays_with_a_message() -> None:
    import gradio as gr

    messages = said(Listening(), *FOLLOWED)
    sent = gr.Chatbot().postprocess([*messages])
    assert sent is not None
    assert sorted(sent.model_dump()[-1]) == ["content", "metadata", "options", "role"]
