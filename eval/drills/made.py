"""What the drills work on: made articles, an encoder without weights, and what a store must hold
after each operation."""

import random
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qa.compaction import compact
from qa.datatypes import Article
from qa.indexing import index_articles
from qa.publishing import Progress
from qa.store import Store

WORDS, OVERLAP = 20, 0.25
IDS = tuple("abcdef")
_SYLLABLES = ("ba", "ke", "li", "mo", "ru", "sta", "fen", "dor", "win", "gal", "hep", "tor", "quo")

Model = Mapping[str, tuple[str, ...]]
"""The texts of each article by its id, first revision first."""


class MadeEncoder:
    """A hashed bag of words: equal words give equal directions."""

    id = "made"
    dim = 64

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts.

        :param texts: any.
        :returns: unit rows, shape ``(len(texts), 64)``.
        """
        rows = np.full((len(texts), self.dim), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[zlib.crc32(word.encode()) % self.dim] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts.

        :param texts: any.
        :returns: unit rows, shape ``(len(texts), 64)``.
        """
        return self.encode_queries(texts)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that is done to a store. ``texts`` are those that ``put`` indexes, by id; ``ids``
    those that ``remove`` removes."""

    kind: Literal["put", "remove", "rebuild", "compact"]
    texts: Mapping[str, str] = field(default_factory=dict)
    ids: tuple[str, ...] = ()


def perform(store: Store, operation: Operation, progress: Progress | None = None) -> None:
    """Do it.

    :param store: to which store.
    :param operation: what.
    :param progress: told of the steps of an index run.
    """
    actions: dict[str, Callable[[], object]] = {
        "put": lambda: _index(store, operation.texts, False, progress),
        "rebuild": lambda: _index(store, {}, True, progress),
        "remove": lambda: store.remove(operation.ids),
        "compact": lambda: compact(store),
    }
    actions[operation.kind]()


def after(model: Model, operation: Operation) -> Model:
    """Tell what a store must hold after an operation.

    :param model: what it held before.
    :param operation: what was done.
    :returns: what it holds now.
    """
    kept = {id: texts for id, texts in model.items() if id not in operation.ids}
    for id, text in operation.texts.items():
        known = kept.get(id, ())
        kept[id] = known if known[-1:] == (text,) else (*known, text)
    return kept


def some_text(chance: random.Random, words: int = 30) -> str:
    """Make a text of one paragraph that no other one is like.

    :param chance: where it comes from.
    :param words: how many.
    :returns: sentences of ten words.
    """
    said = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(words)]
    lines = [" ".join(said[at : at + 10]).capitalize() for at in range(0, words, 10)]
    return ". ".join(lines) + "."


def some_operation(chance: random.Random, model: Model) -> Operation:
    """Choose what is done next to a store.

    :param chance: where it comes from.
    :param model: what the store holds.
    :returns: most often an index run over a few articles.
    """
    kind = chance.choices(("put", "remove", "rebuild", "compact"), (6, 2, 1, 1))[0]
    if kind == "remove" and model:
        return Operation("remove", ids=tuple(chance.sample(sorted(model), 1)))
    if kind == "rebuild" and model:
        return Operation("rebuild")
    if kind == "compact":
        return Operation("compact")
    ids = chance.sample(IDS, chance.randint(1, 3))
    return Operation("put", {id: some_text(chance) for id in ids})


def filled(store: Store, model: Model) -> None:
    """Bring every revision of a model into a store, one index run for each.

    :param store: an empty one.
    :param model: what it is to hold.
    """
    for revision in range(max(map(len, model.values()))):
        texts = {id: known[revision] for id, known in model.items() if revision < len(known)}
        perform(store, Operation("put", texts))


def _index(
    store: Store, texts: Mapping[str, str], rebuild: bool, progress: Progress | None
) -> None:
    index_articles(
        store,
        [Article(id=id, text=text, origin=f"/news/{id}.txt") for id, text in texts.items()],
        encoder=MadeEncoder,
        encoder_id=MadeEncoder.id,
        passage_words=WORDS,
        passage_overlap=OVERLAP,
        rebuild=rebuild,
        progress=progress,
    )
