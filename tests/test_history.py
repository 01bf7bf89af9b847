"""Chats kept on the server: whose they are, how they are bounded, and that deleting is for good."""

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_answers import HOSTILE_TEXTS, ONE, SEVERAL
from qa.questions import Understood, understand
from ui import history as bounds
from ui.chat_file import FILE, ChatFile, NotKept
from ui.history import Asked, History, tidy_name

ANNA, BEN = "a" * 64, "b" * 64


def asked(question: str) -> Asked:
    return Asked(replace(ONE, question=question), Understood(question, question), 7)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ChatFile]:
    file = ChatFile(tmp_path)
    yield file
    file.close()


@pytest.fixture
def history(file: ChatFile) -> History:
    return History(file)


def names(history: History, owner: str) -> list[str]:
    return [chat.name for chat in history.chats(owner)]


def questions(history: History, owner: str, chat: str) -> list[str] | None:
    turns = history.turns(owner, chat)
    return None if turns is None else [turn.question for turn in turns]


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_a_turn_comes_back_as_it_was(history: History) -> None:
    typed = "Who spoke in articles from 2019, according to the Harbour Wire?"
    understood = understand(typed, (), "2024-05-15", ("Harbour Wire",))
    kept = history.add(ANNA, None, Asked(SEVERAL, understood, 7))
    (again,) = history.turns(ANNA, kept.chat) or []
    assert again == kept
    assert again.restored() == Asked(SEVERAL, understood, 7)
    assert again.record == json.loads(json.dumps(asdict(SEVERAL)))


def test_chats_run_last_used_first_and_are_named_for_their_first_question(
    history: History,
) -> None:
    first = history.add(ANNA, None, asked("Where?"))
    history.add(ANNA, None, asked("When " + "very " * 30 + "late?"))
    history.add(ANNA, first.chat, asked("And then?"))
    (one, two) = history.chats(ANNA)
    assert (one.name, one.turns, two.turns) == ("Where?", 2, 1)
    assert len(two.name) <= 80
    assert two.name.endswith("…")
    assert questions(history, ANNA, first.chat) == ["Where?", "And then?"]


def test_a_chat_that_is_gone_goes_on_as_a_new_one(history: History) -> None:
    gone = history.add(ANNA, None, asked("Where?")).chat
    assert history.forget(ANNA, gone) == 1
    assert history.add(ANNA, gone, asked("When?")).chat != gone
    assert names(history, ANNA) == ["When?"]


