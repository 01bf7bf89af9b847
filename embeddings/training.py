"""Fine-tune the encoder on (query, positive, negatives) strings: resumable, bfloat16.

The loss is that of multiple negatives ranking (Henderson et al. 2017, sec. 4): a query must find
its own document among all documents of its batch.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy, normalize
from transformers import AutoModel, AutoTokenizer

from embeddings.folders import copy_without_weights, save_weights
from embeddings.runs import Report, RunPlan, TrainingRun

log = logging.getLogger(__name__)

_SORTED = 16
_PART_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Pair:
    """A query, the document it must find, and documents it must not."""

    query: str
    positive: str
    negatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EncoderPlan(RunPlan):
    """What decides a run. ``batch`` counts pairs; cosines are divided by ``temperature``."""

    batch: int = 96
    temperature: float = 0.05
    query_tokens: int = 64
    document_tokens: int = 224
    learning_rate: float = field(default=4e-5, kw_only=True)


def plan_batches(pairs: Sequence[Pair], plan: EncoderPlan, epoch: int) -> list[list[int]]:
    """Group pair numbers into batches of documents of about one length, shuffled.

    No document stands twice in a batch, for it would have to be found and not found at once; a pair
    for which there is no room in its neighbourhood waits for the next epoch.

    :param pairs: the whole training set.
    :param plan: gives batch size and seed.
    :param epoch: decides the order, with the seed.
    :returns: lists of positions in ``pairs``, the same ones for the same seed and epoch.
    """
    rng = random.Random(plan.seed * 1000 + epoch)
    order = rng.sample(range(len(pairs)), len(pairs))
    batches: list[list[int]] = []
    for low in range(0, len(order), _SORTED * plan.batch):
        near = sorted(order[low : low + _SORTED * plan.batch], key=lambda n: len(pairs[n].positive))
        batches += _without_repeats(near, pairs, plan.batch)
    rng.shuffle(batches)
    return batches


def _without_repeats(near: Sequence[int], pairs: Sequence[Pair], size: int) -> list[list[int]]:
    batches: list[list[int]] = []
    waiting = list(near)
    while len(waiting) >= size:
        batch: list[int] = []
        seen: set[str] = set()
        left: list[int] = []
        for number in waiting:
            if len(batch) < size and pairs[number].positive not in seen:
                batch.append(number)
                seen.add(pairs[number].positive)
            else:
                left.append(number)
        if len(batch) < size:
            break
        batches.append(batch)
        waiting = left
    return batches


class EncoderTrainer(TrainingRun[list[Pair]]):
    """Fine-tunes a local encoder; everything it keeps lies in ``folder``.

    :param base: folder of a sentence-transformers model that pools by the mean.
    :param folder: for checkpoints and the finished model.
    :param plan: what decides the run.
    """

    def __init__(self, base: str, folder: Path, plan: EncoderPlan) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.base = Path(base)
        self.tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
        self.model = AutoModel.from_pretrained(
            base,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            attn_implementation="eager",
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        super().__init__(self.model, folder, plan)

    def train(self, pairs: Sequence[Pair], report: Report = log.info) -> Path:
        """Train until the budget of tokens is spent, or go on from the last checkpoint.

        :param pairs: the whole training set; epochs repeat it in a new order.
        :param report: receives one line of progress about every half minute.
        :returns: the folder with the finished model.
        :raises ValueError: there are fewer pairs than a batch holds.
        """
        if len(pairs) < self.plan.batch:
            raise ValueError(f"{len(pairs)} pairs do not fill a batch of {self.plan.batch}")
        self._run(
            partial(plan_batches, pairs, self.plan),
            lambda members: [pairs[number] for number in members],
            report,
        )
        return self._finish()

    def _learn(self, batch: list[Pair]) -> tuple[torch.Tensor, int]:
        """Gradients are cached (Gao et al. 2021, GradCache), so that a batch of any size is read in
        parts that stay in the CPU's caches."""
        parts = self._laid_out(batch)
        order = torch.tensor([row for rows, _ in parts for row in rows])
        with torch.no_grad():
            found = torch.cat([self._embed(ids) for _, ids in parts])
        vectors = torch.empty_like(found).index_copy_(0, order.to(found.device), found)
        vectors.requires_grad_()
        queries, documents = vectors[: len(batch)], vectors[len(batch) :]
        scores = queries @ documents.T / self.plan.temperature
        loss = cross_entropy(scores, torch.arange(len(batch), device=scores.device))
        loss.backward()
        assert vectors.grad is not None
        for rows, ids in parts:
            (self._embed(ids) * vectors.grad[rows]).sum().backward()
        return loss, sum(len(row) for _, ids in parts for row in ids)

    def _laid_out(self, pairs: Sequence[Pair]) -> list[tuple[list[int], list[list[int]]]]:
        """Tokenise queries, then positives, then negatives, and lay those of about one length
        together, with their numbers."""
        texts = [pair.positive for pair in pairs]
        texts += [negative for pair in pairs for negative in pair.negatives]
        asked = [pair.query for pair in pairs]
        plan = self.plan
        ids = self.tokenizer(asked, truncation=True, max_length=plan.query_tokens)["input_ids"]
        ids += self.tokenizer(texts, truncation=True, max_length=plan.document_tokens)["input_ids"]
        parts: list[tuple[list[int], list[list[int]]]] = []
        for row in sorted(range(len(ids)), key=lambda row: len(ids[row])):
            if not parts or (len(parts[-1][0]) + 1) * len(ids[row]) > _PART_TOKENS:
                parts.append(([], []))
            parts[-1][0].append(row)
            parts[-1][1].append(ids[row])
        return parts

    def _embed(self, ids: list[list[int]]) -> torch.Tensor:
        """Give unit rows, shape ``(len(ids), dim)``."""
        inputs = self.tokenizer.pad({"input_ids": ids}, return_tensors="pt").to(self.model.device)
        mask = inputs["attention_mask"].unsqueeze(-1).float()
        with torch.autocast(self.model.device.type, dtype=torch.bfloat16):
            hidden = self.model(**inputs).last_hidden_state
        return normalize((hidden.float() * mask).sum(1) / mask.sum(1))

    def _finish(self) -> Path:
        """Write the model in half precision, with everything else of the base beside it."""
        final = self.folder / "model"
        copy_without_weights(self.base, final)
        save_weights(self.model.state_dict(), final)
        self._write_facts(final)
        return final
