"""Compaction: a store gives back the room of what was removed. What it answers stays the same."""

import sqlite3
from pathlib import Path

from qa import generations, publishing
from qa.catalog import size_on_disk
from qa.schema import faults, transaction
from qa.store import Store

_OLDER = "DELETE FROM generations WHERE n < (SELECT max(n) FROM generations)"


def compact(store: Store) -> int:
    """Drop what interrupted runs staged and the files of generations before the newest, and write
    the SQLite file anew without the pages that are free.

    Who has an older generation open goes on reading it. What is removed before a fault stays
    removed; nothing that the newest generation needs is touched.

    :param store: the store.
    :returns: bytes that were freed on disk; below zero where the file grew.
    :raises StoreBusy: another run is writing.
    :raises StoreError: the store is damaged, or there is no room to write it anew.
    """
    with store.writing() as connection:
        before = size_on_disk(store.path)
        with transaction(connection):
            publishing.sweep_staged(connection)
            connection.execute(_OLDER)
        generations.sweep(connection, store.path)
        _rewrite(connection, store.path)
        return before - size_on_disk(store.path)


def _rewrite(connection: sqlite3.Connection, path: Path) -> None:
    """Write the file anew. The log is put into the file at once unless a reader still needs it, who
    is not waited for; the last one to close the store does so then."""
    with faults(path):
        connection.execute("VACUUM")
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
