"""A teacher's logits: for the right tokens, kept, taken up again, and only where words agree."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from cpus import needs_int8
from transformers import (
    AutoModelForQuestionAnswering,
    AutoTokenizer,
    MPNetConfig,
    MPNetForQuestionAnswering,
    MPNetTokenizer,
)

from embeddings.encoder import locate
from qa.batches import Example, assemble
from qa.errors import InputError
from qa.teaching import Teacher
from qa.training import ReaderTrainer, TrainingPlan
from tiny_reader import NARROW, tiny_base

CLS, SEP = 101, 102


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return AutoTokenizer.from_pretrained(locate("default"), local_files_only=True)


@pytest.fixture(scope="module")
def examples(tokenizer: object) -> list[Example]:
    texts = ("The cannery closed in May.", "A ferry, late again, sank off Ostrava on Monday night.")
    question = tuple(tokenizer("When did it close?", add_special_tokens=False)["input_ids"])
    made = []
    for text in texts * 20:
        passage = tuple(tokenizer(text, add_special_tokens=False)["input_ids"])
        made.append(Example(question, (), passage, 2, 3))
    return made


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("bert"), seed=1)


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teacher with the same word pieces under other numbers."""
    folder = tmp_path_factory.mktemp("mpnet")
    numbers = AutoTokenizer.from_pretrained(locate("default")).get_vocab()
    others = {"[CLS]", "[SEP]", "[PAD]", "[MASK]"}
    ordered = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    ordered += [word for word in sorted(numbers, key=numbers.__getitem__) if word not in others]
    (folder / "vocab.txt").write_text("\n".join(ordered) + "\n", encoding="utf-8")
    MPNetTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(2)
    MPNetForQuestionAnswering(MPNetConfig(vocab_size=len(ordered), **NARROW)).save_pretrained(
        folder
    )
    return folder


def mark(
    folder: Path, tokenizer: object, examples: list[Example], out: Path, eight_bits: bool = False
) -> list[torch.Tensor]:
    lessons = Teacher(folder, tokenizer, eight_bits).mark(examples, 256, out, lambda line: None)
    return [lessons.logits([n])[0] for n in range(len(examples))]


def test_logits_are_those_of_the_teacher(
    bert: Path, tokenizer: object, examples: list[Example], tmp_path: Path
) -> None:
    marked = mark(bert, tokenizer, examples, tmp_path)
    model = AutoModelForQuestionAnswering.from_pretrained(bert, dtype=torch.bfloat16).eval()
    for made, lesson in list(zip(examples, marked, strict=True))[:2]:
        ids, head, _, _ = assemble(made, CLS, SEP, 256)
        segments = torch.tensor([[int(n >= head) for n in range(len(ids))]])
        with torch.inference_mode():
            out = model(input_ids=torch.tensor([ids]), token_type_ids=segments)
        torch.testing.assert_close(lesson[:, 0], out.start_logits[0].float(), atol=0.1, rtol=0.05)
        torch.testing.assert_close(lesson[:, 1], out.end_logits[0].float(), atol=0.1, rtol=0.05)


def test_word_pieces_are_given_the_numbers_that_the_teacher_knows(
    mpnet: Path, tokenizer: object, examples: list[Example], tmp_path: Path
) -> None:
    marked = mark(mpnet, tokenizer, examples, tmp_path)
    own = AutoTokenizer.from_pretrained(mpnet)
    model = AutoModelForQuestionAnswering.from_pretrained(mpnet, dtype=torch.bfloat16).eval()
    question = own("When did it close?", add_special_tokens=False)["input_ids"]
    passage = own("The cannery closed in May.", add_special_tokens=False)["input_ids"]
    ids = [own.cls_token_id, *question, own.sep_token_id, *passage, own.sep_token_id]
    with torch.inference_mode():
        out = model(input_ids=torch.tensor([ids]))
    torch.testing.assert_close(marked[0][:, 0], out.start_logits[0].float(), atol=0.1, rtol=0.05)


@needs_int8
def test_logits_of_eight_bits_are_nearly_those_of_bfloat16(
    bert: Path, tokenizer: object, examples: list[Example], tmp_path: Path
) -> None:
    pairs = zip(
        mark(bert, tokenizer, examples, tmp_path / "whole"),
        mark(bert, tokenizer, examples, tmp_path / "rounded", eight_bits=True),
        strict=True,
    )
    for exact, rounded in pairs:
        assert torch.corrcoef(torch.stack([exact.flatten(), rounded.flatten()]))[0, 1] > 0.95
        assert not torch.equal(exact, rounded)


def test_marking_goes_on_after_a_stop(
    bert: Path,
    tokenizer: object,
    examples: list[Example],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("qa.teaching._BATCH_TOKENS", 64)
    monkeypatch.setattr("qa.teaching._KEEP_SECONDS", 0.0)
    whole = mark(bert, tokenizer, examples, tmp_path / "whole")
    lines: list[str] = []

    def stop(line: str) -> None:
        lines.append(line)
        if len(lines) == 4:
            raise KeyboardInterrupt

    teacher = Teacher(bert, tokenizer, eight_bits=False)
    with pytest.raises(KeyboardInterrupt):
        teacher.mark(examples, 256, tmp_path / "part", stop)
    (place,) = (tmp_path / "part").glob("*.json")
    assert 0 < json.loads(place.read_text())["done"] < len(examples)
    again = mark(bert, tokenizer, examples, tmp_path / "part")
    for one, other in zip(whole, again, strict=True):
        torch.testing.assert_close(one, other)


def test_a_teacher_with_other_words_is_refused(bert: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(bert, other)
    small = AutoTokenizer.from_pretrained(locate("default")).train_new_from_iterator(["a b c"], 300)
    small.save_pretrained(other)
    with pytest.raises(InputError, match="does not know the word piece"):
        Teacher(other, AutoTokenizer.from_pretrained(locate("default")))


def test_an_mpnet_can_be_trained(mpnet: Path, tmp_path: Path) -> None:
    plan = TrainingPlan(tokens=200, batch_tokens=64, frozen=1)
    examples = [Example((1000, 1001), (), tuple(range(2000, 2008)), 2, 3)] * 20
    trainer = ReaderTrainer(str(mpnet), tmp_path, plan)
    before = {name: part.clone() for name, part in trainer.model.named_parameters()}
    folder = trainer.train(examples, lambda line: None)
    assert json.loads((folder / "training.json").read_text())["tokens"] >= 200
    moved = {n for n, part in trainer.model.named_parameters() if not torch.equal(part, before[n])}
    assert any("encoder.layer.1." in name for name in moved)
    assert not any("encoder.layer.0." in n or "relative_attention_bias" in n for n in moved)
