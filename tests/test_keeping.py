"""What is kept of a conversation, and what a browser may do with it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from made_answers import (
    ALL_POISONED,
    HOSTILE_ARTICLES,
    HOSTILE_TEXTS,
    ONE,
    SEVERAL,
    MadePipeline,
    make_quote,
)
from qa.datatypes import Answer, Article, Filters
from qa.questions import Understood
from ui import wire
from ui.chat import Message, View, turn
from ui.chat_export import as_markdown
from ui.citing import citation
from ui.history import Asked
from ui.keeping import SHOWN_TURNS, Keeper, find_turn, replayed
from ui.shelf import Reply, answer

ANNA, BEN = "a" * 64, "b" * 64
NOT_HERE = {"error": "This chat is not here."}


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    keeper = Keeper(tmp_path)
    yield keeper
    keeper.file.close()


def talk(keeper: Keeper, *questions: str, owner: str | None = ANNA) -> tuple[View, str | None]:
    """Ask the made pipeline some questions in one conversation, as the page does."""
    shown, chat = View(()), None
    for question in questions:
        for view in turn(MadePipeline(), question, shown.messages):
            shown, chat = keeper.keep(view, owner, chat, 3)
    return shown, chat


def said(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Who says what, less how it was found, and with the keys of the answers made alike."""
    return [
        (one["role"], re.sub("pq-[0-9a-f]{8}|[0-9a-f]{8}-", "KEY", one["content"]))
        for one in messages
        if "metadata" not in one
    ]


def do(keeper: Keeper, owner: str | None = ANNA, current: str | None = None, **said: Any) -> Reply:
    return answer(said, owner, current, keeper, MadePipeline())


def test_a_conversation_is_kept_turn_by_turn_and_opened_as_it_was(keeper: Keeper) -> None:
    shown, chat = talk(keeper, "Where will the talks reopen?", "Where are the talks?")
    reply = do(keeper, act="open", chat=chat)
    assert reply.chat == chat
    assert said(reply.opened or ()) == said(shown.messages)
    (listed,) = do(keeper, act="list").told["chats"]
    assert (listed["id"], listed["name"], listed["turns"]) == (
        chat,
        "Where will the talks reopen?",
        2,
    )


class Listening(MadePipeline):
    """Answers everything from one record."""

    def answer(self, question: str, filters: Filters = Filters()) -> Answer:
        return replace(ONE, question=question, read_as=question, filters=filters)


def test_a_follow_up_goes_on_from_an_opened_chat(keeper: Keeper) -> None:
    chat = None
    for view in turn(Listening(), "When will Trump arrive in Japan?", ()):
        _, chat = keeper.keep(view, ANNA, chat, 3)
    opened = do(keeper, act="open", chat=chat).opened or ()
    (*_, last) = turn(Listening(), "And who went with him?", opened)
    assert last.messages[-1]["turn"].read_as == "Who went to Japan with Trump?"
    assert keeper.keep(last, ANNA, chat, 3)[1] == chat


def test_an_opened_chat_shows_its_newest_turns(keeper: Keeper) -> None:
    chat = None
    for number in range(SHOWN_TURNS + 2):
        asked = Asked(ONE, Understood(f"Number {number}?", f"Number {number}?"), 1)
        chat = keeper.history.add(ANNA, chat, asked).chat
    reply = do(keeper, act="open", chat=chat)
    shown = [one["content"] for one in reply.opened or () if one["role"] == "user"]
    assert (len(shown), shown[0]) == (SHOWN_TURNS, "Number 2\\?")
    assert reply.told["notice"] == "2 older turns of this chat can be exported."


def test_notices_and_stages_are_not_kept(keeper: Keeper) -> None:
    shown, chat = talk(keeper, "Does it break?", "")
    assert chat is None
    assert keeper.history.chats(ANNA) == []
    assert find_turn(shown.messages, "x") is None


