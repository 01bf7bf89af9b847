"""What an archive lists: its articles by date, newest first, by words, and its wire stories."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qa.catalog import Catalog
from qa.errors import InputError
from qa.generations import STORIES, CacheDamaged, read_sealed
from qa.schema import faults
from qa.stories import Stories

MOST_WORDS = 8
_NEWEST = "published IS NULL, substr(published || '-99-99', 1, 10) DESC, number DESC"
_MONTHS = "SELECT substr(published, 1, 7), count(*) FROM editions WHERE current GROUP BY 1"
_HOLDS = "instr(folded(coalesce(title, '') || ' ' || id || ' ' || coalesce(source, '')), ?) > 0"
_SHARED = "SELECT text_id FROM editions WHERE current GROUP BY text_id HAVING count(*) > 1"
_CARRIED = """SELECT number, id, title, source, published, text_id FROM editions
    WHERE current AND text_id IN (SELECT value FROM json_each(?))
    ORDER BY published IS NULL, substr(published || '-00-00', 1, 10), number"""


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in a list. ``number`` is that of the store, which never changes."""

    number: int
    id: str
    title: str | None
    source: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of a list, and how long the whole of it is."""

    total: int
    articles: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One story that several texts tell: its articles, earliest first, undated last."""

    articles: tuple[Listed, ...]


def months(catalog: Catalog) -> dict[str | None, int]:
    """Count the articles by month.

    :param catalog: of the store.
    :returns: how many by ``YYYY-MM``, by ``YYYY`` where only the year is known, and by None.
    """
    return {month: count for month, count in _rows(catalog, _MONTHS)}


def newest(catalog: Catalog, words: str = "", start: int = 0, limit: int = 20) -> Listing:
    """List articles, newest first, undated last.

    :param catalog: of the store.
    :param words: each of them stands in the headline, the id or the outlet, whatever its case;
        those after the eighth are not looked at.
    :param start: how many to pass over.
    :param limit: how many to give.
    :returns: them, and how many there are in all.
    """
    wanted = [word.casefold() for word in words.split()[:MOST_WORDS]]
    where = " AND ".join(["current", *[_HOLDS] * len(wanted)])
    catalog.connection.create_function("folded", 1, str.casefold, deterministic=True)
    total = _rows(catalog, f"SELECT count(*) FROM editions WHERE {where}", wanted)[0][0]
    found = _rows(
        catalog,
        f"SELECT number, id, title, source, published FROM editions WHERE {where} "
        f"ORDER BY {_NEWEST} LIMIT ? OFFSET ?",
        [*wanted, limit, start],
    )
    return Listing(total, tuple(Listed(*row) for row in found))


def numbered(catalog: Catalog, number: int) -> str:
    """Find the id of an article.

    :param catalog: of the store.
    :param number: of the article in the store.
    :returns: its id.
    :raises InputError: there is none of this number any more.
    """
    found = _rows(catalog, "SELECT id FROM articles WHERE number = ?", [number])
    if not found:
        raise InputError("This article is not in the archive any more.")
    return str(found[0][0])


def stories(catalog: Catalog) -> tuple[Story, ...]:
    """List the stories that were carried more than once.

    :param catalog: of the store.
    :returns: those with most articles first. Where the file of stories is damaged, which
        ``pullquote check`` names, only those of equal texts.
    """
    head = {text_id: text_id for (text_id,) in _rows(catalog, _SHARED)}
    head |= _near_copies(catalog)
    carried: dict[int, list[Listed]] = {}
    for *listed, text_id in _rows(catalog, _CARRIED, [json.dumps([*head])]):
        carried.setdefault(head[text_id], []).append(Listed(*listed))
    told = [Story(tuple(articles)) for articles in carried.values() if len(articles) > 1]
    return tuple(sorted(told, key=lambda story: -len(story.articles)))


def _near_copies(catalog: Catalog) -> dict[int, int]:
    """Map each text of a story that several texts tell to the earliest of them."""
    if catalog.published is None or not catalog.published.count:
        return {}
    try:
        data = read_sealed(catalog.store, catalog.published, STORIES)
        return dict(Stories.from_bytes(data).members.tolist())
    except (CacheDamaged, ValueError):
        return {}


def _rows(catalog: Catalog, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with faults(catalog.store):
        return catalog.connection.execute(statement, values).fetchall()
