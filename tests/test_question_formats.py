"""The forms in which question sets come, told apart by content and read into one record."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import lines, tables
from eval.questions import Question, load_questions
from eval.records import paragraph
from qa.datatypes import Passage, Skipped
from qa.errors import InputError
from qa.sources import read_paths

CONTEXT = "Ann  won in Oslo.\r\n"
STORED = "Ann  won in Oslo."
DIGITS = hashlib.sha256(STORED.encode()).hexdigest()[:12]
FLAT: dict[str, Any] = {
    "id": "f1",
    "title": "Super_Bowl",
    "context": CONTEXT,
    "question": "Who?",
    "answers": {"text": ["Ann", "Ann"], "answer_start": [0, 0]},
}
MRQA: dict[str, Any] = {
    "id": "",
    "context": CONTEXT,
    "context_tokens": [["Ann", 0]],
    "qas": [
        {
            "qid": "m1",
            "question": "Who?",
            "answers": ["Ann", "ann"],
            "detected_answers": [{"text": "Ann", "char_spans": [[0, 2]]}],
        },
        {"qid": "m2", "question": "Where?", "detected_answers": [{"text": "Oslo"}]},
    ],
}
HEADER = {"header": {"dataset": "made", "split": "dev"}}
OWN = {"id": "o1", "question": "Who?", "answers": ["Ann"]}
SQUAD: dict[str, Any] = {
    "data": [
        {
            "title": "T",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [{"id": "s1", "question": "Who?", "answers": [{"text": "Ann"}]}],
                }
            ],
        }
    ]
}


def read(path: Path) -> tuple[list[Question], list[Skipped]]:
    skipped: list[Skipped] = []
    return load_questions(path, skipped.append), skipped


def rows(*values: Any) -> bytes:
    return "\n".join(json.dumps(value) for value in values).encode()


def save(path: Path, data: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def passage(name: str, title: str | None = None) -> Passage:
    return Passage(name, 1, 0, len(STORED), STORED, title)


def test_flat_squad_row_carries_its_paragraph(tmp_path: Path) -> None:
    questions, skipped = read(save(tmp_path / "q.jsonl", rows(FLAT)))
    known = passage(f"Super_Bowl-{DIGITS}", "Super Bowl")
    extra = {"title": "Super_Bowl"}
    assert questions == [Question("f1", "Who?", ("Ann",), None, None, known, extra)]
    assert skipped == []


def test_flat_squad_row_without_an_answer_text_is_unanswerable(tmp_path: Path) -> None:
    empty = FLAT | {"answers": {"text": [], "answer_start": []}}
    questions, _ = read(save(tmp_path / "q.jsonl", rows(empty)))
    assert questions[0].answers == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"context": None}, "field 'context' is missing"),
        ({"context": "\u200b"}, "field 'context' is '\\u200b'; there is nothing to be seen"),
        ({"answers": {"text": "Ann"}}, "field 'answers' is 'Ann'; it must be a list of texts"),
        ({"answers": {"spans": []}}, "field 'answers' is {'spans': []}; it must be a list"),
        ({"answers": [{"text": 4}]}, "field 'text' is 4; it must be a text"),
        ({"answers": ["\u200b"]}, "field 'answers' is ['\\u200b']; there is nothing to be seen"),
        ({"is_impossible": "no"}, "field 'is_impossible' is 'no'; it must be true or false"),
        ({"answers": [], "is_impossible": False}, "field 'answers' is empty, but"),
        ({"note": 1e999}, "not JSON: Infinity is not a JSON number"),
    ],
)
def test_wrong_field_of_a_flat_row_is_named(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    path = save(tmp_path / "q.jsonl", rows(OWN, FLAT | change))
    questions, skipped = read(path)
    assert [question.id for question in questions] == ["o1"]
    assert [bad.origin for bad in skipped] == [f"{path}#row 2"]
    assert skipped[0].reason.startswith(reason)


def test_number_too_great_for_json_is_refused(tmp_path: Path) -> None:
    line = b'{"id": "a", "question": "W?", "note": 1e999}'
    _, skipped = read(save(tmp_path / "q.jsonl", rows(OWN) + b"\n" + line))
    assert skipped[0].reason == "not JSON: 1e999 is not a JSON number"


def test_own_row_keeps_a_context_that_is_no_text(tmp_path: Path) -> None:
    questions, _ = read(save(tmp_path / "q.jsonl", rows(OWN | {"context": [["T", ["s"]]]})))
    assert (questions[0].context, questions[0].extra) == (None, {"context": [["T", ["s"]]]})


def test_true_is_impossible_is_decisive(tmp_path: Path) -> None:
    questions, _ = read(save(tmp_path / "q.jsonl", rows(OWN | {"is_impossible": True})))
    assert (questions[0].answers, questions[0].extra) == ((), {})


def test_mrqa_row_gives_each_of_its_questions(tmp_path: Path) -> None:
    questions, skipped = read(save(tmp_path / "q.jsonl", rows(HEADER, MRQA)))
    known = passage(f"context-{DIGITS}")
    assert questions == [
        Question("m1", "Who?", ("Ann", "ann"), context=known),
        Question("m2", "Where?", ("Oslo",), context=known),
    ]
    assert questions[0].context is questions[1].context
    assert skipped == []


def test_mrqa_row_names_its_context(tmp_path: Path) -> None:
    questions, _ = read(save(tmp_path / "q.jsonl", rows(MRQA | {"id": "c7"})))
    assert questions[0].context == passage("c7")


def test_bad_mrqa_question_is_named_and_the_others_run(tmp_path: Path) -> None:
    qas = [{"qid": "m0", "question": "Who?"}, "text", {"qid": "m3"}, *MRQA["qas"]]
    path = save(tmp_path / "q.jsonl", rows(HEADER, MRQA | {"qas": qas}, {"qas": []}))
    questions, skipped = read(path)
    assert [question.id for question in questions] == ["m1", "m2"]
    assert [(bad.origin, bad.reason) for bad in skipped] == [
        (f"{path}#row 2 question m0", "field 'answers' is missing"),
        (f"{path}#row 2 question None", "not a JSON object but 'text'"),
        (f"{path}#row 2 question m3", "field 'answers' is missing"),
        (f"{path}#row 3", "field 'context' is missing"),
    ]


def test_equal_paragraphs_of_flat_rows_are_one_record(tmp_path: Path) -> None:
    questions, _ = read(save(tmp_path / "q.jsonl", rows(FLAT, FLAT | {"id": "f2"})))
    assert questions[0].context is questions[1].context


@pytest.mark.parametrize(
    ("name", "data", "ids"),
    [
        ("q.json", rows(OWN, FLAT), ["o1", "f1"]),
        ("q.json", rows(OWN), ["o1"]),
        ("q.json", rows([OWN, FLAT]), ["o1", "f1"]),
        ("q.json", rows({"data": [FLAT]}), ["f1"]),
        ("q.json", json.dumps([OWN, MRQA], indent=1), ["o1", "m1", "m2"]),
        ("q.json", json.dumps(SQUAD, indent=1), ["s1"]),
        ("q.jsonl", rows(SQUAD), ["s1"]),
        ("q", rows(HEADER, MRQA), ["m1", "m2"]),
        ("q.txt", b"\xef\xbb\xbf\n\n" + rows(OWN), ["o1"]),
        ("q", "id\tquestion\tanswers\na\tW?\tx\n", ["a"]),
        ("q.csv", rows(OWN, FLAT), ["o1", "f1"]),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_form_is_told_by_the_content(
    tmp_path: Path, name: str, data: bytes | str, ids: list[str], packed: bool
) -> None:
    data = data.encode() if isinstance(data, str) else data
    path = save(tmp_path / (name + ".gz" * packed), gzip.compress(data) if packed else data)
    questions, skipped = read(path)
    assert ([question.id for question in questions], skipped) == (ids, [])


def test_packing_is_told_by_the_content(tmp_path: Path) -> None:
    assert read(save(tmp_path / "a.jsonl", gzip.compress(rows(OWN))))[0][0].id == "o1"
    assert read(save(tmp_path / "b.jsonl.gz", rows(OWN)))[0][0].id == "o1"


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-9], lambda data: data[:30] + b"\0\0\0\0" + data[34:]]
)
def test_damaged_packing_is_one_line(tmp_path: Path, spoil: Any) -> None:
    packed = gzip.compress(rows(*({"id": n, "question": f"{n * n}?"} for n in range(50))))
    path = save(tmp_path / "q.jsonl.gz", spoil(packed))
    with pytest.raises(InputError, match=r"q\.jsonl\.gz is damaged or cut off"):
        read(path)


@pytest.mark.parametrize("name", ["q.jsonl.gz", "q.json.gz", "q.csv.gz"])
def test_bomb_is_one_line(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "ALWAYS_UNPACKED", 1 << 20)
    head = b"id,question,answers\n" if "csv" in name else b'{"id":\n'
    path = save(tmp_path / name, gzip.compress(head + b" " * (4 << 20)))
    with pytest.raises(InputError, match="unpacks to more than 200 times its size"):
        read(path)


def test_line_that_is_too_long_is_named_and_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 200)
    path = save(tmp_path / "q.jsonl", rows(OWN | {"note": "x" * 700}, OWN | {"id": "o2"}))
    questions, skipped = read(path)
    assert [question.id for question in questions] == ["o2"]
    assert [bad.origin for bad in skipped] == [f"{path}#row 1"]


def test_document_that_is_too_large_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST_WHOLE", 50)
    with pytest.raises(InputError, match="in one piece"):
        read(save(tmp_path / "q.json", json.dumps(SQUAD, indent=1)))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("q.json", b'{"data":\n', "is not JSON"),
        ("q.json", b"[" * 100_000, "is not JSON"),
        ("q.json", b"[\n1]", "has no usable question"),
        ("q.json", b'{\n"version": 2}', "neither SQuAD JSON"),
        ("q.json", b"", "is not JSON"),
        ("q.jsonl", "{}".encode("utf-16"), "is in UTF-16"),
        ("q.csv", b"", "has no column 'question'"),
        ("q.csv", b"id,answers\na,b\n", "has no column 'question'"),
        ("q.csv", b"id,question\na,W?\n", "needs a column 'answers' or 'article_ids'"),
        ("q.csv", b"id,question,ID,answers\n", "has two columns 'id'"),
        ("q.bin", b"\0\1\2", "is not a question set"),
        ("q.bin", b"x" * 300_000, "is not a question set"),
    ],
)
def test_file_that_is_no_question_set_is_one_line(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(save(tmp_path / name, data))
    assert "\n" not in str(caught.value)


def test_table_row_is_the_row_of_json_lines(tmp_path: Path) -> None:
    table = (
        "\ufeffID,Question,answers,article_ids,asked,is_impossible,desk\r\n"
        'a,"Who, then?",Ann | Ann Lee |,x|y,2019-04-27,,foreign\r\n'
        'b,"Says ""who""?","[""Ann | Lee""]",,,false,\r\n'
        "c,Why?,,,,TRUE,\r\n"
    )
    questions, skipped = read(save(tmp_path / "q.csv", table))
    assert questions == [
        Question(
            "a",
            "Who, then?",
            ("Ann", "Ann Lee"),
            ("x", "y"),
            "2019-04-27",
            None,
            {"desk": "foreign"},
        ),
        Question("b", 'Says "who"?', ("Ann | Lee",)),
        Question("c", "Why?", ()),
    ]
    assert skipped == []


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_table_is_divided_as_its_headings_are(tmp_path: Path, delimiter: str) -> None:
    table = "id,question,answers\na,W?,x\n".replace(",", delimiter)
    assert read(save(tmp_path / "q.csv", table))[0] == [Question("a", "W?", ("x",))]


def test_question_of_a_table_without_ids_is_called_by_its_line(tmp_path: Path) -> None:
    table = "question,answers\nOne?,1\n\nTwo?,2\nTwo?,2\n"
    questions, _ = read(save(tmp_path / "q.csv", table))
    assert [question.id for question in questions] == ["row 2", "row 4", "row 5"]


def test_table_without_answers_tells_only_the_right_articles(tmp_path: Path) -> None:
    questions, _ = read(save(tmp_path / "q.tsv", "id\tquestion\tarticle_ids\na\tW?\tx\n"))
    assert questions == [Question("a", "W?", None, ("x",))]


def test_table_with_contexts_serves_gold_mode(tmp_path: Path) -> None:
    table = f"id,question,answers,context\na,Who?,Ann,{STORED}\n"
    questions, _ = read(save(tmp_path / "q.csv", table))
    assert questions[0].context == passage(f"context-{DIGITS}")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,W?", "2 fields under 5 headings"),
        (",W?,x,,", "field 'id' is missing"),
        ("a, ,x,,", "field 'question' is missing"),
        ('a,W?,"[""x"", 1]",,', "field 'answers' is ['x', 1]; it must be a list of texts"),
        ("a,W?,\"['x']\",,", "field 'answers' begins with [ but is not JSON: "),
        ("a,W?,x,2019,", "field 'asked' is '2019'; it must be a date"),
        ("a,W?,x,,maybe", "field 'is_impossible' is 'maybe'; it must be true or false"),
        ('a,"W?,x,,', "not CSV: "),
        ('a,"W"?,x,,', "not CSV: "),
        ("a,W\udcff,x,,", "not UTF-8 at byte 3"),
    ],
)
def test_bad_table_row_is_named_and_the_others_run(tmp_path: Path, row: str, reason: str) -> None:
    table = f"id,question,answers,asked,is_impossible\n{row}\nb,W?,x,,\nc,W?,x,,\n"
    path = save(tmp_path / "q.csv", table.encode("utf-8", "surrogateescape"))
    questions, skipped = read(path)
    assert [question.id for question in questions] == ["b", "c"]
    assert [bad.origin for bad in skipped] == [f"{path}#row 2"]
    assert skipped[0].reason.startswith(reason)


def test_table_cell_may_hold_the_end_of_a_line(tmp_path: Path) -> None:
    table = 'id,question,answers\na,"Who\nwon?",x\nb,W?,y\n'
    questions, _ = read(save(tmp_path / "q.csv", table))
    assert [(q.id, q.question) for q in questions] == [("a", "Who\nwon?"), ("b", "W?")]


def test_quotation_marks_are_text_where_tabs_divide(tmp_path: Path) -> None:
    table = 'id\tquestion\tanswers\na\t"Hi" is whose?\t"x"\nb\t"Says ""who""?"\t"y"" z"\n'
    questions, skipped = read(save(tmp_path / "q.tsv", table))
    assert [(q.question, q.answers) for q in questions] == [
        ('"Hi" is whose?', ("x",)),
        ('Says "who"?', ('y" z',)),
    ]
    assert skipped == []


@given(st.lists(st.text(st.sampled_from('a",\n'), max_size=6), max_size=12))
def test_no_quotation_mark_takes_more_than_its_row(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    noise = "".join(f"a,{cell}\n" for cell in cells)
    table = "question,answers\n" + noise + "a,last\n"
    path = save(tmp_path_factory.mktemp("t") / "q.csv", table)
    skipped: list[Skipped] = []
    read_rows = list(tables.read_table(path, skipped.append))
    starts = [int(item.rpartition(" ")[2]) for item, _ in read_rows]
    named = [int(item.origin.rpartition(" ")[2]) for item in skipped]
    assert len(set(starts + named)) == len(starts + named)
    covered = sum(question.question.count("\n") + 1 for _, question in read_rows)
    assert covered <= table.count("\n")


def test_squad_paragraph_without_a_title_is_known_by_its_words(tmp_path: Path) -> None:
    entry = {"paragraphs": SQUAD["data"][0]["paragraphs"]}
    questions, _ = read(save(tmp_path / "q.json", rows({"data": [entry]})))
    assert questions == [Question("s1", "Who?", ("Ann",), context=passage(f"context-{DIGITS}"))]


def test_bad_squad_article_is_named_and_the_others_run(tmp_path: Path) -> None:
    bad = [{"title": ["T"], "paragraphs": []}, {"title": "U"}, 3]
    path = save(tmp_path / "q.json", rows({"data": [*bad, *SQUAD["data"]]}))
    questions, skipped = read(path)
    assert [question.id for question in questions] == ["s1"]
    assert [(item.origin, item.reason) for item in skipped] == [
        (f"{path}#row 1", "field 'title' is ['T']; it must be a text"),
        (f"{path}#row 2", "field 'paragraphs' is None; it must be a list of objects"),
        (f"{path}#row 3", "not a JSON object but 3"),
    ]


def test_squad_paragraphs_have_the_ids_of_the_index(tmp_path: Path) -> None:
    titles = ["A", "B_c", "A", "B_c", "  d\u00a0e"]
    data = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": f"Text {n} {m}.",
                    "qas": [{"id": f"{n}-{m}", "question": "W?", "answers": []}],
                }
                for m in range(2)
            ],
        }
        for n, title in enumerate(titles)
    ]
    path = save(tmp_path / "q.json", rows({"data": data}))
    articles = read_paths([path], 1000, lambda _: None)
    indexed = {article.id: (article.text, article.title) for article in articles}
    contexts = [question.context for question in read(path)[0]]
    assert {c.article_id: (c.text, c.title) for c in contexts if c is not None} == indexed
    assert len(indexed) == 10


def test_paragraph_is_known_by_its_words_in_every_order() -> None:
    names = {paragraph(text, "T").article_id for text in ("One.", "Two.", "One.\n")}
    assert len(names) == 2


def beir(folder: Path, **parts: str) -> Path:
    for part, judgements in parts.items():
        save(folder / "qrels" / f"{part}.tsv", "query-id\tcorpus-id\tscore\n" + judgements)
    save(folder / "queries.jsonl", rows({"_id": "q1", "text": "One?"}, {"_id": "q2", "text": "2?"}))
    return folder


def test_beir_folder_with_one_part_needs_no_name(tmp_path: Path) -> None:
    questions, _ = read(beir(tmp_path, dev="q1\td1\t1\nq1\td1\t1\n"))
    assert questions == [Question("q1", "One?", None, ("d1",))]


def test_part_of_a_beir_folder_can_be_named(tmp_path: Path) -> None:
    beir(tmp_path, dev="q1\td1\t1\n", train="q2\td2\t1\n")
    with pytest.raises(InputError, match=r"no qrels/test\.tsv \(dev\.tsv, train\.tsv is there\)"):
        read(tmp_path)
    assert [q.id for q in read(tmp_path / "qrels" / "train.tsv")[0]] == ["q2"]


def test_beir_judgements_may_lack_headings_and_queries(tmp_path: Path) -> None:
    beir(tmp_path)
    path = save(tmp_path / "qrels" / "test.tsv", "q1\td1\t1\r\nq9\td2\t1\n")
    questions, skipped = read(tmp_path)
    assert [(q.id, q.article_ids) for q in questions] == [("q1", ("d1",))]
    assert [(item.origin, item.reason) for item in skipped] == [
        (str(path), "query 'q9' is not in queries.jsonl")
    ]


def test_equal_questions_under_two_ids_both_run_and_an_id_given_twice_is_named(
    tmp_path: Path,
) -> None:
    path = save(tmp_path / "q.jsonl", rows(OWN, OWN | {"id": "o2"}, OWN | {"question": "Else?"}))
    questions, skipped = read(path)
    assert [(q.id, q.question) for q in questions] == [("o1", "Who?"), ("o2", "Who?")]
    assert skipped == [Skipped(f"{path}#row 3", "id 'o1' occurs again; the first one is used")]
