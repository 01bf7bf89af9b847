"""``pullquote train``: readers that skim, mixtures, and input that cannot be used."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file

from qa.networks import Skim
from qa.squad import is_held_out
from tiny_reader import tiny_base
from ui.cli import main

TITLES = [title for title in map("Kelp {}".format, range(60)) if not is_held_out(title)][:12]
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training set of a few questions."""
    folder = tmp_path_factory.mktemp("data")
    articles = []
    for number, title in enumerate(TITLES):
        context = f"The {title} works opened in {1901 + number}. They stood in the town of Vellsby."
        answer = {"text": str(1901 + number), "answer_start": context.index(str(1901 + number))}
        qa = {"id": title, "question": f"When did the {title} works open?", "answers": [answer]}
        articles.append({"title": title, "paragraphs": [{"context": context, "qas": [qa]}]})
    (folder / "kelp.json").write_text(json.dumps({"data": articles}))
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def pullquote(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pullquote", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        written = capsys.readouterr()
        return int(stop.value.code or 0), written.out.strip(), written.err.strip()

    return run


def test_reader_that_skims_is_trained_on_the_examples_that_were_drawn(
    pullquote: Command, data: Path, base: Path, tmp_path: Path
) -> None:
    sizes = ("--tokens", 300, "--batch-tokens", 64, "--examples", 5)
    out = ("--recipe", "broad", "--base", base, "--out", tmp_path)
    code, told, progress = pullquote("train", "reader", data, *out, *sizes, "--skim", 1)
    assert code == 0, progress
    assert "5 examples, 300 tokens to train on" in progress
    weights = load_file(Path(told) / "model.safetensors")
    assert weights["skim.1.weight"].shape == (2, 16)
    assert Skim.of(weights) == []  # no margin was chosen yet, so it reads everything


def test_layer_that_is_not_there_is_one_line(
    pullquote: Command, data: Path, base: Path, tmp_path: Path
) -> None:
    out = ("--base", base, "--out", tmp_path, "--skim", 2)
    code, told, progress = pullquote("train", "reader", data, *out)
    assert (code, told) == (2, "")
    assert "--skim 2 needs a BERT of more layers than that" in progress
    assert progress.splitlines()[-1].endswith("is a 'bert' of 2. Name a lower layer.")


def test_mixture_is_written_where_it_was_asked_for(
    pullquote: Command, base: Path, tmp_path: Path
) -> None:
    other = tiny_base(tmp_path / "other", seed=1)
    code, told, _ = pullquote("train", "mix", base, other, "--out", tmp_path / "mixed")
    assert (code, told) == (0, str(tmp_path / "mixed"))
    one, two, mixed = (
        load_file(folder / "model.safetensors")["qa_outputs.weight"].float()
        for folder in (base, other, tmp_path / "mixed")
    )
    assert (mixed - (one + two) / 2).abs().max() < 1e-3


def test_mixture_of_nothing_is_one_line(pullquote: Command, base: Path, tmp_path: Path) -> None:
    code, told, progress = pullquote("train", "mix", base, tmp_path, "--out", tmp_path / "mixed")
    assert (code, told) == (2, "")
    assert len(progress.splitlines()) == 1
    assert "Name two folders of models." in progress


def test_folder_without_training_data_is_one_line(pullquote: Command, tmp_path: Path) -> None:
    code, _, progress = pullquote("train", "reader", tmp_path)
    assert code == 2
    assert progress.endswith("holds no SQuAD JSON file (*.json) to train on.")
