"""The articles of a store, one line each."""

from dataclasses import dataclass

from qa.catalog import Catalog
from qa.schema import faults

_LISTED = """SELECT editions.id, origin, revision, title, published, source,
    length(CAST(text AS BLOB)) FROM editions JOIN texts ON texts.id = text_id
    WHERE current ORDER BY number"""


@dataclass(frozen=True, slots=True)
class Listed:
    """An article without its text, which has ``size`` bytes in UTF-8."""

    id: str
    origin: str
    revision: int
    title: str | None
    published: str | None
    source: str | None
    size: int


def listed(catalog: Catalog) -> tuple[Listed, ...]:
    """List the articles, first indexed first.

    :param catalog: a view that no other thread uses.
    :returns: the articles in their newest revisions.
    :raises StoreError: the store is damaged.
    """
    with faults(catalog.store):
        rows = catalog.connection.execute(_LISTED)
        return tuple(Listed(*row) for row in rows)
