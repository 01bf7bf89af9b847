"""Reading in: every file's fate is named, and nothing is left of it but its articles."""

import io
import json
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
import test_mutations
from made_own import ANNE, add, added, dropped, finish, own_articles

import made_files
from conftest import TinyReader
from made_store import OtherEncoder
from qa.errors import InputError, StoreError
from qa.models import Models
from qa.settings import Settings
from qa.store import Store
from ui.brought import PASTED, pasted
from ui.desk import Fate, Job
from ui.intake import Intake, job_of
from ui.own import OwnArticles

STORY = "The council of the harbour town met on Monday and voted about the ferry after a debate."


def words(fates: tuple[Fate, ...]) -> dict[str, str]:
    return {fate.name: f"{fate.stage}: {fate.words}" for fate in fates}


def rows(*texts: str) -> bytes:
    told = [{"id": f"r{n}", "text": text} for n, text in enumerate(texts)]
    return "\n".join(map(json.dumps, told)).encode()


def test_every_format_is_read_and_every_fate_is_named(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    good = {f"ferry{suffix}": data for suffix, data in made_files.valid().items()}
    bad = {
        "empty.txt": b"",
        "binary.txt": bytes(range(256)),
        "program.exe": b"MZ",
        "half.docx": made_files.valid()[".docx"][:500],
        "some.jsonl": rows(STORY, "Another story of the ferry.") + b'\n{"id": 1}\nno json\n',
        "dated.csv": b"text,published\nThe ferry sails again.,sometime\n",
    }
    found = words(added(own, ANNE, dropped(own, tmp_path, ANNE, good | bad)))
    assert {found[name] for name in good} == {"done: added 1 article"}
    assert found["empty.txt"] == "refused: empty"
    assert found["binary.txt"] == "refused: binary, not text"
    assert found["program.exe"].startswith("refused: '.exe' is not a format this version reads")
    assert found["half.docx"].startswith("refused: is not a whole DOCX file")
    assert found["some.jsonl"] == (
        "done: added 2 articles; 2 rows skipped (row 3: field 'text' is missing)"
    )
    assert found["dated.csv"] == (
        "done: added 1 article; 'sometime' cannot be read as a date; the article is kept, undated"
    )
    assert len(own.listed(ANNE)) == len(good) + 3
    assert sorted(os.listdir(own.folder(ANNE).parent)) == ["own"]
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_file_that_comes_again_is_known_by_its_name(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    first = {"a.txt": STORY.encode(), "b.jsonl": rows("One story here.", "Two stories here.")}
    added(own, ANNE, dropped(own, tmp_path, ANNE, first))
    again = added(own, ANNE, dropped(own, tmp_path, ANNE, first))
    assert words(again) == {
        "a.txt": "done: here already",
        "b.jsonl": "done: 2 articles here already",
    }
    changed = {"a.txt": b"Another story.", "b.jsonl": rows("One story here.", "New.", "Third.")}
    found = added(own, ANNE, dropped(own, tmp_path, ANNE, changed))
    assert words(found) == {
        "a.txt": "done: replaced 1 article that a file of this name gave before",
        "b.jsonl": "done: added 1 article, replaced 1 article that a file of this name gave "
        "before, 1 article here already",
    }
    assert [(one.origin, one.revision) for one in own.listed(ANNE)] == [
        *(("a.txt", 2), ("b.jsonl#r0", 1), ("b.jsonl#r1", 2), ("b.jsonl#r2", 1)),
    ]


def test_fates_change_while_files_are_read(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    source = dropped(own, tmp_path, ANNE, {"a.txt": STORY.encode(), "b.txt": b"", "c.txt": b"C."})
    told: list[str] = []

    class Recording(Job):
        __slots__ = ()

        def __setattr__(self, name: str, value: object) -> None:
            if name == "fates":
                told.append(" ".join(fate.stage for fate in value))  # type: ignore[attr-defined]
            super().__setattr__(name, value)

    job = job_of(own, ANNE, source)
    Intake(own, source, Recording(ANNE, job.fates, job.work)).run()
    assert list(dict.fromkeys(told)) == [
        "waiting waiting waiting",
        "reading waiting waiting",
        "indexing reading waiting",
        "indexing refused reading",
        "indexing refused indexing",
        "done refused done",
    ]


def test_a_request_without_a_file_makes_no_store(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    assert added(own, ANNE, dropped(own, tmp_path, ANNE, {})) == ()
    assert words(add(own, tmp_path, ANNE, empty="")) == {"empty.txt": "refused: empty"}
    assert os.listdir(own.folder(ANNE).parent) == []


def test_there_is_room_for_so_many_articles_and_so_much_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_articles(tmp_path)
    monkeypatch.setattr("ui.intake.MOST_ARTICLES", 3)
    files = {"a.jsonl": rows(*(f"Story {n} here." for n in range(5))), "b.txt": STORY.encode()}
    found = words(added(own, ANNE, dropped(own, tmp_path, ANNE, files)))
    full = "there is room for 200 articles and 20 MB of text in all; remove some first"
    assert found == {"a.jsonl": f"done: added 3 articles; {full}", "b.txt": f"refused: {full}"}
    assert len(own.listed(ANNE)) == 3
    again = words(add(own, tmp_path, ANNE, b=STORY))
    assert again == {"b.txt": f"refused: {full}"}
    monkeypatch.setattr("ui.intake.MOST_ARTICLES", 200)
    monkeypatch.setattr("ui.intake.TEXT_MB", 0.0001)
    assert words(add(own, tmp_path, ANNE, b=STORY)) == {"b.txt": f"refused: {full}"}


def test_too_much_time_adds_nothing_and_says_so(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    source = dropped(own, tmp_path, ANNE, {"a.txt": STORY.encode(), "b.txt": b"More."})
    ticks = iter([0.0, 1.0, *[301.0] * 9])
    job = job_of(own, ANNE, source)
    Intake(own, source, job, lambda: next(ticks)).run()
    late = "refused: takes longer than 5 minutes; add less at once"
    assert words(job.fates) == {"a.txt": late, "b.txt": late}
    assert own.listed(ANNE) == ()
    assert not source.taken.folder.exists()
    assert words(add(own, tmp_path, ANNE, a=STORY)) == {"a.txt": "done: added 1 article"}


def test_a_closing_server_says_so(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    source = dropped(own, tmp_path, ANNE, {"a.txt": STORY.encode()})
    job = job_of(own, ANNE, source)
    job.stopped = True
    Intake(own, source, job).run()
    assert words(job.fates) == {"a.txt": "refused: was not read: Pullquote is closing"}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreError("/secret/path is full"), "could not be stored; try again later"),
        (RuntimeError("/secret/path"), "something went wrong here, not with your file"),
    ],
)
def test_a_fault_is_one_line_without_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(_: Path) -> Store:
        raise error

    monkeypatch.setattr(Store, "create", fail)
    found = words(add(own_articles(tmp_path), tmp_path, ANNE, a=STORY))
    assert found["a.txt"].startswith(f"refused: {said}")
    assert "secret" not in found["a.txt"]


def test_a_store_of_another_encoder_is_made_anew(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    add(own, tmp_path, ANNE, a=STORY)
    models = Models(OtherEncoder(), TinyReader())  # type: ignore[arg-type]
    later = OwnArticles(own.settings, own._archive, lambda: models)
    assert later.current(ANNE).notice is not None
    assert words(add(later, tmp_path, ANNE, b="More."))["b.txt"] == "done: added 1 article"
    opened = later.current(ANNE)
    assert opened.pipeline is not None
    assert opened.pipeline.article("own:a").text == STORY


def test_pasted_text_is_an_article_known_by_its_words(tmp_path: Path) -> None:
    own = own_articles(tmp_path)
    source = pasted(STORY, " The  ferry ", "Harbour Wire", "May 27, 2019", own.settings)
    assert words(added(own, ANNE, source)) == {PASTED: "done: added 1 article"}
    assert words(added(own, ANNE, source)) == {PASTED: "done: here already"}
    other = pasted(STORY + " And more.", "", "", "", own.settings)
    assert words(added(own, ANNE, other)) == {PASTED: "done: added 1 article"}
    first, second = own.listed(ANNE)
    assert (first.title, first.source, first.published) == (
        *("The ferry", "Harbour Wire", "2019-05-27"),
    )
    assert (second.title, second.source, second.published) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        ("", "", "There is no text in the box yet"),
        (" \n", "", "There is no text in the box yet"),
        (None, "", "There is no text in the box yet"),
        (7, "", "There is no text in the box yet"),
        ("x" * 60_001, "", "60,001 characters; 60,000 can be pasted"),
        ("Text.", "someday", "The date cannot be read"),
        ("Text.", "2019-13-01", "The date cannot be read"),
    ],
)
def test_what_cannot_be_pasted_is_named(text: object, day: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        pasted(text, None, [], day, Settings())


def bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"a" * 150_000_000)
    return data.getvalue()


def test_hostile_files_hurt_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tmp_path / "left"
    left.mkdir()
    monkeypatch.setenv("TMPDIR", str(left))
    monkeypatch.setattr(tempfile, "tempdir", None)
    own = own_articles(tmp_path)
    made = list(test_mutations.HOSTILE.items())
    made += [("bomb.docx", bomb()), ("wide.txt", "Füße.".encode("utf-16")), ("nul.md", b"\0" * 999)]
    mutants = zip(range(18), test_mutations.mutants(), strict=False)
    made += [(f"mutant{number}{suffix}", data) for number, (suffix, data) in mutants]
    for first in range(0, len(made), 20):
        files = dict(made[first : first + 20])
        job = job_of(own, ANNE, dropped(own, tmp_path, ANNE, files))
        own.desk.put(job)
        fates = finish(job)
        assert [fate.name for fate in fates] == list(files)
        assert {fate.stage for fate in fates} <= {"done", "refused"}
        assert all(0 < len(fate.words) < 500 and fate.words.isprintable() for fate in fates)
    assert os.listdir(left) == []
    assert os.listdir(own.folder(ANNE).parent) == ["own"]
    assert list((tmp_path / "uploads").iterdir()) == []
    assert words(add(own, tmp_path, ANNE, a=STORY)) == {"a.txt": "done: added 1 article"}
