"""Pruning: which stored articles are gone from the places that a run has read."""

import sqlite3
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.datatypes import Skipped


@dataclass(frozen=True, slots=True)
class Gone:
    """``ids`` are to be removed; ``kept`` would be, were not their file there but unreadable."""

    ids: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def find_gone(
    connection: sqlite3.Connection,
    roots: Sequence[Path],
    read: Container[str],
    skipped: Iterable[Skipped],
) -> Gone:
    """Compare what is stored from under the roots with what this run has met there.

    :param connection: to the store.
    :param roots: the resolved paths of the run.
    :param read: origins that gave an article.
    :param skipped: origins that did not.
    :returns: ids, first indexed first.
    """
    places = {str(root).rstrip("/") for root in roots}
    unreadable = {place for item in skipped for place in _touched(item)}
    ids: list[str] = []
    kept: list[str] = []
    for article_id, origin in connection.execute("SELECT id, origin FROM articles ORDER BY number"):
        if origin not in read and lies_under(origin, places):
            (kept if lies_under(origin, unreadable) else ids).append(article_id)
    return Gone(tuple(ids), tuple(kept))


def _touched(item: Skipped) -> set[str]:
    """Give the places whose articles a skip may stand for: for a broken row its whole file, as an
    article is stored by its row's id, not its number."""
    origin = item.origin.rstrip("/")
    return {origin, origin.rsplit("#row ", 1)[0]}


def lies_under(origin: str, places: Container[str]) -> bool:
    """Tell whether an origin is a place, lies in such a folder, or is a row of such a file.

    :param origin: a resolved path, or ``path#row``.
    :param places: paths without a slash at the end.
    :returns: whether it is.
    """
    ends = [at for at, mark in enumerate(origin) if mark in "/#"]
    return any(origin[:end] in places for end in (*ends, len(origin)))
