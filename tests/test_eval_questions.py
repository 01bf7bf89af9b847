"""Question sets are read whole, and what cannot be used is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.questions import Question, load_questions, select
from qa.datatypes import Passage, Skipped
from qa.errors import InputError


def read(path: Path) -> tuple[list[Question], list[Skipped]]:
    skipped: list[Skipped] = []
    return load_questions(path, skipped.append), skipped


def write_rows(path: Path, rows: list[Any]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def write_squad(path: Path, *articles: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"version": "2.0", "data": articles}), encoding="utf-8")
    return path


def test_jsonl_row_keeps_every_field(tmp_path: Path) -> None:
    row = {
        "id": 7,
        "question": "Where?",
        "answers": ["the hall", "the hall", "hall"],
        "article_ids": ["harbour-talks"],
        "asked": "2019-04-27",
        "desk": {"name": "foreign"},
    }
    questions, skipped = read(write_rows(tmp_path / "q.jsonl", [row]))
    assert questions == [
        Question(
            "7",
            "Where?",
            ("the hall", "hall"),
            ("harbour-talks",),
            "2019-04-27",
            extra={"desk": {"name": "foreign"}},
        )
    ]
    assert skipped == []


@pytest.mark.parametrize("answers", [{}, {"answers": None}, {"answers": []}])
def test_row_without_answers_is_unanswerable(tmp_path: Path, answers: dict[str, Any]) -> None:
    questions, _ = read(write_rows(tmp_path / "q.jsonl", [{"id": "a", "question": "W?"} | answers]))
    assert (questions[0].answers, questions[0].answerable) == ((), False)


def test_gold_answers_take_the_form_of_stored_text(tmp_path: Path) -> None:
    row = {"id": "a", "question": "W?", "answers": ["Cafe\u0301\u00a0Noir"]}
    questions, _ = read(write_rows(tmp_path / "q.jsonl", [row]))
    assert questions[0].answers == ("Caf\u00e9 Noir",)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "W?"}, "field 'id' is missing"),
        ({"id": True, "question": "W?"}, "field 'id' is True; it must be a text"),
        ({"id": "a"}, "field 'question' is missing"),
        ({"id": "a", "question": " "}, "field 'question' is ' '; it must be a text"),
        ({"id": "a", "question": "W?", "answers": "x"}, "field 'answers' is 'x'; it must be"),
        ({"id": "a", "question": "W?", "answers": [""]}, "field 'answers' is ['']; it must be"),
        ({"id": "a", "question": "W?", "article_ids": [1]}, "field 'article_ids' is [1]"),
        ({"id": "a", "question": "W?", "asked": "20190427"}, "field 'asked' is '20190427'"),
        ({"id": "a", "question": "W?", "asked": 2019}, "field 'asked' is 2019; it must be a date"),
        (["a"], "not a JSON object but ['a']"),
    ],
)
def test_bad_row_is_named_by_file_row_and_field(tmp_path: Path, row: Any, reason: str) -> None:
    path = write_rows(tmp_path / "q.jsonl", [{"id": "ok", "question": "W?"}, row])
    questions, skipped = read(path)
    assert [question.id for question in questions] == ["ok"]
    assert [bad.origin for bad in skipped] == [f"{path}#row 2"]
    assert skipped[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "a", ', "not JSON: "),
        (b'{"id": "a", "question": "W?", "x": NaN}', "not JSON: NaN is not a JSON number"),
        (b'{"id": "\xff"}', "not UTF-8 at byte 8"),
        (b"[" * 100_000, "not JSON: "),
    ],
)
def test_broken_line_does_not_stop_the_others(tmp_path: Path, line: bytes, reason: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\n\n" + line + b'\r\n{"id": "b", "question": "W?"}\n')
    questions, skipped = read(path)
    assert [question.id for question in questions] == ["b"]
    assert skipped[0].origin == f"{path}#row 3"
    assert skipped[0].reason.startswith(reason)


def test_second_row_with_an_id_is_named_and_the_first_used(tmp_path: Path) -> None:
    rows = [{"id": "a", "question": "One?"}, {"id": "a", "question": "Two?"}]
    questions, skipped = read(write_rows(tmp_path / "q.jsonl", rows))
    assert [question.question for question in questions] == ["One?"]
    assert skipped[0].reason == "id 'a' occurs again; the first one is used"


def test_too_long_a_question_is_still_a_question(tmp_path: Path) -> None:
    row = {"id": "a", "question": "w" * 600}
    questions, skipped = read(write_rows(tmp_path / "q.jsonl", [row]))
    assert (len(questions), skipped) == (1, [])


def test_squad_numbers_paragraphs_within_their_title(tmp_path: Path) -> None:
    asked = {"id": "q1", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}
    path = write_squad(
        tmp_path / "s.json",
        {"title": "Super_Bowl", "paragraphs": [{"context": "Zero.", "qas": []}]},
        {"title": "Other", "paragraphs": []},
        {"title": "Super_Bowl", "paragraphs": [{"context": "Ann  won.\r\n", "qas": [asked]}]},
    )
    questions, skipped = read(path)
    assert questions == [
        Question(
            "q1",
            "Who?",
            ("Ann",),
            ("Super_Bowl-1",),
            context=Passage("Super_Bowl-1", 1, 0, 9, "Ann  won.", "Super Bowl"),
        )
    ]
    assert skipped == []


def test_impossible_squad_question_has_no_answers(tmp_path: Path) -> None:
    impossible = {
        "id": "q",
        "question": "Who?",
        "is_impossible": True,
        "answers": [],
        "plausible_answers": [{"text": "Ann", "answer_start": 0}],
    }
    paragraph = {"context": "Ann won.", "qas": [impossible]}
    questions, _ = read(write_squad(tmp_path / "s.json", {"title": "T", "paragraphs": [paragraph]}))
    assert questions[0].answerable is False


def test_bad_squad_parts_are_named_and_keep_their_number(tmp_path: Path) -> None:
    good = {"id": "q", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}
    bad = {"id": "r", "question": "Who?", "answers": ["Ann"]}
    paragraphs = [{"qas": []}, "text", {"context": "Ann.", "qas": [bad, good]}]
    path = write_squad(tmp_path / "s.json", {"title": "T", "paragraphs": paragraphs})
    questions, skipped = read(path)
    assert [question.article_ids for question in questions] == [("T-2",)]
    assert [(bad.origin, bad.reason.split(";")[0]) for bad in skipped] == [
        (f"{path}#T-0", "field 'context' is missing"),
        (f"{path}#T-1", "a paragraph must be an object, not 'text'"),
        (f"{path}#T-2 question r", "field 'answers' is ['Ann']"),
    ]


def test_beir_folder_gives_the_judged_queries_without_answers(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\nq1\td3\t2\nbroken\n\n", encoding="utf-8"
    )
    rows = [{"_id": "q0", "text": "Not judged"}, {"_id": "q1", "text": "What?", "topic": "x"}]
    write_rows(tmp_path / "queries.jsonl", rows)
    questions, skipped = read(tmp_path)
    assert questions == [Question("q1", "What?", None, ("d1", "d3"), extra={"topic": "x"})]
    assert questions[0].answerable is None
    assert [bad.origin for bad in skipped] == [f"{tmp_path / 'qrels' / 'test.tsv'}#row 5"]


def test_set_without_a_usable_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no usable question"):
        read(write_rows(tmp_path / "q.jsonl", [{"id": "a"}]))


@pytest.mark.parametrize("name", ["missing.jsonl", "missing.json", "missing", "folder"])
def test_set_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=name):
        read(tmp_path / name)


def test_unknown_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="is not a question set"):
        read(tmp_path / "q.xlsx")


def test_sample_is_seeded_without_replacement_and_in_file_order() -> None:
    questions = [Question(str(n), "W?", ()) for n in range(100)]
    drawn = [int(question.id) for question in select(questions, sample=30, seed=4)]
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 30
    assert drawn == [int(question.id) for question in select(questions, sample=30, seed=4)]
    assert drawn != [int(question.id) for question in select(questions, sample=30, seed=5)]
    assert select(questions, sample=1000) == questions


def test_limit_takes_the_first() -> None:
    questions = [Question(str(n), "W?", ()) for n in range(3)]
    assert select(questions, limit=2) == questions[:2]
    assert select(questions) == questions


@pytest.mark.parametrize("part", [{"limit": 0}, {"sample": 0}, {"limit": 1, "sample": 1}])
def test_part_that_makes_no_sense_is_refused(part: dict[str, int]) -> None:
    with pytest.raises(InputError, match=r"--(limit|sample)"):
        select([Question("a", "W?", ())], **part)
