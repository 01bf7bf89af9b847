"""Publication: one SQLite commit makes a generation, complete, or leaves everything as it was."""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from qa import blocks, generations, stories
from qa.errors import StoreError
from qa.generations import Generation
from qa.schema import FILE, now, transaction

Progress = Callable[[int, int | None, str], None]

_RETIRE = """UPDATE blocks SET live = 0 WHERE live = 1
    AND text_id NOT IN (SELECT text_id FROM editions WHERE current)"""
_WITHOUT_BLOCK = """SELECT text_id FROM editions WHERE current
    AND text_id NOT IN (SELECT text_id FROM blocks WHERE live = 1)"""


def publish(
    connection: sqlite3.Connection,
    store: Path,
    change: Callable[[], None],
    progress: Progress | None = None,
) -> int:
    """Change the articles and publish the result as the next generation.

    The cache files are on disk for good before the commit, and nobody looks at them until it is
    done. What is on disk for generations that nobody can open any more is removed after it.

    :param connection: open for writing, under the lock of the store.
    :param store: its folder.
    :param change: makes the changes; runs inside the transaction.
    :param progress: called as ``(step, steps, "publishing")``.
    :returns: the number of the new generation.
    :raises StoreError: nothing was published; says why.
    """
    tell = progress if progress is not None else ignore
    with transaction(connection):
        tell(0, 4, "publishing")
        change()
        _settle(connection, store)
        previous = generations.latest(connection)
        n = 1 if previous is None else previous.n + 1
        tell(1, 4, "publishing")
        generation = _generation(connection, store, n)
        tell(2, 4, "publishing")
        generations.record(connection, generation)
        tell(3, 4, "publishing")
    generations.sweep(connection, store)
    tell(4, 4, "publishing")
    return n


def make_live(connection: sqlite3.Connection, chosen: Mapping[int, int]) -> None:
    """Choose the blocks that stand for texts from now on.

    :param connection: inside the transaction that publishes.
    :param chosen: text id to block id.
    """
    connection.executemany("UPDATE blocks SET live = 0 WHERE text_id = ?", [(t,) for t in chosen])
    connection.executemany(
        "UPDATE blocks SET live = 1 WHERE id = ?", [(b,) for b in chosen.values()]
    )


def sweep_staged(connection: sqlite3.Connection) -> None:
    """Drop the blocks that are not live and the texts that no revision refers to.

    :param connection: open for writing.
    """
    connection.execute("DELETE FROM blocks WHERE live = 0")
    connection.execute("DELETE FROM texts WHERE id NOT IN (SELECT text_id FROM revisions)")


def ignore(done: int, total: int | None, stage: str) -> None:
    """Take no notice of progress.

    :param done: how far.
    :param total: of how much.
    :param stage: in what.
    """


def _settle(connection: sqlite3.Connection, store: Path) -> None:
    connection.execute(_RETIRE)
    sweep_staged(connection)
    missing = connection.execute(_WITHOUT_BLOCK).fetchone()
    if missing is not None:
        raise StoreError(
            f"Passages of {blocks.owners(connection, missing[0])} are missing in {store / FILE}. "
            f"Run 'pullquote index --rebuild --store {store}'."
        )
    stories.keep_signatures(connection, partial(generations.read_text, connection, store))


def _generation(connection: sqlite3.Connection, store: Path, n: int) -> Generation:
    kinds = connection.execute(
        "SELECT DISTINCT encoder, scheme, dim FROM blocks WHERE live = 1"
    ).fetchall()
    if not kinds:
        return Generation(n, "", "", 0, 0, now(), {})
    if len(kinds) > 1:
        raise StoreError(
            f"{store / FILE} mixes vectors of different encoders. "
            f"Run 'pullquote index --rebuild --store {store}'."
        )
    encoder, scheme, dim = kinds[0]
    caches = generations.build(connection, store, dim)
    files = generations.write(store, n, caches)
    return Generation(n, encoder, scheme, dim, len(caches.vectors), now(), files)
