"""The SQLite file of a store: its tables, how it is opened, and how its faults are told."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from qa.datatypes import Found
from qa.errors import StoreBusy, StoreError

FILE = "pullquote.sqlite"
BROWSERS = "browsers"  # what the chat keeps for each browser; no part of the archive
FORMAT = "2"
PATIENCE_MS = 10_000
LARGEST_IDLE_WAL = 64 * 1024 * 1024
_CANNOT_SHARE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_FULL", "SQLITE_IOERR_SHM")

# A text is stored once, by its hash. A block holds what one text gave under one encoder and
# passage scheme: windows (int32 pairs) and vectors (float32 rows). A generation is made of the
# live blocks. Blobs come last in their row, so that reading the windows leaves the vectors alone.
# A signature is what near-copies of a text are found by, empty for a text that is too short.
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, text TEXT NOT NULL
) STRICT;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, origin TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL
) STRICT;
CREATE TABLE revisions (
    article INTEGER NOT NULL REFERENCES articles(number) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    text_id INTEGER NOT NULL REFERENCES texts(id),
    title TEXT, published TEXT, source TEXT, url TEXT, authors TEXT NOT NULL,
    title_from TEXT, published_from TEXT, source_from TEXT,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (article, revision)
) STRICT;
CREATE INDEX revisions_by_text ON revisions(text_id);
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    text_id INTEGER NOT NULL REFERENCES texts(id) ON DELETE CASCADE,
    live INTEGER NOT NULL DEFAULT 0,
    encoder TEXT NOT NULL, scheme TEXT NOT NULL, title TEXT, dim INTEGER NOT NULL,
    windows_sha256 TEXT NOT NULL, vectors_sha256 TEXT NOT NULL,
    windows BLOB NOT NULL, vectors BLOB NOT NULL
) STRICT;
CREATE INDEX blocks_by_text ON blocks(text_id);
CREATE UNIQUE INDEX one_live_block ON blocks(text_id) WHERE live = 1;
CREATE TABLE signatures (
    text_id INTEGER PRIMARY KEY REFERENCES texts(id) ON DELETE CASCADE,
    kind TEXT NOT NULL, sha256 TEXT NOT NULL, signature BLOB NOT NULL
) STRICT;
CREATE TABLE generations (
    n INTEGER PRIMARY KEY, encoder TEXT NOT NULL, scheme TEXT NOT NULL, dim INTEGER NOT NULL,
    count INTEGER NOT NULL, published_at TEXT NOT NULL, files TEXT NOT NULL
) STRICT;
CREATE TABLE skipped (origin TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE VIEW editions AS
    SELECT a.number, a.id, a.origin, r.revision, r.text_id, t.sha256 AS text_sha256,
        r.title, r.published, r.source, r.url, r.authors,
        r.title_from, r.published_from, r.source_from, r.sha256,
        r.revision = a.revision AS current
    FROM articles a JOIN revisions r ON r.article = a.number JOIN texts t ON t.id = r.text_id;
"""


Facts = tuple[
    str | None, str | None, str | None, str | None, str, Found | None, Found | None, Found | None
]


class Edition(NamedTuple):
    """One revision of one article, as the view ``editions`` gives it."""

    number: int
    id: str
    origin: str
    revision: int
    text_id: int
    text_sha256: str
    title: str | None
    published: str | None
    source: str | None
    url: str | None
    authors: str
    title_from: Found | None
    published_from: Found | None
    source_from: Found | None
    sha256: str
    current: int

    def seal(self) -> str:
        """Hash everything that is shown or compared, so that a damaged field is noticed."""
        fields = (self.id, self.origin, self.revision, self.text_sha256, *self.facts)
        return sha256(json.dumps(fields, default=repr))  # damaged fields may be of any type

    @property
    def facts(self) -> Facts:
        """Give what is known of the article besides its text."""
        shown = (self.title, self.published, self.source, self.url, self.authors)
        return (*shown, self.title_from, self.published_from, self.source_from)


