"""Nearest rows."""

import numpy as np
import pytest

from embeddings.index import VectorIndex

EYE = np.eye(4, dtype=np.float32)


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
