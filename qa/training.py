"""Train the reader: resumable, bfloat16, no padding."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from embeddings.folders import save_weights
from embeddings.runs import Report, RunPlan, TrainingRun
from qa.batches import Example, assemble, plan_batches
from qa.skimming import ABSENT, moved, read_in_goes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingPlan(RunPlan):
    """What decides a run. With ``frozen``, so many layers from below, word vectors and what all
    layers share stay as they are. Where a teacher's logits are given, ``taught`` is their share of
    the loss and ``temperature`` divides both sides' logits. After each layer of ``skims`` one more
    span head learns, with a weight of ``skim_weight``, to guess which tokens need not be read
    further; these are dropped there, so that a share drawn from ``kept`` is left, less after
    each."""

    batch_tokens: int = 3072
    max_length: int = 256
    frozen: int = 0
    taught: float = 0.75
    temperature: float = 1.5
    skims: tuple[int, ...] = ()
    skim_weight: float = 0.5
    kept: tuple[float, float] = (0.1, 0.7)
    learning_rate: float = field(default=2e-4, kw_only=True)


class Lessons(Protocol):
    """A teacher's logits for the examples of a run."""

    def logits(self, members: Sequence[int]) -> torch.Tensor:
        """Give start and end logits of examples of one length, shape (examples, tokens, 2)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of one length: token ids and segments of shape (examples, tokens), start and end
    positions of shape (examples,), and a teacher's logits of shape (examples, tokens, 2)."""

    ids: torch.Tensor
    segments: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    lesson: torch.Tensor | None = None


def distillation_loss(
    logits: torch.Tensor, lesson: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Give how far the positions a reader deems likely are from a teacher's: the mean cross-entropy
    of both softmaxes at one temperature, times its square so that the gradient keeps its size
    (Hinton et al. 2015, sec. 2).

    :param logits: of the reader, the last dimension over the positions.
    :param lesson: of the teacher, the same shape.
    :param temperature: divides both.
    :returns: a scalar.
    """
    expected = torch.softmax(lesson / temperature, dim=-1)
    found = torch.log_softmax(logits / temperature, dim=-1)
    return -(expected * found).sum(-1).mean() * temperature**2


class ReaderTrainer(TrainingRun[Batch]):
    """Fine-tunes a span reader from a local encoder; everything it keeps lies in ``folder``."""

    def __init__(self, base: str, folder: Path, plan: TrainingPlan) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
        self.model = AutoModelForQuestionAnswering.from_pretrained(
            base,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.segmented = "token_type_ids" in self.tokenizer.model_input_names
        for part in self._frozen():
            part.requires_grad_(False)
        size = self.model.config.hidden_size
        units = {str(layer): torch.nn.Linear(size, 2) for layer in sorted(plan.skims)}
        self.units = torch.nn.ModuleDict(units)
        self.units.load_state_dict(_units_of(Path(base), self.units.state_dict()))
        parts = torch.nn.ModuleDict({"reader": self.model, "units": self.units})
        super().__init__(parts, folder, plan)

    def train(
        self,
        examples: Sequence[Example],
        report: Report = log.info,
        lessons: Lessons | None = None,
    ) -> Path:
        """Train until the budget of tokens is spent, or go on from the last checkpoint.

        :param examples: the whole training set; epochs repeat it in a new order.
        :param report: receives one line of progress about every half minute.
        :param lessons: a teacher's logits, learnt beside the answers.
        :returns: the folder with the finished model.
        """

        def epoch(number: int) -> list[list[int]]:
            seed = self.plan.seed * 1000 + number
            return plan_batches(examples, self.plan.batch_tokens, self.plan.max_length, seed)

        def batch(members: list[int]) -> Batch:
            lesson = lessons.logits(members) if lessons else None
            return replace(self._tensors([examples[n] for n in members]), lesson=lesson)

        self._run(epoch, batch, report)
        return self._finish()

    def _frozen(self) -> list[torch.nn.Module]:
        if not self.plan.frozen:
            return []
        body = self.model.base_model
        shared = (part for name, part in body.encoder.named_children() if name != "layer")
        return [body.embeddings, *shared, *body.encoder.layer[: self.plan.frozen]]

    def _tensors(self, examples: Sequence[Example]) -> Batch:
        cls, sep = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        rows = [assemble(example, cls, sep, self.plan.max_length) for example in examples]
        ids = torch.tensor([row[0] for row in rows])
        head = torch.tensor([row[1] for row in rows])
        segments = (torch.arange(ids.shape[1])[None, :] >= head[:, None]).long()
        starts, ends = (torch.tensor([row[part] for row in rows]) for part in (2, 3))
        return Batch(ids, segments, starts, ends)

    def _learn(self, batch: Batch) -> tuple[torch.Tensor, int]:
        loss = self._loss(batch)
        loss.backward()
        return loss, batch.ids.numel()

    def _loss(self, batch: Batch) -> torch.Tensor:
        device = self.model.device
        ids, segments = batch.ids.to(device), batch.segments.to(device)
        golds = torch.stack([batch.starts, batch.ends]).to(device)
        lesson = None if batch.lesson is None else batch.lesson.to(device).permute(2, 0, 1)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            if not self.plan.skims:
                types = {"token_type_ids": segments} if self.segmented else {}
                output = self.model(input_ids=ids, **types)
                logits = torch.stack([output.start_logits, output.end_logits]).float()
                return self._missed(logits, golds, lesson)
            rng = random.Random(f"{self.plan.seed} {self.step}")
            shares = sorted((rng.uniform(*self.plan.kept) for _ in self.units), reverse=True)
            units = {int(layer): unit for layer, unit in self.units.items()}
            *guesses, read = read_in_goes(self.model, units, ids, segments, shares)
        missed = [
            self._missed(
                one.logits,
                moved(golds, one.places),
                None if lesson is None else lesson.gather(-1, one.places.expand(2, -1, -1)),
            )
            for one in (*guesses, read)
        ]
        return missed[-1] + self.plan.skim_weight * sum(missed[:-1])

    def _missed(
        self, logits: torch.Tensor, golds: torch.Tensor, lesson: torch.Tensor | None
    ) -> torch.Tensor:
        """Give the loss of start and end logits, shape (2, examples, tokens)."""
        known = (golds != ABSENT).sum().clamp(min=1)
        loss = cross_entropy(logits.flatten(0, 1), golds.flatten(), reduction="sum") / known
        if lesson is None:
            return loss
        gap = distillation_loss(logits, lesson, self.plan.temperature)
        return (1 - self.plan.taught) * loss + self.plan.taught * gap

    def _finish(self) -> Path:
        final = self.folder / "model"
        half = {k: v.to(torch.float16) for k, v in self.model.state_dict().items()}
        self.model.save_pretrained(final, state_dict=half)
        self.tokenizer.save_pretrained(final)
        if self.plan.skims:
            units = {f"skim.{name}": unit for name, unit in self.units.state_dict().items()}
            save_weights(load_file(final / "model.safetensors") | units, final)
        self._write_facts(final)
        return final


def _units_of(base: Path, fresh: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Give what a base has learnt of the units already, and the fresh ones beside it."""
    path = base / "model.safetensors"
    known = load_file(path) if fresh and path.exists() else {}
    return {name: known.get(f"skim.{name}", unit).float() for name, unit in fresh.items()}
