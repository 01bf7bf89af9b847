"""Whether the vectors are those of the passages: cached rows against stored ones, and stored ones
against what the encoder says today."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from qa import blocks, generations
from qa.blocks import Block
from qa.generations import Caches, Generation
from qa.schema import FILE

SAMPLE = 20
NEAR = 0.999  # cosine; another batch or another machine rounds, another text is far
_ALIKE = 0.01  # the most that a number of a cached vector may differ from the stored one


def cache_faults(
    connection: sqlite3.Connection, store: Path, generation: Generation, caches: Caches
) -> Iterator[str]:
    """Compare the rows of a search cache with the truth.

    :param connection: to the store.
    :param store: its folder, for messages.
    :param generation: the newest one.
    :param caches: what its files hold.
    :yields: one line for each article whose rows are another's, and for unknown texts.
    :raises StoreError: a block is damaged.
    """
    folder = store / generations.FOLDER / str(generation.n)
    first, known = 0, set()
    for block in blocks.live(connection, store):
        known.add(block.text_id)
        rows = np.arange(first, first + len(block.windows))
        first += len(rows)
        if first > len(caches.vectors) or not _alike(caches.vectors.vectors(rows), block.vectors):
            owners = blocks.owners(connection, block.text_id)
            yield f"{folder / generations.VECTORS}: the rows of {owners} are not its vectors"
    for text_id in sorted(set(caches.stories.members.ravel().tolist()) - known):
        yield f"{folder / generations.STORIES}: text {text_id} belongs to no current article"


def stale(
    connection: sqlite3.Connection,
    store: Path,
    generation: Generation,
    encoder: Callable[[], Encoder],
    sample: int = SAMPLE,
) -> Iterator[str]:
    """Embed some passages again and compare with what is stored.

    :param connection: to the store.
    :param store: its folder, for messages.
    :param generation: the newest one.
    :param encoder: gives the encoder; called only where there is a passage.
    :param sample: how many passages, drawn over all articles; the same ones for a generation.
    :yields: one line for each passage whose vector is not that of its words.
    :raises StoreError: the encoder is not that of the store, or a text or block is damaged.
    """
    drawn = random.Random(generation.n).sample(
        range(generation.count), min(sample, generation.count)
    )
    places = list(_passages(connection, store, frozenset(drawn)))
    if not places:
        return
    loaded = encoder()
    if loaded.id != generation.encoder:
        raise generations.other_encoder(store, generation, loaded.id)
    made = loaded.encode_documents([words for _, _, words, _ in places])
    for (block, number, _, stored), vector in zip(places, made, strict=True):
        if not float(vector @ stored) >= NEAR:  # also where it is not a number
            yield (
                f"{store / FILE}: {blocks.owners(connection, block.text_id)}: passage {number} "
                f"gives another vector now (cosine {float(vector @ stored):.3f}). Run "
                f"'pullquote index --rebuild --store {store}'."
            )


def _passages(
    connection: sqlite3.Connection, store: Path, rows: frozenset[int]
) -> Iterator[tuple[Block, int, str, NDArray[np.float32]]]:
    """Yield each drawn passage: its block, its number there, what was embedded, its vector."""
    first = 0
    for block in blocks.live(connection, store):
        numbers = [row - first for row in range(first, first + len(block.windows)) if row in rows]
        first += len(block.windows)
        if not numbers:
            continue
        text = generations.read_text(connection, store, block.text_id)
        for number in numbers:
            start, end = block.windows[number].tolist()
            words = blocks.embedding_text(block.title, text[start:end])
            yield block, number, words, block.vectors[number]


def _alike(cached: NDArray[np.float32], stored: NDArray[np.float32]) -> bool:
    return cached.shape == stored.shape and bool((np.abs(cached - stored) <= _ALIKE).all())
