"""Texts to blocks: passages cut, embedded in batches and committed batch by batch."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder
from qa import blocks
from qa.errors import ModelError
from qa.generations import read_text
from qa.passages import Window, split
from qa.publishing import Progress
from qa.schema import transaction

BATCH_PASSAGES = 512


@dataclass(frozen=True, slots=True)
class Cut:
    """How texts become blocks: the passage windows, and who encodes them. ``load`` is called only
    when there is something to encode."""

    words: int
    overlap: float
    encoder_id: str
    load: Callable[[], Encoder]

    @property
    def scheme(self) -> str:
        """Name the way passages are cut."""
        return f"{self.words} words, overlap {self.overlap:g}"


def make_blocks(
    connection: sqlite3.Connection,
    store: Path,
    wanted: Mapping[int, str | None],
    cut: Cut,
    afresh: bool,
    progress: Progress,
) -> dict[int, int]:
    """Give every wanted text a block; those that an interrupted run has made are taken as they are.

    :param connection: open for writing, under the lock of the store.
    :param store: its folder, for messages.
    :param wanted: text id to the title that is embedded with its passages.
    :param cut: how passages are cut and encoded.
    :param afresh: whether blocks of the published generation are made again.
    :param progress: called as ``(texts, of texts, "embedding")``.
    :returns: text id to block id.
    :raises ModelError: the encoder gives other than one finite vector for a passage.
    :raises StoreError: a text is damaged.
    """
    key = (cut.encoder_id, cut.scheme)
    chosen = {
        text_id: block_id
        for text_id, title in wanted.items()
        if (block_id := blocks.find(connection, text_id, *key, title, afresh)) is not None
    }
    missing = [(text_id, title) for text_id, title in wanted.items() if text_id not in chosen]
    total = len(missing)
    encoder = _loaded(cut) if missing else None
    done = 0
    for group in _groups(connection, store, missing, cut):
        assert encoder is not None
        made = _encode(encoder, group, cut)
        with transaction(connection):
            chosen |= {block.text_id: blocks.save(connection, block) for block in made}
        done += len(group)
        progress(done, total, "embedding")
    return chosen


@dataclass(frozen=True, slots=True)
class _Pieces:
    text_id: int
    title: str | None
    windows: list[Window]
    strings: list[str]


def _loaded(cut: Cut) -> Encoder:
    encoder = cut.load()
    if encoder.id != cut.encoder_id:
        raise ModelError(
            f"The encoder calls itself '{encoder.id}', but '{cut.encoder_id}' was asked for. Its "
            "weights changed during this run; start it again."
        )
    return encoder


def _groups(
    connection: sqlite3.Connection,
    store: Path,
    missing: Iterable[tuple[int, str | None]],
    cut: Cut,
) -> Iterator[list[_Pieces]]:
    group: list[_Pieces] = []
    for text_id, title in missing:
        text = read_text(connection, store, text_id)
        windows = split(text, cut.words, cut.overlap)
        strings = [blocks.embedding_text(title, text[w.start : w.end]) for w in windows]
        group.append(_Pieces(text_id, title, windows, strings))
        if sum(len(pieces.strings) for pieces in group) >= BATCH_PASSAGES:
            yield group
            group = []
    if group:
        yield group


def _encode(encoder: Encoder, group: list[_Pieces], cut: Cut) -> list[blocks.Block]:
    strings = [string for pieces in group for string in pieces.strings]
    vectors = encoder.encode_documents(strings)
    if vectors.shape != (len(strings), encoder.dim) or not np.isfinite(vectors).all():
        raise ModelError(
            f"Encoder '{encoder.id}' gave vectors of shape {vectors.shape} for {len(strings)} "
            f"passages, or some that are not finite; {encoder.dim} dims were expected. Pass "
            "another --encoder."
        )
    made: list[blocks.Block] = []
    first = 0
    for pieces in group:
        last = first + len(pieces.windows)
        windows = np.array([(w.start, w.end) for w in pieces.windows], np.int32)
        made.append(
            blocks.Block(
                pieces.text_id,
                cut.encoder_id,
                cut.scheme,
                pieces.title,
                windows,
                vectors[first:last],
            )
        )
        first = last
    return made
