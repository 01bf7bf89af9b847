"""Both forward passes give the same scores, whatever they are read beside."""

from pathlib import Path

import numpy as np
import pytest
import torch

from embeddings.bert import Bert, load_weights, need
from embeddings.dense import EightBitDense
from embeddings.encoder import read_config
from embeddings.mean_encoder import load_tokenizer
from qa.datatypes import Passage
from qa.layout import Feature, Layout
from qa.networks import PackedNetwork, PaddedNetwork, Skim
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


def skimming(folder: Path, margin: float) -> PackedNetwork:
    """The network, guessing after its first layer."""
    chance = torch.Generator().manual_seed(3)
    unit = torch.randn(2, 16, generator=chance), torch.randn(2, generator=chance)
    return PackedNetwork.load(folder, read_config(folder)).skimming([Skim(1, margin, *unit)])


def test_reading_on_in_the_whole_passage_is_reading_at_once(folder: Path) -> None:
    """Without a headline, which is never read on."""
    passage = Passage("a", 1, 0, 75, "It rained for three days. " * 9)
    layout = Layout(load_tokenizer(folder), 101, 102)
    inputs = list(layout.features("Who met?", [passage]))
    (whole,) = skimming(folder, -1e9).logits(inputs)
    (once,) = skimming(folder, 0).skimming([]).logits(inputs)
    np.testing.assert_allclose(whole, once, atol=1e-3)


def test_of_every_passage_the_likeliest_place_is_read_on(folder: Path) -> None:
    inputs = features(folder)
    for logits, feature in zip(skimming(folder, 1e9).logits(inputs), inputs, strict=True):
        read = np.isfinite(logits)
        assert (read[0] == read[1]).all()
        assert read[0, : feature.head].all()
        assert read[0, -1]
        on = read[0, feature.first : feature.first + len(feature.tokens.ids)]
        assert 0 < on.sum() <= 17
        places = on.nonzero()[0]
        assert places[-1] - places[0] + 1 == len(places)


def test_the_lower_the_margin_the_more_is_read(folder: Path) -> None:
    inputs = features(folder)
    counts = [
        sum(int(np.isfinite(one[0]).sum()) for one in skimming(folder, margin).logits(inputs))
        for margin in (1e9, 0.0, -2.0, -1e9)
    ]
    assert counts == sorted(counts)
    headlines = sum(feature.first - feature.head for feature in inputs)
    assert counts[0] < counts[-1] == sum(len(feature.ids) for feature in inputs) - headlines


@pytest.mark.parametrize("margin", [1e9, 0.0])
def test_what_is_skipped_of_a_passage_depends_on_no_other(folder: Path, margin: float) -> None:
    inputs, network = features(folder), skimming(folder, margin)
    together = network.logits(inputs)
    for one, feature in zip(together, inputs, strict=True):
        alone = network.logits([feature])[0]
        assert (np.isfinite(one) == np.isfinite(alone)).all()
        np.testing.assert_allclose(one, alone, atol=1e-1)


def test_dropping_twice_leaves_less_than_dropping_once(folder: Path) -> None:
    inputs = features(folder)
    chance = torch.Generator().manual_seed(4)
    units = [(torch.randn(2, 16, generator=chance), torch.zeros(2)) for _ in range(2)]
    margins = (0.0, 1e9)
    skims = [Skim(n, margins[n], *unit) for n, unit in enumerate(units)]
    network = PackedNetwork.load(folder, read_config(folder))
    once, twice = (network.skimming(some).logits(inputs) for some in (skims[:1], skims))
    counts = [[np.isfinite(one[0]).sum() for one in logits] for logits in (once, twice)]
    assert all(fewer <= more for more, fewer in zip(*counts, strict=True))
    assert sum(counts[1]) < sum(counts[0])
    for more, fewer in zip(once, twice, strict=True):
        assert not (np.isfinite(fewer) & ~np.isfinite(more)).any()


def test_units_are_used_only_with_a_margin_that_was_chosen() -> None:
    weights = {
        f"skim.{layer}.{part}": torch.ones(shape)
        for layer in (4, 3)
        for part, shape in (("weight", (2, 16)), ("bias", (2,)))
    }
    assert Skim.of(weights) == []
    margins = {f"skim.{layer}.margin": torch.tensor(-1.5 * layer) for layer in (4, 3)}
    assert [(one.layer, one.margin) for one in Skim.of(weights | margins)] == [(3, -4.5), (4, -6.0)]
    with pytest.raises(ValueError, match=r"lack skim\.3\.bias"):
        Skim.of({"skim.3.weight": torch.ones(2, 16), "skim.3.margin": torch.tensor(0.0)})


@pytest.mark.parametrize("wanted", [True, False])
def test_eight_bits_are_used_only_where_they_may_be(
    folder: Path, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.bert.computes_int8", lambda: True)
    maps: list[object] = []
    whole = EightBitDense.__call__
    monkeypatch.setattr(
        EightBitDense, "__call__", lambda self, rows: maps.append(self) or whole(self, rows)
    )
    network = PackedNetwork.load(folder, read_config(folder), eight_bits=wanted)
    network.logits(features(folder)[:1])
    assert len(maps) == (8 if wanted else 0)  # four in each of two layers
