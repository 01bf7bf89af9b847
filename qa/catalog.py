"""What a store holds, as of one generation: articles, revisions, copies, counts."""

import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from qa.datatypes import Article, Skipped
from qa.errors import InputError, StoreError
from qa.generations import Generation, latest, read_text
from qa.schema import BROWSERS, FILE, Edition, connect, faults

_COUNTS = """SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM revisions),
    (SELECT count(DISTINCT text_id) FROM editions WHERE current),
    (SELECT count(*) FROM editions WHERE current AND published IS NULL),
    (SELECT min(published) FROM editions WHERE current),
    (SELECT max(published) FROM editions WHERE current)"""
_SOURCES = """SELECT source, count(*) FROM editions WHERE current GROUP BY source
    ORDER BY count(*) DESC, source"""
_COPIES = """SELECT other.id FROM editions this JOIN editions other USING (text_id)
    WHERE this.id = ? AND this.current AND other.current AND other.number != this.number
    ORDER BY other.number"""


# Each word must stand in the headline, at whatever place; the id must be whole.
_CALLED = """SELECT id, title, source, published FROM editions
    WHERE current AND (id = :typed OR (title IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM json_each(:words) WHERE instr(casefold(title), value) = 0)))
    ORDER BY id = :typed DESC, published IS NULL, published DESC, number LIMIT :limit"""


