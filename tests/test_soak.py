"""The soak: it counts, goes on where it stood, and fails when a trial failed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from eval.drills.kills import Trials
from eval.soak import DRILLS, FILE, Drill, soak


def test_a_stopped_soak_goes_on_where_it_stood(tmp_path: Path) -> None:
    done: list[int] = []

    def unit(folder: Path, number: int) -> Trials:
        assert list(folder.iterdir()) == []
        (folder / "left over").touch()
        if number == 2 and len(done) == 2:
            raise KeyboardInterrupt
        done.append(number)
        return Trials(10, ())

    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        soak([Drill("made", 4, unit)], tmp_path / "out", tmp_path, 1.0, said.append)
    done.append(-1)
    assert soak([Drill("made", 4, unit)], tmp_path / "out", tmp_path, 1.0, said.append)
    assert done == [0, 1, -1, 2, 3]
    assert said[-1].startswith("made                       40 trials, 0 failures, ")
    assert json.loads((tmp_path / "out" / FILE).read_text())["made"]["units"] == 4


def test_a_failed_trial_fails_the_soak_and_is_named_also_after_a_stop(tmp_path: Path) -> None:
    def unit(folder: Path, number: int) -> Trials:
        return Trials(1, ("article 7 was lost",) if number == 0 else ())

    said: list[str] = []
    assert not soak([Drill("made", 2, unit)], tmp_path, tmp_path, 0.5, said.append)
    assert "  article 7 was lost" in said
    assert not soak([Drill("made", 2, unit)], tmp_path, tmp_path, 1.0, said.append)


def test_a_drill_the_machine_does_not_permit_is_said_to_be_so(tmp_path: Path) -> None:
    said: list[str] = []
    assert soak([Drill("made", 5, lambda *_: None)], tmp_path, tmp_path, 1.0, said.append)
    assert said[-1] == "made                   not permitted on this machine"


def test_the_full_figures_are_those_asked_for() -> None:
    units = {drill.name: drill.units for drill in DRILLS}
    assert units["killed at every step"] // 4 >= 20
    assert units["killed at random"] * 10 >= 500
    assert units["no file may grow"] >= 300
    assert units["damaged"] * 100 >= 10_000
    assert units["machine"] * 20 >= 1_000


@pytest.mark.timeout(240)
def test_the_command_runs_a_real_drill_and_names_unknown_ones(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eval.soak", "--out", str(tmp_path), "--scale", "0.001"]
    done = subprocess.run(
        [*command, "at random", "damaged"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "killed at random           10 trials, 0 failures" in done.stdout
    assert "damaged                   100 trials, 0 failures" in done.stdout
    unknown = subprocess.run([*command, "earthquake"], cwd=ROOT, capture_output=True, text=True)
    assert unknown.returncode == 2
    assert "no drill has such a name" in unknown.stderr
