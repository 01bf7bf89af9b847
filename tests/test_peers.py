"""The comparison with peers, by what is always installed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from eval.peer_systems import K, Script
from eval.peers import Timed, table

PASSAGES = [
    "The mayor of Corfe is Tom Ray. The town lies on a river and has a market on Fridays.",
    *(f"Nothing of interest is said in note {number}." for number in range(K)),
]


def row(system: str, p50: float) -> Timed:
    return Timed(system, 3, 10.0, p50, 2 * p50, 50.0, 60.0, 900, 40, 55.5, 800)


def test_the_table_compares_each_system_with_the_first() -> None:
    lines = list(table([row("pullquote", 100.0), row("script", 640.0)]))
    assert lines[2:] == [
        "| pullquote | 10.0 | 100 | 200 | 1.0 | 50.0 | 60.0 | 900 | 56 | 800 |",
        "| script | 10.0 | 640 | 1280 | 6.4 | 50.0 | 60.0 | 900 | 56 | 800 |",
    ]


def test_the_script_answers_from_the_passages_it_was_given() -> None:
    script = Script(ROOT / "qa" / "weights")
    script.index(PASSAGES, None)
    assert script.answer("Who is the mayor of Corfe?") == "Tom Ray"


@pytest.mark.timeout(240)
def test_the_command_measures_pullquote_and_the_script_over_the_same_passages(
    tmp_path: Path, sample_store: Path
) -> None:
    out, systems = tmp_path / "figures.json", ["pullquote", "pullquote-whole", "script"]
    command = [sys.executable, "-m", "eval.peers", "--sample", "6", "--json", str(out)]
    done = subprocess.run(
        [*command, "--systems", *systems, "--store", str(sample_store)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(out.read_text())
    assert [one["system"] for one in found["systems"]] == systems
    few, whole, _ = found["systems"]
    assert few["exact_match"] == whole["exact_match"]
    for one in found["systems"]:
        assert one["questions"] == 6
        assert 0 < one["p50"] <= one["p95"]
        assert one["exact_match"] <= one["f1"] <= 100
        assert one["index_per_second"] > 0
    assert len({one["indexed"] for one in found["systems"]}) == 1
    assert done.stdout.count("\n") == 5
