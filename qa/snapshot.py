"""A generation opened for questions: its two search legs, and from a row back to its passage."""

import json
import sqlite3
import weakref
from collections.abc import Collection
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa import blocks
from qa.catalog import Catalog
from qa.copies import Signatures
from qa.datatypes import Filters, Passage
from qa.errors import StoreError
from qa.folding import Version
from qa.generations import Caches, Generation, read_text
from qa.recency import Days, last_day
from qa.remembered import Remembered
from qa.schema import FILE, Edition, faults
from qa.stories import signed_texts

# A date of less than full precision stands for all its days: padded low it is the first of them,
# padded high the last. No date compares as true with NULL.
_FITS = """(:after IS NULL OR substr(published || '-99-99', 1, 10) >= :after
        OR (:undated AND published IS NULL))
    AND (:before IS NULL OR substr(published || '-00-00', 1, 10) <= :before
        OR (:undated AND published IS NULL))
    AND (:asked IS NULL OR published IS NULL
        OR substr(published || '-00-00', 1, 10) <= date(:asked, '+1 day'))
    AND (:sources IS NULL OR casefold(source) IN (SELECT value FROM json_each(:sources)))
    AND (:articles IS NULL OR id IN (SELECT value FROM json_each(:articles)))"""
_ALLOWED = f"SELECT DISTINCT text_id FROM editions WHERE current AND {_FITS}"
_BY_DATE = "published IS NULL, substr(published || '-00-00', 1, 10), number"
_CARRIERS = f"""SELECT *, {_FITS} AS fits FROM editions
    WHERE current AND text_id IN (SELECT value FROM json_each(:texts))
    ORDER BY text_id = :text DESC, fits IS TRUE DESC, {_BY_DATE}"""
_EARLIEST = f"SELECT id FROM editions WHERE current AND text_id = ? ORDER BY {_BY_DATE} LIMIT 1"
_FIRST_DATES = """SELECT text_id, min(published) FROM editions
    WHERE current AND published IS NOT NULL GROUP BY text_id"""
_DIGESTS = """SELECT DISTINCT text_id, text_sha256 FROM editions WHERE current
    AND (:digests IS NULL OR text_sha256 IN (SELECT value FROM json_each(:digests)))"""

FILTERS_REMEMBERED = 64
"""Of so many filters the rows that they leave are remembered; a byte for each passage."""

Place = tuple[str, int, int]
"""The SHA-256 of a text, and where in it a passage starts and ends."""


