"""The evaluations that a browser keeps are its own, and few."""

import stat
from pathlib import Path

import pytest

from qa.errors import InputError
from ui.kept_runs import MOST_RUNS, KeptRuns

ME, OTHER = "a" * 64, "b" * 64


def test_runs_of_one_browser_are_not_those_of_another(tmp_path: Path) -> None:
    mine = KeptRuns(tmp_path, ME).add("set.jsonl", b"{}", 50, 7)
    assert KeptRuns(tmp_path, ME).get(mine.number) == mine
    other = KeptRuns(tmp_path, OTHER)
    assert other.all() == []
    with pytest.raises(InputError, match="is not here"):
        other.get(mine.number)
    with pytest.raises(InputError, match="is not here"):
        other.report(mine.number)
    other.remove(mine.number)
    assert KeptRuns(tmp_path, ME).all() == [mine]


@pytest.mark.parametrize("name", ["", "..", "../../etc", "A" * 64, "None"])
def test_a_browser_is_named_by_its_hash_alone(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        KeptRuns(tmp_path, name)


def test_an_uploaded_set_lies_with_its_run_under_a_name_of_our_own(tmp_path: Path) -> None:
    runs = KeptRuns(tmp_path, ME)
    kept = runs.add("../../evil<b>.CSV", b"question\n", 50, 0)
    path = runs.questions(kept)
    assert (path.name, path.parent, path.read_bytes()) == (
        "questions.csv",
        runs.path(1),
        b"question\n",
    )
    assert stat.S_IMODE(runs.path(1).stat().st_mode) == 0o700
    assert runs.questions(runs.add("x.exe", b"", 1, 0)).name == "questions"


def test_the_oldest_run_goes_when_there_are_too_many(tmp_path: Path) -> None:
    runs = KeptRuns(tmp_path, ME)
    for _ in range(MOST_RUNS + 2):
        runs.add("set.jsonl", b"{}", 1, 0)
    numbers = [kept.number for kept in runs.all()]
    assert numbers == list(range(MOST_RUNS + 2, 2, -1))


def test_a_run_that_ended_early_can_be_told_from_one_that_failed(tmp_path: Path) -> None:
    runs = KeptRuns(tmp_path, ME)
    stopped, failed = (runs.add("set.jsonl", b"{}", 50, 0) for _ in range(2))
    (runs.path(stopped.number) / "rows.jsonl").write_text('{"id": "1"}\n{"id": "2"}\n{"id')
    runs.finish(stopped, 50, None)
    runs.finish(failed, 0, "The set is empty.")
    assert runs.answered(stopped.number) == 2
    assert (runs.get(1).finished, runs.get(1).error, runs.get(1).total) == (False, None, 50)
    assert (runs.get(2).finished, runs.get(2).error) == (False, "The set is empty.")


def test_a_run_that_was_removed_meanwhile_stays_removed(tmp_path: Path) -> None:
    runs = KeptRuns(tmp_path, ME)
    kept = runs.add("set.jsonl", b"{}", 50, 0)
    runs.remove(kept.number)
    runs.finish(kept, 50, None)
    assert runs.all() == []


def test_a_damaged_record_is_left_out(tmp_path: Path) -> None:
    runs = KeptRuns(tmp_path, ME)
    runs.add("set.jsonl", b"{}", 50, 0)
    (runs.path(1) / "about.json").write_text("[1]")
    assert runs.all() == []
