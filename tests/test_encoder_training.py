"""Training of the encoder: batches, a resumed run equals a whole one, and it learns."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

from embeddings.encoder import SentenceEncoder, locate
from embeddings.folders import interpolate
from embeddings.training import EncoderPlan, EncoderTrainer, Pair, plan_batches
from tiny_reader import tiny_base

SUBJECTS = ("harbour", "bridge", "market", "school", "river", "chapel", "garden", "station")
PAIRS = [
    Pair(f"Who wrote about the {subject}?", f"The {subject} was written about by {name}.")
    for subject in SUBJECTS
    for name in ("Ann", "Tom", "Eve")
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    body = tiny_base(tmp_path_factory.mktemp("body"))
    folder = tmp_path_factory.mktemp("encoder")
    transformer = Transformer(str(body))
    pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode="mean")
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder))
    return str(folder)


def run(
    base: str, folder: Path, plan: EncoderPlan, pairs: list[Pair] = PAIRS
) -> dict[str, torch.Tensor]:
    trainer = EncoderTrainer(base, folder, plan)
    weights: dict[str, torch.Tensor] = load_file(
        trainer.train(pairs, report=lambda line: None) / "model.safetensors"
    )
    return weights


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(2, 8))
def test_no_document_stands_twice_in_a_batch_and_no_pair_in_two(
    documents: list[int], size: int
) -> None:
    pairs = [Pair(f"question {n}", f"document {d}") for n, d in enumerate(documents)]
    batches = plan_batches(pairs, EncoderPlan(tokens=1, batch=size), epoch=0)
    used = [number for batch in batches for number in batch]
    assert len(used) == len(set(used))
    for batch in batches:
        assert len(batch) == size == len({pairs[number].positive for number in batch})


def test_the_order_is_another_one_in_every_epoch_and_the_same_for_the_same_seed() -> None:
    plan = EncoderPlan(tokens=1, batch=4)
    assert plan_batches(PAIRS, plan, 0) == plan_batches(PAIRS, plan, 0)
    assert plan_batches(PAIRS, plan, 0) != plan_batches(PAIRS, plan, 1)


def test_a_resumed_run_equals_an_uninterrupted_one(base: str, tmp_path: Path) -> None:
    plan = EncoderPlan(tokens=1500, batch=4, checkpoint_seconds=0)
    whole = run(base, tmp_path / "whole", plan)
    trainer = EncoderTrainer(base, tmp_path / "parts", plan)
    step, done = trainer._step, []

    def stopping(pairs: list[Pair]) -> float:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(pairs)
        return step(pairs)

    trainer._step = stopping  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        trainer.train(PAIRS, report=lambda line: None)
    resumed = run(base, tmp_path / "parts", plan)
    assert whole.keys() == resumed.keys()
    for name in whole:
        assert torch.equal(whole[name], resumed[name]), name


def test_training_brings_queries_to_their_documents(tmp_path: Path) -> None:
    queries = ("harbour", "bridge", "market", "school", "chapel", "garden", "train", "court")
    documents = ("roses", "ships", "hymns", "judges", "pupils", "fruit", "arches", "rails")
    learnt = [Pair(query, document) for query, document in zip(queries, documents, strict=True)]
    plan = EncoderPlan(tokens=2_000, batch=8, learning_rate=3e-4)
    run(locate("default"), tmp_path, plan, learnt)

    def found(folder: str) -> int:
        encoder = SentenceEncoder.load(folder)
        scores = encoder.encode_queries(queries) @ encoder.encode_documents(documents).T
        return int((scores.argmax(1) == np.arange(len(queries))).sum())

    assert found("default") < found(str(tmp_path / "model")) == len(queries)


def test_hard_negatives_stand_among_the_documents(base: str, tmp_path: Path) -> None:
    trainer = EncoderTrainer(base, tmp_path, EncoderPlan(tokens=100, batch=2))
    plain = trainer._step(PAIRS[:2])
    hard = [replace(pair, negatives=(pair.positive,)) for pair in PAIRS[:2]]
    again = EncoderTrainer(base, tmp_path / "again", EncoderPlan(tokens=100, batch=2))
    assert again._step(hard) > plain + 0.5


def test_the_finished_model_is_half_precision_with_its_facts(base: str, tmp_path: Path) -> None:
    weights = run(base, tmp_path, EncoderPlan(tokens=100, batch=4))
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    facts = json.loads((tmp_path / "model" / "training.json").read_text())
    assert facts["plan"]["batch"] == 4
    assert facts["tokens"] >= 100


def test_interpolation_lies_between_both(base: str, tmp_path: Path) -> None:
    run(base, tmp_path, EncoderPlan(tokens=600, batch=4, learning_rate=1e-2))
    tuned = tmp_path / "model"
    before = load_file(Path(base) / "model.safetensors")
    after = load_file(tuned / "model.safetensors")
    half = load_file(interpolate(Path(base), tuned, 0.5, tmp_path / "half") / "model.safetensors")
    name = "embeddings.word_embeddings.weight"
    assert not torch.equal(before[name].half(), after[name])
    expected = (before[name].float() + after[name].float()) / 2
    assert torch.allclose(half[name].float(), expected, atol=2e-3)


def test_what_only_the_tuned_model_has_is_mixed_with_nothing(base: str, tmp_path: Path) -> None:
    tuned = tmp_path / "tuned"
    shutil.copytree(base, tuned)
    unit = torch.tensor([2.0, 4.0])
    weights = load_file(tuned / "model.safetensors") | {"skim.1.bias": unit}
    save_file(weights, tuned / "model.safetensors", {"format": "pt"})
    mixed = load_file(interpolate(Path(base), tuned, 0.25, tmp_path / "out") / "model.safetensors")
    assert torch.equal(mixed["skim.1.bias"], unit.half())


def test_models_of_other_shapes_are_not_mixed(base: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"has another shape in .*encoder.* than in"):
        interpolate(Path(base), Path(locate("default")), 0.5, tmp_path / "out")
    with pytest.raises(ValueError, match="Name two folders of models"):
        interpolate(tmp_path / "nowhere", Path(base), 0.5, tmp_path / "out")


def test_too_few_pairs_are_refused(base: str, tmp_path: Path) -> None:
    trainer = EncoderTrainer(base, tmp_path, EncoderPlan(tokens=100, batch=96))
    with pytest.raises(ValueError, match="24 pairs do not fill a batch of 96"):
        trainer.train(PAIRS)


def test_the_parts_in_which_a_batch_is_read_change_nothing(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = EncoderPlan(tokens=10**9, batch=8, learning_rate=1e-3, warmup=0.0)
    moved = []
    for size in (4096, 24):
        monkeypatch.setattr("embeddings.training._PART_TOKENS", size)
        trainer = EncoderTrainer(base, tmp_path / str(size), plan)
        before = trainer.model.embeddings.word_embeddings.weight.detach().clone()
        assert len(trainer._laid_out(PAIRS[:8])) > (1 if size < 100 else 0)
        loss = trainer._step(PAIRS[:8])
        after = trainer.model.embeddings.word_embeddings.weight.detach()
        moved.append((loss, after - before))
    (whole, one), (parted, other) = moved
    assert parted == pytest.approx(whole, abs=0.01)
    assert torch.cosine_similarity(one.flatten(), other.flatten(), dim=0) > 0.98
