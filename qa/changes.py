"""Changes to the articles of a store: which ids they get, who comes first, how they are written."""

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qa.schema import Edition, Facts

_CARRIERS = """SELECT number, text_id, origin, title FROM editions WHERE current
    AND id NOT IN (SELECT value FROM json_each(?))
    AND (? IS NULL OR text_id IN (SELECT value FROM json_each(?)))"""


@dataclass(frozen=True, slots=True)
class Change:
    """A new article (``number`` is None) or a new revision. ``wish`` is the id it would like;
    ``facts`` are those of its :class:`~qa.schema.Edition`."""

    number: int | None
    wish: str
    revision: int
    origin: str
    text_id: int
    text_sha256: str
    facts: Facts

    @property
    def title(self) -> str | None:
        """Give the title of the article."""
        return self.facts[0]


class First(NamedTuple):
    """The first article with a text: where it comes from, and the title embedded with the text."""

    origin: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Renamed:
    """An article whose wished id another one holds."""

    wish: str
    given: str
    origin: str


def first_carriers(
    connection: sqlite3.Connection,
    changes: Sequence[Change],
    removed: Sequence[str],
    everything: bool,
) -> dict[int, First]:
    """Find who will be the first article of each text once the changes are made.

    :param connection: to the store, before the changes.
    :param changes: new articles and revisions.
    :param removed: ids of the articles that go.
    :param everything: all texts of the store, not only those of the changes.
    :returns: text id to its first article, in the order in which articles were first indexed.
    """
    touched = None if everything else json.dumps([change.text_id for change in changes])
    rows = connection.execute(_CARRIERS, (json.dumps(removed), touched, touched))
    replaced = {change.number for change in changes}
    carriers = [row for row in rows if row[0] not in replaced]
    carriers += [
        (math.inf if c.number is None else c.number, c.text_id, c.origin, c.title) for c in changes
    ]
    firsts: dict[int, First] = {}
    for _, text_id, origin, title in sorted(carriers, key=lambda carrier: carrier[0]):
        firsts.setdefault(text_id, First(origin, title))
    return firsts


def grant_ids(
    connection: sqlite3.Connection, changes: Iterable[Change], removed: Iterable[str]
) -> tuple[list[str], tuple[Renamed, ...]]:
    """Settle the id of every change: what it was, or its wish, or the wish with a number.

    :param connection: to the store, before the changes.
    :param changes: new articles and revisions.
    :param removed: ids of the articles that go, which are free again.
    :returns: one id for each change, and those that differ from the wish of a new article.
    """
    known = dict(connection.execute("SELECT number, id FROM articles").fetchall())
    taken = set(known.values()) - set(removed)
    last: dict[str, int] = {}
    ids: list[str] = []
    renamed: list[Renamed] = []
    for change in changes:
        given = change.wish if change.number is None else known[change.number]
        while change.number is None and given in taken:
            last[change.wish] = last.get(change.wish, 1) + 1
            given = f"{change.wish}-{last[change.wish]}"
        if change.number is None and given != change.wish:
            renamed.append(Renamed(change.wish, given, change.origin))
        taken.add(given)
        ids.append(given)
    return ids, tuple(renamed)


def write(connection: sqlite3.Connection, change: Change, article_id: str) -> None:
    """Write a new article, or the new revision of one.

    :param connection: inside the transaction that publishes.
    :param change: what to write.
    :param article_id: the id it was granted.
    """
    number = change.number
    if number is None:
        statement = "INSERT INTO articles (id, origin, revision) VALUES (?, ?, ?)"
        granted = (article_id, change.origin, change.revision)
        number = connection.execute(statement, granted).lastrowid
        assert number is not None
    else:
        statement = "UPDATE articles SET revision = ? WHERE number = ?"
        connection.execute(statement, (change.revision, number))
    place = (number, article_id, change.origin, change.revision, change.text_id)
    sealed = (*place, change.text_sha256, *change.facts, "", 1)
    seal = Edition(*sealed).seal()
    values = (number, change.revision, change.text_id, *change.facts, seal)
    connection.execute("INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def delete(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Delete articles with all their revisions.

    :param connection: inside the transaction that publishes.
    :param ids: article ids.
    """
    connection.executemany("DELETE FROM articles WHERE id = ?", [(id,) for id in ids])
