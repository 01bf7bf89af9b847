"""Work shared out among threads that each compute alone."""

import pytest
import torch

from embeddings.threads import Threads, cores, shares


def test_shares_weigh_about_the_same_and_none_is_empty() -> None:
    assert shares([10, 40, 20, 30], 2) == [[1, 0], [3, 2]]
    assert shares([7], 2) == [[0]]
    assert shares([], 2) == []


@pytest.mark.parametrize("count", [1, 2])
def test_results_come_in_the_order_of_the_parts(count: int) -> None:
    assert Threads(count).map(lambda n: n * n, list(range(9))) == [n * n for n in range(9)]


def test_each_thread_computes_alone() -> None:
    assert Threads(2).map(lambda _: torch.get_num_threads(), [0, 1]) == [1, 1]


def test_cores_follow_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert cores() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "all")
    assert cores() >= 1
