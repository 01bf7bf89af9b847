"""Files of many articles: JSON Lines and SQuAD JSON, row by row."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import require
from made_store import BRIDGE, HARBOUR, index
from qa.datatypes import Article, Skipped
from qa.sources import read_paths
from qa.store import Store


def read(path: Path, max_chars: int = 1000) -> tuple[list[Article], list[tuple[str, str]]]:
    """The articles of a file, and (part of the origin after the path, reason) of each skipped."""
    skipped: list[Skipped] = []
    articles = list(read_paths([path], max_chars, skipped.append))
    return articles, [(item.origin.removeprefix(str(path)), item.reason) for item in skipped]


def rows(folder: Path, *lines: object) -> Path:
    """Write a JSONL file: strings as they are, all else as JSON."""
    path = folder.resolve() / "rows.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    return path


def squad(folder: Path, *entries: object) -> Path:
    path = folder.resolve() / "set.json"
    path.write_text(json.dumps({"version": "1.1", "data": entries}))
    return path


def test_a_row_gives_an_article_with_all_its_fields(tmp_path: Path) -> None:
    row = {
        **{"id": "ferry", "text": "The council met.\r\n", "title": "Ferry\nvote", "source": "Wire"},
        **{"published": "2019-04-27", "url": "https://example.org/1", "authors": ["Ana", "Bo"]},
        "section": "local",
    }
    path = rows(tmp_path, row)
    assert read(path)[0] == [
        Article(
            id="ferry",
            text="The council met.",
            origin=f"{path}#ferry",
            title="Ferry vote",
            published="2019-04-27",
            source="Wire",
            url="https://example.org/1",
            authors=("Ana", "Bo"),
            title_from="field",
            published_from="field",
            source_from="field",
        )
    ]


def test_a_row_of_text_alone_is_known_by_its_number(tmp_path: Path) -> None:
    path = rows(tmp_path, "", {"text": "One."}, "  ", {"text": "Two.", "id": None, "title": " "})
    assert read(path) == (
        [
            Article(id="", text="One.", origin=f"{path}#row 2"),
            Article(id="", text="Two.", origin=f"{path}#row 4"),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            '{"text": "cut',
            "is not JSON: Unterminated string starting at: line 1 column 10 (char 9)",
        ),
        ("[" * 50_000, "is not JSON: maximum recursion depth exceeded"),
        (["text"], "is not a JSON object with a field 'text'"),
        ({"title": "Ferry"}, "field 'text' is missing"),
        ({"text": 5}, "field 'text' is a number, not a string"),
        ({"text": None}, "empty"),
        ({"text": " "}, "empty"),
        ({"text": "x" * 1001}, "1,001 characters, over the limit of 1,000 characters"),
        ({"text": "x" * 99_000}, "over 77,536 bytes, over the limit of 1,000 characters"),
        ({"text": "One.", "id": True}, "field 'id' is a boolean, not a string"),
        ({"text": "One.", "title": ["T"]}, "field 'title' is a list, not a string"),
        ({"text": "One.", "source": {}}, "field 'source' is an object, not a string"),
        ({"text": "One.", "authors": [1]}, "field 'authors' is a list, not a list of strings"),
    ],
)
def test_a_broken_row_is_named_and_the_others_are_read(
    tmp_path: Path, row: object, reason: str
) -> None:
    articles, skipped = read(rows(tmp_path, {"text": "One."}, row, {"text": "Three."}))
    assert [article.text for article in articles] == ["One.", "Three."]
    ((origin, told),) = skipped
    assert origin == "#row 2"
    assert told.startswith(reason)


@pytest.mark.parametrize(
    ("given", "published"),
    [
        ("2019", "2019"),
        ("2019-04", "2019-04"),
        ("2019-04-27T06:30:00Z", "2019-04-27"),
        ("2019-04-27 06:30", "2019-04-27"),
        ("April 27, 2019", "2019-04-27"),
        (2019, "2019"),
        ("", None),
        (None, None),
    ],
)
def test_a_date_keeps_the_precision_it_has(
    tmp_path: Path, given: str | int | None, published: str | None
) -> None:
    (article,), skipped = read(rows(tmp_path, {"text": "One.", "published": given}))
    assert article.published == published
    assert article.published_from == (published and "field")
    assert skipped == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [("May 3", "May 3"), ("2019-02-30", "2019-02-30"), (["x"], '["x"]'), ("x" * 99, "x" * 40)],
)
def test_a_date_that_cannot_be_read_costs_the_date_and_not_the_article(
    tmp_path: Path, given: object, shown: str
) -> None:
    row = {"id": "one", "text": "BERN, May 27, 2019 (Reuters) - One.", "published": given}
    (article,), skipped = read(rows(tmp_path, row))
    assert (article.published, article.published_from) == (None, None)
    told = f"'{shown}' cannot be read as a date; the article is kept, undated"
    assert skipped == [("#published of row 1", told)]


def test_a_row_whose_date_is_left_out_keeps_no_other_row_from_pruning(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    gone, kept = {"id": "a", "text": HARBOUR}, {"text": BRIDGE, "published": "soon"}
    index(store, read(rows(tmp_path, kept, gone))[0])
    skipped: list[Skipped] = []
    articles = read_paths([rows(tmp_path, kept)], 1000, skipped.append)
    report = index(store, articles, skipped=skipped, roots=[tmp_path.resolve()], prune=True)
    assert (report.removed, report.kept, report.unchanged, len(skipped)) == (1, (), 1, 1)


def test_what_a_row_does_not_say_is_taken_from_its_text(tmp_path: Path) -> None:
    text = "Council votes on a ferry\n\nBERN, May 27, 2019 (Reuters) - The council met."
    (article,) = read(rows(tmp_path, {"text": text}))[0]
    assert (article.title, article.title_from) == ("Council votes on a ferry", "text")
    assert (article.published, article.published_from) == ("2019-05-27", "text")
    assert (article.source, article.source_from) == ("Reuters", "text")


def test_the_corpus_of_a_beir_folder_is_read_and_its_questions_are_not(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "Who met?"}\n')
    corpus = tmp_path.resolve() / "corpus.jsonl"
    corpus.write_text('{"_id": "d1", "title": "Ferry", "text": "The council met."}\n')
    articles, skipped = read(tmp_path)
    assert [(a.id, a.origin, a.title) for a in articles] == [("d1", f"{corpus}#d1", "Ferry")]
    assert skipped == []


@pytest.mark.parametrize(
    ("authors", "expected"), [(None, ()), ("Ana", ("Ana",)), ([], ()), (["Ana", " "], ("Ana",))]
)
def test_authors_are_names_or_one_name(
    tmp_path: Path, authors: Any, expected: tuple[str, ...]
) -> None:
    (article,) = read(rows(tmp_path, {"text": "One.", "authors": authors}))[0]
    assert article.authors == expected


def test_an_id_given_twice_is_named_and_the_first_one_kept(tmp_path: Path) -> None:
    path = rows(tmp_path, {"id": 7, "text": "One."}, {"id": "7", "text": "Two."})
    articles, skipped = read(path)
    assert [(article.id, article.text) for article in articles] == [("7", "One.")]
    assert skipped == [("#row 2", "id '7' was given by a row before it")]


def test_rows_are_cleaned_as_articles_are(tmp_path: Path) -> None:
    path = rows(tmp_path, {"text": "The council met.\n\nSee all offers"})
    assert [article.text for article in read(path)[0]] == ["The council met."]


def test_rows_with_surrogates_a_mark_or_another_encoding_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_bytes(
        b'\xef\xbb\xbf{"text": "One."}\n{"text": "a\\ud800b", "id": "c\\ud800d"}\n'
        b'{"text": "A caf\xe9 by the sea"}'
    )
    articles = read(path)[0]
    assert [article.text for article in articles] == ["One.", "ab", "A café by the sea"]
    assert articles[1].id == "cd"


def test_each_squad_paragraph_is_an_article_numbered_within_its_title(tmp_path: Path) -> None:
    path = squad(
        tmp_path,
        {"title": "Super_Bowl_50", "paragraphs": [{"context": "One."}, {"context": "Two."}]},
        {"title": "Warsaw", "paragraphs": [{"context": "Three."}]},
        {"title": "Super_Bowl_50", "paragraphs": [{"context": "Four."}]},
    )
    articles, skipped = read(path)
    assert {article.title_from for article in articles} == {"field"}
    assert sorted((article.id, article.text, article.title) for article in articles) == [
        ("Super_Bowl_50-0", "One.", "Super Bowl 50"),
        ("Super_Bowl_50-1", "Two.", "Super Bowl 50"),
        ("Super_Bowl_50-2", "Four.", "Super Bowl 50"),
        ("Warsaw-0", "Three.", "Warsaw"),
    ]
    assert {article.origin for article in articles} == {f"{path}#{a.id}" for a in articles}
    assert skipped == []


def test_a_broken_squad_paragraph_is_named_and_keeps_its_number(tmp_path: Path) -> None:
    path = squad(
        tmp_path,
        {
            "title": "Ferry",
            "paragraphs": [{"context": " "}, {}, "x", {"context": "See all offers"}],
        },
    )
    articles, skipped = read(path)
    assert [(article.id, article.text) for article in articles] == [("Ferry-3", "See all offers")]
    missing = "a paragraph without a string 'context'"
    assert skipped == [("#Ferry-0", "empty"), ("#Ferry-1", missing), ("#Ferry-2", missing)]


def test_the_squad_dev_set_gives_its_2067_paragraphs() -> None:
    articles, skipped = read(require("shared") / "data" / "dev" / "squad-dev-v1.1.json", 10_000)
    assert (len({article.id for article in articles}), skipped) == (2067, [])