class Snapshot(Catalog):
    """Exactly one generation, complete in itself: rows of ``vectors``, rows of ``keywords`` and
    passages correspond, and stay so while writers publish others. Threads may share it."""

    def __init__(
        self, store: Path, connection: sqlite3.Connection, published: Generation, caches: Caches
    ) -> None:
        super().__init__(store, connection, published)
        # A connection is part of a cycle of its own, so that without this an abandoned snapshot
        # would keep its files open until the collector comes round.
        weakref.finalize(self, connection.close).atexit = False
        self.vectors = caches.vectors
        self.keywords = caches.row_keywords
        self.encoder = published.encoder
        self.dim = published.dim
        with faults(store):
            self._texts, self._windows = blocks.live_windows(connection, store)
        if not len(self._texts) == len(self.vectors) == len(self.keywords):
            raise StoreError(
                f"{store / FILE} holds {len(self._texts)} passages, but its search files "
                f"{len(self.vectors)}. Run 'pullquote index --rebuild --store {store}'."
            )
        members = caches.stories.members.tolist()
        self._earliest: dict[int, int] = {text_id: first for text_id, first in members}
        self._folded = caches.stories.folded
        self._stand_ins = caches.stories.stand_ins(len(self._texts))
        self._signed: tuple[list[int], Signatures] | None = None
        self._standing = np.ones(len(self), np.bool_)
        self._standing[self._folded[:, 0]] = False
        self._allowed: Remembered[Filters, NDArray[np.bool_]] = Remembered(FILTERS_REMEMBERED)

    def __len__(self) -> int:
        """Give the number of passages."""
        return len(self._texts)

    def __enter__(self) -> "Snapshot":
        """Use as a context that closes."""
        return self

    def allowed(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Mark the rows that the filters leave: those whose text any one article carries that
        meets all of them. An article dated to the month or year is in range when any of its days
        is, an undated one if the filters say so. Of rows of one story that say the same, only that
        of the earliest text is left.

        :param filters: dates, outlets (whatever their case) and article ids.
        :returns: shape ``(len(self),)``; None when all rows are left.
        """
        if not filters:
            return self._standing if len(self._folded) else None
        known = self._allowed.get(filters)
        if known is not None:
            return known
        texts = np.array([row[0] for row in self._rows(_ALLOWED, _values(filters))], np.int64)
        fits = np.zeros(max(self._texts.max(initial=0), texts.max(initial=0)) + 1, np.bool_)
        fits[texts] = True
        allowed: NDArray[np.bool_] = fits[self._texts]
        said_before = allowed[self._folded[:, 1]]
        allowed[self._folded[said_before, 0]] = False
        self._allowed.put(filters, allowed)
        return allowed

    @cached_property
    def days(self) -> Days:
        """The day of the earliest article of each row, shape ``(len(self),)``."""
        dates = dict(self._rows(_FIRST_DATES, ()))
        known, places = np.unique(self._texts, return_inverse=True)
        days = [last_day(dates[text]) if text in dates else np.nan for text in known.tolist()]
        return np.array(days, np.float32)[places]

    def passage(self, row: int, filters: Filters = Filters()) -> Passage:
        """Give the passage of a row, in the words of the article that is quoted for it: the
        earliest that meets the filters, undated ones last.

        :param row: 0 up to ``len(self) - 1``.
        :param filters: those of the search that gave the row.
        :returns: the passage, with the ids of all other articles that carry its text, and of those
            whose version of the story says the same.
        :raises IndexError: there is no such row.
        :raises ValueError: no article of the row meets the filters.
        :raises StoreError: what is stored is damaged.
        """
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        text_id = int(self._texts[row])
        start, end = self._windows[row].tolist()
        texts = json.dumps([text_id, *self._others(row)])
        carriers = self._rows(_CARRIERS, _values(filters) | {"text": text_id, "texts": texts})
        if not carriers or carriers[0][4] != text_id:
            raise StoreError(
                f"The article of row {row} in {self.store / FILE} is missing. Run 'pullquote check "
                f"--store {self.store}'."
            )
        if not carriers[0][-1]:
            raise ValueError(f"row {row} is outside the filters {filters}")
        quoted = self._sound(Edition(*carriers[0][:-1]))
        return Passage(
            article_id=quoted.id,
            revision=quoted.revision,
            start=start,
            end=end,
            text=self._text(text_id)[start:end],
            title=quoted.title,
            published=quoted.published,
            source=quoted.source,
            url=quoted.url,
            copies=tuple(Edition(*other[:-1]).id for other in carriers[1:]),
            story=self._story(text_id),
        )

    def places(self, digests: Collection[str] | None = None) -> dict[Place, list[int]]:
        """Say where passages stand.

        :param digests: the SHA-256 of the texts to look in; None for all of them.
        :returns: by text, start and end the row of the passage, and that which stands for it when
            nothing is restricted, because it says the same.
        """
        named = None if digests is None else json.dumps(sorted(digests))
        known: dict[int, str] = dict(self._rows(_DIGESTS, {"digests": named}))
        rows = np.flatnonzero(np.isin(self._texts, np.array(list(known), np.int32)))
        return {
            (known[text_id], start, end): sorted({row, standing})
            for row, standing, text_id, (start, end) in zip(
                rows.tolist(),
                self._stand_ins[rows].tolist(),
                self._texts[rows].tolist(),
                self._windows[rows].tolist(),
                strict=True,
            )
        }

    def signed(self) -> tuple[list[int], Signatures]:
        """Give the texts that have passages or carry others, with their signatures.

        :returns: their ids, earliest first, and the signatures, as ``qa.copies.sign`` makes them.
        :raises StoreError: what is stored is damaged.
        """
        if self._signed is None:
            with self._lock, faults(self.store):
                read = partial(read_text, self.connection, self.store)
                ids, signatures, _ = signed_texts(self.connection, read)
            self._signed = ids, signatures
        return self._signed

    def version(self, text_id: int) -> tuple[Version, NDArray[np.int64]]:
        """Take a text apart.

        :param text_id: its id.
        :returns: the version, and the rows of its passages in order.
        """
        rows = np.flatnonzero(self._texts == text_id)
        return Version.of(self._text(text_id), self._windows[rows]), rows

    def standing(self, row: int) -> set[int]:
        """Give a row with that which stands for it when nothing is restricted.

        :param row: 0 up to ``len(self) - 1``.
        :returns: one row or two.
        """
        return {row, int(self._stand_ins[row])}

    def _others(self, row: int) -> list[int]:
        """Give the other texts of the story that hold what a row says."""
        later = self._folded[self._folded[:, 1] == row, 0]
        earlier = self._folded[self._folded[:, 0] == row, 1]
        texts = self._texts[np.concatenate([later, earlier])]
        return [int(text_id) for text_id in np.unique(texts)]

    def _story(self, text_id: int) -> str | None:
        """Give the id of the earliest article of the story of a text."""
        if text_id not in self._earliest:
            return None
        found = self._rows(_EARLIEST, (self._earliest[text_id],))
        return str(found[0][0]) if found else None


def _values(filters: Filters) -> dict[str, str | int | None]:
    return {
        "after": f"{filters.after}-00-00"[:10] if filters.after else None,
        "before": f"{filters.before}-99-99"[:10] if filters.before else None,
        "asked": filters.asked + "-12-31"[len(filters.asked) - 4 :] if filters.asked else None,
        "sources": json.dumps([s.casefold() for s in filters.sources]) if filters.sources else None,
        "articles": json.dumps(filters.articles) if filters.articles else None,
        "undated": filters.undated,
    }
