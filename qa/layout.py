"""From a question and passages to the inputs of the reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.datatypes import Passage
from qa.remembered import Remembered
from qa.spans import bracket_counts, word_edges

MAX_LENGTH = 384
STRIDE = 128
QUESTION_TOKENS = 96
PREAMBLE_TOKENS = 48
REMEMBERED = 2048


def preamble(title: str | None, published: str | None) -> str:
    """Write what is read before a passage and can hold no answer: headline and date.

    :param title: the headline, or None.
    :param published: ISO date, or None.
    :returns: ``"Title. 2019-05-18. "``, or less.
    """
    return "".join(f"{part}. " for part in (title, published) if part)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text: ``ids`` of shape ``(n,)``, their character ranges ``offsets`` of shape
    ``(n, 2)``, which of them start and end a word, and how many brackets each opens less those it
    closes."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int32]
    starts: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    brackets: NDArray[np.int8]

    def part(self, low: int, high: int) -> "Tokens":
        """Give the tokens from ``low`` up to ``high``."""
        at = slice(low, high)
        edges = self.starts[at], self.ends[at]
        return Tokens(self.ids[at], self.offsets[at], *edges, self.brackets[at])


@dataclass(frozen=True, slots=True)
class Feature:
    """One model input: ``ids`` is ``[CLS] question [SEP] preamble passage-part [SEP]``.

    ``head`` is where the second part starts, ``first`` the place of the first of ``tokens``, those
    of passage ``row``; only these can start or end a span.
    """

    row: int
    ids: tuple[int, ...]
    head: int
    first: int
    tokens: Tokens


class Layout:
    """Lays out inputs, and remembers the tokens of the passages it saw last. Threads may share it.

    :param tokenizer: a ``tokenizers.Tokenizer`` that neither cuts nor pads.
    :param opening: id of the token before a question.
    :param closing: id of the token after a question and after a passage.
    :param remembered: how many passages to remember; about 3 kB each.
    """

    def __init__(
        self, tokenizer: Any, opening: int, closing: int, remembered: int = REMEMBERED
    ) -> None:
        self._tokenizer = tokenizer
        self._opening = opening
        self._closing = closing
        self._known: Remembered[str, Tokens] = Remembered(remembered)

    def features(self, question: str, passages: Sequence[Passage]) -> Iterator[Feature]:
        """Lay out the inputs; a passage beyond the window becomes several, overlapping.

        :param question: the question, as asked.
        :param passages: the passages to read.
        :yields: passage by passage; nothing for a passage without a token.
        """
        befores = [preamble(passage.title, passage.published) for passage in passages]
        asked, *befores_ids = self._ids([question.strip(), *befores])
        head = (self._opening, *asked[:QUESTION_TOKENS], self._closing)
        found = self._tokens([passage.text for passage in passages])
        for row, (before, tokens) in enumerate(zip(befores_ids, found, strict=True)):
            start = (*head, *before[:PREAMBLE_TOKENS])
            room = MAX_LENGTH - len(start) - 1
            for low in range(0, max(1, len(tokens.ids) - STRIDE), room - STRIDE):
                part = tokens.part(low, low + room)
                if len(part.ids):
                    ids = (*start, *part.ids.tolist(), self._closing)
                    yield Feature(row, ids, len(head), len(start), part)

    def _ids(self, texts: list[str]) -> list[list[int]]:
        found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [encoding.ids for encoding in found]

    def _tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Give the tokens of texts; what is not known yet is made, and known from then on."""
        found = {text: self._known.get(text) for text in texts}
        new = [text for text, tokens in found.items() if tokens is None]
        encoded = self._tokenizer.encode_batch(new, add_special_tokens=False)
        made = {text: _packed(text, encoding) for text, encoding in zip(new, encoded, strict=True)}
        for text, tokens in made.items():
            self._known.put(text, tokens)
        return [found[text] or made[text] for text in texts]


def _packed(text: str, encoding: Any) -> Tokens:
    offsets = np.array(encoding.offsets, np.int32).reshape(-1, 2)
    return Tokens(
        np.array(encoding.ids, np.int32),
        offsets,
        *word_edges(text, offsets),
        bracket_counts(text, offsets),
    )
