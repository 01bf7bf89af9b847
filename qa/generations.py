"""Generations: the search caches of one publication, files that are written once and sealed.

The bytes are made here and synced here. A cache that its own library writes can be cut short by a
full disk without an error, and a damaged one can load and answer wrongly, so nothing is read
before its size and hash agree with what the publication recorded.
"""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.index import VectorIndex
from qa import blocks, stories
from qa.errors import StoreError
from qa.keywords import KeywordIndex
from qa.schema import FILE, is_sealed, sha256
from qa.stories import Stories

FOLDER = "generations"
VECTORS = "vectors.faiss"
KEYWORDS = "keywords.bm25"
STORIES = "stories.safetensors"
NAMES = (VECTORS, KEYWORDS, STORIES)
KEPT = 2


class CacheDamaged(Exception):
    """A cache file that is missing or is not what was published."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one publication made. ``count`` is rows; ``files`` maps a name to (size, sha256)."""

    n: int
    encoder: str
    scheme: str
    dim: int
    count: int
    published_at: str
    files: Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Caches:
    """The two legs of a search over the same rows, and which of these are told twice.

    ``keywords`` has only the rows that are not folded, so that words which many copies of a story
    repeat weigh as in one; :attr:`row_keywords` brings it back to all rows."""

    vectors: VectorIndex
    keywords: KeywordIndex
    stories: Stories

    @property
    def row_keywords(self) -> "RowKeywords":
        """Give the keyword leg over all rows."""
        standing = self.stories.stand_ins(len(self.vectors))
        alone = standing == np.arange(len(standing))
        return RowKeywords(self.keywords, (np.cumsum(alone) - 1)[standing])


class RowKeywords:
    """The keyword leg by row: a folded passage scores as the one that stands for it."""

    def __init__(self, keywords: KeywordIndex, places: NDArray[np.int64]) -> None:
        self.index = keywords
        self._places = places

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self._places)

    def scores(self, question: str, beside: Sequence[KeywordIndex] = ()) -> NDArray[np.float32]:
        """Score every row.

        :param question: any text.
        :param beside: indexes that are searched together with this one.
        :returns: shape ``(len(self),)``; zero where no word of the question occurs.
        """
        return self.index.scores(question, beside)[self._places]


def latest(connection: sqlite3.Connection) -> Generation | None:
    """Read the newest generation.

    :param connection: to the store.
    :returns: the generation, None where nothing was published yet.
    """
    row = connection.execute("SELECT * FROM generations ORDER BY n DESC LIMIT 1").fetchone()
    if row is None:
        return None
    n, encoder, scheme, dim, count, published_at, files = row
    try:
        seals = {name: (size, seal) for name, size, seal in json.loads(files)}
    except (ValueError, TypeError):
        seals = {}  # the caches cannot be told from damaged ones then, and are made again
    return Generation(n, encoder, scheme, dim, count, published_at, seals)


def record(connection: sqlite3.Connection, generation: Generation) -> None:
    """Write the row of a generation, and drop the rows of those that are no longer kept.

    :param connection: inside the transaction that publishes.
    :param generation: what to write.
    """
    files = json.dumps([(name, *seal) for name, seal in generation.files.items()])
    facts = (generation.n, generation.encoder, generation.scheme, generation.dim)
    connection.execute(
        "INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*facts, generation.count, generation.published_at, files),
    )
    connection.execute("DELETE FROM generations WHERE n <= ?", (generation.n - KEPT,))


def other_encoder(store: Path, built: Generation, encoder_id: str) -> StoreError:
    """Say that a store and a run do not go together.

    :param store: the folder of the store.
    :param built: its newest generation.
    :param encoder_id: the encoder of the run.
    :returns: the error to raise.
    """
    return StoreError(
        f"Store at {store} was built with encoder '{built.encoder}' ({built.dim} dims); this run "
        f"uses '{encoder_id}'. Run 'pullquote index --rebuild PATH… --store {store}' or pass "
        f"--encoder {built.encoder.split('@')[0]}."
    )


def build(connection: sqlite3.Connection, store: Path, dim: int) -> Caches:
    """Make the caches from the truth: the live blocks, their texts and signatures.

    :param connection: to the store.
    :param store: its folder, for messages.
    :param dim: length of a vector.
    :returns: the caches of the same rows.
    :raises StoreError: a text or a block is damaged; names its article.
    """
    text_ids, windows = blocks.live_windows(connection, store)
    vectors = np.empty((len(text_ids), dim), np.float32)
    passages: list[str] = []
    for block in blocks.live(connection, store):
        vectors[len(passages) : len(passages) + len(block.windows)] = block.vectors
        text = read_text(connection, store, block.text_id)
        passages.extend(
            blocks.embedding_text(block.title, text[start:end])
            for start, end in block.windows.tolist()
        )
    found = stories.find(connection, text_ids, windows, partial(read_text, connection, store))
    alone = np.flatnonzero(found.stand_ins(len(passages)) == np.arange(len(passages)))
    keywords = KeywordIndex.from_texts([passages[row] for row in alone])
    return Caches(VectorIndex.from_vectors(vectors), keywords, found)


