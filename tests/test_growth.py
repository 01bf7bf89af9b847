"""How cost grows: the articles it grows by, what is kept, and the plot."""

import json
import random
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from eval import growth
from eval.growth import Measured, grown, load, plot
from eval.spent import Spent
from made_store import BRIDGE, article, prose, vocabulary
from qa.copies import is_copy, shingles

ONE = Measured(500, 9000, 100.0, 180.0, 900.0, 40.0, 1, 90.0, 200.0, 700.0)


def test_articles_come_again_with_other_words_and_are_no_copies() -> None:
    told = prose(random.Random(1), vocabulary(1), 40)
    made = [article("a", told), article("b", BRIDGE)]
    given = list(grown(made, 5))
    assert given[:2] == made
    assert [again.id for again in given[2:]] == ["a-again-1", "b-again-1", "a-again-2"]
    assert len({again.origin for again in given}) == 5
    assert not is_copy(*shingles([given[0].text, given[2].text]))
    assert given[2].text != given[4].text
    assert given == list(grown(made, 5))


def test_sizes_that_were_measured_are_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / growth.FILE).write_text(json.dumps(asdict(ONE)) + "\n")
    asked: list[tuple[str, int]] = []

    def child(part: str, path: str, size: int, store: Path) -> dict[str, object]:
        asked.append((part, size))
        found = asdict(replace(ONE, p50_ms=120.0))
        fields = [name for name in found if name.endswith("_ms") or name == "answer_peak_mb"]
        return {name: found[name] for name in found if (name in fields) == (part == "answers")}

    monkeypatch.setattr(growth, "_in_a_child", child)
    lines = list(growth.measure(Path("articles"), Path("questions"), [500, 2000], tmp_path))
    assert asked == [("index", 2000), ("answers", 2000)]
    assert "p50 90 ms" in lines[0]
    assert "p50 120 ms" in lines[1]
    assert [measured.articles for measured in load(tmp_path)] == [500, 2000]


def test_line_that_a_killed_run_cut_off_is_left_out(tmp_path: Path) -> None:
    line = json.dumps(asdict(ONE))
    (tmp_path / growth.FILE).write_text(f"{line}\n{line[:40]}")
    assert load(tmp_path) == [ONE]
    assert load(tmp_path / "missing") == []


def test_plot_shows_every_quantity_and_is_the_same_each_time(tmp_path: Path) -> None:
    measured = [ONE, replace(ONE, articles=2000, index_s=420.0)]
    plot(measured, tmp_path / "growth.svg")
    drawn = (tmp_path / "growth.svg").read_bytes()
    plot(measured, tmp_path / "growth.svg")
    assert (tmp_path / "growth.svg").read_bytes() == drawn
    for title in ("Index time, s", "Store, MB", "Peak memory, MiB", "One question, ms"):
        assert title in drawn.decode()


def test_time_of_killed_runs_is_added_up(tmp_path: Path) -> None:
    kept = tmp_path / "store.spent"
    kept.write_text("[40.0, 70.0, 2]")
    spent = Spent(kept, every=0.0)
    wall, cpu, runs = spent.now()
    assert 40 <= wall < 41
    assert 70 <= cpu < 71
    assert runs == 3
    spent.keep(1, None, "reading")
    again = Spent(kept).now()
    assert again[0] >= wall
    assert again[2] == 4
    assert Spent(tmp_path / "missing").now()[2] == 1
