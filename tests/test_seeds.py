"""The sample archive and the question set about the five documents keep their promises."""

import functools
import itertools
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, require
from made_seed_files import made_files
from qa.datatypes import Article
from qa.sources import read_paths

ARCHIVE = ROOT / "seeds" / "articles"
FORBIDDEN_RUN = 8
LONGEST_ANSWER = 8
MOST_CHARS = 1_000_000
FIRST_EIGHT = [
    "first-formal-bid",
    "cars-move-beef-waits",
    "abe-avoids-fta",
    "unity-before-the-summit",
    "farm-access-first",
    "relief-after-hanoi",
    "no-joint-statement",
    "from-palace-to-carrier",
]
UNDATED = {"sea-wall-walk", "Skarrow_Head_Lighthouse-0", "Skarrow_Head_Lighthouse-1"}
WIRE = ("ferry-aground", "ferry-aground-meridian", "ferry-aground-kestrel")
TWO_SIDES = [("strike-workers", "strike-port"), ("derby-quellhaven", "derby-brennick")]

Row = dict[str, Any]


def rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def row_articles() -> list[Row]:
    return rows(ARCHIVE / "articles.jsonl")


def read(path: Path) -> dict[str, Article]:
    found = list(
        read_paths([path], MOST_CHARS, lambda item: pytest.fail(f"{item.origin}: {item.reason}"))
    )
    assert len({article.id for article in found}) == len(found)
    return {article.id: article for article in found}


@functools.cache
def archive() -> dict[str, Article]:
    """Every article as indexing stores it, by id."""
    return read(ARCHIVE)


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


def shared_part(some: set[tuple[str, ...]], others: set[tuple[str, ...]]) -> float:
    """The part of the shorter text's runs that stands in the other text, too."""
    return len(some & others) / min(len(some), len(others))


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


def test_archive_holds_48_articles_and_the_first_eight_keep_their_ids() -> None:
    assert len(archive()) == 48
    assert [row["id"] for row in row_articles()][:8] == FIRST_EIGHT


def test_archive_has_a_file_of_each_format() -> None:
    suffixes = sorted(path.suffix for path in ARCHIVE.iterdir())
    assert suffixes == [".csv", ".docx", ".html", ".json", ".jsonl", ".md", ".pdf", ".txt"]


def test_every_row_has_exactly_the_fields_of_a_row() -> None:
    fields = ["id", "title", "published", "source", "url", "authors", "text"]
    assert all(list(row) == fields and row["url"] is None for row in row_articles())


def test_rows_are_stored_letter_by_letter_as_they_were_written() -> None:
    assert [row["id"] for row in row_articles() if archive()[row["id"]].text != row["text"]] == []


def test_articles_are_dated_from_2016_to_2024_by_the_day_except_three() -> None:
    dates = {name: article.published for name, article in archive().items()}
    assert {name for name, day in dates.items() if day is None} == UNDATED
    days = [day for day in dates.values() if day is not None]
    assert [date.fromisoformat(day).isoformat() for day in days] == days
    assert (min(days)[:4], max(days)[:4]) == ("2016", "2024")


def test_articles_have_120_to_450_words() -> None:
    lengths = {name: len(article.text.split()) for name, article in archive().items()}
    assert {name: n for name, n in lengths.items() if not 120 <= n <= 450} == {}


@pytest.mark.parametrize(
    ("name", "title", "published", "source"),
    [
        (
            "january-storm",
            "Sea breaks through the wall twice in Quellhaven's worst storm since 1962",
            "2022-01-31",
            "Harbour Wire",
        ),
        (
            "wind-farm",
            "Drummel Bank wind farm sends its first power ashore",
            "2023-06-15",
            "Kestrel Observer",
        ),
        (
            "museum-reopens",
            "Museum of the Sea reopens with a whale over the stairs",
            "2021-06-25",
            "Lantern Ledger",
        ),
        (
            "harbour-dredging",
            "Port begins to dig its way to eleven metres",
            "2018-09-18",
            "Meridian Post",
        ),
        (
            "market-hall-vote",
            "Quellhaven keeps its market hall by 17 votes to 12",
            "2019-11-27",
            "Quellhaven Courier",
        ),
        (
            "seals-2019",
            "Seals of Ostrey: more than 500 for the first time",
            "2019-12-20",
            "Kestrel Observer",
        ),
    ],
)
def test_file_articles_tell_their_title_date_and_outlet(
    name: str, title: str, published: str, source: str
) -> None:
    article = archive()[name]
    assert (article.title, article.published, article.source) == (title, published, source)


