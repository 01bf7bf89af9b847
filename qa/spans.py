"""Logits to ranked spans. Pure numpy; tokens in, tokens out."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIKELY = 20
"""So many spans at most are added up."""

LEAST = 8.0
"""Logits by which a span may be behind the best to be added up."""

_TURNS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """Tokens ``first`` to ``last``, both inclusive; ``logit`` is start logit + end logit. ``worth``
    orders spans: the log of the sum of the exponentials of the logits of all that say the same."""

    first: int
    last: int
    logit: float
    worth: float


def best_spans(
    start_logits: NDArray[np.float32],
    end_logits: NDArray[np.float32],
    starts: NDArray[np.bool_],
    ends: NDArray[np.bool_],
    max_tokens: int,
    top: int,
    brackets: NDArray[np.int8] | None = None,
    says: Callable[[int, int], Hashable] | None = None,
) -> list[TokenSpan]:
    """Rank spans by what they are worth and keep the best of those that overlap.

    An answer may be marked in several ways, with its article and without, here and there in a
    passage, and the reader shares out what it believes among them; so what counts is what all
    spans that say the same are worth together (the sum over the places of an answer; Kadlec et
    al. 2016, attention sum).

    :param start_logits: shape ``(n,)``.
    :param end_logits: shape ``(n,)``.
    :param starts: shape ``(n,)``, tokens a span may start at.
    :param ends: shape ``(n,)``, tokens a span may end at.
    :param max_tokens: the longest span.
    :param top: how many spans to give at most.
    :param brackets: shape ``(n,)``, how many brackets a token opens less those it closes. A span
        closes what it opens, and nothing else: not "48 km (30". None where there are no brackets.
    :param says: from first and last token to what the span says, the same for all that say the
        same; None where no two do.
    :returns: spans that do not overlap, best first; empty where no span is allowed.
    """
    scores = np.add.outer(
        np.where(starts, start_logits, -np.inf), np.where(ends, end_logits, -np.inf)
    )
    length = np.arange(scores.shape[1])[None, :] - np.arange(scores.shape[0])[:, None] + 1
    scores[(length < 1) | (length > max_tokens)] = -np.inf
    if brackets is not None and brackets.any():
        scores[_unbalanced(brackets)] = -np.inf
    if says is not None and scores.size:
        _pool(scores, says)
    spans: list[TokenSpan] = []
    while len(spans) < top and scores.size:
        first, last = divmod(int(scores.argmax()), scores.shape[1])
        worth = float(scores[first, last])
        if worth == -np.inf:
            break
        spans.append(TokenSpan(first, last, float(start_logits[first] + end_logits[last]), worth))
        scores[: last + 1, first:] = -np.inf
    return spans


def _pool(scores: NDArray[np.float32], says: Callable[[int, int], Hashable]) -> None:
    """Let the best of the likeliest spans that say the same stand for all of them."""
    flat = scores.ravel()
    best = flat.max()
    near = np.flatnonzero(flat > best - LEAST) if best > -np.inf else np.empty(0, np.int64)
    if len(near) > LIKELY:
        near = near[np.argpartition(-flat[near], LIKELY)[:LIKELY]]
    groups: dict[Hashable, list[int]] = {}
    for place in near[np.argsort(-flat[near], kind="stable")].tolist():
        groups.setdefault(says(*divmod(place, scores.shape[1])), []).append(place)
    for first, *others in groups.values():
        if others:
            flat[first] = np.logaddexp.reduce(flat[[first, *others]])
            flat[others] = -np.inf


def _unbalanced(brackets: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Mark the spans, by first and last token, that leave a bracket open or close one that was
    open before."""
    after = np.cumsum(brackets, dtype=np.int64)
    before = after - brackets
    within = np.triu(np.broadcast_to(after, (len(after), len(after))))
    within += np.tril(np.full_like(within, len(after) + 1), -1)  # what lies before the span
    lowest = np.minimum.accumulate(within, axis=1)
    found: NDArray[np.bool_] = (after[None, :] != before[:, None]) | (lowest < before[:, None])
    return found


def bracket_counts(text: str, offsets: NDArray[np.int32]) -> NDArray[np.int8]:
    """Count the brackets in tokens.

    :param text: the text that was tokenised.
    :param offsets: shape ``(n, 2)``, character range of every token in it.
    :returns: shape ``(n,)``: how many each opens less those it closes.
    """
    open_by = np.cumsum([0, *(_TURNS.get(letter, 0) for letter in text)], dtype=np.int64)
    return (open_by[offsets[:, 1]] - open_by[offsets[:, 0]]).astype(np.int8)


def word_edges(
    text: str, offsets: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell where words start and end, so that no span cuts through one.

    :param text: the text that was tokenised.
    :param offsets: shape ``(n, 2)``, character range of every token in it.
    :returns: two masks of shape ``(n,)``: tokens that start a word, tokens that end one.
    """
    lettered = np.array([*map(str.isalnum, text), False])  # the last stands before the first, too
    inside = lettered & np.roll(lettered, 1)
    return ~inside[offsets[:, 0]], ~inside[offsets[:, 1]]
