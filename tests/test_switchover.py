"""From which size on an approximate search pays."""

from pathlib import Path

import numpy as np

from eval.switchover import K, Timed, load, plot, scaled, switch_over, time_kind
from eval.switchover import _save as save

EXACT = Timed("exact", 1000, 5.0, 6.0, 1.0, 0.1, 2.0)


def test_more_rows_are_unit_mixtures_after_the_given_ones() -> None:
    given = np.eye(8, dtype=np.float32)
    rows = scaled(given, 50)
    assert rows[:8].tolist() == given.tolist()
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert ((rows[8:] @ given.T).max(axis=1) > 0.7).all()
    assert scaled(given, 30).tolist() == rows[:30].tolist()


def test_every_kind_is_timed_and_compared_with_exact_search() -> None:
    rows = scaled(np.eye(16, dtype=np.float32), 600)
    queries = rows[:5]
    right = np.argsort(-(queries @ rows.T), axis=1, kind="stable")[:, :K]
    exact = time_kind("exact", rows, queries, right)
    assert (exact.rows, exact.recall) == (600, 1.0)
    assert exact.p50_ms > 0
    assert 0 < time_kind("cells", rows, queries, right).recall <= 1
    assert time_kind("graph", rows, queries, right).recall > 0.9


def test_switch_is_at_the_last_size_where_exact_search_is_fast_or_the_best() -> None:
    slow = Timed("exact", 2000, 40.0, 50.0, 1.0, 0.1, 4.0)
    good = Timed("cells", 2000, 9.0, 9.0, 0.995, 1.0, 5.0)
    poor = Timed("cells", 2000, 4.0, 4.0, 0.9, 1.0, 5.0)
    assert switch_over([EXACT, slow, good]) == 1000
    assert switch_over([EXACT, slow, poor]) == 2000
    assert switch_over([good]) == 0


def test_measurements_are_kept_and_drawn(tmp_path: Path) -> None:
    save(tmp_path / "s.json", [EXACT])
    assert load(tmp_path / "s.json") == {("exact", 1000): EXACT}
    assert load(tmp_path / "none.json") == {}
    plot([EXACT], tmp_path / "s.svg")
    assert "Recall@60 against exact" in (tmp_path / "s.svg").read_text()
