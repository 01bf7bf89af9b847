"""From which size on an approximate search pays: ``python -m eval.switchover STORE QUESTIONS``.

Exact search, cells (IVF with 8 bits a number) and a graph (HNSW) are timed with one question at a
time over growing numbers of vectors: those of the passages of a store, then mixtures of two of them
with a little noise. What cells and graph find is compared again by exact vectors. Measurements are
kept in ``docs/switchover.json`` as they are made, and not made again; ``docs/switchover.svg`` is
drawn from them. The constants in ``embeddings/index.py`` come from here.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.index import VectorIndex
from eval.drawing import Panel, draw
from eval.metrics import percentile
from eval.questions import load_questions
from qa.models import load_encoder
from qa.settings import load_settings
from qa.store import Store

OUT = Path("docs/switchover.json")
SIZES = (50_000, 100_000, 200_000, 500_000, 1_000_000)
K = 60
QUERIES = 200
SLOW_MS = 15.0  # what exact search may take, about an eighth of what an answer may
GOOD = 0.99  # recall against exact search
SHARES = 0.8, 0.6  # of the two passages in a mixture
NOISE = 0.01

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Timed:
    """One kind of index at one size; ``recall`` is that of the 60 rows exact search finds."""

    kind: str
    rows: int
    p50_ms: float
    p95_ms: float
    recall: float
    build_s: float
    megabytes: float


def scaled(vectors: Vectors, count: int, seed: int = 7) -> Vectors:
    """Give so many unit rows: the first are those given, the others mixtures of two of them.

    :param vectors: unit rows, shape ``(n, dim)``, two at least.
    :param count: how many to give.
    :param seed: of the mixing; the first rows are the same for every count.
    :returns: shape ``(count, dim)``.
    """
    chance = np.random.default_rng(seed)
    rows = np.empty((count, vectors.shape[1]), np.float32)
    low = min(count, len(vectors))
    rows[:low] = vectors[:low]
    while low < count:
        part = rows[low : low + 10_000]
        pair = chance.integers(len(vectors), size=(2, 10_000))[:, : len(part)]
        noise = chance.normal(scale=NOISE, size=(10_000, rows.shape[1]))[: len(part)]
        part[:] = SHARES[0] * vectors[pair[0]] + SHARES[1] * vectors[pair[1]] + noise
        part /= np.linalg.norm(part, axis=1, keepdims=True)
        low += len(part)
    return rows


def in_a_graph(rows: Vectors) -> VectorIndex:
    """Index rows in a graph: HNSW of 32 neighbours over 8 bits a number.

    :param rows: unit rows, shape ``(n, dim)``.
    :returns: the index, which compares what it finds exactly.
    """
    import faiss

    python: Any = faiss  # its stubs describe the C++ signatures
    graph = python.IndexHNSWSQ(
        rows.shape[1], python.ScalarQuantizer.QT_8bit, 32, python.METRIC_INNER_PRODUCT
    )
    graph.hnsw.efConstruction, graph.hnsw.efSearch = 80, 256
    index = python.IndexRefineFlat(graph)
    index.k_factor = 4.0
    index.train(rows)
    index.add(rows)
    return VectorIndex(index)


KINDS: dict[str, Callable[[Vectors], VectorIndex]] = {
    "exact": lambda rows: VectorIndex.from_vectors(rows, exact_up_to=len(rows)),
    "cells": lambda rows: VectorIndex.from_vectors(rows, exact_up_to=0),
    "graph": in_a_graph,
}


def time_kind(kind: str, rows: Vectors, queries: Vectors, right: NDArray[np.int64]) -> Timed:
    """Build an index and search it, one question at a time.

    :param kind: one of :data:`KINDS`.
    :param rows: what to index.
    :param queries: unit rows.
    :param right: what exact search finds for each query, shape ``(q, 60)``.
    :returns: what it took and gave.
    """
    started = time.perf_counter()
    index = KINDS[kind](rows)
    built = time.perf_counter() - started
    index.search(queries[:1], K)
    spent: list[float] = []
    shared = 0
    for query, wanted in zip(queries, right, strict=True):
        started = time.perf_counter()
        _, found = index.search(query[None], K)
        spent.append(1000 * (time.perf_counter() - started))
        shared += len(np.intersect1d(found[0], wanted[wanted >= 0]))
    return Timed(
        kind,
        len(rows),
        round(percentile(spent, 50), 2),
        round(percentile(spent, 95), 2),
        round(shared / int((right >= 0).sum()), 4),
        round(built, 1),
        round(len(index.to_bytes()) / 1e6, 1),
    )


def measure(
    store: Path, questions: Path, sizes: Sequence[int], kinds: Sequence[str], out: Path
) -> Iterator[str]:
    """Measure what was not measured yet, and draw it.

    :param store: an indexed store.
    :param questions: a question set.
    :param sizes: numbers of vectors.
    :param kinds: of :data:`KINDS`.
    :param out: the JSON file; the plot lies beside it.
    :yields: one line for each measurement, and the size from which on to switch.
    """
    known = load(out)
    vectors, queries = _real(store, questions)
    for size in sorted(sizes):
        wanted = [kind for kind in kinds if (kind, size) not in known]
        if wanted:
            rows = scaled(vectors, size)
            _, right = KINDS["exact"](rows).search(queries, K)
        for kind in wanted:
            known[kind, size] = time_kind(kind, rows, queries, right)
            _save(out, list(known.values()))
            yield _line(known[kind, size])
    plot(list(known.values()), out.with_suffix(".svg"))
    yield f"switch over       beyond {switch_over(list(known.values())):,} vectors"


def switch_over(measured: Sequence[Timed]) -> int:
    """Tell up to which size exact search is to be used: the largest measured one at which it takes
    at most 15 ms, or at which no other kind is faster with a recall of 0.99.

    :param measured: exact search and others.
    :returns: the size; 0 where exact search was not measured.
    """
    enough = [0]
    for exact in (timed for timed in measured if timed.kind == "exact"):
        better = [
            timed
            for timed in measured
            if timed.rows == exact.rows and timed.recall >= GOOD and timed.p50_ms < exact.p50_ms
        ]
        if exact.p50_ms <= SLOW_MS or not better:
            enough.append(exact.rows)
    return max(enough)


def plot(measured: Sequence[Timed], path: Path) -> None:
    """Draw time, recall, size and building over the number of vectors.

    :param measured: one measurement at least.
    :param path: the SVG file.
    """
    kinds = list(dict.fromkeys(timed.kind for timed in measured))
    quantities = {"p50_ms": "One search, p50 in ms", "recall": "Recall@60 against exact"}
    quantities |= {"megabytes": "Index, MB", "build_s": "Building, s"}
    draw(
        [
            Panel(
                title,
                {
                    kind: [(t.rows, getattr(t, field)) for t in measured if t.kind == kind]
                    for kind in kinds
                },
                "vectors",
            )
            for field, title in quantities.items()
        ],
        path,
    )


def load(out: Path) -> dict[tuple[str, int], Timed]:
    """Read what was measured.

    :param out: the JSON file; it may be missing.
    :returns: by kind and number of vectors.
    """
    if not out.exists():
        return {}
    rows = json.loads(out.read_text(encoding="utf-8"))
    return {(row["kind"], row["rows"]): Timed(**row) for row in rows}


def _save(out: Path, measured: Sequence[Timed]) -> None:
    lines = ",\n".join(json.dumps(asdict(timed)) for timed in measured)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _real(store: Path, questions: Path) -> tuple[Vectors, Vectors]:
    """Give the vectors of passages and of questions."""
    asked = load_questions(questions, lambda _: None)[:QUERIES]
    encoder = load_encoder(load_settings(store=store))
    with Store.open(store).snapshot() as snapshot:
        vectors = snapshot.vectors.vectors(np.arange(len(snapshot), dtype=np.int64))
    return vectors, encoder.encode_queries([question.question for question in asked])


def _line(timed: Timed) -> str:
    return (
        f"{timed.kind:6} {timed.rows:10,}  p50 {timed.p50_ms:.2f} ms, p95 {timed.p95_ms:.2f} ms  "
        f"recall@{K} {timed.recall:.4f}  built in {timed.build_s:.1f} s  {timed.megabytes:,.0f} MB"
    )


def main() -> None:
    """Measure and print the lines."""
    parser = argparse.ArgumentParser(prog="python -m eval.switchover", description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of vectors")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--out", type=Path, default=OUT, help="the JSON file; beside it the plot")
    options = parser.parse_args()
    lines = measure(options.store, options.questions, options.sizes, options.kinds, options.out)
    for line in lines:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
