"""Files out of the folder of uploads: nothing that a browser says of them is believed."""

import os
import time
from pathlib import Path

import pytest
from made_own import sent

from ui.desk import Fate
from ui.uploads import Taken, safe_name, sweep, swept, take


def taken(folder: Path, told: object) -> Taken:
    (folder / "uploads").mkdir(exist_ok=True)
    return take(told, folder / "uploads", folder / "own")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("notes.txt", "notes.txt"),
        ("Über uns – Mai.pdf", "Über uns – Mai.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\b.txt", "b.txt"),
        ("a\nb\0c\t.txt", "a b c .txt"),
        ("\u202egnp.txt", "gnp.txt"),
        ("\ud800.txt", ".txt"),
        ("..", "unnamed"),
        (".", "unnamed"),
        ("", "unnamed"),
        ("/", "unnamed"),
        (None, "unnamed"),
        (7, "unnamed"),
        (".txt", ".txt"),
        ("<img src=x onerror=a>.md", "<img src=x onerror=a>.md"),
        ("noend." + "x" * 40, "noend." + "x" * 40),
    ],
)
def test_a_name_is_only_a_name(given: object, name: str) -> None:
    assert safe_name(given) == name


def test_a_long_name_keeps_its_suffix_and_stays_itself() -> None:
    one, other = safe_name("ö" * 300 + "1.docx"), safe_name("ö" * 300 + "2.docx")
    assert len(one) == 65
    assert one.endswith(".docx")
    assert one != other
    assert len(safe_name("x" * 300)) == 60


def test_files_are_moved_into_a_private_folder(tmp_path: Path) -> None:
    found = taken(tmp_path, sent(tmp_path, [("../a.txt", b"one"), ("b.txt", b"two")]))
    assert found.names == ("a.txt", "b.txt")
    assert found.refused == ()
    assert found.folder.parent == tmp_path / "own"
    assert found.folder.stat().st_mode & 0o077 == 0
    assert [(found.folder / name).read_bytes() for name in found.names] == [b"one", b"two"]
    assert list((tmp_path / "uploads").iterdir()) == []
    found.leave()
    assert list((tmp_path / "own").iterdir()) == []


def test_a_path_that_leads_elsewhere_is_refused_and_left_alone(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    (uploads / "x").mkdir(parents=True)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (uploads / "x" / "link").symlink_to(secret)
    (uploads / "door").symlink_to(tmp_path)
    os.mkfifo(uploads / "x" / "pipe")
    paths = [
        *(str(secret), "/etc/passwd", f"{uploads}/../secret.txt", f"{uploads}/door/secret.txt"),
        *(f"{uploads}/x/link", f"{uploads}/x/pipe", f"{uploads}/x", f"{uploads}/gone/a.txt"),
        *("secret.txt", "", f"{uploads}/x/\0", 7, None, [str(secret)]),
    ]
    found = taken(tmp_path, [{"path": path, "orig_name": "a.txt"} for path in paths])
    assert found.names == ()
    assert len(found.refused) == len(paths)
    assert {fate.words for fate in found.refused} == {
        "was not sent here",
        "was not sent whole; add it again",
        "is not a regular file",
    }
    assert list(found.folder.iterdir()) == []
    assert secret.read_text() == "secret"


@pytest.mark.parametrize("told", [None, "text", 7, {}, [None, 7, "a", []]])
def test_what_is_no_list_of_files_is_nothing(tmp_path: Path, told: object) -> None:
    found = taken(tmp_path, told)
    assert (found.names, found.refused) == ((), ())


def test_a_missing_name_is_that_of_the_path(tmp_path: Path) -> None:
    told = sent(tmp_path, [("", b"one")])
    assert taken(tmp_path, told).names == ("0",)


def test_more_than_the_limits_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.uploads.FILE_MB", 1)
    monkeypatch.setattr("ui.uploads.REQUEST_MB", 2)
    monkeypatch.setattr("ui.uploads.MOST_FILES", 5)
    half = b"x" * 2**20
    files = [
        *(("a.txt", half), ("b.txt", half + b"x"), ("a.txt", b"same")),
        *(("c.txt", half), ("d.txt", b""), ("e.txt", b"six")),
    ]
    found = taken(tmp_path, sent(tmp_path, files))
    assert found.names == ("a.txt",)
    assert found.refused == (
        Fate("b.txt", "refused", "has 1.0 MB, over the limit of 1 MB"),
        Fate("a.txt", "refused", "is too much: 2 MB are taken at once"),
        Fate("c.txt", "refused", "is too much: 2 MB are taken at once"),
        Fate("d.txt", "refused", "is too much: 2 MB are taken at once"),
        Fate("e.txt", "refused", "is one more than the 5 files that are taken at once"),
    )
    assert list((tmp_path / "uploads").iterdir()) == []


def test_of_two_files_of_one_name_the_second_is_refused(tmp_path: Path) -> None:
    found = taken(tmp_path, sent(tmp_path, [("a.txt", b"one"), ("x/a.txt", b"two")]))
    assert found.names == ("a.txt",)
    assert found.refused == (
        Fate("a.txt", "refused", "has the name of another file here; add it by itself"),
    )


def test_uploads_that_nobody_followed_up_are_swept(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    for place in (tmp_path / "old" / "a.txt", tmp_path / "new.txt"):
        place.write_text("x")
    (tmp_path / "link").symlink_to("/nowhere")
    past = time.time() - 700
    for place in (tmp_path / "old" / "a.txt", tmp_path / "old", tmp_path / "link"):
        os.utime(place, (past, past), follow_symlinks=False)
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"old", "new.txt"}
    assert list((tmp_path / "old").iterdir()) == []
    sweep(tmp_path, older=-10)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_swept_again_and_again(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_text("x")
    os.utime(place, (0, 0))
    with swept(tmp_path, every=0.01):
        until = time.monotonic() + 20
        while place.exists() and time.monotonic() < until:
            time.sleep(0.01)
    assert not place.exists()
