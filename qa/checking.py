"""Looking a store over without changing it: every hash, every reference, every file."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder
from qa import blocks, generations, recalibration, reembedding, stories
from qa.blocks import Block
from qa.errors import StoreError
from qa.generations import FOLDER, CacheDamaged, read_text
from qa.schema import FILE, Edition, connect, faults

UNIT = 1e-3  # how far the length of a vector may be from 1

Look = Callable[[sqlite3.Connection, Path], Iterator[str]]

_LATER = """SELECT id, revision FROM editions e WHERE current AND revision <
    (SELECT max(revision) FROM revisions WHERE article = e.number)"""
_WITHOUT_REVISION = "SELECT id FROM articles WHERE number NOT IN (SELECT number FROM editions \
WHERE current)"
_LIVE = "SELECT DISTINCT text_id FROM blocks WHERE live = 1"
_CARRIED = "SELECT DISTINCT text_id FROM editions WHERE current"


def check(
    path: Path,
    deep: bool = True,
    encoder: Callable[[], Encoder] | None = None,
    sample: int = reembedding.SAMPLE,
) -> list[str]:
    """Find what is damaged in a store. Nothing is changed.

    :param path: the folder of the store.
    :param deep: also hash every text and vector, and compare the search caches with them row by
        row; without it, files and references only.
    :param encoder: gives the encoder of the store, to embed some passages again; None leaves that
        out.
    :param sample: how many passages are embedded again.
    :returns: one line for each fault, naming the file or the article; empty when all is sound.
    :raises StoreError: there is no store.
    :raises ModelError: the encoder cannot be loaded.
    """
    if not (path / FILE).is_file():
        raise StoreError(f"No store at {path}. Run 'pullquote index PATH… --store {path}'.")
    try:
        with faults(path), closing(connect(path)) as connection:
            connection.execute("BEGIN")
            looks: list[Look] = [_pages(deep), _editions, _references, _calibration]
            looks += [partial(_caches, deep=deep), _strays]
            looks += [_texts, _blocks, _signatures] if deep else []
            looks += [] if encoder is None else [partial(_stale, encoder=encoder, sample=sample)]
            return [fault for look in looks for fault in _tried(look, connection, path)]
    except StoreError as error:
        return [str(error)]


def _tried(look: Look, connection: sqlite3.Connection, path: Path) -> list[str]:
    found: list[str] = []
    try:
        with faults(path):
            found.extend(look(connection, path))
    except StoreError as error:
        found.append(str(error))
    return found


def _calibration(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    recalibration.load(connection, path)
    yield from ()


def _pages(deep: bool) -> Look:
    pragma = "integrity_check" if deep else "quick_check"

    def look(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
        for (line,) in connection.execute(f"PRAGMA {pragma}"):
            if line != "ok":
                yield f"{path / FILE}: {line}"
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            yield f"{path / FILE}: row {row} of {table} refers to {parent} that is not there"

    return look


def _editions(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    for row in connection.execute("SELECT * FROM editions"):
        edition = Edition(*row)
        if edition.seal() != edition.sha256:
            yield (
                f"{path / FILE}: the record of article '{edition.id}', revision "
                f"{edition.revision}, does not have its recorded sha256"
            )
    for article_id, revision in connection.execute(_LATER):
        yield f"{path / FILE}: article '{article_id}' shows revision {revision}, not its last"
    for (article_id,) in connection.execute(_WITHOUT_REVISION):
        yield f"{path / FILE}: article '{article_id}' has no current revision"


def _references(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    live = {row[0] for row in connection.execute(_LIVE)}
    carried = {row[0] for row in connection.execute(_CARRIED)}
    for text_id in sorted(carried - live):
        yield f"{path / FILE}: {blocks.owners(connection, text_id)} has no passages"
    for text_id in sorted(live - carried):
        yield f"{path / FILE}: passages of text {text_id} belong to no current article"
    newest = generations.latest(connection)
    rows = len(blocks.live_windows(connection, path)[0])
    if rows != (0 if newest is None else newest.count):
        yield f"{path / FILE}: {rows} passages, but the newest generation was published with " + (
            "none" if newest is None else str(newest.count)
        )


def _texts(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    for (text_id,) in connection.execute("SELECT id FROM texts ORDER BY id").fetchall():
        try:
            read_text(connection, path, text_id)
        except StoreError as error:
            yield str(error)


def _blocks(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    newest = generations.latest(connection)
    for row in connection.execute(blocks.LIVE):
        try:
            block = blocks.unpack(row)
        except blocks.DamagedBlock as error:
            yield str(blocks.damaged(connection, path, row[1], error))
            continue
        for fault in _block_faults(connection, block):
            yield f"{path / FILE}: {blocks.owners(connection, block.text_id)}: {fault}"
        if newest is not None and block.encoder != newest.encoder:
            yield f"{path / FILE}: generation {newest.n} is not of encoder '{block.encoder}'"


def _block_faults(connection: sqlite3.Connection, block: Block) -> Iterator[str]:
    lengths = np.linalg.norm(block.vectors, axis=1)
    if not (np.abs(lengths - 1) <= UNIT).all():  # also where a length is not a number
        yield "a vector is not of length 1"
    statement = "SELECT length(text) FROM texts WHERE id = ?"
    size = connection.execute(statement, (block.text_id,)).fetchone()
    starts, ends = block.windows[:, 0], block.windows[:, 1]
    if size is None or size[0] is None:
        yield "the text of its passages is missing"
    elif not ((starts >= 0) & (starts < ends) & (ends <= size[0])).all():
        yield "a passage lies outside its text"


def _signatures(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    for text_id in stories.faults(connection):
        yield (
            f"{path / FILE}: the signature of {blocks.owners(connection, text_id)} is missing or "
            "damaged. The next 'pullquote index' run that changes something makes it again."
        )


def _caches(connection: sqlite3.Connection, path: Path, deep: bool) -> Iterator[str]:
    newest = generations.latest(connection)
    if newest is None or not newest.count:
        return
    try:
        caches = generations.read(path, newest)
    except CacheDamaged as error:
        yield f"{error}. The next question, or 'pullquote index --rebuild', writes it again."
        return
    if deep:
        for fault in reembedding.cache_faults(connection, path, newest, caches):
            yield f"{fault}. Run 'pullquote index --rebuild --store {path}'."


def _stale(
    connection: sqlite3.Connection, path: Path, encoder: Callable[[], Encoder], sample: int
) -> Iterator[str]:
    newest = generations.latest(connection)
    if newest is not None:
        yield from reembedding.stale(connection, path, newest, encoder, sample)


def _strays(connection: sqlite3.Connection, path: Path) -> Iterator[str]:
    for name in generations.strays(connection, path):
        yield (
            f"{path / FOLDER / name} belongs to no generation. The next 'pullquote index' run "
            "removes it."
        )
