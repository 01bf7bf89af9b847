"""An archive and articles of one's own, searched and opened as one store.

Rows of one's own articles follow those of the archive, so that the ordinary retriever fuses and
ranks all of them together, and the ordinary pipeline makes one decision over all spans.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from qa.catalog import Headline
from qa.datatypes import Article, Filters, Passage
from qa.errors import InputError
from qa.ids import qualified, unqualified
from qa.keywords import KeywordIndex
from qa.recency import Days
from qa.retriever import Rows, Scores, Vectors
from qa.sharing import Shared, shared_stories
from qa.snapshot import Snapshot

Allowed = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the stores, and its first row."""

    store: Snapshot
    own: bool
    first: int

    @property
    def rows(self) -> slice:
        return slice(self.first, self.first + len(self.store))

    def name(self, article_id: str) -> str:
        return qualified(article_id, self.own)

    def filters(self, filters: Filters) -> Filters | None:
        """What the filters ask of this store; None where they name articles of another only."""
        if not filters.articles:
            return filters
        named = [unqualified(name) for name in filters.articles]
        here = tuple(article_id for article_id, own in named if own == self.own)
        return replace(filters, articles=here) if here else None

    def allowed(self, filters: Filters) -> Allowed | None:
        wanted = self.filters(filters)
        if wanted is None:
            return np.zeros(len(self.store), np.bool_)
        return self.store.allowed(wanted)


class Joined:
    """An archive and one's own articles, or one of the two. Ids of articles are qualified.

    A text of one's own that the archive carries too, or a near-copy of it, is one story told twice:
    the archive is quoted, one's own article is listed as a copy.

    :param archive: the archive; None where there is none.
    :param own: one's own articles; None where there are none.
    """

    def __init__(self, archive: Snapshot | None, own: Snapshot | None) -> None:
        stores = [(store, store is own) for store in (archive, own) if store is not None]
        firsts = accumulate((len(store) for store, _ in stores), initial=0)
        self._parts = [
            _Part(store, mine, first) for (store, mine), first in zip(stores, firsts, strict=False)
        ]
        self.vectors: Vectors = JoinedVectors(
            [(part.rows, part.store.vectors) for part in self._parts]
        )
        self.keywords = JoinedKeywords([part.store for part in self._parts])
        self._shared = self._shared_stories()
        self._told = self._told_by_both()

    def __len__(self) -> int:
        """Give the number of passages."""
        return sum(len(part.store) for part in self._parts)

    def allowed(self, filters: Filters) -> Allowed | None:
        """Mark the rows to search, as ``Snapshot.allowed`` does for one store.

        :param filters: dates, outlets and qualified article ids.
        :returns: shape ``(len(self),)``; None when all rows are left.
        """
        marks = [part.allowed(filters) for part in self._parts]
        if not len(self._told) and all(mark is None for mark in marks):
            return None
        allowed = np.ones(len(self), np.bool_)
        for part, mark in zip(self._parts, marks, strict=True):
            if mark is not None:
                allowed[part.rows] = mark
        allowed[self._told[allowed[self._told[:, 0]], 1]] = False
        return allowed

    @cached_property
    def days(self) -> Days:
        """The day of the earliest article of each row, shape ``(len(self),)``."""
        return np.concatenate([part.store.days for part in self._parts])

    def passage(self, row: int, filters: Filters = Filters()) -> Passage:
        """Give the passage of a row.

        :param row: 0 up to ``len(self) - 1``.
        :param filters: those of the search that gave the row.
        :returns: the passage, its ids qualified.
        :raises IndexError: there is no such row.
        """
        part = self._part(row)
        found = part.store.passage(row - part.first, part.filters(filters) or filters)
        copies = tuple(part.name(article_id) for article_id in found.copies)
        return replace(
            found,
            article_id=part.name(found.article_id),
            copies=tuple(dict.fromkeys(copies + self._copies(row))),
            story=self._story(row, None if found.story is None else part.name(found.story)),
        )

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """Open an article.

        :param article_id: its qualified id.
        :param revision: which revision; None for the current one.
        :returns: the article, under its qualified id.
        :raises InputError: there is no such article.
        """
        inner, own = unqualified(article_id)
        for part in self._parts:
            if part.own == own:
                return replace(_open(part, inner, revision), id=article_id)
        raise InputError(f"No article '{article_id}' here.")

    def find_articles(self, typed: str, limit: int = 8) -> list[Headline]:
        """Look articles up, those of one's own first.

        :param typed: as for ``Catalog.find_articles``.
        :param limit: how many to give at most.
        :returns: them, under their qualified ids.
        """
        found = [
            replace(headline, id=part.name(headline.id))
            for part in reversed(self._parts)
            for headline in part.store.find_articles(unqualified(typed)[0], limit)
        ]
        return found[:limit]

    def article_count(self) -> int:
        """Count the articles."""
        return sum(part.store.article_count() for part in self._parts)

    def _part(self, row: int) -> _Part:
        for part in self._parts:
            if part.first <= row < part.rows.stop:
                return part
        raise IndexError(f"row {row} of {len(self)}")

    def _told_by_both(self) -> NDArray[np.int64]:
        """Pair rows of the archive with the rows of one's own that are the same passage of the
        same text, or say the same in a copy of it."""
        if len(self._parts) < 2:
            return np.empty((0, 2), np.int64)
        archive, own = self._parts
        mine = own.store.places()
        pairs = [
            (archive.first + theirs, own.first + row)
            for place, rows in archive.store.places({digest for digest, *_ in mine}).items()
            for theirs in rows
            for row in mine.get(place, ())
        ]
        near = [(archive.first + theirs, own.first + row) for theirs, row in self._shared.rows]
        pairs = list(dict.fromkeys(pairs + near))
        return np.array(pairs, np.int64).reshape(-1, 2)

    def _shared_stories(self) -> Shared:
        if len(self._parts) < 2:
            return Shared((), {})
        archive, own = self._parts
        return shared_stories(archive.store, own.store)

    def _story(self, row: int, story: str | None) -> str | None:
        """Name the story of a row: that of the archive, where it tells it too."""
        theirs = self._shared.stories.get(row - self._parts[-1].first)
        if theirs is None:
            return story
        archive = self._parts[0]
        first = archive.store.passage(theirs)
        return archive.name(first.story or first.article_id)

    def _copies(self, row: int) -> tuple[str, ...]:
        """The ids of one's own articles that carry the passage of a row of the archive."""
        told = map(self.passage, self._told[self._told[:, 0] == row, 1].tolist())
        return tuple(name for passage in told for name in (passage.article_id, *passage.copies))


