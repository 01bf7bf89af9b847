"""Train the reader: resumable, bfloat16, no padding.

Batches hold examples of one exact length (contexts are trimmed at the far side of the answer to a
multiple of eight tokens), so no attention mask and no padding is needed. The state after any step
is a function of the seed and the step alone: a killed run resumes where its last checkpoint stood.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

log = logging.getLogger(__name__)
LENGTH_STEP = 8
EXACT_BELOW = 96


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of one question and one passage. ``start`` and ``end`` are inclusive positions
    within ``passage``; both None when the passage does not answer. ``preamble`` holds the title
    and date, which are read but can hold no answer."""

    question: tuple[int, ...]
    preamble: tuple[int, ...]
    passage: tuple[int, ...]
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What decides a run. ``tokens`` is the budget after which the learning rate reaches zero."""

    tokens: int
    batch_tokens: int = 3072
    max_length: int = 256
    learning_rate: float = 2e-4
    warmup: float = 0.06
    weight_decay: float = 0.01
    seed: int = 13
    checkpoint_seconds: float = 300.0


Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def trimmed_length(example: Example, max_length: int) -> int:
    """Give the length an example is brought to: its own while short, else a multiple of eight."""
    size = len(example.question) + len(example.preamble) + len(example.passage) + 3
    return size if size < EXACT_BELOW else min(size, max_length) // LENGTH_STEP * LENGTH_STEP


def assemble(
    example: Example, cls: int, sep: int, max_length: int
) -> tuple[list[int], int, int, int]:
    """Lay one example out as ``[CLS] question [SEP] preamble passage [SEP]``.

    What must go to reach ``trimmed_length`` is taken from the end of the passage that is farther
    from the answer.

    :param example: what to lay out.
    :param cls: id of the ``[CLS]`` token.
    :param sep: id of the ``[SEP]`` token.
    :param max_length: the most tokens.
    :returns: token ids, length of the first segment, start and end position (0, 0 = null).
    """
    head = [cls, *example.question, sep]
    room = trimmed_length(example, max_length) - len(head) - len(example.preamble) - 1
    low = 0
    if example.start is not None and example.end is not None and example.end >= room:
        before, after = example.start, len(example.passage) - 1 - example.end
        low = len(example.passage) - room if before > after else max(0, example.end + 1 - room // 2)
        low = min(low, len(example.passage) - room, example.start)
    passage = example.passage[low : low + room]
    ids = [*head, *example.preamble, *passage, sep]
    if example.start is None or example.end is None or example.end - low >= len(passage):
        return ids, len(head), 0, 0
    offset = len(head) + len(example.preamble) - low
    return ids, len(head), example.start + offset, example.end + offset


def plan_batches(
    examples: Sequence[Example], plan: TrainingPlan, epoch: int, max_length: int
) -> list[list[int]]:
    """Group example numbers by trimmed length into batches of about ``batch_tokens``, shuffled.

    :param examples: the whole training set.
    :param plan: gives batch size and seed.
    :param epoch: decides the order, with the seed.
    :param max_length: the most tokens of an example.
    :returns: lists of positions in ``examples``, the same ones for the same seed and epoch.
    """
    rng = random.Random(plan.seed * 1000 + epoch)
    by_length: dict[int, list[int]] = {}
    for number in rng.sample(range(len(examples)), len(examples)):
        by_length.setdefault(trimmed_length(examples[number], max_length), []).append(number)
    batches = []
    for length, members in by_length.items():
        size = max(1, plan.batch_tokens // length)
        batches += [members[low : low + size] for low in range(0, len(members), size)]
    rng.shuffle(batches)
    return batches


def learning_rate(plan: TrainingPlan, done: int) -> float:
    """Linear warm-up, then linear decay to zero, over tokens."""
    progress = done / plan.tokens
    if progress < plan.warmup:
        return plan.learning_rate * progress / plan.warmup
    return plan.learning_rate * max(0.0, (1 - progress) / (1 - plan.warmup))


class ReaderTrainer:
    """Fine-tunes a span reader from a local encoder; everything it keeps lies in ``folder``."""

    def __init__(self, base: str, folder: Path, plan: TrainingPlan) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.folder = folder
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
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        plain = [p for p in self.model.parameters() if p.ndim == 1]
        groups: list[dict[str, Any]] = [
            {"params": decayed, "weight_decay": plan.weight_decay},
            {"params": plain},
        ]
        self.optimizer = torch.optim.AdamW(
            groups,
            lr=0.0,
            betas=(0.9, 0.98),
            weight_decay=0.0,
            fused=True,
        )
        self.step = 0
        self.tokens = 0

    def train(
        self,
        examples: Sequence[Example],
        score: Callable[[Any], float] | None = None,
        report: Callable[[str], None] = log.info,
    ) -> Path:
        """Train until the budget of tokens is spent, or go on from the last checkpoint.

        :param examples: the whole training set; epochs repeat it in a new order.
        :param score: gives a held-out figure for the finished model, reported and stored.
        :param report: receives one line of progress about every half minute.
        :returns: the folder with the finished model.
        """
        self._resume(report)
        self.model.train()
        started, first = time.monotonic(), self.tokens
        saved = shown = started
        losses: list[float] = []
        for batch in self._remaining(examples):
            losses.append(self._step(batch))
            now = time.monotonic()
            if now - shown > 30:
                rate = (self.tokens - first) / (now - started)
                eta = (self.plan.tokens - self.tokens) / rate / 60
                mean = sum(losses) / len(losses)
                report(
                    f"step {self.step}  {self.tokens / self.plan.tokens:.1%}  loss {mean:.3f}  "
                    f"{rate:,.0f} tokens/s  ETA {eta:.0f} min"
                )
                shown, losses = now, []
            if now - saved > self.plan.checkpoint_seconds:
                self._save(self.folder / "checkpoint")
                saved = now
        self._save(self.folder / "checkpoint")
        return self._finish(score, report)

    def _remaining(self, examples: Sequence[Example]) -> Iterator[Batch]:
        """Yield the batches that are still to do, walking epochs in their fixed order."""
        longest = self.plan.max_length
        seen, epoch = 0, 0
        while self.tokens < self.plan.tokens:
            for members in plan_batches(examples, self.plan, epoch, longest):
                seen += 1
                if seen > self.step and self.tokens < self.plan.tokens:
                    yield self._tensors([examples[number] for number in members])
            epoch += 1

    def _tensors(self, examples: Sequence[Example]) -> Batch:
        cls, sep = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        rows = [assemble(example, cls, sep, self.plan.max_length) for example in examples]
        ids = torch.tensor([row[0] for row in rows])
        head = torch.tensor([row[1] for row in rows])
        segments = (torch.arange(ids.shape[1])[None, :] >= head[:, None]).long()
        starts, ends = (torch.tensor([row[part] for row in rows]) for part in (2, 3))
        return ids, segments, starts, ends

    def _step(self, batch: Batch) -> float:
        ids, segments, starts, ends = (tensor.to(self.model.device) for tensor in batch)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.plan, self.tokens)
        with torch.autocast(self.model.device.type, dtype=torch.bfloat16):
            output = self.model(input_ids=ids, token_type_ids=segments)
        loss = (
            cross_entropy(output.start_logits.float(), starts)
            + cross_entropy(output.end_logits.float(), ends)
        ) / 2
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += ids.numel()
        return float(loss.detach())

    def _save(self, folder: Path) -> None:
        """Write model, optimizer and position, then take the place of the older checkpoint."""
        fresh = folder.with_suffix(".tmp")
        fresh.mkdir(parents=True, exist_ok=True)
        tensors = {f"model.{k}": v.contiguous() for k, v in self.model.state_dict().items()}
        for number, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{key}": value for key, value in state.items()}
        save_file(tensors, fresh / "state.safetensors")
        position = {"step": self.step, "tokens": self.tokens, "plan": asdict(self.plan)}
        (fresh / "position.json").write_text(json.dumps(position))
        old = folder.with_suffix(".old")
        _remove(old)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        _remove(old)

    def _resume(self, report: Callable[[str], None]) -> None:
        for name in ("checkpoint", "checkpoint.old"):
            folder = self.folder / name
            if (folder / "position.json").exists():
                break
        else:
            return
        position = json.loads((folder / "position.json").read_text())
        tensors = load_file(folder / "state.safetensors")
        self.model.load_state_dict(_under("model.", tensors))
        state = self.optimizer.state_dict()
        for name, value in _under("optimizer.", tensors).items():
            number, key = name.split(".", 1)
            state["state"].setdefault(int(number), {})[key] = value
        self.optimizer.load_state_dict(state)
        self.step, self.tokens = position["step"], position["tokens"]
        report(f"resumed at step {self.step}, {self.tokens:,} tokens")

    def _finish(self, score: Callable[[Any], float] | None, report: Callable[[str], None]) -> Path:
        final = self.folder / "model"
        self.model.eval()
        half = {k: v.to(torch.float16) for k, v in self.model.state_dict().items()}
        self.model.save_pretrained(final, state_dict=half)
        self.tokenizer.save_pretrained(final)
        facts = {"steps": self.step, "tokens": self.tokens, "plan": asdict(self.plan)}
        if score is not None:
            facts["held_out"] = score(self.model)
            report(f"held-out score {facts['held_out']:.2f}")
        (final / "training.json").write_text(json.dumps(facts, indent=2) + "\n")
        return final


def _under(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _remove(folder: Path) -> None:
    if folder.exists():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