@dataclass(frozen=True, slots=True)
class Headline:
    """What tells one article from others in a list."""

    id: str
    title: str | None
    source: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of ``pullquote status``. ``sources`` are (outlet, articles), most first;
    ``texts`` counts equal ones once; ``skipped`` are those of the last index run."""

    articles: int
    revisions: int
    texts: int
    passages: int
    generation: int
    published_at: str | None
    encoder: str | None
    dims: int | None
    sources: tuple[tuple[str | None, int], ...]
    first_date: str | None
    last_date: str | None
    undated: int
    bytes_on_disk: int
    skipped: tuple[Skipped, ...]


class Catalog:
    """A view of a store that does not change while it is open, whatever a writer does.

    It reads inside one SQLite transaction, and needs no search cache. Threads may share it.
    """

    def __init__(
        self, store: Path, connection: sqlite3.Connection, published: Generation | None
    ) -> None:
        self.store = store
        self.published = published
        self.connection = connection
        self._lock = threading.Lock()
        connection.create_function("casefold", 1, casefold, deterministic=True)

    @classmethod
    def open(cls, store: Path) -> "Catalog":
        """Open the newest generation.

        :param store: the folder of the store.
        :returns: the view; close it when done.
        :raises StoreError: the file is damaged.
        """
        with faults(store):
            connection = connect(store)
            try:
                connection.execute("BEGIN")
                return cls(store, connection, latest(connection))
            except BaseException:
                connection.close()
                raise

    @property
    def generation(self) -> int:
        """Give the number of the generation, 0 where nothing was published yet."""
        return 0 if self.published is None else self.published.n

    def current(self) -> bool:
        """Tell whether this is still the newest generation.

        :returns: False as soon as another was published.
        """
        with faults(self.store), closing(connect(self.store)) as connection:
            newest = latest(connection)
        return self.generation == (0 if newest is None else newest.n)

    def article_count(self) -> int:
        """Count the articles.

        :returns: how many; copies count.
        """
        return int(self._rows("SELECT count(*) FROM articles")[0][0])

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """Read an article as it is stored.

        :param article_id: its id.
        :param revision: which revision, None for the current one.
        :returns: the article with the text that offsets index.
        :raises InputError: there is no such article or revision.
        :raises StoreError: what is stored is damaged.
        """
        edition = self._edition(article_id, revision)
        return Article(
            id=edition.id,
            text=self._text(edition.text_id),
            origin=edition.origin,
            title=edition.title,
            published=edition.published,
            source=edition.source,
            url=edition.url,
            authors=tuple(json.loads(edition.authors)),
            revision=edition.revision,
            title_from=edition.title_from,
            published_from=edition.published_from,
            source_from=edition.source_from,
        )

    def find_articles(self, typed: str, limit: int = 8) -> list[Headline]:
        """Look articles up by the words of their headlines, or by id.

        :param typed: an id, or words or parts of them, in any order and whatever their case.
        :param limit: how many to give at most.
        :returns: that of the id first, then the newest; none for no words.
        """
        clean = typed.encode("utf-8", "ignore").decode().replace("\0", "").strip()
        if not clean:
            return []
        wanted = json.dumps(clean.casefold().split())
        found = self._rows(_CALLED, {"typed": clean, "words": wanted, "limit": limit})
        return [Headline(*row) for row in found]

    def newest_revision(self, article_id: str) -> int:
        """Tell which revision is the current one: a quote from a lower one is of an article that
        has changed since.

        :param article_id: an id.
        :returns: 1 for an article that never changed.
        :raises InputError: there is no such article.
        """
        return self._edition(article_id, None).revision

    def copies(self, article_id: str) -> list[str]:
        """List the other articles that carry the same text now.

        :param article_id: an id.
        :returns: ids, first indexed first.
        :raises InputError: there is no such article.
        """
        self._edition(article_id, None)
        return [row[0] for row in self._rows(_COPIES, (article_id,))]

    def summary(self) -> Summary:
        """Gather the figures of the store.

        :returns: counts, dates, outlets, size on disk and the files skipped last.
        """
        articles, revisions, texts, undated, first, last = self._rows(_COUNTS)[0]
        skipped = self._rows("SELECT origin, reason FROM skipped ORDER BY rowid")
        published = self.published
        return Summary(
            articles=articles,
            revisions=revisions,
            texts=texts,
            passages=0 if published is None else published.count,
            generation=self.generation,
            published_at=None if published is None else published.published_at,
            encoder=None if published is None else published.encoder,
            dims=None if published is None else published.dim,
            sources=tuple((row[0], row[1]) for row in self._rows(_SOURCES)),
            first_date=first,
            last_date=last,
            undated=undated,
            bytes_on_disk=size_on_disk(self.store),
            skipped=tuple(Skipped(*row) for row in skipped),
        )

    def close(self) -> None:
        """Let go of the files; a second call does nothing."""
        with self._lock:
            self.connection.close()

    def __enter__(self) -> "Catalog":
        """Use as a context that closes."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _rows(
        self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        with self._lock, faults(self.store):
            return self.connection.execute(statement, values).fetchall()

    def _text(self, text_id: int) -> str:
        with self._lock, faults(self.store):
            return read_text(self.connection, self.store, text_id)

    def _edition(self, article_id: str, revision: int | None) -> Edition:
        known = self._rows("SELECT * FROM editions WHERE id = ? ORDER BY revision", (article_id,))
        editions = [Edition(*row) for row in known]
        if not editions:
            raise InputError(
                f"No article '{article_id}' among the {self.article_count()} in {self.store}. "
                "Article ids stand beside each answer; 'pullquote status' shows what is there."
            )
        for edition in editions:
            if edition.revision == revision or (revision is None and edition.current):
                return self._sound(edition)
        if revision is None:
            raise StoreError(
                f"Article '{article_id}' in {self.store / FILE} has lost its current revision. Run "
                f"'pullquote remove {article_id} --store {self.store}' and index its file again."
            )
        raise InputError(
            f"Article '{article_id}' has revisions 1 to {editions[-1].revision}, not {revision}."
        )

    def _sound(self, edition: Edition) -> Edition:
        if edition.seal() != edition.sha256:
            raise StoreError(
                f"The record of article '{edition.id}' in {self.store / FILE} is damaged. Run "
                f"'pullquote remove {edition.id} --store {self.store}' and index its file again."
            )
        return edition


def size_on_disk(store: Path) -> int:
    """Add up the files of a store, without what the chat keeps for each browser.

    :param store: its folder.
    :returns: bytes.
    """
    parts = [part for part in store.iterdir() if part.name != BROWSERS]
    found = [file for part in parts for file in (part, *part.rglob("*"))]
    return sum(file.stat().st_size for file in found if file.is_file())


def casefold(text: str | None) -> str | None:
    """Fold the case of a text, as a function inside SQLite.

    :param text: a column's value.
    :returns: for comparing; NULL stays NULL.
    """
    return None if text is None else text.casefold()
