"""BERT without padding computes what transformers computes."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForQuestionAnswering

from embeddings.bert import Bert, _exponentials, is_plain_bert, load_weights
from tiny_reader import tiny_base

SEQUENCES = [[101, 7592, 102, 2088, 2003, 102], [101, 102, 102], [101, *range(2000, 2300), 102]]
SECONDS = [3, 2, 150]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("bert"))


def config(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "config.json").read_text())
    return found


@pytest.mark.parametrize("native", [True, False])
def test_hidden_states_are_those_of_transformers(
    folder: Path, native: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.bert.computes_bfloat16", lambda: native)
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval().base_model
    hidden = Bert(config(folder), load_weights(folder))(SEQUENCES, SECONDS)
    parts = hidden.float().split([len(ids) for ids in SEQUENCES])
    for ids, second, part in zip(SEQUENCES, SECONDS, parts, strict=True):
        types = [int(place >= second) for place in range(len(ids))]
        with torch.inference_mode():
            expected = model(torch.tensor([ids]), token_type_ids=torch.tensor([types]))[0][0]
        worst = np.abs(part.numpy() - expected.numpy())
        assert worst.mean() < 0.1 if native else worst.max() < 1e-4


@pytest.mark.parametrize("steep", [1e3, -1e3])
def test_attention_stays_a_number_however_steep(folder: Path, steep: float) -> None:
    weights = load_weights(folder)
    for part in ("query", "key"):
        name = f"bert.encoder.layer.0.attention.self.{part}.bias"
        weights[name] = torch.full_like(weights[name], steep if part == "query" else 1e3)
    assert Bert(config(folder), weights)(SEQUENCES, SECONDS).isfinite().all()


def test_scores_whose_sum_alone_overflows_still_count() -> None:
    """exp(88) is a number, but not eight times that."""
    query, key = torch.full((1, 8, 1), 88.0), torch.ones(1, 1, 8)
    weights, totals = _exponentials(query, key, 8)
    assert totals.isfinite().all()
    torch.testing.assert_close(weights / totals, torch.full((1, 8, 8), 1 / 8))


def test_what_stands_after_a_sequence_has_no_weight() -> None:
    chance = torch.Generator().manual_seed(5)
    query, key = torch.randn(2, 8, 4, generator=chance), torch.randn(2, 4, 8, generator=chance)
    key[..., 5:] *= 1e3
    weights, totals = _exponentials(query, key, 5)
    found = (weights / totals)[:, :5, :5]
    torch.testing.assert_close(found, torch.softmax((query @ key)[:, :5, :5], -1))
    assert not weights[..., 5:].any()
    steep, _ = _exponentials(1e3 * query, key, 5)
    assert steep.isfinite().all()
    assert not steep[..., 5:].any()


def test_scores_are_not_clamped_for_what_stands_after_a_sequence() -> None:
    query, key = torch.ones(1, 8, 1), torch.zeros(1, 1, 8)
    key[0, 0, :2] = torch.tensor([84.0, 85.0])
    query[0, 2:] = 1e4
    weights, totals = _exponentials(query, key, 2)
    expected = torch.softmax(torch.tensor([84.0, 85.0]), -1)
    torch.testing.assert_close((weights / totals)[0, 0, :2], expected)


def test_products_have_few_shapes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bert, shapes = Bert(config(folder), load_weights(folder)), set()
    product, bend = torch.bmm, torch.nn.functional.gelu

    def bmm(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        shapes.add(("bmm", one.shape, other.shape))
        return product(one, other)

    def gelu(rows: torch.Tensor) -> torch.Tensor:
        shapes.add(("gelu", rows.shape))
        return bend(rows)

    monkeypatch.setattr(torch, "bmm", bmm)
    monkeypatch.setattr(torch.nn.functional, "gelu", gelu)
    for length in range(97, 161):
        bert([range(1000, 1000 + length)], [length])
    assert len(shapes) == 2 * 8 + 2


@pytest.mark.parametrize("lengths", [(1,), (7, 9), (32,), (31, 1, 33), (8, 64)])
def test_a_sequence_comes_out_the_same_beside_others(folder: Path, lengths: list[int]) -> None:
    bert = Bert(config(folder), load_weights(folder))
    sequences = [list(range(1000 + n, 1000 + n + length)) for n, length in enumerate(lengths)]
    together = bert(sequences, lengths).split(list(lengths))
    for sequence, length, found in zip(sequences, lengths, together, strict=True):
        torch.testing.assert_close(found, bert([sequence], [length]), atol=0.05, rtol=0.05)


def test_missing_weight_is_named(folder: Path) -> None:
    weights = load_weights(folder)
    del weights["bert.encoder.layer.1.output.dense.bias"]
    with pytest.raises(ValueError, match=r"lack bert\.encoder\.layer\.1\.output\.dense\.bias"):
        Bert(config(folder), weights)


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "roberta"},
        {"hidden_act": "relu"},
        {"position_embedding_type": "relative_key"},
    ],
)
def test_variants_are_left_to_transformers(folder: Path, change: dict[str, object]) -> None:
    assert is_plain_bert(config(folder))
    assert not is_plain_bert(config(folder) | change)