Op = tuple[str, str, int, str]
OPS = st.lists(
    st.tuples(
        st.sampled_from(["new", "go on", "rename", "forget", "forget all", "open"]),
        st.sampled_from([ANNA, BEN]),
        st.integers(0, 5),
        st.sampled_from(["Where?", "When?", "<b>Who</b>", "  ", "'; DROP TABLE chats; --"]),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(OPS)
def test_two_browsers_never_see_or_change_each_others_chats(ops: list[Op]) -> None:
    model: dict[str, dict[str, list[str]]] = {ANNA: {}, BEN: {}}
    named: dict[str, str] = {}
    made: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        file = ChatFile(Path(folder))
        history = History(file)
        for act, owner, pick, text in ops:
            chat = made[pick % len(made)] if made else "none"
            mine = chat in model[owner]
            if act == "new" or (act == "go on" and not mine):
                kept = history.add(owner, None if act == "new" else chat, asked(text))
                assert kept.chat not in made
                made.append(kept.chat)
                model[owner][kept.chat] = [text]
                named[kept.chat] = tidy_name(text) or "A question"
            elif act == "go on":
                assert history.add(owner, chat, asked(text)).chat == chat
                model[owner][chat].append(text)
            elif act == "rename":
                assert history.rename(owner, chat, text) == (mine and bool(text.strip()))
                if mine and text.strip():
                    named[chat] = tidy_name(text)
            elif act == "forget":
                assert history.forget(owner, chat) == int(mine)
                model[owner].pop(chat, None)
            elif act == "forget all":
                assert history.forget(owner, None) == len(model[owner])
                model[owner].clear()
            assert questions(history, owner, chat) == model[owner].get(chat)
        for owner, chats in model.items():
            listed = {chat.id: (chat.name, chat.turns) for chat in history.chats(owner)}
            assert listed == {chat: (named[chat], len(said)) for chat, said in chats.items()}
        file.close()


def test_what_is_deleted_is_in_no_byte_of_the_files(tmp_path: Path, history: History) -> None:
    kept = [history.add(ANNA, None, asked(f"Where is number{n}? " + "x" * 200)) for n in range(24)]
    other = history.add(BEN, None, asked("Where is bens?"))
    for one in kept[:10]:
        history.forget(ANNA, one.chat)
    left = on_disk(tmp_path)
    assert [n for n in range(10) if f"number{n}?".encode() in left] == []
    assert b"number11?" in left
    history.forget(ANNA, None)
    left = on_disk(tmp_path)
    assert b"Where is number" not in left
    assert not any(one.chat.encode() in left for one in kept)
    assert questions(history, BEN, other.chat) == ["Where is bens?"]


def test_a_reader_elsewhere_delays_the_erasing_but_does_not_prevent_it(
    tmp_path: Path, history: History
) -> None:
    chat = history.add(ANNA, None, asked("Where is the secret?")).chat
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chats").fetchone()
    assert history.forget(ANNA, chat) == 1
    assert b"secret" in on_disk(tmp_path)
    assert history.chats(ANNA) == []
    reader.close()
    history.add(ANNA, None, asked("Anything else?"))
    assert b"secret" not in on_disk(tmp_path)


def test_the_chats_unused_for_longest_make_room_and_that_is_told(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_CHATS", 3)
    chats = [history.add(ANNA, None, asked(f"Number {n}?")).chat for n in range(3)]
    history.add(BEN, None, asked("Mine?"))
    history.add(ANNA, chats[0], asked("Again?"))
    history.add(ANNA, None, asked("Number 3?"))
    assert names(history, ANNA) == ["Number 3?", "Number 0?", "Number 2?"]
    assert (history.dropped(ANNA), history.dropped(BEN)) == (1, 0)
    assert names(history, BEN) == ["Mine?"]


@pytest.mark.parametrize(("bound", "value"), [("MOST_TURNS", 4), ("MOST_BYTES", 6_000)])
def test_a_chat_that_alone_is_too_long_loses_its_oldest_turns(
    history: History, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(bounds, bound, value)
    chat = None
    for number in range(9):
        chat = history.add(ANNA, chat, asked(f"Number {number}?")).chat
    (only,) = history.chats(ANNA)
    kept = questions(history, ANNA, only.id) or []
    assert 1 < len(kept) < 9
    assert kept == [f"Number {n}?" for n in range(9)][-len(kept) :]


def test_a_full_file_keeps_nothing_new_and_says_so(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.add(ANNA, None, asked("Where?"))
    monkeypatch.setattr("ui.chat_file.LARGEST", 1)
    with pytest.raises(NotKept, match="file is full"):
        history.add(ANNA, None, asked("When?"))
    assert names(history, ANNA) == ["Where?"]


def test_the_file_is_for_its_owner_alone(tmp_path: Path, history: History) -> None:
    history.add(ANNA, None, asked("Where?"))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("damage", ["head", "middle", "empty table", "not a database"])
def test_a_damaged_file_is_set_aside_and_the_chat_goes_on(tmp_path: Path, damage: str) -> None:
    file = ChatFile(tmp_path)
    for number in range(40):
        History(file).add(ANNA, None, asked(f"Number {number}? " + "x" * 300))
    file.close()
    path = tmp_path / FILE
    data = bytearray(path.read_bytes())
    if damage == "head":
        data[:100] = bytes(100)
    elif damage == "middle":
        data[len(data) // 2 - 9_000 : len(data) // 2] = b"\xff" * 9_000
    elif damage == "empty table":
        data = data[: len(data) // 3]
    else:
        data = bytearray(b"something else entirely" * 300)
    path.write_bytes(data)
    kept = History(file).add(ANNA, None, asked("Is it still there?"))
    assert [turn.id for turn in History(file).turns(ANNA, kept.chat) or []] == [kept.id]
    (aside,) = (one for one in tmp_path.iterdir() if ".damaged-" in one.name)
    assert aside.read_bytes() == bytes(data)
    assert file.notice is not None
    assert aside.name in file.notice
    file.close()


def test_the_file_of_another_version_is_left_alone(tmp_path: Path, history: History) -> None:
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("PRAGMA user_version=9")
        other.execute("CREATE TABLE chats (unknown)")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(NotKept, match="another version"):
        history.add(ANNA, None, asked("Where?"))
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("where", ["missing", "a file", "a folder in its place"])
def test_where_no_file_can_be_made_one_sentence_says_so(tmp_path: Path, where: str) -> None:
    store = tmp_path / "store"
    if where == "a file":
        store.write_text("no folder")
    elif where == "a folder in its place":
        (store / FILE).mkdir(parents=True)
    history = History(ChatFile(store))
    with pytest.raises(NotKept, match=r"^Chats are not kept: their file cannot be read or written"):
        history.add(ANNA, None, asked("Where?"))


def test_looking_makes_no_file(tmp_path: Path, history: History) -> None:
    assert history.chats(ANNA) == []
    assert history.turns(ANNA, "x") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "a\0b", "tab\tand\nline", "\ud800 alone"])
def test_any_text_may_be_a_name_and_stays_one_line(history: History, text: str) -> None:
    chat = history.add(ANNA, None, asked("Where?")).chat
    assert history.rename(ANNA, chat, text)
    (name,) = names(history, ANNA)
    assert name == tidy_name(text)
    assert name.isprintable()


def test_threads_share_the_file(history: History) -> None:
    def work(number: int) -> str:
        owner = (ANNA, BEN)[number % 2]
        return history.add(owner, None, asked(f"Number {number}?")).chat

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(work, range(40)))) == 40
    assert (len(history.chats(ANNA)), len(history.chats(BEN))) == (20, 20)
