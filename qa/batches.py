"""Training examples as token ids, and batches of one length.

Batches hold examples of one exact length (contexts are trimmed at the far side of the answer to a
multiple of eight tokens), so no attention mask and no padding is needed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

LENGTH_STEP = 8
EXACT_BELOW = 96


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of one question and one passage. ``start`` and ``end`` are inclusive positions
    within ``passage``; both None when the passage does not answer. ``preamble`` holds the title
    and date, which are read but can hold no answer."""

    question: tuple[int, ...]
    preamble: tuple[int, ...]
    passage: tuple[int, ...]
    start: int | None = None
    end: int | None = None


def trimmed_length(example: Example, max_length: int) -> int:
    """Give the length an example is brought to: its own while short, else a multiple of eight,
    unless that would cut into the answer."""
    around = len(example.question) + len(example.preamble) + 3
    size = around + len(example.passage)
    if size < EXACT_BELOW:
        return size
    length = min(size, max_length) // LENGTH_STEP * LENGTH_STEP
    answer = 0
    if example.start is not None and example.end is not None:
        answer = example.end - example.start + 1
    return length if around + answer <= length else min(size, max_length)


def assemble(
    example: Example, cls: int, sep: int, max_length: int
) -> tuple[list[int], int, int, int]:
    """Lay one example out as ``[CLS] question [SEP] preamble passage [SEP]``.

    What must go to reach ``trimmed_length`` is taken from the end of the passage that is farther
    from the answer.

    :param example: what to lay out.
    :param cls: id of the ``[CLS]`` token.
    :param sep: id of the ``[SEP]`` token.
    :param max_length: the most tokens.
    :returns: token ids, length of the first segment, start and end position (0, 0 = null).
    """
    head = [cls, *example.question, sep]
    room = trimmed_length(example, max_length) - len(head) - len(example.preamble) - 1
    low = 0
    if example.start is not None and example.end is not None and example.end >= room:
        before, after = example.start, len(example.passage) - 1 - example.end
        low = len(example.passage) - room if before > after else max(0, example.end + 1 - room // 2)
        low = min(low, len(example.passage) - room, example.start)
    passage = example.passage[low : low + room]
    ids = [*head, *example.preamble, *passage, sep]
    if example.start is None or example.end is None or example.end - low >= len(passage):
        return ids, len(head), 0, 0
    offset = len(head) + len(example.preamble) - low
    return ids, len(head), example.start + offset, example.end + offset


def plan_batches(
    examples: Sequence[Example], batch_tokens: int, max_length: int, seed: int
) -> list[list[int]]:
    """Group example numbers by trimmed length into batches of about ``batch_tokens``, shuffled.

    :param examples: the whole training set.
    :param batch_tokens: about how many tokens a batch holds.
    :param max_length: the most tokens of an example.
    :param seed: decides the order.
    :returns: lists of positions in ``examples``, the same ones for the same seed.
    """
    rng = random.Random(seed)
    by_length: dict[int, list[int]] = {}
    for number in rng.sample(range(len(examples)), len(examples)):
        by_length.setdefault(trimmed_length(examples[number], max_length), []).append(number)
    batches = []
    for length, members in by_length.items():
        size = max(1, batch_tokens // length)
        batches += [members[low : low + size] for low in range(0, len(members), size)]
    rng.shuffle(batches)
    return batches
