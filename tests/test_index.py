"""Nearest rows."""

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.index import VectorIndex

EYE = np.eye(4, dtype=np.float32)


@pytest.fixture(scope="module")
def clustered() -> NDArray[np.float32]:
    """3,000 unit rows around 40 centres, as passages lie around their subjects."""
    chance = np.random.default_rng(1)
    centres = chance.normal(size=(40, 24))
    rows = centres[chance.integers(40, size=3000)] + 0.6 * chance.normal(size=(3000, 24))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_score_is_the_inner_product() -> None:
    query = np.array([[0.6, 0.8, 0, 0]], dtype=np.float32)
    scores, rows = VectorIndex.from_vectors(EYE).search(query, 2)
    assert rows.tolist() == [[1, 0]]
    assert scores[0].tolist() == pytest.approx([0.8, 0.6])


def test_rows_that_are_not_allowed_are_not_given() -> None:
    allowed = np.array([False, True, True, False])
    _, rows = VectorIndex.from_vectors(EYE).search(EYE[:1], 4, allowed)
    assert sorted(rows[0].tolist()) == [-1, -1, 1, 2]


def test_fewer_rows_than_asked_for_are_padded() -> None:
    _, rows = VectorIndex.from_vectors(EYE[:1]).search(EYE[:1], 3)
    assert rows.tolist() == [[0, -1, -1]]
    _, none = VectorIndex.from_vectors(EYE[:0]).search(EYE[:1], 2)
    assert none.tolist() == [[-1, -1]]


def test_bytes_give_the_same_index_back() -> None:
    again = VectorIndex.from_bytes(VectorIndex.from_vectors(EYE).to_bytes())
    assert (len(again), again.dim) == (4, 4)
    assert again.vectors(np.array([2, 0])).tolist() == EYE[[2, 0]].tolist()


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="not a vector index"):
        VectorIndex.from_bytes(b"no index")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        VectorIndex.from_vectors(np.full((1, 4), bad, np.float32))
    with pytest.raises(ValueError, match="not finite"):
        VectorIndex.from_vectors(EYE).search(np.full((1, 4), bad, np.float32), 1)


def test_query_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(q, 4\)"):
        VectorIndex.from_vectors(EYE).search(np.ones((1, 3), np.float32), 1)


def test_search_is_exact_up_to_the_size_given_and_approximate_beyond(
    clustered: NDArray[np.float32],
) -> None:
    assert VectorIndex.from_vectors(clustered, exact_up_to=3000).is_exact
    assert not VectorIndex.from_vectors(clustered, exact_up_to=2999).is_exact


def test_approximate_search_finds_what_the_exact_one_does(clustered: NDArray[np.float32]) -> None:
    queries = clustered[:300] + 0.05 * np.random.default_rng(2).normal(size=(300, 24))
    queries = queries.astype(np.float32)
    scores, rows = VectorIndex.from_vectors(clustered, exact_up_to=0).search(queries, 10)
    _, right = VectorIndex.from_vectors(clustered).search(queries, 10)
    shared = [len(set(a) & set(b)) for a, b in zip(rows.tolist(), right.tolist(), strict=True)]
    assert sum(shared) / 3000 >= 0.9
    assert np.allclose(scores[0], clustered[rows[0]] @ queries[0], atol=1e-6)


def test_restricted_search_is_exact_at_any_size(clustered: NDArray[np.float32]) -> None:
    allowed = np.arange(3000) % 7 == 3
    approximate = VectorIndex.from_vectors(clustered, exact_up_to=0)
    found = approximate.search(clustered[:50], 20, allowed)
    right = VectorIndex.from_vectors(clustered).search(clustered[:50], 20, allowed)
    assert found[1].tolist() == right[1].tolist()
    assert (found[1] % 7 == 3).all()


def test_approximate_index_comes_back_from_bytes_and_is_the_same_each_time(
    clustered: NDArray[np.float32],
) -> None:
    index = VectorIndex.from_vectors(clustered, exact_up_to=0)
    again = VectorIndex.from_bytes(index.to_bytes())
    assert (len(again), again.dim, again.is_exact) == (3000, 24, False)
    assert again.vectors(np.array([7, 2999])).tolist() == clustered[[7, 2999]].tolist()
    assert again.search(clustered[:9], 5)[1].tolist() == index.search(clustered[:9], 5)[1].tolist()
    assert VectorIndex.from_vectors(clustered, exact_up_to=0).to_bytes() == index.to_bytes()


def test_few_rows_beyond_the_size_are_all_found() -> None:
    _, rows = VectorIndex.from_vectors(EYE, exact_up_to=0).search(EYE[:1], 3)
    assert rows[0, 0] == 0