def test_a_program_is_answered_and_nothing_of_it_is_kept(tmp_path: Path, keeper: Keeper) -> None:
    shown, chat = talk(keeper, "Where are the talks?", owner=None)
    assert "the harbour hall" in shown.messages[-1]["content"]
    assert chat is None
    assert list(tmp_path.iterdir()) == []
    assert "no cookies" in do(keeper, owner=None, act="list").told["error"]


def test_without_a_disk_the_chat_goes_on_and_says_once_that_it_is_not_kept(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "missing")
    shown, chat = talk(keeper, "Where are the talks?", "Where will the talks reopen?")
    answers = [one["content"] for one in shown.messages if "turn" in one]
    assert chat is None
    assert ["Chats are not kept" in one for one in answers] == [True, False]
    assert ["the harbour hall" in one for one in answers] == [True, True]
    assert "cannot be read or written" in do(keeper, act="delete", chat="x").told["error"]


@pytest.mark.parametrize("act", ["open", "rename", "delete", "export"])
@pytest.mark.parametrize("chat", ["theirs", "unknown", 7, None, "' OR 1=1 --", "\ud800"])
def test_what_belongs_to_another_browser_is_not_here(keeper: Keeper, act: str, chat: Any) -> None:
    _, theirs = talk(keeper, "Where are the talks?")
    said = {"act": act, "chat": theirs if chat == "theirs" else chat, "name": "Mine now"}
    assert do(keeper, owner=BEN, **said) == Reply(NOT_HERE)
    assert [one.name for one in keeper.history.chats(ANNA)] == ["Where are the talks?"]


def test_renaming_and_deleting_answer_with_the_list(keeper: Keeper) -> None:
    _, first = talk(keeper, "Where are the talks?")
    _, second = talk(keeper, "Where will the talks reopen?")
    renamed = do(keeper, act="rename", chat=first, name=" <b>Talks</b> ")
    assert [one["name"] for one in renamed.told["chats"]] == [
        "Where will the talks reopen?",
        "<b>Talks</b>",
    ]
    assert "Give the chat a name" in do(keeper, act="rename", chat=first, name=" ").told["error"]
    assert do(keeper, act="delete", chat=first, current=second).opened is None
    assert do(keeper, act="delete", chat=second, current=second).opened == ()
    assert do(keeper, act="delete-all").told["chats"] == []


def test_deleting_a_chat_deletes_the_feedback_in_it(keeper: Keeper) -> None:
    from ui.judging import judge

    shown, chat = talk(keeper, "Where are the talks?")
    message = {"act": "give", "turn": shown.messages[-1]["kept"].turn, "verdict": "right"}
    judge(message, ANNA, shown.messages, keeper.feedback, MadePipeline())
    told = do(keeper, act="open", chat=chat).told["verdicts"]
    assert [one["verdict"] for one in told.values()] == ["right"]
    do(keeper, act="delete", chat=chat)
    assert keeper.feedback.everything(None) == []


def test_a_record_of_another_form_is_named_and_the_rest_is_shown(keeper: Keeper) -> None:
    _, chat = talk(keeper, "Where are the talks?")
    assert chat is not None
    turns = keeper.history.turns(ANNA, chat) or []
    broken = replace(turns[0], record={"answer": 7})
    messages = replayed([broken, *turns], MadePipeline())
    assert "cannot be shown any more" in messages[1]["content"]
    assert "the harbour hall" in messages[-1]["content"]


# --- Exports --------------------------------------------------------------------------------------


def test_json_holds_records_with_offsets_and_revisions(keeper: Keeper) -> None:
    _, chat = talk(keeper, "Where are the talks?")
    file = do(keeper, act="export", chat=chat, form="json").told["file"]
    (only,) = json.loads(file["text"])["chats"]
    quote = only["turns"][0]["record"]["quotes"][0]
    text = MadePipeline().article(quote["article_id"]).text
    assert text[quote["start"] : quote["end"]] == "the harbour hall"
    assert quote["revision"] == 1
    assert (file["name"], only["turns"][0]["generation"]) == (
        "pullquote-where-are-the-talks.json",
        3,
    )


