"""The child that parses: its limits, its end, and what it leaves behind, which is nothing."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import psutil
import pytest
from fpdf import FPDF

import made_files
from qa.datatypes import Skipped
from qa.decoding import NotText
from qa.parsing import Kind, Limits, Parser
from qa.sources import read_paths

ROOT = Path(__file__).resolve().parent.parent


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "qa.extraction" in child.cmdline()
    ]


def reason(path: Path, kind: Kind, limits: Limits, content: bytes, max_chars: int = 1000) -> str:
    """Why a file is not read."""
    path.write_bytes(content)
    with Parser(limits) as parser, pytest.raises(NotText) as caught:
        parser.parse(path, kind, max_chars)
    return str(caught.value)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """A DOCX file with one more part, or another one in its place."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return made.getvalue()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text("The hall opens in Bern.")
    return path


def test_one_child_reads_many_files_and_ends_with_the_parser(page: Path) -> None:
    with Parser() as parser:
        texts = {parser.parse(page, "md", 1000).text.strip() for _ in range(3)}
        (child,) = children()
        assert child.num_threads() == 1
    assert texts == {"The hall opens in Bern."}
    assert children() == []


def test_no_child_is_left_when_reading_stops_early(page: Path) -> None:
    articles = read_paths([page, page.parent], 1000, print)
    next(articles)
    assert len(children()) == 1
    articles.close()  # type: ignore[attr-defined]
    assert children() == []


