"""Training: how examples are laid out, and that a resumed run equals a whole one."""

import json
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from embeddings.runs import learning_rate
from qa.batches import Example, assemble, plan_batches, trimmed_length
from qa.examples import token_span
from qa.skimming import ABSENT, moved, read_in_goes
from qa.training import Batch, ReaderTrainer, TrainingPlan, distillation_loss
from tiny_reader import tiny_base

CLS, SEP = 101, 102


def example(
    question: int, preamble: int, passage: int, start: int | None, end: int | None
) -> Example:
    return Example(
        tuple(range(1000, 1000 + question)),
        tuple(range(2000, 2000 + preamble)),
        tuple(range(3000, 3000 + passage)),
        start,
        end,
    )


def test_layout_is_question_preamble_passage() -> None:
    ids, head, start, end = assemble(example(2, 1, 3, 1, 2), CLS, SEP, 256)
    assert ids == [CLS, 1000, 1001, SEP, 2000, 3000, 3001, 3002, SEP]
    assert (head, start, end) == (4, 6, 7)


def test_example_without_answer_points_at_cls() -> None:
    assert assemble(example(2, 0, 3, None, None), CLS, SEP, 256)[2:] == (0, 0)


@given(
    st.integers(1, 60), st.integers(0, 40), st.integers(1, 900), st.floats(0, 1), st.integers(0, 20)
)
def test_trimming_keeps_the_answer_and_the_length(
    question: int, preamble: int, passage: int, place: float, extra: int
) -> None:
    start = int(place * (passage - 1))
    end = min(passage - 1, start + extra)
    made = example(question, preamble, passage, start, end)
    ids, head, first, last = assemble(made, CLS, SEP, 256)
    assert len(ids) == trimmed_length(made, 256) <= 256
    least = question + preamble + 3 + end - start + 1
    assert len(ids) < 96 or len(ids) % 8 == 0 or len(ids) // 8 * 8 < least
    assert ids[:head] == [CLS, *made.question, SEP]
    assert ids[first : last + 1] == list(made.passage[start : end + 1])


def test_batches_hold_one_length_and_every_example_once() -> None:
    examples = [example(3, 0, 5 + n % 7 * 40, None, None) for n in range(100)]
    batches = plan_batches(examples, 512, 256, seed=0)
    assert sorted(n for batch in batches for n in batch) == list(range(100))
    for batch in batches:
        lengths = {trimmed_length(examples[n], 256) for n in batch}
        assert len(lengths) == 1
        assert lengths.pop() * len(batch) <= 512
    assert batches == plan_batches(examples, 512, 256, seed=0)
    assert batches != plan_batches(examples, 512, 256, seed=1)


def test_learning_rate_warms_up_then_falls_to_zero() -> None:
    plan = TrainingPlan(tokens=100, learning_rate=1.0, warmup=0.1)
    rates = [learning_rate(plan, done) for done in (0, 5, 10, 55, 100)]
    assert rates == pytest.approx([0, 0.5, 1, 0.5, 0])


def test_token_span_covers_the_characters() -> None:
    offsets = [(0, 3), (4, 6), (6, 9), (10, 12)]
    assert token_span(offsets, 4, 9) == (1, 2)
    assert token_span(offsets, 5, 7) == (1, 2)
    assert token_span(offsets, 0, 12) == (0, 3)
    assert token_span(offsets, 3, 4) == (None, None)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_base(tmp_path_factory.mktemp("base")))


def run(base: str, folder: Path, plan: TrainingPlan) -> dict[str, torch.Tensor]:
    examples = [example(2, 1, 4 + n % 3, n % 4, n % 4) for n in range(40)]
    folder = ReaderTrainer(base, folder, plan).train(examples, report=lambda line: None)
    return load_file(folder / "model.safetensors")


def test_resumed_run_equals_an_uninterrupted_one(base: str, tmp_path: Path) -> None:
    plan = TrainingPlan(tokens=600, batch_tokens=64, checkpoint_seconds=0)
    whole = run(base, tmp_path / "whole", plan)
    trainer = ReaderTrainer(base, tmp_path / "parts", plan)
    steps = trainer._step
    done = []

    def stopping(batch: Batch) -> float:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(batch)
        return steps(batch)

    trainer._step = stopping  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        trainer.train(
            [example(2, 1, 4 + n % 3, n % 4, n % 4) for n in range(40)], report=lambda line: None
        )
    resumed = run(base, tmp_path / "parts", plan)
    assert whole.keys() == resumed.keys()
    for name in whole:
        assert torch.equal(whole[name], resumed[name]), name


def test_finished_model_is_half_precision_safetensors_with_its_facts(
    base: str, tmp_path: Path
) -> None:
    weights = run(base, tmp_path, TrainingPlan(tokens=100, batch_tokens=64))
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    facts = json.loads((tmp_path / "model" / "training.json").read_text())
    assert facts["tokens"] >= 100
    assert facts["plan"]["batch_tokens"] == 64


def test_training_lowers_the_loss(base: str, tmp_path: Path) -> None:
    plan = replace(TrainingPlan(tokens=1), learning_rate=1e-3, warmup=0.0, tokens=10**9)
    trainer = ReaderTrainer(base, tmp_path, plan)
    batch = trainer._tensors([example(2, 0, 6, 3, 4)] * 4)
    losses = [trainer._step(batch) for _ in range(30)]
    assert losses[-1] < 0.5 * losses[0]