def test_markdown_quotes_each_source_with_its_place_and_link(keeper: Keeper) -> None:
    linked = replace(SEVERAL.quotes[0], url="https://harbour.example/talks?(1)<2>")
    record = replace(SEVERAL, quotes=(linked, *SEVERAL.quotes[1:]))
    keeper.history.add(ANNA, None, Asked(record, Understood(record.question, record.question), 1))
    text = do(keeper, act="export", form="markdown").told["file"]["text"]
    shown = text.replace("\\", "")
    assert (
        "> “On Saturday Ms. Quill said the talks would reopen in **the harbour hall** at noon.”"
        in (shown)
    )
    assert "Harbour Wire, 27 April 2019 (harbour-talks, characters 100–116, revision 1)" in shown
    assert "Talks moved again, Meridian Post, 2 May 2019" in shown
    assert "](<https" not in text  # with <2> in it, that is no address
    linked = replace(linked, url="https://harbour.example/talks?(1)")
    record = replace(record, quotes=(linked,), groups=())
    keeper.history.add(ANNA, None, Asked(record, Understood(record.question, record.question), 1))
    text = do(keeper, act="export", form="markdown").told["file"]["text"]
    assert "](<https://harbour.example/talks?%281%29>)" in text


def test_every_hostile_text_is_literal_in_the_markdown(keeper: Keeper) -> None:
    from markdown_it import MarkdownIt

    for text in HOSTILE_TEXTS:
        keeper.history.add(ANNA, None, Asked(ALL_POISONED, Understood(text, text), 1))
    chats = keeper.history.chats(ANNA)
    written = as_markdown(
        [(chat, keeper.history.turns(ANNA, chat.id) or []) for chat in chats],
        "2026-01-31T09:30:00+00:00",
    )
    html = MarkdownIt("commonmark").enable("table").render(written)
    tags = set(wire_tags(html))
    assert tags == {"h1", "h2", "p", "em", "strong", "blockquote"}


def wire_tags(html: str) -> Iterator[str]:
    from html.parser import HTMLParser

    found: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append(tag)

    Tags().feed(html)
    return iter(found)


# --- Citations and the wire -----------------------------------------------------------------------


def test_a_citation_has_sentence_headline_outlet_date_and_offsets() -> None:
    assert citation(ONE.quotes[0]) == (
        "“On Saturday Ms. Quill said the talks would reopen in the harbour hall at noon.” — "
        "Harbour talks move to neutral ground, Harbour Wire, 27 April 2019 (harbour-talks, 100–116)"
    )
    bare = Article(id="bare", origin="bare", text="One\n\ntwo three.", revision=2)
    assert (
        citation(make_quote(bare, "two"))
        == "“One two three.” — bare, undated (bare, 5–8, revision 2)"
    )
    assert "\n" not in citation(make_quote(HOSTILE_ARTICLES[14], HOSTILE_TEXTS[14]))


@pytest.mark.parametrize(
    "sent", ["", "[", "[1]", "null", "7", '"x"', "[" * 20_000, None, 7, '{"a":1}' + " " * 20_000]
)
def test_what_is_no_message_is_an_empty_one(sent: Any) -> None:
    assert wire.heard(sent) == {}


def test_a_message_is_answered_by_its_number() -> None:
    message = wire.heard('{"n": 7, "name": "\\ud800x", "size": true, "far": 99999999999}')
    assert wire.reply(message, {"said": "é"}) == '{"n": 7, "said": "\\u00e9"}'
    assert (wire.text(message, "name"), wire.text(message, "n")) == ("x", "")
    assert [wire.number(message, name) for name in ("n", "size", "far", "none")] == [7, -1, -1, -1]
