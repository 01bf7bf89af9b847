"""One turn of the chat, for good questions and bad ones."""

import logging
from typing import Any

import pytest

from made_answers import MadePipeline
from ui.chat import Message, View, turn

EARLIER: list[Message] = [{"role": "user", "content": "before"}]


def views(question: object, earlier: list[Message] = EARLIER) -> list[View]:
    return list(turn(MadePipeline(), question, earlier))


def text(view: View) -> str:
    return str(view.messages[-1]["content"])


def test_a_turn_shows_the_question_then_the_stage_then_the_answer() -> None:
    searching, done = views("  Where will the talks reopen? ")
    assert searching.messages[0] == EARLIER[0]
    assert searching.messages[1] == {"role": "user", "content": "Where will the talks reopen\\?"}
    assert searching.messages[2]["metadata"] == {
        "title": "Searching the archive",
        "status": "pending",
    }
    assert done.messages[2]["metadata"] == {
        "title": "Searched and read",
        "status": "done",
        "duration": pytest.approx(0.0552),
    }
    assert done.messages[2]["content"] == "searching 6 ms\\, reading 48 ms"
    assert "<mark>the harbour hall</mark>" in text(done)


def test_a_question_is_done_with_only_when_it_was_answered_or_refused() -> None:
    assert [view.done for view in views("Where are the talks?")] == [False, True]
    assert [view.done for view in views("Who pays for the talks?")] == [False, True]
    assert [view.done for view in views("Does it break?")] == [False, False]
    assert [view.done for view in views("Is it refused by name?")] == [False, False]


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
    assert len(shown) == 93
    assert shown[0]["content"] == "410"