def test_frozen_layers_stay_as_they_are(base: str, tmp_path: Path) -> None:
    before = load_file(Path(base) / "model.safetensors")
    after = run(base, tmp_path, TrainingPlan(tokens=100, batch_tokens=64, frozen=1))
    changed = {name for name in before if not torch.equal(before[name].half(), after[name])}
    assert not {name for name in changed if "embeddings" in name or "layer.0." in name}
    assert {name for name in changed if "layer.1." in name}


def test_distillation_loss_is_least_where_both_agree() -> None:
    lesson = torch.tensor([[0.0, 2.0, -1.0], [3.0, 0.0, 0.0]])
    entropy = distillation_loss(lesson, lesson, 1.5)
    assert distillation_loss(lesson + 5, lesson, 1.5) == pytest.approx(float(entropy))
    for _ in range(20):
        assert distillation_loss(lesson + torch.randn(2, 3), lesson, 1.5) > entropy


def test_a_reader_learns_what_its_teacher_thinks(base: str, tmp_path: Path) -> None:
    """The gold answers say one thing, the teacher another; the loss is the teacher's alone."""
    plan = TrainingPlan(tokens=10**9, learning_rate=1e-3, warmup=0.0, taught=1.0)
    trainer = ReaderTrainer(base, tmp_path, plan)
    batch = trainer._tensors([example(2, 0, 6, 3, 4)] * 4)
    lesson = torch.zeros(*batch.ids.shape, 2)
    lesson[:, 5, 0] = lesson[:, 6, 1] = 9.0
    for _ in range(60):
        trainer._step(replace(batch, lesson=lesson))
    with torch.inference_mode():
        marked = trainer.model(input_ids=batch.ids, token_type_ids=batch.segments)
    assert marked.start_logits.argmax(-1).tolist() == [5] * 4
    assert marked.end_logits.argmax(-1).tolist() == [6] * 4


def test_skimming_reader_learns_where_to_read_on(base: str, tmp_path: Path) -> None:
    """The answer is the token 3100, wherever it stands; layer 2 sees 0.3 of the tokens, so that
    by chance the answer would be among them less than one time in three."""
    plan = TrainingPlan(20_000, 512, learning_rate=1e-2, skims=(1,), kept=(0.3, 0.3))
    rng = random.Random(0)
    examples = []
    for _ in range(60):
        passage = [rng.randrange(4000, 4020) for _ in range(80)]
        place = rng.randrange(80)
        passage[place] = 3100
        examples.append(Example((1000,), (), tuple(passage), place, place))
    trainer = ReaderTrainer(base, tmp_path, plan)
    folder = trainer.train(examples, report=lambda line: None)
    weights = load_file(folder / "model.safetensors")
    assert weights["skim.1.weight"].shape == (2, 16)
    batch = trainer._tensors(examples[:20])
    with torch.inference_mode():
        units = {1: trainer.units["1"]}
        _, found = read_in_goes(trainer.model, units, batch.ids, batch.segments, [0.3])
    places = moved(torch.stack([batch.starts, batch.ends]), found.places)
    assert (places != ABSENT).float().mean() > 0.75
    assert (found.logits.argmax(-1) == places).float().mean() > 0.6


def test_of_what_goes_on_the_question_and_the_last_are_part(base: str, tmp_path: Path) -> None:
    """Of 120 tokens, a half goes on after the first layer and a fifth after the second."""
    trainer = ReaderTrainer(base, tmp_path, TrainingPlan(1, skims=(1, 2)))
    batch = trainer._tensors([example(5, 2, 110, 3, 4)] * 3)
    units = {int(layer): unit for layer, unit in trainer.units.items()}
    scored = read_in_goes(trainer.model, units, batch.ids, batch.segments, [0.5, 0.2])
    assert [one.places.shape for one in scored] == [(3, 120), (3, 60), (3, 24)]
    assert [one.logits.shape for one in scored] == [(2, 3, 120), (2, 3, 60), (2, 3, 24)]
    for before, after in pairwise(scored):
        assert (after.places.diff() > 0).all()
        for wide, narrow in zip(before.places.tolist(), after.places.tolist(), strict=True):
            assert {*range(7), 119} <= set(narrow) <= set(wide)


def test_reading_all_in_goes_is_reading_at_once(base: str, tmp_path: Path) -> None:
    trainer = ReaderTrainer(base, tmp_path, TrainingPlan(1, skims=(1,)))
    batch = trainer._tensors([example(5, 2, 30, 3, 4)] * 3)
    units = {1: trainer.units["1"]}
    _, found = read_in_goes(trainer.model, units, batch.ids, batch.segments, [1.0])
    whole = trainer.model(input_ids=batch.ids, token_type_ids=batch.segments)
    torch.testing.assert_close(found.logits[0], whole.start_logits)
    torch.testing.assert_close(found.logits[1], whole.end_logits)


def test_training_goes_on_with_the_units_of_its_base(base: str, tmp_path: Path) -> None:
    plan = TrainingPlan(tokens=100, batch_tokens=64, skims=(1,))
    learnt = run(base, tmp_path / "first", plan)
    again = ReaderTrainer(str(tmp_path / "first" / "model"), tmp_path / "second", plan)
    torch.testing.assert_close(again.units["1"].weight.half(), learnt["skim.1.weight"])


def test_places_move_with_what_was_kept() -> None:
    places = torch.tensor([[0, 3, 7, 9], [0, 1, 2, 9]])
    golds = torch.tensor([[7, 0], [8, 2]])
    assert moved(golds, places).tolist() == [[2, 0], [ABSENT, 2]]
