"""The sample archive and the question set about the five documents keep their promises."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from conftest import require

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN_RUN = 8
LONGEST_ANSWER = 8

Row = dict[str, Any]


def rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def articles() -> list[Row]:
    return rows(ROOT / "seeds" / "articles.jsonl")


def seed_questions() -> list[Row]:
    return rows(ROOT / "seeds" / "questions.jsonl")


def document_questions() -> list[Row]:
    return rows(ROOT / "tests" / "data" / "five_documents.jsonl")


def documents() -> dict[str, str]:
    folder = require("shared") / "seeds"
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of so many words, without regard to case, punctuation and kind of apostrophe."""
    words = re.findall(
        r"\w+(?:[.']\w+)*", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def missing_answers(questions: list[Row], texts: dict[str, str]) -> list[tuple[str, str]]:
    """Answers that stand in none of their articles, and articles without any of the answers."""
    missing = []
    for row in questions:
        named = {name: texts[name] for name in row["article_ids"]}
        missing += [
            (row["id"], a) for a in row["answers"] if not any(a in t for t in named.values())
        ]
        missing += [
            (row["id"], name)
            for name, t in named.items()
            if not any(a in t for a in row["answers"])
        ]
    return missing


def test_sample_archive_holds_eight_articles_with_unique_ids() -> None:
    assert len(articles()) == 8
    assert len({row["id"] for row in articles()}) == 8


def test_every_article_has_exactly_the_fields_of_a_row() -> None:
    fields = ["id", "title", "published", "source", "url", "authors", "text"]
    assert [list(row) for row in articles()] == [fields] * 8
    assert all(row["url"] is None and row["authors"] == [] for row in articles())


def test_every_article_has_a_full_iso_date() -> None:
    dates = [row["published"] for row in articles()]
    assert [date.fromisoformat(day).isoformat() for day in dates] == dates


def test_article_texts_are_250_to_450_words_in_paragraphs() -> None:
    lengths = {row["id"]: len(row["text"].split()) for row in articles()}
    assert {name: n for name, n in lengths.items() if not 250 <= n <= 450} == {}
    assert all(row["text"].count("\n\n") >= 4 for row in articles())


def test_both_question_sets_hold_forty_with_ten_unanswerable() -> None:
    for questions in (seed_questions(), document_questions()):
        assert len({row["id"] for row in questions}) == len(questions) == 40
        assert sum(row["answers"] == [] for row in questions) == 10
        assert all(bool(row["answers"]) == bool(row["article_ids"]) for row in questions)


def test_equal_questions_differ_in_the_day_they_are_asked() -> None:
    for questions in (seed_questions(), document_questions()):
        asked = [(row["question"], row.get("asked")) for row in questions]
        assert len(set(asked)) == len(asked)


def test_every_seed_answer_stands_verbatim_in_its_articles() -> None:
    texts = {row["id"]: row["text"] for row in articles()}
    assert missing_answers(seed_questions(), texts) == []
    assert all(len(row["answers"]) <= 3 for row in seed_questions())


def test_every_document_answer_stands_verbatim_in_its_documents() -> None:
    assert missing_answers(document_questions(), documents()) == []


def test_document_answers_are_short_spans() -> None:
    answers = [answer for row in document_questions() for answer in row["answers"]]
    assert [answer for answer in answers if len(answer.split()) > LONGEST_ANSWER] == []


def test_no_article_shares_a_run_of_eight_words_with_the_documents() -> None:
    theirs = set[tuple[str, ...]]().union(
        *(runs(text, FORBIDDEN_RUN) for text in documents().values())
    )
    assert len(theirs) > 1000
    for row in articles():
        assert runs(f"{row['title']}\n{row['text']}", FORBIDDEN_RUN) & theirs == set(), row["id"]
