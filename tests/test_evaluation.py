"""``pullquote eval`` and ``pullquote calibrate``, with tiny models in the place of the weights."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import qa.models
import qa.pipeline
from conftest import TinyEncoder, TinyReader
from made_store import article, index
from qa.store import Store
from ui.cli import main

RIGHT, WRONG, NOTHING = range(30), range(30, 38), range(38, 44)


class Run(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Run]


@pytest.fixture
def pullquote(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setattr(qa.pipeline, "load_reader", lambda settings: TinyReader())
    monkeypatch.setattr(qa.models, "load_reader", lambda settings: TinyReader())
    monkeypatch.setattr(qa.models, "load_encoder", lambda settings: TinyEncoder())
    monkeypatch.setattr(qa.pipeline, "encoder_id", lambda settings: "tiny")

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["pullquote", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        written = capsys.readouterr()
        assert "Traceback" not in written.err + written.out
        return Run(int(stop.value.code or 0), written.out, written.err)

    return run


def one_line(run: Run) -> str:
    assert run.code == 2, run
    assert len(run.err.strip().splitlines()) == 1, run.err
    return run.err


def word(number: int) -> str:
    """Letters for a number: the tiny reader takes digits for an answer."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:02}")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Each article has words of its own, and one name, which is what the tiny reader marks."""
    texts = [f"the quay{n} and dock{n} by gate{n} belong to Town{n}." for n in map(word, range(44))]
    made = Store.create(tmp_path / "store")
    index(made, [article(f"a{n}", text) for n, text in enumerate(texts)])
    return made.path


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """The more words question and article share, the surer the tiny reader: five where it is right,
    three where it is wrong, four where there is nothing to find."""
    asked = [
        *((n, "to whom belong {}?", [f"Town{word(n)}"]) for n in RIGHT),
        *((n, "who paints {}?", ["nobody"]) for n in WRONG),
        *((n, "who paints {} and why?", []) for n in NOTHING),
    ]
    rows = [
        {
            "id": f"q{n}",
            "question": text.format(f"quay{word(n)} dock{word(n)} gate{word(n)}"),
            "answers": golds,
        }
        for n, text, golds in asked
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_eval_goes_on_from_rows_that_are_there_unless_fresh(
    pullquote: Command, store: Path, questions: Path, tmp_path: Path
) -> None:
    run = ("eval", questions, "--limit", 5, "--store", store, "--out", tmp_path / "out")
    assert "answered before" not in pullquote(*run).err
    rows = (tmp_path / "out" / "rows.jsonl").read_bytes()
    assert "5 of 5 questions were answered before" in pullquote(*run, "--workers", 2).err
    assert (tmp_path / "out" / "rows.jsonl").read_bytes() == rows
    assert "answered before" not in pullquote(*run, "--fresh").err


def test_eval_asks_again_when_the_store_was_calibrated_meanwhile(
    pullquote: Command, store: Path, questions: Path, tmp_path: Path
) -> None:
    run = ("eval", questions, "--limit", 5, "--store", store, "--out", tmp_path / "out")
    pullquote(*run)
    pullquote("calibrate", questions, "--store", store)
    assert "they were made with other state" in pullquote(*run).err


def test_eval_compared_with_itself_is_even_and_exits_zero(
    pullquote: Command, store: Path, questions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = ("eval", questions, "--limit", 3, "--store", store, "--out", out)
    pullquote(*run)
    done = pullquote(*run, "--compare", out / "report.json")
    assert done.code == 0
    assert f"Compared with {out / 'report.json'}: 3 questions in both" in done.out
    assert "Lost: 0\nWon: 0\n" in done.out
    assert json.loads((out / "comparison.json").read_text())["regression"] is False
    assert "<html" in (out / "comparison.html").read_text()


def test_eval_exits_one_when_a_measure_fell(
    pullquote: Command, store: Path, questions: Path, tmp_path: Path
) -> None:
    run = ("eval", questions, "--limit", 30, "--store", store, "--out")
    top = pullquote(*run, tmp_path / "older")
    assert top.code == 0
    fallen = pullquote(*run, tmp_path / "new", "--source", "none", "--compare", tmp_path / "older")
    assert fallen.code == 1
    assert "differs: filters.sources was [], is ['none']" in fallen.out
    assert "p = 0.0000, worse" in fallen.out
    risen = pullquote(*run, tmp_path / "risen", "--compare", tmp_path / "new" / "report.json")
    assert risen.code == 0
    assert "p = 0.0000, better" in risen.out


def test_report_to_compare_with_is_read_before_anything_is_asked(
    pullquote: Command, store: Path, questions: Path, tmp_path: Path
) -> None:
    run = ("eval", questions, "--store", store, "--out", tmp_path / "out")
    missing = tmp_path / "gone" / "report.json"
    assert str(missing) in one_line(pullquote(*run, "--compare", missing))
    assert not (tmp_path / "out").exists()


def test_calibrate_shows_keeps_and_undoes(pullquote: Command, store: Path, questions: Path) -> None:
    fit = ("calibrate", questions, "--risk", 0.1, "--store", store)
    shown = pullquote(*fit, "--dry-run")
    assert shown.code == 0
    assert "Nothing was changed" in shown.err
    table = [line.split("  ") for line in shown.out.splitlines()]
    assert [row[0] for row in table[1:5]] == [
        "Answered",
        "Wrong among the answered (95%)",
        "Refused of those without answer",
        "Calibration error",
    ]
    assert (table[1][-1], table[3][-1]) == ("30 of 44 (68%)", "6 of 6")
    assert "calibration  as shipped" in pullquote("status", "--store", store).out
    assert pullquote(*fit).out == shown.out
    assert "fitted on 44 questions" in pullquote("status", "--store", store).out
    status = json.loads(pullquote("status", "--json", "--store", store).out)
    assert (status["calibration"]["questions"], status["calibration"]["risk"]) == (44, 0.1)
    assert pullquote("check", "--store", store).code == 0
    assert pullquote(*fit, "--workers", 2).out == shown.out, "it fits what was shipped"
    assert "as shipped again" in pullquote("calibrate", "--reset", "--store", store).err
    assert "calibration  as shipped" in pullquote("status", "--store", store).out


def test_calibrate_says_what_it_lacks(
    pullquote: Command, store: Path, questions: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text(questions.read_text().splitlines()[0] + "\n")
    assert "at least 30 are needed" in one_line(pullquote("calibrate", few, "--store", store))
    assert "pass --reset" in one_line(pullquote("calibrate", "--store", store))
    strict = pullquote("calibrate", questions, "--risk", 0.01, "--store", store)
    assert "to 1% of the answered" in one_line(strict)
    missing = pullquote("calibrate", questions, "--store", tmp_path / "none")
    assert "No store at" in one_line(missing)
