"""Embedding against a peer: turns and recall."""

from collections.abc import Sequence

import numpy as np

from eval.indexing_speed import Encode, Vectors, recall, take_turns


def test_every_way_embeds_every_text_once_and_each_begins_in_turn() -> None:
    order: list[tuple[str, list[str]]] = []

    def way(name: str) -> Encode:
        def encode(texts: Sequence[str]) -> Vectors:
            order.append((name, list(texts)))
            return np.array([[float(text)] for text in texts], np.float32)

        return encode

    found = take_turns({"a": way("a"), "b": way("b")}, ["1", "2", "3"], 2)
    assert order == [("a", ["1"]), ("b", ["1"]), ("b", ["2", "3"]), ("a", ["2", "3"])]
    assert found["a"].vectors.tolist() == found["b"].vectors.tolist() == [[1], [2], [3]]
    assert found["a"].wall > 0


def test_recall_counts_articles_and_not_passages() -> None:
    passages = np.array([[1.0 - n / 100] for n in range(8)], np.float32)
    question = np.ones((1, 1), np.float32)
    owners = ["a", "a", "a", "b", "c", "d", "e", "f"]
    assert recall(passages, owners, question, [["e"]]) == 100
    assert recall(passages, owners, question, [["f"]]) == 0