def sha256(data: str | bytes) -> str:
    """Hash text (as UTF-8) or bytes.

    :param data: what to hash.
    :returns: 64 hexadecimal digits.
    """
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def is_sealed(data: object, seal: object) -> bool:
    """Tell whether what was read is what was written.

    :param data: what was read; where a page of the file stands in the place of another it may be of
        any type.
    :param seal: the hash that was written beside it.
    :returns: True for text or bytes of this hash.
    """
    return isinstance(data, str | bytes) and sha256(data) == seal


def now() -> str:
    """Tell the time, in UTC, ISO 8601, to the second.

    :returns: for example ``2026-01-31T09:30:00+00:00``.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def create(store: Path) -> None:
    """Make the tables where there are none; a second call changes nothing.

    :param store: the folder of the store, which exists.
    """
    connection = sqlite3.connect(store / FILE, isolation_level=None, timeout=PATIENCE_MS / 1000)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        with transaction(connection):
            if not _tables(connection):
                for statement in TABLES.strip().split(";\n"):
                    connection.execute(statement)
                facts = {"format": FORMAT, "created": now()}
                connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
    finally:
        connection.close()


def connect(store: Path, write: bool = False) -> sqlite3.Connection:
    """Open the file of a store that exists, in autocommit mode.

    A reader too opens the file for writing, so that the last one to close it can tidy up the log;
    ``query_only`` keeps it from changing anything. Where there is no room or no right to make the
    files that readers and writers share, no writer is at work either, and a file whose log is
    empty is read as one that nobody changes.

    :param store: the folder of the store.
    :param write: whether changes are allowed.
    :returns: the connection; threads may share it under a lock of their own.
    :raises StoreError: the file was written by another format of the store.
    """
    try:
        return _opened(store, "mode=rw", write)
    except sqlite3.OperationalError as error:
        log = store / f"{FILE}-wal"
        refused = getattr(error, "sqlite_errorname", "").startswith(_CANNOT_SHARE)
        if write or not refused or (log.exists() and log.stat().st_size):
            raise
        return _opened(store, "mode=ro&immutable=1", write)


def _opened(store: Path, mode: str, write: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{(store / FILE).resolve().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=PATIENCE_MS / 1000,
    )
    try:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA journal_size_limit={LARGEST_IDLE_WAL}")
        connection.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}")
        _require_format(connection, store)
    except UnicodeDecodeError as error:  # SQLite quotes damaged names in its messages
        connection.close()
        raise sqlite3.DatabaseError("malformed database schema") from error
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block does, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.commit()
    finally:
        if connection.in_transaction:
            connection.rollback()


@contextmanager
def faults(store: Path) -> Iterator[None]:
    """Tell SQLite's faults as a :class:`StoreError` that names the file and what to do."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if type(error) not in (sqlite3.OperationalError, sqlite3.DatabaseError):
            raise  # a wrong statement is a fault of this program, not of the file
        raise _told(store, error) from error


def _told(store: Path, error: sqlite3.Error) -> StoreError:
    file = store / FILE
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_BUSY"):
        return StoreBusy(f"Store at {store} is locked by another program. Try again when it ends.")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return StoreError(
            f"{file} cannot be read or written: {error}. Make room or give access, then run the "
            "same command again; what was published before still stands."
        )
    return StoreError(
        f"{file} is damaged ({error}). Put a copy of it back, or move the folder away and run "
        f"'pullquote index PATH… --store {store}' again."
    )


def _require_format(connection: sqlite3.Connection, store: Path) -> None:
    row = None
    if "meta" in _tables(connection):
        row = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    if row is None:
        raise StoreError(
            f"{store / FILE} is not a Pullquote store. Pass --store with another folder, or move "
            "this one away and run 'pullquote index PATH…' again."
        )
    if row[0] != FORMAT:
        raise StoreError(
            f"{store / FILE} has format {row[0]}; this version reads format {FORMAT}. Run "
            "'pullquote index PATH…' with --store naming a new folder."
        )


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
