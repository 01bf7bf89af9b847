"""SQuAD data and the held-out split."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from qa.errors import InputError
from qa.squad import GoldSpan, agreed, is_held_out, load_squad


def write(path: Path, *articles: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"data": articles}), encoding="utf-8")
    return path


def article(title: str, *contexts: str, **question: Any) -> dict[str, Any]:
    asked = {"id": "q", "question": "Where?", "answers": []} | question
    return {"title": title, "paragraphs": [{"context": c, "qas": [asked]} for c in contexts]}


def test_paragraphs_are_numbered_within_their_article(tmp_path: Path) -> None:
    path = write(tmp_path / "s.json", article("The_Bay", "one", "two"), article("The_Bay", "three"))
    assert [q.paragraph.id for q in load_squad(path)] == ["The_Bay-0", "The_Bay-1", "The_Bay-2"]
    assert load_squad(path)[0].paragraph.title == "The Bay"


def test_titles_that_only_number_are_no_titles(tmp_path: Path) -> None:
    path = write(tmp_path / "s.json", *(article(f"reddit-{n}", "x") for n in range(10)))
    assert {q.paragraph.title for q in load_squad(path)} == {None}


def test_wrong_offset_is_mended_and_absent_answer_dropped(tmp_path: Path) -> None:
    answers = [{"text": "Rome", "answer_start": 0}, {"text": "Oslo", "answer_start": 3}]
    path = write(tmp_path / "s.json", article("A", "In Rome.", answers=answers))
    assert load_squad(path)[0].answers == (GoldSpan("Rome", 3),)


def test_impossible_question_has_no_answers(tmp_path: Path) -> None:
    answers = [{"text": "Rome", "answer_start": 3}]
    path = write(tmp_path / "s.json", article("A", "In Rome.", answers=answers, is_impossible=True))
    assert load_squad(path)[0].answers == ()


@pytest.mark.parametrize("content", ["", "[]", '{"data": [{"title": "A"}]}', '{"data": 3}'])
def test_other_json_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"s\.json is not SQuAD JSON"):
        load_squad(path)


def test_held_out_articles_are_those_whose_hash_divides_by_twenty() -> None:
    titles = [f"title {n}" for n in range(2000)]
    held = [title for title in titles if is_held_out(title)]
    assert all(int(hashlib.sha1(t.encode()).hexdigest(), 16) % 20 == 0 for t in held)
    assert 70 < len(held) < 130


def test_agreed_answer_has_most_votes_and_is_the_shorter_in_a_tie() -> None:
    short, long = GoldSpan("Abe", 4), GoldSpan("Mr Abe", 1)
    assert agreed([long, short]) == short
    assert agreed([short, long, long]) == long
