"""The reader: one question, many passages, one scale of scores."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import computes_bfloat16, read_config
from qa.datatypes import Passage, Span
from qa.errors import ModelError
from qa.spans import best_spans, word_edges

WEIGHTS = Path(__file__).parent / "weights"
MODEL_TYPES = {"bert", "roberta", "distilbert", "electra", "mpnet", "deberta-v2", "xlm-roberta"}
MAX_LENGTH = 384
STRIDE = 128
QUESTION_TOKENS = 96
PREAMBLE_TOKENS = 48
BUCKET = 16
SPANS_PER_PASSAGE = 4


class Reader(Protocol):
    """Whatever marks answers in passages."""

    id: str

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        """Give the spans of every passage, best first."""


def preamble(title: str | None, published: str | None) -> str:
    """Write what is read before a passage and can hold no answer: headline and date.

    :param title: the headline, or None.
    :param published: ISO date, or None.
    :returns: ``"Title. 2019-05-18. "``, or less.
    """
    return "".join(f"{part}. " for part in (title, published) if part)


@dataclass(frozen=True, slots=True)
class Feature:
    """One model input: ``ids`` is ``[CLS] question [SEP] preamble passage-part [SEP]``.

    ``offsets`` are the character ranges, within passage ``row``, of the tokens from ``first`` on;
    only these can start or end a span.
    """

    row: int
    ids: tuple[int, ...]
    head: int
    first: int
    offsets: tuple[tuple[int, int], ...]


class TransformerReader:
    """A span-prediction model on the CPU, in bfloat16 where the CPU computes it.

    Scores of different passages are comparable: raw logits, and the null score of each passage
    beside its spans (no softmax within a passage).
    """

    def __init__(self, model: Any, tokenizer: Any, name: str, max_answer_tokens: int = 30) -> None:
        self.id = name
        self._tokenizer = tokenizer
        self._body = model.base_model
        self._head = model.qa_outputs.float()
        self._types = int(getattr(model.config, "type_vocab_size", 0)) > 1
        self._max_answer_tokens = max_answer_tokens

    @classmethod
    def load(cls, name: str = "default", max_answer_tokens: int = 30) -> "TransformerReader":
        """Load a reader without touching the network.

        :param name: ``default``, a local folder, or a hub id that is in the local cache.
        :param max_answer_tokens: the longest answer, in word pieces.
        :returns: the reader.
        :raises ModelError: there is no such model here, or it is of a kind that is not loaded.
        """
        folder = WEIGHTS if name == "default" else Path(name)
        source = str(folder) if folder.is_dir() else name
        label = _identify(folder) if folder.is_dir() else name
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(source, **options)
            model, loading = AutoModelForQuestionAnswering.from_pretrained(
                source,
                use_safetensors=True,
                attn_implementation="eager",
                dtype=torch.bfloat16 if computes_bfloat16() else torch.float32,
                output_loading_info=True,
                **options,
            )
            if loading["missing_keys"]:
                raise ValueError(f"its weights lack {sorted(loading['missing_keys'])[0]}")
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise ModelError(
                f"Reader '{name}' cannot be loaded: {reason}. Pass --reader a folder with "
                "config.json, tokenizer.json and model.safetensors of a trained reader."
            ) from error
        return cls(model.eval(), tokenizer, label, max_answer_tokens)

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        """Mark the spans that may answer.

        :param question: the question, as asked.
        :param passages: the passages to read; title and date are read as context.
        :returns: for every passage its spans, best first, none overlapping; empty for a passage
            without a token.
        """
        features = list(self._features(question, passages))
        spans: list[list[Span]] = [[] for _ in passages]
        for feature, logits in zip(features, self._logits(features), strict=True):
            text = passages[feature.row].text
            spans[feature.row] += self._decode(feature, logits, text)
        return [_without_overlaps(found)[:SPANS_PER_PASSAGE] for found in spans]

    def _features(self, question: str, passages: Sequence[Passage]) -> Iterator[Feature]:
        """Lay out the inputs; a passage beyond the window becomes several, overlapping."""
        tokenizer = self._tokenizer
        asked = self._ids([question.strip()])[0][:QUESTION_TOKENS]
        head = [tokenizer.cls_token_id, *asked, tokenizer.sep_token_id]
        if not passages:
            return
        befores = self._ids([preamble(p.title, p.published) for p in passages])
        encoded = tokenizer(
            [p.text for p in passages], add_special_tokens=False, return_offsets_mapping=True
        )
        for row, before in enumerate(befores):
            before = before[:PREAMBLE_TOKENS]
            ids, offsets = encoded["input_ids"][row], encoded["offset_mapping"][row]
            room = MAX_LENGTH - len(head) - len(before) - 1
            for low in range(0, max(1, len(ids) - STRIDE), room - STRIDE):
                part = ids[low : low + room]
                if part:
                    yield Feature(
                        row,
                        (*head, *before, *part, tokenizer.sep_token_id),
                        len(head),
                        len(head) + len(before),
                        tuple(offsets[low : low + room]),
                    )

    def _ids(self, texts: list[str]) -> list[list[int]]:
        ids: list[list[int]] = self._tokenizer(texts, add_special_tokens=False)["input_ids"]
        return ids

    def _logits(self, features: Sequence[Feature]) -> list[NDArray[np.float32]]:
        """Run the model over buckets of about equal length.

        :returns: per feature an array of shape ``(2, tokens)``: start and end logits.
        """
        logits: list[NDArray[np.float32]] = [np.empty((2, 0), np.float32)] * len(features)
        buckets: dict[int, list[int]] = {}
        for number, feature in enumerate(features):
            buckets.setdefault(-(-len(feature.ids) // BUCKET), []).append(number)
        for numbers in buckets.values():
            scores = self._forward([features[number] for number in numbers])
            for number, score in zip(numbers, scores, strict=True):
                logits[number] = score[:, : len(features[number].ids)]
        return logits

    def _forward(self, features: Sequence[Feature]) -> NDArray[np.float32]:
        """Give start and end logits, shape ``(batch, 2, longest)``."""
        import torch

        longest = max(len(feature.ids) for feature in features)
        pad = self._tokenizer.pad_token_id
        ids = torch.full((len(features), longest), pad)
        heads = torch.tensor([feature.head for feature in features])
        lengths = torch.tensor([len(feature.ids) for feature in features])
        for row, feature in enumerate(features):
            ids[row, : len(feature.ids)] = torch.tensor(feature.ids)
        places = torch.arange(longest)[None, :]
        inputs = {"input_ids": ids, "attention_mask": (places < lengths[:, None]).long()}
        if self._types:
            inputs["token_type_ids"] = (places >= heads[:, None]).long()
        with torch.inference_mode():
            hidden = self._body(**inputs).last_hidden_state
            scores: NDArray[np.float32] = self._head(hidden.float()).transpose(1, 2).numpy()
        return scores

    def _decode(self, feature: Feature, logits: NDArray[np.float32], text: str) -> Iterator[Span]:
        null = float(logits[0, 0] + logits[1, 0])
        places = slice(feature.first, feature.first + len(feature.offsets))
        found = best_spans(
            logits[0, places],
            logits[1, places],
            *word_edges(text, feature.offsets),
            self._max_answer_tokens,
            SPANS_PER_PASSAGE,
        )
        for span in found:
            start, end = feature.offsets[span.first][0], feature.offsets[span.last][1]
            yield Span(start, end, span.logit, span.logit - null)


def _without_overlaps(spans: Sequence[Span]) -> list[Span]:
    """Keep the best of spans that overlap, as those of two windows of one passage do."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.margin, span.start)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return kept


def _identify(folder: Path) -> str:
    """Name a local reader by its weights, once its kind is one that is loaded."""
    try:
        config = read_config(folder)
        with (folder / "model.safetensors").open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise ModelError(
            f"Reader in {folder} cannot be loaded: {error}. "
            "It needs config.json, tokenizer.json and model.safetensors."
        ) from error
    kind = config.get("model_type")
    if kind not in MODEL_TYPES or "auto_map" in config:
        raise ModelError(
            f"Reader in {folder} is of kind '{kind}'"
            f"{' with code of its own' if 'auto_map' in config else ''}; "
            f"only {', '.join(sorted(MODEL_TYPES))} are loaded."
        )
    return f"{folder.name}@sha256:{digest[:12]}"
