"""Near-copies: which texts carry one story, told by the words they share.

Signatures find the pairs worth a look (MinHash, Broder 1997; banded as in Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, 3.4); shared words decide. Both are the same on every run.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Signatures = NDArray[np.uint32]

SHINGLE = 4  # words; two reports of one event rarely share four in a row but in quotes
LEAST_WORDS = 25  # a shorter text has too little in it to tell a copy from chance
SLOTS, BAND = 128, 2
SEED = 7
KIND = f"rensa-2 {SLOTS} slots, seed {SEED}, {SHINGLE} words"
LIKE = 8  # slots two signatures must agree in; those of a copy cut to a quarter agree in about 19
OF_SHORTER, OF_LONGER = 0.5, 0.2  # shares of words that make a copy, and keep a digest from it
REACH = 32  # members of one bucket that are paired with each other

_WORD = re.compile(r"\w+")
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
_BATCH = 512


def word_spans(text: str) -> list[tuple[int, int]]:
    """Find the words of a text.

    :param text: any text.
    :returns: start and end of each, in characters.
    """
    return [match.span() for match in _WORD.finditer(text)]


def shingles(texts: Sequence[str]) -> list[Hashes]:
    """Hash every run of four words of each text; case and punctuation do not count.

    :param texts: any texts.
    :returns: for each text the hashes by the position of their first word, shape
        ``(max(0, words - 3),)``.
    """
    from rensa import RMinHash

    words = [[word.casefold() for word in _WORD.findall(text)] for text in texts]
    hashed = RMinHash.hash_token_sets(words)
    return [_shingled(np.array(row, dtype=np.uint64)) for row in hashed]


def _shingled(words: Hashes) -> Hashes:
    count = max(0, len(words) - SHINGLE + 1)
    mixed = np.zeros(count, dtype=np.uint64)
    for place, factor in enumerate(_MIX):
        mixed += words[place : place + count] * np.uint64(factor)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def sign(texts: Sequence[str]) -> Signatures:
    """Make the MinHash signatures of texts.

    :param texts: any texts.
    :returns: shape ``(n, 128)``; zeros for a text of fewer than 25 words.
    """
    parts = [_sign(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
    return np.concatenate([np.empty((0, SLOTS), np.uint32), *parts])


def _sign(texts: Sequence[str]) -> Signatures:
    from rensa import RMinHash

    rows = shingles(texts)
    ends = np.cumsum([0, *map(len, rows)]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(np.concatenate(rows), ends, SLOTS, SEED)
    signatures: Signatures = np.array(matrix.to_rows(), dtype=np.uint32).reshape(-1, SLOTS)
    signatures[[len(row) + SHINGLE - 1 < LEAST_WORDS for row in rows]] = 0
    return signatures


def find_stories(texts: Sequence[str], signatures: Signatures | None = None) -> list[int]:
    """Find which texts carry one story: copies with cuts, edits or another headline among them.

    A text joins the story whose first text it is a copy of, or most of whose texts, so that a
    digest of several stories does not chain them together.

    :param texts: earliest first; only those that may be copies are looked at.
    :param signatures: of the texts, from :func:`sign`; None makes them.
    :returns: for each text the position of the first text of its story: its own where it stands
        alone.
    """
    signed = sign(texts) if signatures is None else signatures
    first = list(range(len(texts)))
    size = Counter(first)
    for late, earlier in _links(texts, _candidates(signed)):
        counts = Counter(first[early] for early in earlier)
        fitting = [n for n in counts if n in earlier or 2 * counts[n] > size[n]]
        if fitting:
            first[late] = min(fitting, key=lambda n: (-counts[n], n))
            size[first[late]] += 1
    return first


def _links(
    texts: Sequence[str], candidates: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, set[int]]]:
    """Yield each text that is a copy with the earlier ones it is a copy of, in order."""
    shingled: Callable[[int], Hashes] = lru_cache(4096)(lambda at: shingles([texts[at]])[0])
    earlier: dict[int, set[int]] = {}
    for late, early in candidates:
        if is_copy(shingled(early), shingled(late)):
            earlier.setdefault(late, set()).add(early)
    yield from earlier.items()


def is_copy(one: Hashes, other: Hashes) -> bool:
    """Tell whether two texts carry one story: half the words of the shorter stand in runs of four
    that the longer has too, and they are a fifth of the longer.

    :param one: from :func:`shingles`.
    :param other: from :func:`shingles`.
    :returns: whether they do.
    """
    shorter, longer = sorted((one, other), key=len)
    shared = int(covered(shorter, longer).sum())
    words = len(shorter) + SHINGLE - 1, len(longer) + SHINGLE - 1
    return shared >= OF_SHORTER * words[0] and shared >= OF_LONGER * words[1]


def covered(text: Hashes, by: Hashes) -> NDArray[np.bool_]:
    """Mark the words of a text that stand in a run of four that another text has too.

    :param text: from :func:`shingles`.
    :param by: those of the other text.
    :returns: shape ``(words,)``.
    """
    shared = np.isin(text, by)
    marks = np.zeros(len(text) + SHINGLE - 1, dtype=np.bool_)
    for place in range(SHINGLE):
        marks[place : place + len(text)] |= shared
    return marks


def _candidates(signatures: Signatures) -> list[tuple[int, int]]:
    """Find the pairs (later, earlier) whose signatures agree in a band and in enough slots."""
    rows = np.flatnonzero(signatures.any(axis=1))
    count = len(signatures)
    bands = np.ascontiguousarray(signatures[rows]).view(np.uint64).reshape(len(rows), SLOTS // BAND)
    found = [np.empty(0, np.int64)]
    for band in range(bands.shape[1]):
        found.append(np.unique(_neighbours(bands[:, band], rows, count)))
    pairs = np.unique(np.concatenate(found))
    late, early = pairs // max(count, 1), pairs % max(count, 1)
    alike = _agreeing(signatures, late, early) >= LIKE
    return list(zip(late[alike].tolist(), early[alike].tolist(), strict=True))


def _neighbours(keys: Hashes, rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Pair the rows of each bucket, as ``later * count + earlier``."""
    order = np.argsort(keys, kind="stable")
    ordered, placed = keys[order], rows[order]
    starts = np.searchsorted(ordered, ordered)
    in_company = np.flatnonzero(starts != np.arange(len(starts)))
    found = [placed[in_company] * count + placed[starts[in_company]]]
    for step in range(1, REACH):
        same = np.flatnonzero(ordered[step:] == ordered[:-step])
        if not len(same):
            break
        found.append(placed[same + step] * count + placed[same])
    return np.concatenate(found)


def _agreeing(
    signatures: Signatures, late: NDArray[np.int64], early: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the slots in which pairs agree, a part at a time to bound the memory."""
    parts = [np.empty(0, np.int64)]
    for at in range(0, len(late), 65_536):
        pair = signatures[late[at : at + 65_536]], signatures[early[at : at + 65_536]]
        parts.append((pair[0] == pair[1]).sum(axis=1))
    return np.concatenate(parts)
