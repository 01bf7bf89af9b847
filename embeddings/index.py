"""Nearest rows by inner product. Knows vectors and row numbers, nothing else."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class VectorIndex:
    """Exact inner-product search on FAISS over rows ``0 .. len - 1``."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self.dim = int(index.d)

    @classmethod
    def from_vectors(cls, vectors: NDArray[np.float32]) -> "VectorIndex":
        """Index rows.

        :param vectors: shape ``(n, dim)``; n may be zero.
        :returns: an index of n rows.
        :raises ValueError: not two-dimensional, or a value is not finite.
        """
        import faiss

        if vectors.ndim != 2:
            raise ValueError(f"vectors must have shape (n, dim), not {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("vectors hold a value that is not finite")
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

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
        :returns: inner products and row numbers, shape ``(q, k)``, best first, padded with -1 rows.
        :raises ValueError: wrong dimension, or a value is not finite.
        """
        import faiss

        if queries.ndim != 2 or queries.shape[1] != self.dim:
            raise ValueError(f"queries must have shape (q, {self.dim}), not {queries.shape}")
        if not np.isfinite(queries).all():
            raise ValueError("a query holds a value that is not finite")
        parameters = None
        if allowed is not None:
            python: Any = faiss  # its stubs describe the C++ signatures
            selector = python.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
            parameters = python.SearchParameters(sel=selector)
        scores, rows = self._index.search(
            np.ascontiguousarray(queries, dtype=np.float32), k, params=parameters
        )
        return scores, rows

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give back stored rows.

        :param rows: shape ``(m,)``, each in ``[0, len)``.
        :returns: shape ``(m, dim)``.
        """
        stored: NDArray[np.float32] = self._index.reconstruct_batch(np.asarray(rows, np.int64))
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
