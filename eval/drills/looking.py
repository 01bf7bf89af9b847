"""Looking at a store as its users do, and comparing it with what it must hold."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from eval.drills.made import OVERLAP, WORDS, MadeEncoder, Model
from qa import recalibration
from qa.catalog import Catalog
from qa.errors import PullquoteError
from qa.passages import split
from qa.schema import faults
from qa.snapshot import Snapshot
from qa.store import EmptyStoreError, Store, check

LEFT_OVER = "belongs to no generation"  # what a killed run leaves; the next one takes it away


def differences(path: Path, model: Model) -> list[str]:
    """Compare a store with what it must hold: every revision, every passage, every vector.

    :param path: the folder of the store.
    :param model: what it must hold.
    :returns: one line for each difference; empty when the store is whole.
    """
    try:
        found = [*_differences(Store.open(path), model)]
    except PullquoteError as error:
        return [str(error)]
    return found + [line for line in check(path, encoder=MadeEncoder) if LEFT_OVER not in line]


def _differences(store: Store, model: Model) -> Iterator[str]:
    with store.catalog() as catalog:
        held = _articles(catalog)
    if held != dict(model):
        yield f"the articles are {_short(held)} instead of {_short(model)}"
    try:
        with store.snapshot(repair=False) as snapshot:
            yield from _passages(snapshot, {known[-1] for known in model.values()})
    except EmptyStoreError:
        if model:
            yield "the store is empty"


def _articles(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    rows = catalog.connection.execute("SELECT id, revision FROM articles ORDER BY number")
    return {
        id: tuple(catalog.article(id, number).text for number in range(1, newest + 1))
        for id, newest in rows.fetchall()
    }


def _passages(snapshot: Snapshot, texts: set[str]) -> Iterator[str]:
    wanted = {text[w.start : w.end] for text in texts for w in split(text, WORDS, OVERLAP)}
    found = [snapshot.passage(row).text for row in range(len(snapshot))]
    if set(found) != wanted:
        yield f"{len(set(found) ^ wanted)} passages are missing or of no current text"
    scores, rows = snapshot.vectors.search(MadeEncoder().encode_queries(sorted(wanted)), 1)
    for passage, score, row in zip(sorted(wanted), scores[:, 0], rows[:, 0], strict=True):
        if score < 1 - 1e-3:
            yield f"a search for {passage!r} gives {found[row]!r}"


def _short(model: Model) -> dict[str, list[str]]:
    return {id: [text[:12] for text in texts] for id, texts in sorted(model.items())}


def seen(path: Path) -> list[object]:
    """Gather everything that ``ask``, ``show`` and ``status`` read of a store.

    :param path: the folder of the store.
    :returns: articles in all revisions, passages, scores of both legs, the calibration.
    :raises StoreError: what is stored is damaged.
    """
    with faults(path), Store.open(path).snapshot(repair=False) as snapshot:
        summary = snapshot.summary()
        ids = [row[0] for row in snapshot.connection.execute("SELECT id FROM articles")]
        shown: list[object] = [
            snapshot.article(id, revision)
            for id in ids
            for revision in range(1, snapshot.newest_revision(id) + 1)
        ]
        shown += [snapshot.copies(id) for id in ids]
        passages = [snapshot.passage(row) for row in range(len(snapshot))]
        queries = MadeEncoder().encode_queries([passage.text for passage in passages])
        scores, rows = snapshot.vectors.search(queries, 3)
        words = [np.round(snapshot.keywords.scores(p.text), 4).tolist() for p in passages]
        fitted = recalibration.load(snapshot.connection, path)
        told = (summary.articles, summary.revisions, summary.passages, summary.sources)
        return [*shown, *passages, scores.tolist(), rows.tolist(), words, fitted, told]
