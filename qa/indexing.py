"""Articles into the store: what is new is embedded, what changed is revised, the rest is left."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.encoder import Encoder
from qa import changes, generations, publishing, staging
from qa.blocks import embedding_text
from qa.changes import Renamed
from qa.datatypes import Article, Skipped
from qa.errors import StoreError
from qa.pruning import Gone, find_gone
from qa.publishing import Progress
from qa.schema import transaction
from qa.staging import Reading
from qa.store import Store
from qa.vectors import Cut, make_blocks

__all__ = ["IndexReport", "Renamed", "embedding_text", "index_articles"]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index run did, in articles. ``copies`` of those added or changed carry a text that
    an earlier article carries; ``kept`` are ids that ``--prune`` left because their file is there
    but could not be read; ``generation`` is the newest one, 0 if none was ever published."""

    added: int
    changed: int
    unchanged: int
    removed: int
    copies: int
    renamed: tuple[Renamed, ...]
    kept: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    generation: int

    @property
    def read(self) -> int:
        """Count the articles that the run read or confirmed."""
        return self.added + self.changed + self.unchanged


def index_articles(
    store: Store,
    articles: Iterable[Article],
    *,
    encoder: Callable[[], Encoder],
    encoder_id: str,
    passage_words: int,
    passage_overlap: float,
    skipped: Sequence[Skipped] = (),
    roots: Sequence[Path] = (),
    prune: bool = False,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Bring the store in line with the articles, in one publication or none.

    :param store: where to.
    :param articles: read lazily, once; ids are wishes.
    :param encoder: gives the encoder; called only when there is something to embed.
    :param encoder_id: its id.
    :param passage_words: the most words of a passage.
    :param passage_overlap: the share of a passage that the next one repeats.
    :param skipped: what could not be read; looked at after the last article.
    :param roots: the resolved paths of this run, for ``prune``.
    :param prune: remove articles from under the roots that were neither read nor skipped.
    :param rebuild: embed all texts again, with this encoder.
    :param progress: called as ``(done, total or None, stage)``; stages are reading, embedding and
        publishing.
    :returns: what was done.
    :raises StoreError: the store is damaged, was built otherwise, or cannot be written.
    :raises StoreBusy: another run is writing.
    """
    tell = progress if progress is not None else publishing.ignore
    cut = Cut(passage_words, passage_overlap, encoder_id, encoder)
    with store.writing() as connection:
        if not rebuild:
            _require_same(store, generations.latest(connection), cut)
        generations.sweep(connection, store.path)
        reading = staging.read(connection, articles, tell)
        named = (*skipped, *reading.refused)
        lost = find_gone(connection, roots, reading.origins, named) if prune else Gone()
        run = _Run(connection, store, reading, lost, named)
        if not reading.changes and not lost.ids and not rebuild:
            return run.leave()
        return run.publish(cut, rebuild, tell)


@dataclass(frozen=True, slots=True)
class _Run:
    """An index run after reading: it knows what changes and has the store to itself."""

    connection: sqlite3.Connection
    store: Store
    reading: Reading
    lost: Gone
    skipped: tuple[Skipped, ...]

    def leave(self) -> IndexReport:
        """Publish nothing; note what was skipped, and drop what an interrupted run staged."""
        newest = generations.latest(self.connection)
        with transaction(self.connection):
            publishing.sweep_staged(self.connection)
            self._note_skipped()
        return self._report(0, (), 0 if newest is None else newest.n)

    def publish(self, cut: Cut, rebuild: bool, progress: Progress) -> IndexReport:
        """Embed what is wanted, then change and publish in one commit."""
        planned, lost = self.reading.changes, self.lost.ids
        firsts = changes.first_carriers(self.connection, planned, lost, everything=rebuild)
        titles = {text_id: first.title for text_id, first in firsts.items()}
        chosen = make_blocks(
            self.connection, self.store.path, titles, cut, afresh=rebuild, progress=progress
        )
        ids, renamed = changes.grant_ids(self.connection, planned, lost)

        def apply() -> None:
            changes.delete(self.connection, lost)
            for change, article_id in zip(planned, ids, strict=True):
                changes.write(self.connection, change, article_id)
            publishing.make_live(self.connection, chosen)
            self._note_skipped()

        n = publishing.publish(self.connection, self.store.path, apply, progress)
        copies = sum(firsts[change.text_id].origin != change.origin for change in planned)
        return self._report(copies, renamed, n)

    def _note_skipped(self) -> None:
        self.connection.execute("DELETE FROM skipped")
        rows = [(staging.printable(item.origin), item.reason) for item in self.skipped]
        self.connection.executemany("INSERT INTO skipped VALUES (?, ?)", rows)

    def _report(self, copies: int, renamed: tuple[Renamed, ...], generation: int) -> IndexReport:
        added = sum(change.number is None for change in self.reading.changes)
        return IndexReport(
            added=added,
            changed=len(self.reading.changes) - added,
            unchanged=self.reading.unchanged,
            removed=len(self.lost.ids),
            copies=copies,
            renamed=renamed,
            kept=self.lost.kept,
            skipped=self.skipped,
            generation=generation,
        )


def _require_same(store: Store, built: generations.Generation | None, cut: Cut) -> None:
    if built is None or not built.count:
        return
    if built.encoder != cut.encoder_id:
        raise generations.other_encoder(store.path, built, cut.encoder_id)
    if built.scheme != cut.scheme:
        raise StoreError(
            f"Store at {store.path} was built with passages of {built.scheme}; this run uses "
            f"{cut.scheme}. Run 'pullquote index --rebuild PATH… --store {store.path}' or set "
            "passage_words and passage_overlap as they were."
        )