def test_files_that_need_no_parser_start_no_child(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("The hall opens in Bern.")
    articles = read_paths([tmp_path], 1000, print)
    next(articles)
    assert children() == []


def test_a_child_that_died_is_replaced(page: Path) -> None:
    with Parser() as parser:
        parser.parse(page, "md", 1000)
        (child,) = children()
        child.kill()
        assert parser.parse(page, "md", 1000).text.strip() == "The hall opens in Bern."
        assert [other.pid for other in children()] != [child.pid]


def test_what_takes_too_long_is_stopped_and_named(page: Path) -> None:
    with Parser(Limits(seconds=0.0)) as parser:
        with pytest.raises(NotText, match=r"^takes longer than 0 s to parse \(setting parse_sec"):
            parser.parse(page, "md", 1000)
        assert children() == []


def test_a_file_that_only_begins_to_hang_is_stopped(tmp_path: Path) -> None:
    hostile = b"<div>\n" + b"<script " * 200_000  # quadratic for what takes out the tags
    told = reason(tmp_path / "slow.md", "md", Limits(seconds=1.0), hostile, max_chars=10**6)
    assert told == "takes longer than 1 s to parse (setting parse_seconds)"


def test_what_takes_too_much_memory_is_named(tmp_path: Path) -> None:
    large = b"<w:p>" + b"x" * 60_000_000 + b"</w:p>"
    bomb = with_part(made_files.saved(made_files.document()), "word/document.xml", large)
    limits = Limits(seconds=200, memory_mb=150)  # the time is not what this is about
    told = reason(tmp_path / "large.docx", "docx", limits, bomb)
    assert told == "takes more than 150 MB of memory to parse (setting parse_memory_mb)"


def test_a_child_that_cannot_even_start_is_named(page: Path) -> None:
    with Parser(Limits(memory_mb=1)) as parser, pytest.raises(NotText, match="crashes its parser"):
        parser.parse(page, "md", 1000)


def test_a_docx_that_unpacks_to_too_much_is_named(tmp_path: Path) -> None:
    bomb = with_part(made_files.saved(made_files.document()), "word/media/a.png", b"0" * 3 * 2**20)
    told = reason(tmp_path / "bomb.docx", "docx", Limits(inflated_mb=2), bomb)
    assert told == "unpacks to more than 2 MB, the limit"


def test_a_docx_that_declares_less_than_it_holds_is_named(tmp_path: Path) -> None:
    size = 3 * 2**20
    bomb = with_part(made_files.saved(made_files.document()), "word/media/a.png", b"0" * size)
    forged = bomb.replace(size.to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert forged != bomb
    told = reason(tmp_path / "bomb.docx", "docx", Limits(inflated_mb=2), forged)
    assert told.startswith(("unpacks to more than", "is not a whole DOCX file: Bad CRC-32"))


def test_a_docx_of_too_many_files_is_named(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(2001):
            archive.writestr(f"{number}", b"")
    told = reason(tmp_path / "many.docx", "docx", Limits(), made.getvalue())
    assert told == "holds 2,001 files, over the limit of 2,000"


def test_an_archive_within_a_docx_is_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"0" * 30 * 2**20)
    content = made_files.saved(made_files.document())
    path = tmp_path / "nested.docx"
    path.write_bytes(with_part(content, "word/embeddings/inner.zip", inner.getvalue()))
    with Parser(Limits(inflated_mb=2)) as parser:
        assert made_files.HEADLINE in parser.parse(path, "docx", 1000).text


def test_a_pdf_with_too_many_pages_is_named(tmp_path: Path) -> None:
    pages = made_files.pdf([["One."], ["Two."], ["Three."]])
    told = reason(tmp_path / "long.pdf", "pdf", Limits(pages=2), pages)
    assert told == "3 pages, over the limit of 2 (setting max_pages)"


def test_a_pdf_without_text_or_with_a_password_is_named(tmp_path: Path) -> None:
    empty, locked = FPDF(), FPDF()
    empty.add_page()
    locked.add_page()
    locked.set_encryption(owner_password="a", user_password="b")
    told = [
        reason(tmp_path / "one.pdf", "pdf", Limits(), bytes(made.output()))
        for made in (empty, locked)
    ]
    assert told == [
        "no text in this PDF: its pages are pictures, or empty",
        "is locked with a password",
    ]


@pytest.mark.parametrize(
    ("kind", "content", "told"),
    [
        ("html", b"", "empty"),
        ("html", b"<html><body></body></html>", "no article text in this page"),
        ("html", b"\0\1\2", "binary, not text"),
        ("pdf", b"%PDF-1.7 and no more", "is not a whole PDF"),
        ("docx", b"PK and no more", "is not a whole DOCX file: File is not a zip file"),
        ("md", b"x" * 4001, "4,001 bytes, over the limit of 4,000 for this format"),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_named(
    tmp_path: Path, kind: Kind, content: bytes, told: str
) -> None:
    assert reason(tmp_path / "broken", kind, Limits(), content) == told


def test_entities_that_multiply_are_not_expanded(tmp_path: Path) -> None:
    names = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    body = f'<!DOCTYPE x [<!ENTITY a0 "lol">{"".join(names)}]><w:document xmlns:w="{W}">'
    laughs = f"{body}<w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
    content = made_files.saved(made_files.document())
    path = tmp_path / "laughs.docx"
    path.write_bytes(with_part(content, "word/document.xml", laughs.encode()))
    skipped: list[Skipped] = []
    assert list(read_paths([path], 1000, skipped.append)) == []
    assert len(skipped) == 1


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def test_the_child_can_write_no_file_and_leaves_none(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with Parser() as parser:
        parser.parse(page, "md", 1000)
        (child,) = children()
        assert child.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
        assert child.rlimit(psutil.RLIMIT_AS) == (1024 * 2**20,) * 2
        assert child.rlimit(psutil.RLIMIT_CPU)[0] < 60
    assert os.listdir(tmp_path / "tmp") == []


def test_files_are_parsed_where_standard_input_and_output_are_closed(
    page: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code = (
        "from pathlib import Path; from qa.sources import read_paths; import sys;"
        "found = [a.text for a in read_paths([Path(sys.argv[1])], 1000, lambda s: None)];"
        "Path(sys.argv[2]).write_text(repr(found))"
    )
    command = f'exec "{sys.executable}" -c "$1" "$2" "$3" <&- >&- 2>&-'
    arguments = ["bash", "-c", command, "-", code, str(page), str(out)]
    subprocess.run(arguments, cwd=ROOT, check=True)
    assert out.read_text() == "['The hall opens in Bern.']"


def test_the_child_takes_no_module_from_the_working_folder(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "markdown_it.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    with Parser() as parser:
        assert parser.parse(page, "md", 1000).text.strip() == "The hall opens in Bern."
