"""Paths to articles: which files are read, as what, and what is named instead."""

import json
import os
import socket
import time
from pathlib import Path

import pytest

from conftest import require
from qa.datatypes import Article, Skipped
from qa.errors import InputError
from qa.sources import read_paths, roots

TEXT = "Harbour council votes on a ferry\n\nThe council met on Monday, and it voted."


def read(*paths: Path, max_chars: int = 1000) -> tuple[list[Article], list[tuple[str, str]]]:
    """The articles under some paths, and (last part of the origin, reason) of what was skipped."""
    skipped: list[Skipped] = []
    articles = list(read_paths(paths, max_chars, skipped.append))
    return articles, [(Path(item.origin).name, item.reason) for item in skipped]


def reasons(path: Path, content: bytes | str, max_chars: int = 1000) -> list[tuple[str, str]]:
    """Write a file that gives no article, and read it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    articles, skipped = read(path, max_chars=max_chars)
    assert articles == []
    return skipped


def test_a_text_file_is_an_article_with_its_stem_headline_and_path(tmp_path: Path) -> None:
    path = tmp_path / "ferry-vote.txt"
    path.write_text(TEXT + "\r\n\r\nSource link\r\n")
    assert read(path) == (
        [
            Article(
                id="ferry-vote",
                text=TEXT,
                origin=str(path.resolve()),
                title="Harbour council votes on a ferry",
                title_from="text",
            )
        ],
        [],
    )


@pytest.mark.parametrize(
    ("file_name", "wish"),
    [
        ("one.TXT", "one"),
        ("one.text", "one"),
        ("one.md", "one"),
        ("README", "README"),
        ("vote.2019-04-27", "vote.2019-04-27"),
        ("St. Ives votes", "St. Ives votes"),
    ],
)
def test_text_is_told_by_its_suffix_or_by_having_none(
    tmp_path: Path, file_name: str, wish: str
) -> None:
    (tmp_path / file_name).write_text(TEXT)
    assert [article.id for article in read(tmp_path)[0]] == [wish]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Ferry vote on Monday\nThe council met.", "Ferry vote on Monday"),
        ("# Ferry vote on Monday\n\nThe council met.", "Ferry vote on Monday"),
        ("The pier in May.\n\nWill the ferry come?\n\nThe council met.", "Will the ferry come?"),
        ("By Ana Ruiz Lopez\n\nThe council met.", None),
        ("HARBOUR TOWN, May 3 --\n\nThe council met.", None),
        ("The council met.\n\nFerry vote on Monday", None),
        ("Ferry vote on Monday", None),
        ("Monday\n\nThe council met.", None),
        ("word " * 24 + "end\n\nFerry vote on Monday\n\nThe council met.", None),
    ],
)
def test_the_title_is_the_first_headline_above_the_story(
    tmp_path: Path, text: str, title: str | None
) -> None:
    (tmp_path / "one.txt").write_text(text)
    assert [article.title for article in read(tmp_path)[0]] == [title]


def test_folders_are_read_recursively_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for file_name in ("b.txt", "a/z.txt", "a/deep/er/c.txt", ".hidden.txt", ".git/x.txt", "c.txt"):
        path = tmp_path / file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT)
    articles, skipped = read(tmp_path)
    assert [article.id for article in articles] == ["c", "z", "b", "c"]
    assert skipped == []


def test_a_file_reached_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "one.txt"
    path.parent.mkdir()
    path.write_text(TEXT)
    (tmp_path / "link.txt").symlink_to(path)
    (tmp_path / "twin").symlink_to(path.parent)
    articles, skipped = read(tmp_path, path, path.parent)
    assert ([article.origin for article in articles], skipped) == ([str(path.resolve())], [])


def test_a_hidden_file_is_read_when_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / ".one.txt"
    path.write_text(TEXT)
    assert [article.id for article in read(path)[0]] == [".one"]


def test_a_folder_that_leads_back_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT)
    (tmp_path / "round").symlink_to(tmp_path)
    articles, skipped = read(tmp_path)
    assert [article.id for article in articles] == ["one"]
    assert skipped == [("round", f"is a loop: it leads back to {tmp_path.resolve()}")]


def test_broken_links_and_what_is_no_file_are_named(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "self.txt").symlink_to("self.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tmp_path / "socket.txt"))
    assert read(tmp_path)[1] == [
        ("gone.txt", "is a broken link to nowhere.txt"),
        ("pipe.txt", "is not a regular file"),
        ("self.txt", "is a broken link to self.txt"),
        ("socket.txt", "is not a regular file"),
    ]


def test_a_file_that_goes_away_while_reading_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    for file_name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / file_name).write_text(TEXT)
    skipped: list[Skipped] = []
    articles = read_paths([tmp_path], 1000, skipped.append)
    assert next(articles).id == "a"
    (tmp_path / "b.txt").unlink()
    assert [article.id for article in articles] == ["c"]
    assert [item.reason for item in skipped] == ["cannot be read: no such file or directory"]


def test_a_file_name_that_is_no_utf8_gives_a_text_that_can_be_stored(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text(TEXT)
    (article,) = read(tmp_path)[0]
    assert article.id == "caf\\udce9"
    assert article.origin.encode().endswith(b"caf\\udce9.txt")


def test_a_missing_path_among_others_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(TEXT)
    articles, skipped = read(tmp_path / "none.txt", tmp_path / "one.txt")
    assert [article.id for article in articles] == ["one"]
    assert skipped == [("none.txt", "no such file or folder")]


def test_only_missing_paths_are_refused_before_reading(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"No such file or folder: '.*a', '.*b'\. Give one"):
        read_paths([tmp_path / "a", tmp_path / "b"], 1000, print)
    with pytest.raises(InputError, match="no path at all"):
        read_paths([], 1000, print)


@pytest.mark.parametrize(
    ("file_name", "content", "reason"),
    [
        (
            "sheet.xlsx",
            "x",
            "'.xlsx' is not a format this version reads (txt, html, pdf, docx, md, csv, tsv, jsonl",
        ),
        ("empty.txt", b"", "empty"),
        ("blank.txt", b"\xef\xbb\xbf \r\n\t", "empty"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "binary, not text"),
        ("noname", b"\x7fELF\x02\x01\x01\x00", "binary, not text"),
        ("long.txt", "x" * 1001, "1,001 characters, over the limit of 1,000 characters"),
        ("huge.txt", "x" * 9000, "9,000 bytes, over the limit of 1,000 characters"),
        ("empty.json", b"", "empty"),
        ("deep.json", b"[" * 100_000, "is not SQuAD JSON"),
        ("list.json", b"[]", "is not SQuAD JSON"),
        ("none.json", b'{"data": []}', "no paragraphs in this SQuAD JSON"),
        ("empty.jsonl", b"\n \n", "empty"),
        ("binary.jsonl", b"\x00\x01\x02", "binary, not text"),
        ("wide.jsonl", '{"text": "a"}'.encode("utf-16"), "rows in UTF-16 or UTF-32"),
    ],
)
def test_a_file_that_gives_no_article_is_named_with_its_reason(
    tmp_path: Path, file_name: str, content: bytes | str, reason: str
) -> None:
    ((origin, told),) = reasons(tmp_path / file_name, content)
    assert origin == file_name
    assert reason in told


def test_a_text_over_the_limit_names_the_setting(tmp_path: Path) -> None:
    ((_, told),) = reasons(tmp_path / "one.txt", "x" * 11, max_chars=10)
    assert told == "11 characters, over the limit of 10 characters (setting max_text_chars)"


def test_a_text_at_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("é" * 10)
    assert [article.text for article in read(tmp_path, max_chars=10)[0]] == ["é" * 10]


@pytest.mark.parametrize("max_chars", [1_000_000, 20_000_000])
def test_ten_megabytes_in_one_line_take_seconds(tmp_path: Path, max_chars: int) -> None:
    (tmp_path / "one.txt").write_text("word " * 2_000_000)
    begun = time.process_time()  # of the processor: the machine may be busy with something else
    assert len(read(tmp_path, max_chars=max_chars)[0]) == (max_chars > 10_000_000)
    assert time.process_time() - begun < 10


def test_what_the_files_of_a_folder_repeat_is_taken_out_wherever_it_stands(tmp_path: Path) -> None:
    for number, word in enumerate(("ferry", "bridge", "market", "tower", "school", "station")):
        text = f"The council voted on the {word}.\nSee our forecast for the harbour\nIt was late."
        (tmp_path / f"{number}.txt").write_text(text)
    articles = read(tmp_path)[0]
    assert [article.text.split("\n")[1] for article in articles] == ["It was late."] * 6


def test_the_outlet_of_a_row_says_whose_lines_are_counted(tmp_path: Path) -> None:
    line = "See our forecast for the harbour"
    rows = [
        {"text": f"The council voted on item {word}.\n{line}\nIt was late.", "source": source}
        for source in ("Wire", None)
        for word in ("one", "two", "three", "four", "five", "six")[: 6 if source else 1]
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    articles = read(tmp_path)[0]
    assert [line in article.text for article in articles] == [False] * 6 + [True]


def test_what_cannot_be_read_is_named_once_though_files_are_read_twice(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\0")
    (tmp_path / "b.jsonl").write_text('{"text": 5}\n{"text": "One.", "published": "soon"}')
    assert [origin for origin, _ in read(tmp_path)[1]] == [
        *("a.txt", "b.jsonl#row 1", "b.jsonl#published of row 2")
    ]


def test_roots_are_resolved_and_given_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    found = roots([tmp_path, tmp_path / "link", tmp_path / "gone.txt"])
    assert found == [tmp_path.resolve(), tmp_path.resolve() / "gone.txt"]


def test_the_five_documents_have_the_titles_a_reader_sees() -> None:
    articles, skipped = read(require("shared") / "seeds", max_chars=1_000_000)
    assert [article.title and len(article.title.split()) for article in articles] == [
        *(None, None, 12, 9, 9)
    ]
    assert skipped == []
