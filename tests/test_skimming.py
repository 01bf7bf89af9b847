"""Choosing what a reader may skip: what is counted, and what is written."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from embeddings.encoder import read_config
from eval.readers import Task
from eval.skimming import choose, main, table
from qa.datatypes import Passage
from qa.networks import PackedNetwork
from qa.reader import TransformerReader
from qa.squad import SquadParagraph
from tiny_reader import tiny_base

TEXT = "The cannery on the north quay closed in May. It rained for three days. " * 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader that guesses after its first layer, with no margin chosen yet."""
    folder = tiny_base(tmp_path_factory.mktemp("reader"))
    chance = torch.Generator().manual_seed(3)
    unit = {
        "skim.1.weight": torch.randn(2, 16, generator=chance),
        "skim.1.bias": torch.zeros(2),
        "skim.2.weight": torch.zeros(2, 16),
        "skim.2.bias": torch.zeros(2),
    }
    weights = load_file(folder / "model.safetensors") | unit
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


def tasks() -> list[Task]:
    paragraph = SquadParagraph("a", 0, "A", TEXT)
    answered = Task("When did the cannery close?", paragraph, ("in May",))
    return [answered, Task("Who rowed to Ostrava?", paragraph, ())] * 2


def test_table_tells_what_goes_on_at_each_margin(folder: Path) -> None:
    tries = [[(layer, margin)] for layer in (1, 2) for margin in (-1e9, 1e9)]
    heading, _, _, _, whole, *rows = table(folder, tasks(), tries)
    assert heading == "2 questions with an answer, 2 without"
    assert whole.startswith("| all | 100 % |")
    shares = [int(row.split("|")[2].rstrip("% ")) for row in rows]
    names = [row.split("|")[1].strip() for row in rows]
    assert names == ["1: -1e+09", "1: 1e+09", "2: -1e+09", "2: 1e+09"]
    assert shares[1] < 50 < 90 < shares[0]
    assert shares[2] == shares[3] == shares[0]  # a guess that tells nothing apart drops nothing


def test_chosen_reader_keeps_one_unit_with_its_margin(folder: Path, tmp_path: Path) -> None:
    choose(folder, [(1, 1e9)], tmp_path / "chosen")
    weights = load_file(tmp_path / "chosen" / "model.safetensors")
    skim = {name for name in weights if name.startswith("skim.")}
    assert skim == {"skim.1.weight", "skim.1.bias", "skim.1.margin"}
    before = PackedNetwork.load(folder, read_config(folder))
    after = PackedNetwork.load(tmp_path / "chosen", read_config(folder))
    reader = TransformerReader.load(str(folder))
    features = list(reader.layout.features("When?", [Passage("a", 1, 0, len(TEXT), TEXT)]))
    read, skimmed = (torch.tensor(n.logits(features)[0]).isfinite() for n in (before, after))
    assert read.all()
    assert 0 < skimmed.sum() < read.sum()


def test_reader_is_known_by_its_choice_too(folder: Path, tmp_path: Path) -> None:
    """A confidence that was fitted for one choice is not that of another."""
    names = set()
    for margin in (-4.0, -6.0):
        choose(folder, [(1, margin)], tmp_path / str(margin) / "reader")
        names.add(TransformerReader.load(str(tmp_path / str(margin) / "reader")).id)
    assert len(names) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["3:-4"], "does not guess after layer 3"),
        (["--out", "chosen"], "--out needs one choice"),
        (["1:-4", "2:-4", "--out", "chosen"], "--out needs one choice"),
        (["one"], "invalid _choice value: 'one'"),
    ],
)
def test_choices_that_cannot_be_are_refused(
    arguments: list[str],
    told: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["eval.skimming", "data", str(folder), *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert told in capsys.readouterr().err


def test_a_reader_is_not_written_over_itself_nor_read_from_nowhere(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = (folder / "model.safetensors").read_bytes()
    tries = (folder, "--out needs another folder"), (tmp_path, "Name the folder of a reader.")
    for reader, told in tries:
        arguments = ["eval.skimming", "data", str(reader), "1:-4", "--out", str(folder)]
        monkeypatch.setattr("sys.argv", arguments)
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 2
        assert told in capsys.readouterr().err
    assert (folder / "model.safetensors").read_bytes() == before


def test_card_and_confidence_of_another_reader_are_left_behind(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "calibration.json").write_text("{}")
    choose(folder, [(1, -4.0)], tmp_path / "chosen")
    assert not (tmp_path / "chosen" / "calibration.json").exists()
