"""A larger reader as teacher: its logits for every training example, kept on disk.

Reader and teacher may have different vocabularies as long as they cut a text into the same word
pieces, as all models of the uncased BERT vocabulary do.
"""

import json
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from embeddings.dense import EightBitDense, computes_int8
from qa.batches import Example, assemble, trimmed_length
from qa.errors import InputError
from qa.training import Lessons

_BATCH_TOKENS = 8192
_KEEP_SECONDS = 30.0


class LessonFile(Lessons):
    """Logits of a teacher for a list of examples, in a file of half-precision numbers.

    :param path: of the file; made if missing.
    :param lengths: tokens of every example, as laid out.
    """

    def __init__(self, path: Path, lengths: Sequence[int]) -> None:
        self._lows = np.concatenate([[0], np.cumsum(lengths)])
        shape = (int(self._lows[-1]), 2)
        mode: Literal["r+", "w+"] = "r+" if path.exists() else "w+"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._rows = np.memmap(path, dtype=np.float16, mode=mode, shape=shape)

    def logits(self, members: Sequence[int]) -> torch.Tensor:
        """Give start and end logits of examples of one length, shape (examples, tokens, 2)."""
        rows = [self._rows[self._lows[n] : self._lows[n + 1]] for n in members]
        return torch.from_numpy(np.stack(rows).astype(np.float32))

    def write(self, members: Sequence[int], logits: torch.Tensor) -> None:
        """Keep the logits of examples of one length, shape (examples, tokens, 2)."""
        for number, row in zip(members, logits.numpy(), strict=True):
            self._rows[self._lows[number] : self._lows[number + 1]] = row

    def flush(self) -> None:
        """Bring what was written to the disk."""
        self._rows.flush()


class Teacher:
    """A trained reader that marks the training examples of another.

    :param folder: of the teacher's model.
    :param tokenizer: of the reader that is to learn.
    :param eight_bits: whether it may compute in eight bits where the CPU is made for it.
    :raises InputError: the two cut texts into different word pieces.
    """

    def __init__(self, folder: Path, tokenizer: Any, eight_bits: bool = True) -> None:
        self._own = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._segmented = "token_type_ids" in self._own.model_input_names
        self._model = AutoModelForQuestionAnswering.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.bfloat16
        ).eval()
        if eight_bits and computes_int8():
            _round(self._model.base_model.encoder)
        self._ids = _translation(tokenizer, self._own, folder)
        self._cls, self._sep = tokenizer.cls_token_id, tokenizer.sep_token_id
        self.digest = sha256((folder / "model.safetensors").read_bytes()).hexdigest()

    def mark(
        self,
        examples: Sequence[Example],
        max_length: int,
        folder: Path,
        report: Callable[[str], None],
    ) -> LessonFile:
        """Give start and end logits for every position of every example, or go on after a stop.

        :param examples: what the reader will be trained on.
        :param max_length: the most tokens of an example.
        :param folder: where the logits are kept.
        :param report: receives one line of progress about every half minute.
        :returns: the logits.
        """
        lengths = [trimmed_length(example, max_length) for example in examples]
        key = sha256(repr((self.digest, max_length, examples)).encode()).hexdigest()[:16]
        lessons = LessonFile(folder / f"{key}.f16", lengths)
        place = folder / f"{key}.json"
        done = json.loads(place.read_text())["done"] if place.exists() else 0
        order = sorted(range(len(examples)), key=lambda n: (lengths[n], n))
        started = shown = time.monotonic()
        tokens, left = 0, sum(lengths[n] for n in order[done:])
        while done < len(order):
            length = lengths[order[done]]
            members = order[done : done + max(1, _BATCH_TOKENS // length)]
            members = [n for n in members if lengths[n] == length]
            lessons.write(members, self._logits([examples[n] for n in members], max_length))
            done += len(members)
            tokens += length * len(members)
            if time.monotonic() - shown > _KEEP_SECONDS or done == len(order):
                shown = time.monotonic()
                lessons.flush()
                place.write_text(json.dumps({"done": done}))
                rate = tokens / (shown - started)
                eta = (left - tokens) / rate / 60
                report(f"teacher {done / len(order):.1%}  {rate:,.0f} tokens/s  ETA {eta:.0f} min")
        return lessons

    def _logits(self, examples: Sequence[Example], max_length: int) -> torch.Tensor:
        laid = [assemble(example, self._cls, self._sep, max_length) for example in examples]
        ids = self._ids[torch.tensor([row[0] for row in laid])]
        inputs = {"input_ids": ids}
        if self._segmented:
            heads = torch.tensor([row[1] for row in laid])
            inputs["token_type_ids"] = (torch.arange(ids.shape[1]) >= heads[:, None]).long()
        with torch.inference_mode():
            output = self._model(**inputs)
        return torch.stack([output.start_logits, output.end_logits], dim=-1).float()


class _EightBitLayer(torch.nn.Module):
    """A linear layer, rounded."""

    def __init__(self, layer: torch.nn.Linear) -> None:
        super().__init__()
        weight = layer.weight.detach()
        self._dense = EightBitDense(weight, layer.bias.detach(), weight.dtype)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        flat: torch.Tensor = self._dense(rows.reshape(-1, rows.shape[-1]))
        return flat.view(*rows.shape[:-1], -1)


def _round(part: torch.nn.Module) -> None:
    """Round every linear layer below."""
    for name, child in list(part.named_children()):
        if isinstance(child, torch.nn.Linear):
            setattr(part, name, _EightBitLayer(child))
        else:
            _round(child)


def _translation(tokenizer: Any, own: Any, folder: Path) -> torch.Tensor:
    """The teacher's id of every id of the reader."""
    special = {
        tokenizer.cls_token_id: own.cls_token_id,
        tokenizer.sep_token_id: own.sep_token_id,
        tokenizer.pad_token_id: own.pad_token_id,
        tokenizer.unk_token_id: own.unk_token_id,
        tokenizer.mask_token_id: own.mask_token_id,
    }
    theirs = own.get_vocab()
    ids = []
    for number in range(len(tokenizer)):
        piece = tokenizer.convert_ids_to_tokens(number)
        if number not in special and piece not in theirs:
            raise InputError(
                f"The teacher in {folder} does not know the word piece {piece!r}: it must have "
                "the vocabulary of the reader. Choose another --teacher."
            )
        ids.append(special.get(number, theirs.get(piece)))
    return torch.tensor(ids)
