"""The second stage of ranking: how far down the passages found are read, and how they rank then.

A passage is worth the margin of its best span over its own null, in logits, plus its retrieval
score times a weight.
"""

from collections.abc import Sequence
from itertools import takewhile

from embeddings.threads import cores
from qa.datatypes import Hit, Span
from qa.reader import Reader

READ_ALL = 100.0
"""The depth with which all passages are read."""


def worth(margin: float, hit: Hit, weight: float) -> float:
    """Mix what the reader and the search say of a passage.

    :param margin: of a span in it, over the null of the passage, in logits.
    :param hit: the passage.
    :param weight: logits that a retrieval score of 1 is worth.
    :returns: logits; they order spans and passages, and decide nothing.
    """
    return margin + weight * hit.score


def read_enough(
    reader: Reader, question: str, hits: Sequence[Hit], weight: float, depth: float
) -> list[list[Span]]:
    """Read passages in the order of the search, until those below cannot come first.

    A passage is read as long as a margin of less than ``depth`` would let it overtake the best span
    so far. Only spans that beat their null count for that, so which passages are read does not
    depend on those that lose to theirs; nor does it on how many are read at a time.

    :param reader: what reads.
    :param question: as asked.
    :param hits: in descending order of their scores.
    :param weight: logits that a retrieval score of 1 is worth.
    :param depth: the margin that no passage below is expected to reach, in logits.
    :returns: for every passage that was read its spans, best first.
    """
    read: list[list[Span]] = []
    ahead: list[list[Span]] = []
    best = float("-inf")

    def in_reach(hit: Hit) -> bool:
        return depth >= READ_ALL or best - worth(0.0, hit, weight) < depth

    for place, hit in enumerate(hits):
        if not in_reach(hit):
            break
        if not ahead:
            most = max(2, cores()) * (2 if place else 1)  # several share out more evenly
            some = list(takewhile(in_reach, hits[place : place + most]))
            ahead = reader.read(question, [one.passage for one in some])
        spans = ahead.pop(0)
        if spans and spans[0].margin > 0:
            best = max(best, worth(spans[0].margin, hit, weight))
        read.append(spans)
    return read


def ranked(hits: Sequence[Hit], spans: Sequence[Sequence[Span]], weight: float) -> list[Hit]:
    """Order passages by what they are worth once read.

    :param hits: in descending order of their scores.
    :param spans: of the first of them, which were read, their spans, best first.
    :param weight: logits that a retrieval score of 1 is worth.
    :returns: those that were read, best first, one without a span last; then the others as they
        were.
    """
    values = [
        worth(found[0].margin, hit, weight) if found else float("-inf")
        for hit, found in zip(hits[: len(spans)], spans, strict=True)
    ]
    order = sorted(range(len(spans)), key=lambda place: -values[place])
    return [*(hits[place] for place in order), *hits[len(spans) :]]
