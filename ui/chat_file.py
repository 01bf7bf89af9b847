"""The file in which a store keeps chats and feedback: its tables, its faults, and its damage.

It lies beside the archive and never in it: what people asked is theirs, and goes for good when
they delete it. Nothing is written before there is something to keep.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from qa.schema import transaction

FILE = "chats.sqlite"
FORMAT = 1
LARGEST = 512 * 1024 * 1024
_PATIENCE_S = 10
_CHECKED_AT_ONCE = 64 * 1024 * 1024
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_TABLES = """
CREATE TABLE chats (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL,
    created TEXT NOT NULL, changed TEXT NOT NULL, used INTEGER NOT NULL
) STRICT;
CREATE INDEX chats_by_owner ON chats(owner, used);
CREATE TABLE turns (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    chat TEXT NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
    asked TEXT NOT NULL, question TEXT NOT NULL, record TEXT NOT NULL, understood TEXT NOT NULL,
    generation INTEGER NOT NULL, bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX turns_by_chat ON turns(chat, number);
CREATE TABLE feedback (
    turn TEXT NOT NULL, owner TEXT NOT NULL, chat TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
    given TEXT NOT NULL, verdict TEXT NOT NULL, question TEXT NOT NULL, read_as TEXT NOT NULL,
    asked TEXT NOT NULL, comment TEXT NOT NULL, shown TEXT,
    article TEXT, revision INTEGER, answer TEXT, start INTEGER,
    PRIMARY KEY (owner, turn)
) STRICT;
CREATE INDEX feedback_by_chat ON feedback(owner, chat);
CREATE TABLE dropped (owner TEXT PRIMARY KEY, chats INTEGER NOT NULL) STRICT
"""

T = TypeVar("T")
_log = logging.getLogger(__name__)


class NotKept(Exception):
    """Chats cannot be kept; the message says why in one sentence for everyone to see."""


class ChatFile:
    """The file, opened when it is first needed. Threads may share it.

    :param store: the folder of the store.
    """

    def __init__(self, store: Path) -> None:
        self.path = store / FILE
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._unclean = False
        self.notice: str | None = None

    def read(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Read, where there is anything to read.

        :param work: gets the connection.
        :param otherwise: what is given where there is no file yet.
        :returns: what ``work`` gives.
        :raises NotKept: the file cannot be read.
        """
        with self._lock:
            if self._connection is None and not self.path.exists():
                return otherwise
            return self._done(work)

    def change(self, work: Callable[[sqlite3.Connection], T], erase: bool = False) -> T:
        """Change the file in one transaction.

        :param work: gets the connection, with a transaction under way.
        :param erase: whether what is deleted must not be left anywhere in the files.
        :returns: what ``work`` gives.
        :raises NotKept: the file cannot be written; nothing of it was changed.
        """

        def changed(connection: sqlite3.Connection) -> T:
            with transaction(connection):
                made = work(connection)
            if erase or self._unclean:
                self._unclean = not _erased(connection)
            return made

        with self._lock:
            return self._done(changed)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _done(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something; once more with an empty file where this one turns out to be damaged."""
        try:
            with _told():
                return self._tried(work)
        except _Damage:
            with _told():
                self._set_aside()
                return self._tried(work)

    def _tried(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._connection is None:
                self._connection = _opened(self.path)
            return work(self._connection)
        except sqlite3.DatabaseError as error:
            if _name(error).startswith(_DAMAGED):
                raise _Damage(str(error)) from error
            raise

    def _set_aside(self) -> None:
        """Rename a damaged file, log and all; nothing is deleted."""
        self.close()
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        aside = self.path.with_name(f"{FILE}.damaged-{stamp}")
        for suffix in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        self.notice = (
            f"The file of earlier chats was damaged. It is kept as {aside.name} in the folder of "
            "the store; new chats are kept in a new file."
        )
        _log.warning("%s was damaged; it is kept as %s", self.path, aside)


class _Damage(Exception):
    """The file is no longer what SQLite wrote."""


@contextmanager
def _told() -> Iterator[None]:
    """Turn the faults of the disk into one plain sentence; the log has the rest."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError, OSError) as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        _log.warning("Chats cannot be kept: %s", error)
        raise NotKept(_why(error)) from error


def _why(error: Exception) -> str:
    name = _name(error)
    if name.startswith("SQLITE_FULL"):
        return "Chats are not kept now: there is no room on the disk."
    if name.startswith("SQLITE_BUSY"):
        return "Chats are not kept now: their file is in use elsewhere. Try again."
    return "Chats are not kept: their file cannot be read or written."


def _name(error: BaseException) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file; make it, for its owner alone, where there is none."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_S
    )
    try:
        _require_format(connection)
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        _check(connection, path)
        with transaction(connection):
            _make_tables(connection)
    except UnicodeDecodeError as error:  # SQLite quotes damaged names in its messages
        connection.close()
        raise _Damage("malformed database schema") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > _CHECKED_AT_ONCE:
        return
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise _Damage(str(found))


def _require_format(connection: sqlite3.Connection) -> None:
    """Leave a file alone that was written by somebody else."""
    version, tables = _contents(connection)
    if version != FORMAT and (version or tables):
        raise NotKept("Chats are not kept: their file was written by another version of Pullquote.")


def _contents(connection: sqlite3.Connection) -> tuple[int, int]:
    """The version and the number of tables, of one moment."""
    row = connection.execute(
        "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version"
    ).fetchone()
    return int(row[0]), int(row[1])


def _make_tables(connection: sqlite3.Connection) -> None:
    if _contents(connection) != (0, 0):
        return
    for statement in _TABLES.strip().split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={FORMAT}")


def _erased(connection: sqlite3.Connection) -> bool:
    """Write the file anew without what was deleted, and empty its log; False where somebody still
    reads from the log, so that it has to be tried again."""
    try:
        connection.execute("VACUUM")
        connection.execute("PRAGMA busy_timeout=0")
        with closing(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")) as told:
            return bool(told.fetchone()[0] == 0)
    except sqlite3.OperationalError as error:
        _log.warning("What was deleted is not yet written over: %s", error)
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout={_PATIENCE_S * 1000}")


def room_left(connection: sqlite3.Connection) -> bool:
    """Tell whether the file may grow.

    :param connection: to the file.
    :returns: False once all browsers together fill it.
    """
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return bool((pages - free) * size < LARGEST)
