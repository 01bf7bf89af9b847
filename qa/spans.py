"""Logits to ranked spans. Pure numpy; tokens in, tokens out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """Tokens ``first`` to ``last``, both inclusive; ``logit`` is start logit + end logit."""

    first: int
    last: int
    logit: float


def best_spans(
    start_logits: NDArray[np.float32],
    end_logits: NDArray[np.float32],
    starts: NDArray[np.bool_],
    ends: NDArray[np.bool_],
    max_tokens: int,
    top: int,
    brackets: NDArray[np.int8] | None = None,
) -> list[TokenSpan]:
    """Rank spans by start + end logit and keep the best of those that overlap.

    :param start_logits: shape ``(n,)``.
    :param end_logits: shape ``(n,)``.
    :param starts: shape ``(n,)``, tokens a span may start at.
    :param ends: shape ``(n,)``, tokens a span may end at.
    :param max_tokens: the longest span.
    :param top: how many spans to give at most.
    :param brackets: shape ``(n,)``, how many brackets a token opens less those it closes. A span
        closes what it opens, and nothing else: not "48 km (30". None where there are no brackets.
    :returns: spans that do not overlap, best first; empty where no span is allowed.
    """
    scores = np.add.outer(
        np.where(starts, start_logits, -np.inf), np.where(ends, end_logits, -np.inf)
    )
    length = np.arange(scores.shape[1])[None, :] - np.arange(scores.shape[0])[:, None] + 1
    scores[(length < 1) | (length > max_tokens)] = -np.inf
    if brackets is not None and brackets.any():
        scores[_unbalanced(brackets)] = -np.inf
    spans: list[TokenSpan] = []
    while len(spans) < top and scores.size:
        first, last = divmod(int(scores.argmax()), scores.shape[1])
        logit = float(scores[first, last])
        if logit == -np.inf:
            break
        spans.append(TokenSpan(first, last, logit))
        scores[: last + 1, first:] = -np.inf
    return spans


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


def bracket_counts(text: str, offsets: Sequence[tuple[int, int]]) -> NDArray[np.int8]:
    """Count the brackets in tokens.

    :param text: the text that was tokenised.
    :param offsets: character range of every token in it.
    :returns: shape ``(n,)``: how many each opens less those it closes.
    """
    pieces = [text[low:high] for low, high in offsets]
    found = [sum(map(p.count, "([{")) - sum(map(p.count, ")]}")) for p in pieces]
    return np.array(found, dtype=np.int8)


def word_edges(
    text: str, offsets: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell where words start and end, so that no span cuts through one.

    :param text: the text that was tokenised.
    :param offsets: character range of every token in it.
    :returns: two masks of shape ``(n,)``: tokens that start a word, tokens that end one.
    """
    starts = [low == 0 or not _inside_word(text, low) for low, _ in offsets]
    ends = [high >= len(text) or not _inside_word(text, high) for _, high in offsets]
    return np.array(starts, dtype=bool), np.array(ends, dtype=bool)


def _inside_word(text: str, position: int) -> bool:
    """Tell whether letters or digits stand on both sides of a position."""
    return text[position - 1].isalnum() and text[position].isalnum()
