"""What every training run does: a budget of tokens, a learning rate over it, checkpoints.

The state after any step is a function of the seed and the step alone: a killed run goes on where
its last checkpoint stood, and ends as if it had never stopped.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch

from embeddings.checkpoints import load_checkpoint, save_checkpoint

Batch = TypeVar("Batch")
Report = Callable[[str], None]

_REPORT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What decides any run. ``tokens`` is the budget after which the learning rate, which rises
    over the share ``warmup`` of it to ``learning_rate``, is back at zero."""

    tokens: int
    _: KW_ONLY
    learning_rate: float
    warmup: float = 0.06
    weight_decay: float = 0.01
    seed: int = 13
    checkpoint_seconds: float = 300.0


def learning_rate(plan: RunPlan, done: int) -> float:
    """Linear warm-up, then linear decay to zero, over tokens."""
    progress = done / plan.tokens
    if progress < plan.warmup:
        return plan.learning_rate * progress / plan.warmup
    return plan.learning_rate * max(0.0, (1 - progress) / (1 - plan.warmup))


class TrainingRun(ABC, Generic[Batch]):
    """A run of AdamW over batches in epochs; everything it keeps lies in ``folder``.

    :param parts: whatever is trained; what does not require a gradient stays as it is.
    :param folder: for checkpoints and the finished model.
    :param plan: what decides the run.
    """

    def __init__(self, parts: torch.nn.Module, folder: Path, plan: RunPlan) -> None:
        self.folder = folder
        self._parts = parts
        self._plan = plan
        trained = [p for p in parts.parameters() if p.requires_grad]
        groups: list[dict[str, Any]] = [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": plan.weight_decay},
            {"params": [p for p in trained if p.ndim == 1]},
        ]
        self._optimizer = torch.optim.AdamW(
            groups, lr=0.0, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )
        self.step = 0
        self.tokens = 0

    @abstractmethod
    def _learn(self, batch: Batch) -> tuple[torch.Tensor, int]:
        """Add a batch's gradients to the parameters; give its loss and how many tokens it had."""

    def _run(
        self,
        epoch: Callable[[int], Sequence[list[int]]],
        batch: Callable[[list[int]], Batch],
        report: Report,
    ) -> None:
        """Train until the budget is spent, or go on from the last checkpoint.

        :param epoch: from the number of an epoch to the members of its batches, in order.
        :param batch: from the members of a batch to the batch.
        :param report: receives one line of progress about every half minute.
        """
        self._resume(report)
        self._parts.train()
        started, first = time.monotonic(), self.tokens
        saved = shown = started
        losses: list[float] = []
        for members in self._remaining(epoch):
            losses.append(self._step(batch(members)))
            now = time.monotonic()
            if now - shown > _REPORT_SECONDS:
                rate = (self.tokens - first) / (now - started)
                eta = (self._plan.tokens - self.tokens) / rate / 60
                mean = sum(losses) / len(losses)
                report(
                    f"step {self.step}  {self.tokens / self._plan.tokens:.1%}  loss {mean:.3f}  "
                    f"{rate:,.0f} tokens/s  ETA {eta:.0f} min"
                )
                shown, losses = now, []
            if now - saved > self._plan.checkpoint_seconds:
                self._save()
                saved = now
        self._save()
        self._parts.eval()

    def _remaining(self, epoch: Callable[[int], Sequence[list[int]]]) -> Iterator[list[int]]:
        """Yield the batches that are still to do, walking epochs in their fixed order."""
        seen, number = 0, 0
        while self.tokens < self._plan.tokens:
            for members in epoch(number):
                seen += 1
                if seen > self.step and self.tokens < self._plan.tokens:
                    yield members
            number += 1

    def _step(self, batch: Batch) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self._plan, self.tokens)
        loss, tokens = self._learn(batch)
        torch.nn.utils.clip_grad_norm_(self._parts.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += tokens
        return float(loss.detach())

    def _save(self) -> None:
        position = {"step": self.step, "tokens": self.tokens, "plan": asdict(self._plan)}
        save_checkpoint(self.folder / "checkpoint", self._parts, self._optimizer, position)

    def _resume(self, report: Report) -> None:
        position = load_checkpoint(self.folder / "checkpoint", self._parts, self._optimizer)
        if position is not None:
            self.step, self.tokens = position["step"], position["tokens"]
            report(f"resumed at step {self.step}, {self.tokens:,} tokens")

    def _write_facts(self, model: Path) -> None:
        """Say beside a finished model how it was trained."""
        facts = {"steps": self.step, "tokens": self.tokens, "plan": asdict(self._plan)}
        (model / "training.json").write_text(json.dumps(facts, indent=2) + "\n")
