"""A block: the passages of one text and their vectors, sealed by hashes."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import StoreError
from qa.schema import FILE, is_sealed, sha256

Windows = NDArray[np.int32]
Vectors = NDArray[np.float32]

_WINDOWS = "SELECT id, text_id, windows_sha256, windows FROM blocks WHERE live = 1 ORDER BY id"
LIVE = """SELECT b.id, b.text_id, b.encoder, b.scheme, b.title, b.dim, b.windows_sha256,
    b.vectors_sha256, b.windows, b.vectors FROM blocks b WHERE b.live = 1 ORDER BY b.id"""
_STORED = """SELECT id, text_id, encoder, scheme, title, dim, windows_sha256, vectors_sha256,
    windows, vectors FROM blocks WHERE text_id = ? AND encoder = ? AND scheme = ? AND title IS ?
    AND live <= ? ORDER BY id DESC"""


class DamagedBlock(ValueError):
    """A block whose bytes do not have their recorded hash."""


@dataclass(frozen=True, slots=True)
class Block:
    """``windows``: (n, 2) start and end in the text; ``vectors``: (n, dim), unit rows.

    ``title`` is what was embedded before each passage: that of the first article with this text.
    """

    text_id: int
    encoder: str
    scheme: str
    title: str | None
    windows: Windows
    vectors: Vectors


def embedding_text(title: str | None, passage: str) -> str:
    """Make the string that is embedded and keyword-indexed for a passage.

    :param title: of the article, None where it has none.
    :param passage: the words of the passage.
    :returns: the title as a sentence before the passage, or the passage alone.
    """
    return passage if title is None else f"{title}. {passage}"


def save(connection: sqlite3.Connection, block: Block) -> int:
    """Write a block that is not live yet.

    :param connection: open for writing.
    :param block: what to write.
    :returns: its id.
    """
    windows = np.ascontiguousarray(block.windows, dtype="<i4").tobytes()
    vectors = np.ascontiguousarray(block.vectors, dtype="<f4").tobytes()
    dim = block.vectors.shape[1]
    row = (block.text_id, block.encoder, block.scheme, block.title, dim)
    seals = (sha256(windows), _seal(block.encoder, block.scheme, block.title, vectors))
    cursor = connection.execute(
        "INSERT INTO blocks (text_id, encoder, scheme, title, dim, windows_sha256, "
        "vectors_sha256, windows, vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, *seals, windows, vectors),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def find(
    connection: sqlite3.Connection,
    text_id: int,
    encoder: str,
    scheme: str,
    title: str | None,
    staged_only: bool,
) -> int | None:
    """Look for a sound block that an earlier or interrupted run has made.

    :param connection: to the store.
    :param text_id: the text.
    :param encoder: id of the encoder.
    :param scheme: how passages are cut.
    :param title: what was embedded before each passage.
    :param staged_only: leave out the blocks of the published generation.
    :returns: the id of the block, None where there is none.
    """
    wanted = (text_id, encoder, scheme, title, 0 if staged_only else 1)
    for row in connection.execute(_STORED, wanted):
        try:
            unpack(row)
        except DamagedBlock:
            continue
        return int(row[0])
    return None


def live(connection: sqlite3.Connection, store: object) -> Iterator[Block]:
    """Read the blocks of the published generation in the order of its rows.

    :param connection: to the store.
    :param store: the folder of the store, for messages.
    :yields: one block after the other.
    :raises StoreError: a block is damaged; names its article.
    """
    for row in connection.execute(LIVE):
        try:
            yield unpack(row)
        except DamagedBlock as error:
            raise damaged(connection, store, row[1], error) from error


def live_windows(connection: sqlite3.Connection, store: object) -> tuple[Windows, Windows]:
    """Read where the rows of the published generation lie, without their vectors.

    :param connection: to the store.
    :param store: the folder of the store, for messages.
    :returns: text id of each row, shape (n,); start and end of each row, shape (n, 2).
    :raises StoreError: the offsets of an article are damaged.
    """
    texts: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
    windows: list[Windows] = [np.empty((0, 2), np.int32)]
    for _, text_id, seal, blob in connection.execute(_WINDOWS):
        try:
            rows = _offsets(blob, seal)
        except DamagedBlock as error:
            raise damaged(connection, store, text_id, error) from error
        windows.append(rows)
        texts.append(np.full(len(rows), text_id, np.int32))
    return np.concatenate(texts), np.concatenate(windows)


def owners(connection: sqlite3.Connection, text_id: int) -> str:
    """Name the articles of a text, for a message.

    :param connection: to the store.
    :param text_id: the text.
    :returns: for example ``article 'a', article 'b'``.
    """
    rows = connection.execute("SELECT DISTINCT id FROM editions WHERE text_id = ?", (text_id,))
    return ", ".join(f"article '{row[0]}'" for row in rows) or f"text {text_id}"


def unpack(row: tuple[Any, ...]) -> Block:
    _, text_id, encoder, scheme, title, dim, windows_seal, vectors_seal, windows, vectors = row
    offsets = _offsets(windows, windows_seal)
    if not isinstance(vectors, bytes) or _seal(encoder, scheme, title, vectors) != vectors_seal:
        raise DamagedBlock("vectors do not have their recorded sha256")
    if len(vectors) != len(offsets) * dim * 4:
        raise DamagedBlock(f"{len(vectors)} bytes are not {len(offsets)} vectors of {dim}")
    numbers = (
        np.frombuffer(vectors, "<f4").reshape(len(offsets), dim).astype(np.float32, copy=False)
    )
    return Block(text_id, encoder, scheme, title, offsets, numbers)


def _offsets(blob: bytes, seal: str) -> Windows:
    if not is_sealed(blob, seal):
        raise DamagedBlock("passage offsets do not have their recorded sha256")
    return np.frombuffer(blob, "<i4").reshape(-1, 2).astype(np.int32, copy=False)


def _seal(encoder: str, scheme: str, title: str | None, vectors: bytes) -> str:
    return sha256(json.dumps((encoder, scheme, title), default=repr).encode() + vectors)


def damaged(
    connection: sqlite3.Connection, store: object, text_id: int, error: DamagedBlock
) -> StoreError:
    return StoreError(
        f"Passages of {owners(connection, text_id)} in {store}/{FILE} are damaged: {error}. "
        f"Run 'pullquote index --rebuild --store {store}'."
    )