def _open(part: _Part, article_id: str, revision: int | None) -> Article:
    """Open an article; where one's own lie in the file system is nobody's business."""
    try:
        return part.store.article(article_id, revision)
    except InputError as error:
        if not part.own:
            raise
        raise InputError(f"No article '{part.name(article_id)}' among your own.") from error


class JoinedVectors:
    """Vector indexes one after the other.

    :param parts: the rows of each, and the index.
    """

    def __init__(self, parts: Sequence[tuple[slice, Vectors]]) -> None:
        self._parts = parts

    def search(
        self, queries: Scores, k: int, allowed: Allowed | None = None
    ) -> tuple[Scores, Rows]:
        """Find the k nearest rows of every query.

        :param queries: shape ``(q, dim)``.
        :param k: how many rows to give.
        :param allowed: rows that may be given; None allows all.
        :returns: inner products and row numbers, shape ``(q, k)``, best first, padded with -1 rows.
        """
        scores, rows = [], []
        for places, index in self._parts:
            near, found = index.search(queries, k, None if allowed is None else allowed[places])
            scores.append(near)
            rows.append(np.where(found < 0, -1, found + places.start))
        near, found = np.hstack(scores), np.hstack(rows)
        best = np.argsort(-near, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(near, best, 1), np.take_along_axis(found, best, 1)

    def vectors(self, rows: Rows) -> Scores:
        """Give back stored rows.

        :param rows: shape ``(m,)``, ascending.
        :returns: shape ``(m, dim)``.
        """
        found = [
            index.vectors(rows[(rows >= places.start) & (rows < places.stop)] - places.start)
            for places, index in self._parts
        ]
        return np.vstack(found)


class JoinedKeywords:
    """Keyword legs one after the other. How rare a word is, is counted over all of them: a store
    of three articles alone could not tell.

    :param stores: those whose legs they are.
    """

    def __init__(self, stores: Sequence[Snapshot]) -> None:
        self._legs = [store.keywords for store in stores]

    def scores(self, question: str) -> Scores:
        """Score every row.

        :param question: any text.
        :returns: shape ``(rows of all,)``; zero where no word of the question occurs.
        """
        return np.concatenate([leg.scores(question, self._beside(leg.index)) for leg in self._legs])

    def _beside(self, index: KeywordIndex) -> list[KeywordIndex]:
        return [leg.index for leg in self._legs if leg.index is not index]
