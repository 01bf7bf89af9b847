"""The store: a folder with the truth in SQLite, search caches by generation, and one writer."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from qa import generations
from qa.catalog import Catalog, Summary
from qa.changes import delete
from qa.checking import check
from qa.errors import InputError, StoreBusy, StoreError
from qa.generations import CacheDamaged
from qa.publishing import publish
from qa.schema import BROWSERS, FILE, connect, create, faults
from qa.snapshot import Snapshot

__all__ = ["Catalog", "EmptyStoreError", "Snapshot", "Store", "Summary", "check"]

LOCK = "lock"
OWN = (LOCK, BROWSERS, generations.FOLDER, FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal")


class EmptyStoreError(StoreError):
    """A store that is sound but holds no article."""


class Store:
    """A store on disk. Opening it reads nothing but its format; views are opened from it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open a store that exists.

        :param path: its folder.
        :returns: the store.
        :raises StoreError: there is none, or it is damaged or of another format.
        """
        if not (path / FILE).is_file():
            raise StoreError(f"No store at {path}. Run 'pullquote index PATH… --store {path}'.")
        with faults(path):
            connect(path).close()
        return cls(path)

    @classmethod
    def create(cls, path: Path) -> "Store":
        """Open a store, and make it first where there is none.

        :param path: its folder: missing, empty, or a store.
        :returns: the store.
        :raises StoreError: the folder holds something else, or cannot be made.
        """
        try:
            if not path.is_dir():
                path.mkdir(parents=True, mode=0o700)
            foreign = [] if (path / FILE).exists() else sorted({*os.listdir(path)} - {*OWN})
        except OSError as error:
            raise StoreError(
                f"Folder {path} cannot be made or read: {error.strerror}. Pass another --store."
            ) from error
        _require_whole(path)
        if foreign:
            raise StoreError(
                f"Folder {path} is not a store: it holds '{foreign[0]}'. Pass --store with a new "
                "or an empty folder."
            )
        with faults(path):
            create(path)
        return cls.open(path)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Be the one writer.

        :yields: a connection that may change the store.
        :raises StoreBusy: another process or thread is writing.
        :raises StoreError: the file cannot be read or written.
        """
        with (
            _locked(self.path),
            faults(self.path),
            closing(connect(self.path, write=True)) as connection,
        ):
            yield connection

    def catalog(self) -> Catalog:
        """Open what is stored, without the search caches: enough to show articles and figures.

        :returns: the view; close it when done.
        :raises StoreError: the file is damaged.
        """
        return Catalog.open(self.path)

    def snapshot(
        self,
        encoder_id: str | None = None,
        repair: bool = True,
        on_warning: Callable[[str], None] | None = None,
    ) -> Snapshot:
        """Open the newest generation for questions.

        A missing or damaged cache is made again from the truth: on disk, as a new generation,
        unless a writer is at work or the disk refuses; then for this snapshot only.

        :param encoder_id: the encoder of this run; None takes any.
        :param repair: whether a bad cache is made again.
        :param on_warning: told once, in a sentence, when that happens.
        :returns: the snapshot; close it when done.
        :raises EmptyStoreError: the store has no articles.
        :raises StoreError: it was built with another encoder, is damaged, or a cache is bad and
            ``repair`` is False.
        """
        opened = self._newest(encoder_id)
        if isinstance(opened, Snapshot):
            return opened
        if not repair:
            raise StoreError(f"{opened}. Run 'pullquote index --rebuild --store {self.path}'.")
        if on_warning is not None:
            on_warning(f"{opened}; it is made again from {self.path / FILE}.")
        self._republish()
        opened = self._newest(encoder_id)
        return opened if isinstance(opened, Snapshot) else self._in_memory(encoder_id)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles with all their revisions; a text goes with its last article.

        :param ids: article ids.
        :returns: the number of the generation without them.
        :raises InputError: an id is unknown; nothing is removed then.
        :raises StoreBusy: another process is writing.
        """
        with self.writing() as connection:
            for article_id in ids:
                found = connection.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,))
                if found.fetchone() is None:
                    raise InputError(
                        f"No article '{article_id}' in {self.path}; nothing was removed. "
                        "Article ids stand beside each answer."
                    )
            return publish(connection, self.path, lambda: delete(connection, ids))

    def _filled(self, encoder_id: str | None) -> Catalog:
        catalog = self.catalog()
        if catalog.published is None or not catalog.published.count:
            catalog.close()
            raise EmptyStoreError(
                f"Store at {self.path} has no articles. Run 'pullquote index PATH… "
                f"--store {self.path}'."
            )
        if encoder_id is not None and encoder_id != catalog.published.encoder:
            catalog.close()
            raise generations.other_encoder(self.path, catalog.published, encoder_id)
        return catalog

    def _newest(self, encoder_id: str | None) -> Snapshot | CacheDamaged:
        """Open the newest generation, or say what is wrong with its caches. Where another was
        published meanwhile, the files of the first may be gone, and the newer one is opened."""
        while True:
            with ExitStack() as opened:
                catalog = opened.enter_context(self._filled(encoder_id))
                assert catalog.published is not None
                try:
                    caches = generations.read(self.path, catalog.published)
                except CacheDamaged as error:
                    if catalog.current():
                        return error
                    continue
                snapshot = Snapshot(self.path, catalog.connection, catalog.published, caches)
                opened.pop_all()
                return snapshot

    def _in_memory(self, encoder_id: str | None) -> Snapshot:
        with ExitStack() as opened, faults(self.path):
            catalog = opened.enter_context(self._filled(encoder_id))
            assert catalog.published is not None
            caches = generations.build(catalog.connection, self.path, catalog.published.dim)
            snapshot = Snapshot(self.path, catalog.connection, catalog.published, caches)
            opened.pop_all()
            return snapshot

    def _republish(self) -> None:
        """Publish what is stored once more. A busy writer or a full disk is no reason to fail:
        the caller then goes on in memory."""
        with suppress(StoreError), self.writing() as connection:
            publish(connection, self.path, lambda: None)


def _require_whole(path: Path) -> None:
    """Refuse to start anew where published files say that there was a store."""
    file, folder = path / FILE, path / generations.FOLDER
    if (not file.exists() or not file.stat().st_size) and folder.is_dir() and os.listdir(folder):
        raise StoreError(
            f"{file} is missing or empty, but {folder} holds what was published. Put a copy of the "
            f"file back, or move the folder away and run 'pullquote index PATH… --store {path}'."
        )


@contextmanager
def _locked(store: Path) -> Iterator[None]:
    try:
        descriptor = os.open(store / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"{store / LOCK} cannot be written: {error.strerror}. Give access to the folder, then "
            "run the same command again; what was published before still stands."
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(
                f"Store at {store} is being written by another run. Wait until it ends, then run "
                "the same command again."
            ) from error
        yield
    finally:
        os.close(descriptor)
