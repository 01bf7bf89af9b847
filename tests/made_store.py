"""Tiny stores for tests: articles in one line or of made words, indexed with the tiny encoder."""

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from conftest import TinyEncoder
from embeddings.encoder import Encoder
from qa.datatypes import Article, Skipped
from qa.indexing import IndexReport, index_articles
from qa.store import Store

HARBOUR = "The harbour hall opens in May. Mayor Ruth Adeyemi cut the ribbon."
BRIDGE = "The old bridge closed on Monday. Engineers found rust in two cables."
MARKET = "The night market returns to Dock Street with forty stalls."

SYLLABLES = ("ba", "ke", "li", "mo", "ru", "sta", "fen", "dor", "win", "gal", "hep", "tor", "quo")


def article(id: str, text: str, **rest: Any) -> Article:
    return Article(id=id, text=text, origin=rest.pop("origin", f"/news/{id}.txt"), **rest)


def index(
    store: Store,
    articles: Iterable[Article],
    encoder: Callable[[], Encoder] = TinyEncoder,
    encoder_id: str = "tiny",
    skipped: Sequence[Skipped] = (),
    roots: Sequence[Path] = (),
    **rest: Any,
) -> IndexReport:
    return index_articles(
        store,
        articles,
        encoder=encoder,
        encoder_id=encoder_id,
        passage_words=rest.pop("passage_words", 20),
        passage_overlap=0.25,
        skipped=skipped,
        roots=roots,
        **rest,
    )


def no_encoder() -> NoReturn:
    raise AssertionError("the encoder was loaded with nothing to embed")


class OtherEncoder(TinyEncoder):
    id = "other"
    dim = 32


class CountingEncoder(TinyEncoder):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> Any:
        self.texts.extend(texts)
        return super().encode_documents(texts)


def vocabulary(seed: int, size: int = 400) -> list[str]:
    """Small letters only; 'x' keeps them from being words that tell something."""
    chance = random.Random(seed)
    return ["x" + "".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(size)]


def prose(chance: random.Random, words: Sequence[str], sentences: int, length: int = 14) -> str:
    """Three sentences a paragraph; no number and no name in it."""
    told = []
    for _ in range(sentences):
        said = chance.choices(words, k=length)
        told.append(" ".join([said[0].capitalize(), *said[1:]]) + ".")
    return "\n\n".join(" ".join(told[at : at + 3]) for at in range(0, sentences, 3))


def edited(text: str, chance: random.Random, words: Sequence[str], share: float = 0.06) -> str:
    """Other words in the place of some that are neither names nor numbers nor end a sentence."""
    parts = text.split(" ")
    plain = [at for at, part in enumerate(parts) if part.isalpha() and part.islower()]
    for at in chance.sample(plain, round(share * len(parts))):
        parts[at] = chance.choice(words)
    return " ".join(parts)
