"""Training: how examples are laid out, and that a resumed run equals a whole one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from qa.batches import Example, assemble, plan_batches, trimmed_length
from qa.examples import token_span
from qa.training import Batch, ReaderTrainer, TrainingPlan, distillation_loss, learning_rate
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
    assert len(ids) < 96 or len(ids) % 8 == 0
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


def test_exits_learn_whether_a_passage_answers(base: str, tmp_path: Path) -> None:
    plan = TrainingPlan(tokens=4000, batch_tokens=64, learning_rate=1e-2, exits=(1,))
    answered = [Example((1000,), (), (3000 + n % 5, 3100, 3200), 1, 1) for n in range(20)]
    silent = [Example((1000,), (), (4000 + n % 5, 4100, 4200)) for n in range(20)]
    trainer = ReaderTrainer(base, tmp_path, plan)
    folder = trainer.train([*answered, *silent], report=lambda line: None)
    assert set(load_file(folder / "exits.safetensors")) == {"1.weight", "1.bias"}
    batch = trainer._tensors([answered[0], silent[0]])
    with torch.inference_mode():
        hidden = trainer.model.bert(batch.ids, output_hidden_states=True).hidden_states[1]
        there, absent = trainer.exits["1"](hidden[:, 0])
    assert there > 0 > absent
