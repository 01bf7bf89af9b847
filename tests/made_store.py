"""Tiny stores for tests: articles in one line, indexed with the tiny encoder."""

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