def test_web_page_is_stored_without_what_stands_around_its_story() -> None:
    text = archive()["museum-reopens"].text
    assert "needs a day to herself" in text
    for furniture in ("cookies", "Subscribe", "Tweet", "Golden Anchor", "newsletter", "Log in"):
        assert furniture not in text


def test_pdf_and_docx_are_what_their_script_makes(tmp_path: Path) -> None:
    for name, data in made_files():
        (tmp_path / name).write_bytes(data)
    for name, article in read(tmp_path).items():
        assert article.text == archive()[name].text
    assert dict(made_files()) == dict(made_files())


def test_wire_story_is_carried_by_three_outlets_under_three_headlines() -> None:
    carriers = [archive()[name] for name in WIRE]
    assert len({article.source for article in carriers}) == 3
    assert len({article.title for article in carriers}) == 3
    assert min(article.published or "" for article in carriers) == carriers[0].published


def test_copies_of_the_wire_story_share_most_words_and_other_articles_do_not() -> None:
    threes = {name: runs(article.text, 3) for name, article in archive().items()}
    for one, other in itertools.combinations(threes, 2):
        part = shared_part(threes[one], threes[other])
        assert part > 0.7 if {one, other} <= set(WIRE) else part < 0.2, (one, other)


def test_two_sides_tell_of_one_day_in_different_outlets() -> None:
    for names in TWO_SIDES:
        one, other = (archive()[name] for name in names)
        assert one.published == other.published
        assert one.source != other.source


def test_correction_follows_its_article_in_the_same_outlet() -> None:
    wrong, right = archive()["library-gift"], archive()["library-gift-correction"]
    assert (wrong.source, wrong.published) == (right.source, "2017-05-09")
    assert right.published == "2017-05-11"
    assert "report of May 9" in right.text


def test_seed_questions_are_many_and_a_quarter_has_no_answer() -> None:
    questions = seed_questions()
    assert [row["id"] for row in questions] == [f"seed-{n:02d}" for n in range(1, 203)]
    assert sum(row["answers"] == [] for row in questions) == 51
    assert all(bool(row["answers"]) == bool(row["article_ids"]) for row in questions)


def test_document_questions_are_forty_with_ten_unanswerable() -> None:
    questions = document_questions()
    assert len({row["id"] for row in questions}) == len(questions) == 40
    assert sum(row["answers"] == [] for row in questions) == 10
    assert all(bool(row["answers"]) == bool(row["article_ids"]) for row in questions)


def test_equal_questions_differ_in_the_day_they_are_asked() -> None:
    for questions in (seed_questions(), document_questions()):
        asked = [(row["question"], row.get("asked")) for row in questions]
        assert len(set(asked)) == len(asked)


def test_a_tenth_varies_with_the_day_which_is_given_or_left_open() -> None:
    varying = [row for row in seed_questions() if row.get("varies")]
    assert len(varying) * 10 >= len(seed_questions())
    left_open = [row for row in varying if "asked" not in row]
    assert all(len(row["answers"]) > 1 and len(row["article_ids"]) > 1 for row in left_open)
    assert len(left_open) < len(varying) / 2


def test_articles_that_answer_were_out_by_the_day_after_the_question() -> None:
    for row in seed_questions():
        if "asked" in row:
            last = (date.fromisoformat(row["asked"]) + timedelta(days=1)).isoformat()
            days = [archive()[name].published for name in row["article_ids"]]
            assert [day for day in days if day is not None and day > last] == [], row["id"]


def test_questions_begin_with_many_words() -> None:
    first = {" ".join(row["question"].split()[:2]) for row in seed_questions()}
    for words in ("Who is", "What is", "Where did", "How many", "How much", "How long", "Why did"):
        assert words in first


def test_every_seed_answer_stands_verbatim_in_its_articles() -> None:
    texts = {name: article.text for name, article in archive().items()}
    assert missing_answers(seed_questions(), texts) == []
    answers = [answer for row in seed_questions() for answer in row["answers"]]
    assert [answer for answer in answers if "\n" in answer or answer != answer.strip()] == []


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
    for name, article in archive().items():
        assert runs(f"{article.title}\n{article.text}", FORBIDDEN_RUN) & theirs == set(), name
