"""Damaged bytes in any file of a store are found and named, or change nothing."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import TinyEncoder
from embeddings.index import VectorIndex
from eval.drills import damage
from made_store import BRIDGE, HARBOUR, MARKET, OtherEncoder, article, index
from qa import generations
from qa.store import Store, check


@pytest.mark.parametrize("seed", [*range(5), 7, 9, 31, 40, 91])  # from 7 on: pages astray
def test_damage_is_found_or_changes_nothing(tmp_path: Path, seed: int) -> None:
    assert damage.is_found(tmp_path, seed, 100).failures == ()


def test_damage_that_nobody_finds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "check", lambda path: [])
    looks = count()
    monkeypatch.setattr(damage, "seen", lambda path: [next(looks)])
    [*failures] = damage.is_found(tmp_path, 0, 2).failures
    assert len(failures) == 2
    assert "something else is seen, and check says nothing" in failures[0]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    texts = {"a": HARBOUR, "b": BRIDGE, "c": MARKET}
    index(made, [article(id, text) for id, text in texts.items()])
    return made


def test_vectors_embedded_again_are_those_stored(store: Store) -> None:
    assert check(store.path, encoder=TinyEncoder) == []


def test_vector_that_is_not_of_its_words_is_found(store: Store) -> None:
    class Turned(TinyEncoder):
        def encode_documents(self, texts: Sequence[str]) -> Any:
            return super().encode_documents(["something else"] * len(texts))

    found = check(store.path, encoder=Turned, sample=2)
    assert len(found) == 2
    assert "passage 0 gives another vector now (cosine 0." in found[0]


def test_other_encoder_is_told_and_empty_store_asks_for_none(store: Store, tmp_path: Path) -> None:
    [line] = check(store.path, encoder=OtherEncoder)
    assert "was built with encoder 'tiny' (64 dims); this run uses 'other'" in line
    assert check(Store.create(tmp_path / "none").path, encoder=OtherEncoder) == []


def test_cache_rows_of_other_articles_are_found(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = generations.read

    def swapped(path: Path, generation: generations.Generation) -> generations.Caches:
        caches = read(path, generation)
        rows = caches.vectors.vectors(np.array([1, 0, 2]))
        return generations.Caches(VectorIndex.from_vectors(rows), caches.keywords, caches.stories)

    monkeypatch.setattr(generations, "read", swapped)
    found = check(store.path)
    assert [line.split(": ", 1)[1].split(".")[0] for line in found] == [
        "the rows of article 'a' are not its vectors",
        "the rows of article 'b' are not its vectors",
    ]
    assert check(store.path, deep=False) == []
