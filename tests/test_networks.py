"""Both forward passes give the same scores, whatever they are read beside."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.bert import Bert, load_weights, need
from embeddings.encoder import read_config
from embeddings.mean_encoder import load_tokenizer
from qa.datatypes import Passage
from qa.layout import Feature, Layout
from qa.networks import PackedNetwork, PaddedNetwork
from tiny_reader import tiny_base


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("reader"))


def features(folder: Path) -> list[Feature]:
    texts = ["Abe met Trump in Tokyo.", "It rained for three days. " * 9, "Nobody came."]
    passages = [Passage("a", 1, 0, len(text), text, "Talks", "2019") for text in texts]
    return list(Layout(load_tokenizer(folder), 101, 102).features("Who met?", passages))


@pytest.mark.parametrize("threads", [1, 2])
def test_packed_scores_are_the_padded_ones(
    folder: Path, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("embeddings.bert", "qa.networks"):
        monkeypatch.setattr(f"{module}.computes_bfloat16", lambda: False)
    padded, _ = PaddedNetwork.load(str(folder))
    weights = load_weights(folder)
    head = need(weights, "qa_outputs.weight", "qa_outputs.bias")
    packed = PackedNetwork(Bert(read_config(folder), weights), head, threads)
    inputs = features(folder)
    pairs = zip(packed.logits(inputs), padded.logits(inputs), inputs, strict=True)
    for one, other, feature in pairs:
        assert one.shape == other.shape == (2, len(feature.ids))
        np.testing.assert_allclose(one, other, atol=1e-3)
    assert packed.logits([]) == padded.logits([]) == []


def test_passage_read_again_is_laid_out_the_same(folder: Path) -> None:
    layout = Layout(load_tokenizer(folder), 101, 102, remembered=1)
    passages = [Passage("a", 1, 0, 5, text) for text in ("Tokyo", "Osaka", "Tokyo")]
    first, again = (list(layout.features("Where?", passages)) for _ in range(2))
    assert [f.ids for f in first] == [f.ids for f in again]
    assert first[0].ids == first[2].ids != first[1].ids
    assert first[0].tokens.offsets.tolist() == [[0, 5]]