def read_text(connection: sqlite3.Connection, store: Path, text_id: int) -> str:
    """Read a stored text and check its hash.

    :param connection: to the store.
    :param store: its folder, for messages.
    :param text_id: which text.
    :returns: the text.
    :raises StoreError: the text is damaged; names its article.
    """
    statement = "SELECT text, sha256 FROM texts WHERE id = ?"
    row = connection.execute(statement, (text_id,)).fetchone()
    if row is None or not is_sealed(row[0], row[1]):
        raise StoreError(
            f"The text of {blocks.owners(connection, text_id)} in {store / FILE} is damaged. "
            f"Index its file again: 'pullquote index PATH… --store {store}'."
        )
    return str(row[0])


def write(store: Path, n: int, caches: Caches) -> dict[str, tuple[int, str]]:
    """Put the caches of generation n on disk for good, complete or not at all.

    :param store: the folder of the store.
    :param n: number of the generation.
    :param caches: what to write.
    :returns: size in bytes and sha256 of each file.
    :raises StoreError: the disk is full or cannot be written.
    """
    contents = {
        VECTORS: caches.vectors.to_bytes(),
        KEYWORDS: caches.keywords.to_bytes(),
        STORIES: caches.stories.to_bytes(),
    }
    folder = store / FOLDER / str(n)
    half = folder.with_suffix(".tmp")
    try:
        for leftover in (half, folder):
            shutil.rmtree(leftover, ignore_errors=True)
        half.mkdir(parents=True, mode=0o700)
        for name, data in contents.items():
            _write_synced(half / name, data)
        _sync(half)
        half.rename(folder)
        _sync(folder.parent)
    except OSError as error:
        raise StoreError(
            f"{half} cannot be written: {error.strerror}. Make room or give access, then run the "
            "same command again; what was published before still stands."
        ) from error
    return {name: (len(data), sha256(data)) for name, data in contents.items()}


def read(store: Path, generation: Generation) -> Caches:
    """Load the caches of a generation after checking every byte.

    :param store: the folder of the store.
    :param generation: which, and what its files must be.
    :returns: the caches of ``generation.count`` rows.
    :raises CacheDamaged: a file is missing, is not what was published, or does not load.
    """
    data = {name: read_sealed(store, generation, name) for name in NAMES}
    try:
        vectors = VectorIndex.from_bytes(data[VECTORS])
        keywords = KeywordIndex.from_bytes(data[KEYWORDS])
        found = Stories.from_bytes(data[STORIES])
    except ValueError as error:
        raise CacheDamaged(f"{store / FOLDER / str(generation.n)}: {error}") from error
    caches = Caches(vectors, keywords, found)
    folded = len(np.unique(found.folded[:, 0]))
    if not len(vectors) == len(keywords) + folded == generation.count:
        raise CacheDamaged(
            f"{store / FOLDER / str(generation.n)}: {len(vectors)} vectors and {len(keywords)} "
            f"keyword rows with {folded} folded ones for {generation.count} passages"
        )
    return caches


def sweep(connection: sqlite3.Connection, store: Path) -> None:
    """Remove the folders that belong to no recorded generation, half-written ones among them.

    :param connection: open for writing, outside a transaction.
    :param store: the folder of the store.
    """
    for name in strays(connection, store):
        shutil.rmtree(store / FOLDER / name, ignore_errors=True)


def strays(connection: sqlite3.Connection, store: Path) -> list[str]:
    """List what lies under the folder of generations without being one.

    :param connection: to the store.
    :param store: its folder.
    :returns: names, sorted.
    """
    folder = store / FOLDER
    known = {str(row[0]) for row in connection.execute("SELECT n FROM generations WHERE count")}
    found = sorted(os.listdir(folder)) if folder.is_dir() else []
    return [name for name in found if name not in known and re.fullmatch(r"\d+(\.tmp)?", name)]


def read_sealed(store: Path, generation: Generation, name: str) -> bytes:
    """Read one file of a generation and check every byte.

    :param store: the folder of the store.
    :param generation: which, and what the file must be.
    :param name: of the file.
    :returns: its bytes.
    :raises CacheDamaged: the file is missing, or is not what was published.
    """
    path = store / FOLDER / str(generation.n) / name
    size, seal = generation.files.get(name, (0, ""))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CacheDamaged(f"{path}: {error.strerror}") from error
    if len(data) != size:
        raise CacheDamaged(f"{path} has {len(data)} bytes instead of {size}")
    if sha256(data) != seal:
        raise CacheDamaged(f"{path} does not have its recorded sha256")
    return data


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
