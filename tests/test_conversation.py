"""The conversation of a page, and what comes too late for it."""

from copy import deepcopy

from ui.conversation import Conversation, Standing

ASKED = {"role": "user", "content": "Who?"}


def test_an_answer_is_shown_in_the_conversation_it_was_asked_in() -> None:
    talk = Conversation()
    assert talk.go_on(talk.now, [ASKED], "chat")
    assert talk.now == Standing(0, (ASKED,), "chat")


def test_an_answer_to_an_earlier_conversation_leaves_the_newer_one_alone() -> None:
    talk = Conversation()
    asked = talk.now
    talk.begin()
    assert not talk.go_on(asked, [ASKED], "chat")
    assert talk.now == Standing(1, (), None)
    talk.begin([ASKED], "older")
    assert talk.now == Standing(2, (ASKED,), "older")


def test_each_page_has_a_conversation_of_its_own() -> None:
    talk = Conversation()
    talk.begin([ASKED])
    assert deepcopy(talk).now == Standing()
