"""The stories of a generation: which texts carry one, and which passages are said already.

The signatures of texts are kept in the truth, so that a publication signs only what is new; the
rest is made from them with each generation and lies beside its search caches.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.copies import KIND, SLOTS, Signatures, find_stories, sign
from qa.folding import Version, counterparts
from qa.schema import sha256

Pairs = NDArray[np.int32]
ReadText = Callable[[int], str]

EARLIER = 16  # versions of a story, earliest first, that a later one is compared with
_BATCH = 512

_TEXTS = """SELECT text_id, text_sha256 FROM editions WHERE current
    ORDER BY published IS NULL, substr(published || '-00-00', 1, 10), number"""
_KEPT = "SELECT text_id, kind, sha256, signature FROM signatures"


@dataclass(frozen=True, slots=True)
class Stories:
    """``members`` pairs each text of a story with its earliest text. ``folded`` pairs a row with a
    row of an earlier text of its story that says the same: by row, earliest text first, and the
    nearest row of that text first."""

    members: Pairs
    folded: Pairs

    def to_bytes(self) -> bytes:
        """Serialise; ``from_bytes`` gives it back."""
        from safetensors.numpy import save

        return bytes(save({"members": self.members, "folded": self.folded}))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Stories":
        """Read what ``to_bytes`` wrote.

        :param data: the bytes.
        :returns: the stories.
        :raises ValueError: the bytes are not such a file.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            arrays = load(data)
            return cls(arrays["members"].reshape(-1, 2), arrays["folded"].reshape(-1, 2))
        except (SafetensorError, KeyError) as error:
            raise ValueError(f"not a file of stories: {error}") from error

    def stand_ins(self, count: int) -> NDArray[np.int64]:
        """Tell which row stands for each row when nothing is restricted.

        :param count: how many rows there are.
        :returns: shape ``(count,)``: its own number for a row that is not folded, else that of the
            nearest row of the earliest text that says the same.
        """
        standing = np.arange(count)
        rows, firsts = np.unique(self.folded[:, 0], return_index=True)
        standing[rows] = self.folded[firsts, 1]
        while (standing[standing] != standing).any():  # each step goes to an earlier text
            standing = standing[standing]
        return standing


def find(
    connection: sqlite3.Connection, texts: NDArray[np.int32], windows: Pairs, read: ReadText
) -> Stories:
    """Find the stories among the current texts.

    :param connection: to the store.
    :param texts: text id of each row, shape ``(n,)``.
    :param windows: start and end of each row in its text, shape ``(n, 2)``.
    :param read: gives the text of an id.
    :returns: the stories.
    """
    ids, signatures, _ = signed_texts(connection, read)
    first = find_stories(_Texts(ids, read), signatures)
    versions: dict[int, list[int]] = {}
    for text_id, head in zip(ids, first, strict=True):
        versions.setdefault(ids[head], []).append(text_id)
    shared = {head: members for head, members in versions.items() if len(members) > 1}
    owned = _rows(texts)
    folded = [
        pair
        for members in shared.values()
        for pair in _fold([(read(t), windows[owned[t]], owned[t]) for t in members if t in owned])
    ]
    joined = [(text_id, head) for head, members in shared.items() for text_id in members]
    return Stories(_pairs(joined), _pairs(sorted(folded, key=lambda pair: pair[0])))


def _pairs(pairs: Sequence[tuple[int, int]]) -> Pairs:
    return np.array(pairs, np.int32).reshape(-1, 2)


def _rows(texts: NDArray[np.int32]) -> dict[int, slice]:
    """Tell which rows are of each text; those of one text lie together."""
    ids, starts, counts = np.unique(texts, return_index=True, return_counts=True)
    places = zip(ids.tolist(), starts.tolist(), counts.tolist(), strict=True)
    return {text_id: slice(start, start + count) for text_id, start, count in places}


def _fold(members: Sequence[tuple[str, Pairs, slice]]) -> Iterator[tuple[int, int]]:
    """Yield the folded rows of one story with the earlier rows that say the same."""
    versions = [Version.of(text, windows) for text, windows, _ in members]
    starts = [rows.start for _, _, rows in members]
    for late in range(1, len(members)):
        for early in range(min(late, EARLIER)):
            said = counterparts(versions[late], versions[early])
            for place, nearest in said.items():
                yield from ((starts[late] + place, starts[early] + n) for n in nearest)


@dataclass(frozen=True, slots=True)
class _Texts(Sequence[str]):
    """Texts by their place, read when they are asked for."""

    ids: Sequence[int]
    read: ReadText

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        return self.read(self.ids[place])


def keep_signatures(connection: sqlite3.Connection, read: ReadText) -> None:
    """Sign the current texts that have no sound signature.

    :param connection: inside the transaction that publishes.
    :param read: gives the text of an id.
    """
    ids, signatures, made = signed_texts(connection, read)
    digests = dict(connection.execute(_TEXTS))
    for place in made:
        blob = _packed(signatures[place])
        row = (ids[place], KIND, _seal(KIND, digests[ids[place]], blob), blob)
        connection.execute("INSERT OR REPLACE INTO signatures VALUES (?, ?, ?, ?)", row)


def faults(connection: sqlite3.Connection) -> Iterator[int]:
    """Find the texts whose signature is missing or damaged.

    :param connection: to the store.
    :yields: ids of current texts.
    """
    digests = dict(connection.execute(_TEXTS))
    yield from sorted(digests.keys() - _sound(connection, digests).keys())


def signed_texts(
    connection: sqlite3.Connection, read: ReadText
) -> tuple[list[int], Signatures, list[int]]:
    """Give the current texts with their signatures.

    :param connection: to the store.
    :param read: gives the text of an id.
    :returns: their ids, earliest first, the signatures, and the places of those that had to be
        made.
    """
    digests = dict(connection.execute(_TEXTS))
    ids = list(digests)
    sound = _sound(connection, digests)
    signatures = np.zeros((len(ids), SLOTS), np.uint32)
    missing: list[int] = []
    for place, text_id in enumerate(ids):
        if text_id in sound:
            signatures[place] = sound[text_id]
        else:
            missing.append(place)
    for at in range(0, len(missing), _BATCH):
        some = missing[at : at + _BATCH]
        signatures[some] = sign([read(ids[place]) for place in some])
    return ids, signatures, missing


def _sound(connection: sqlite3.Connection, digests: dict[int, str]) -> dict[int, Signatures]:
    found: dict[int, Signatures] = {}
    for text_id, kind, seal, blob in connection.execute(_KEPT):
        if text_id in digests and kind == KIND and seal == _seal(kind, digests[text_id], blob):
            found[text_id] = np.frombuffer(blob, "<u4") if blob else np.zeros(SLOTS, np.uint32)
    return found


def _packed(signature: Signatures) -> bytes:
    return signature.astype("<u4").tobytes() if signature.any() else b""


def _seal(kind: str, text_sha256: str, blob: bytes) -> str:
    return sha256(json.dumps((kind, text_sha256)).encode() + blob)
