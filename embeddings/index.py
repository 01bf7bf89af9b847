"""Nearest rows by inner product. Knows vectors and row numbers, nothing else."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Measured by `python -m eval.switchover`: up to so many rows every one of them is looked at. Beyond
# it the rows lie in cells, of which a share is looked at in 8 bits a number; the best are compared
# again by their exact vectors.
EXACT_UP_TO = 200_000
CELLS = 4  # times the square root of the rows
PROBED = 0.6  # of the cells: questions are unlike passages, and lie between many of them
AGAIN = 2.0  # times as many rows as asked for are compared exactly
_LEARNT_FROM = 64  # rows for each cell, at most


class VectorIndex:
    """Inner-product search on FAISS over rows ``0 .. len - 1``: exact up to a size, and always
    where rows are restricted; beyond it approximate, with the exact scores of what is found."""

    def __init__(self, index: Any) -> None:
        import faiss

        refined = isinstance(index, faiss.IndexRefine)
        self._index = index
        self._exact = faiss.downcast_index(index.refine_index) if refined else index
        self.dim = int(index.d)

    @classmethod
    def from_vectors(
        cls, vectors: NDArray[np.float32], exact_up_to: int = EXACT_UP_TO
    ) -> "VectorIndex":
        """Index rows. Equal rows give an equal index.

        :param vectors: shape ``(n, dim)``; n may be zero.
        :param exact_up_to: the most rows that are searched without an approximation.
        :returns: an index of n rows.
        :raises ValueError: not two-dimensional, or a value is not finite.
        """
        import faiss

        if vectors.ndim != 2:
            raise ValueError(f"vectors must have shape (n, dim), not {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("vectors hold a value that is not finite")
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        exact = len(rows) <= exact_up_to
        index = faiss.IndexFlatIP(rows.shape[1]) if exact else _in_cells(rows)
        index.add(rows)
        return cls(index)

    @property
    def is_exact(self) -> bool:
        """Tell whether every row is looked at."""
        return self._index is self._exact

    def __len__(self) -> int:
        """Give the number of rows."""
        return int(self._index.ntotal)

    def search(
        self, queries: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Find the k nearest rows of every query.

        :param queries: shape ``(q, dim)``.
        :param k: how many rows to give.
        :param allowed: shape ``(n,)``; rows that may be given. None allows all.
        :returns: inner products and row numbers, shape ``(q, k)``, best first, padded with -1 rows;
            the inner products are exact also where the search is not.
        :raises ValueError: wrong dimension, or a value is not finite.
        """
        import faiss

        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise ValueError(f"queries must have shape (q, {self.dim}), not {queries.shape}")
        if not np.isfinite(queries).all():
            raise ValueError("a query holds a value that is not finite")
        wanted = np.ascontiguousarray(queries, dtype=np.float32)
        if allowed is None and not self.is_exact:
            scores, rows = self._index.search(wanted, k)
            return scores, rows
        # With a selector, even one that allows all, FAISS scans with one thread for each query.
        # Without one it shares a scan out among threads, which for one query takes 2.5 times as
        # long (90,000 rows, two cores).
        python: Any = faiss  # its stubs describe the C++ signatures
        selector = (
            python.IDSelectorAll()
            if allowed is None
            else python.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        )
        parameters = python.SearchParameters(sel=selector)
        scores, rows = self._exact.search(wanted, k, params=parameters)
        return scores, rows

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give back stored rows.

        :param rows: shape ``(m,)``, each in ``[0, len)``.
        :returns: shape ``(m, dim)``.
        """
        stored: NDArray[np.float32] = self._exact.reconstruct_batch(np.asarray(rows, np.int64))
        return stored

    def to_bytes(self) -> bytes:
        """Serialise the index; ``from_bytes`` gives it back."""
        import faiss

        return bytes(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> "VectorIndex":
        """Read what ``to_bytes`` wrote. Check a hash of the bytes first: FAISS notices some damage
        only by answering wrongly.

        :param data: the bytes.
        :returns: the index.
        :raises ValueError: the bytes are not an index.
        """
        import faiss

        try:
            index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ValueError(f"not a vector index: {reason}") from error
        return cls(index)


def _in_cells(rows: NDArray[np.float32]) -> Any:
    """Make an index that has learnt its cells from the rows and holds none of them yet."""
    import faiss

    python: Any = faiss
    dim = rows.shape[1]
    cells = max(1, min(len(rows), round(CELLS * math.sqrt(len(rows)))))
    coarse = python.IndexIVFScalarQuantizer(
        python.IndexFlatIP(dim),
        dim,
        cells,
        python.ScalarQuantizer.QT_8bit,
        python.METRIC_INNER_PRODUCT,
    )
    coarse.nprobe = max(1, math.ceil(PROBED * cells))
    coarse.cp.max_points_per_centroid = _LEARNT_FROM
    coarse.cp.min_points_per_centroid = 1
    index = python.IndexRefineFlat(coarse)
    index.k_factor = AGAIN
    index.train(rows)
    return index
