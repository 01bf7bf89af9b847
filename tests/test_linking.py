"""Links that bring a question to the chat."""

from urllib.parse import parse_qs, urlsplit

import pytest

from made_answers import HOSTILE_TEXTS
from ui.linking import chat_link, linked_question


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_question_survives_its_link_and_leaves_no_bare_mark_in_it(text: str) -> None:
    link = chat_link(text)
    assert link is not None
    assert set(link[4:]) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%"
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    assert linked_question(query) == text.strip()


@pytest.mark.parametrize("text", ["", "  ", "x" * 513])
def test_what_is_no_question_has_no_link_and_is_not_taken_from_one(text: str) -> None:
    assert chat_link(text) is None
    assert linked_question({"q": text}) is None


def test_an_address_without_a_question_brings_none() -> None:
    assert linked_question({"__theme": "dark"}) is None
