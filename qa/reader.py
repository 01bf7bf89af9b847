"""The reader: one question, many passages, one scale of scores."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from embeddings.bert import is_plain_bert
from embeddings.encoder import read_config
from embeddings.mean_encoder import load_tokenizer
from qa.datatypes import Passage, Span
from qa.errors import ModelError
from qa.layout import Feature, Layout
from qa.networks import Logits, Network, PackedNetwork, PaddedNetwork
from qa.spans import best_spans
from qa.wording import value_key

WEIGHTS = Path(__file__).parent / "weights"
MODEL_TYPES = {"bert", "roberta", "distilbert", "electra", "mpnet", "deberta-v2", "xlm-roberta"}
SPANS_PER_PASSAGE = 4

_Worth = tuple[float, Span]
"""A span, and what it is worth over the null of its window."""


class Reader(Protocol):
    """Whatever marks answers in passages."""

    id: str

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        """Give the spans of every passage, best first."""


class TransformerReader:
    """A span-prediction model on the CPU, in bfloat16 where the CPU computes it.

    Scores of different passages are comparable: raw logits, and the null score of each passage
    beside its spans (no softmax within a passage).
    """

    def __init__(
        self, layout: Layout, network: Network, name: str, max_answer_tokens: int = 30
    ) -> None:
        self.id = name
        self.layout = layout
        self.network = network
        self._max_answer_tokens = max_answer_tokens

    @classmethod
    def load(
        cls, name: str = "default", max_answer_tokens: int = 30, eight_bits: bool = True
    ) -> "TransformerReader":
        """Load a reader without touching the network.

        :param name: ``default``, a local folder, or a hub id that is in the local cache.
        :param max_answer_tokens: the longest answer, in word pieces.
        :param eight_bits: whether it may compute in eight bits where the CPU is made for it.
        :returns: the reader.
        :raises ModelError: there is no such model here, or it is of a kind that is not loaded.
        """
        folder = WEIGHTS if name == "default" else Path(name)
        label = _identify(folder) if folder.is_dir() else name
        from safetensors import SafetensorError

        try:
            layout, network = _parts(folder, name, eight_bits)
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise ModelError(
                f"Reader '{name}' cannot be loaded: {reason}. Pass --reader a folder with "
                "config.json, tokenizer.json and model.safetensors of a trained reader."
            ) from error
        return cls(layout, network, label, max_answer_tokens)

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        """Mark the spans that may answer.

        :param question: the question, as asked.
        :param passages: the passages to read; title and date are read as context.
        :returns: for every passage its spans, best first, none overlapping; empty for a passage
            without a token.
        """
        features = list(self.layout.features(question, passages))
        spans: list[list[_Worth]] = [[] for _ in passages]
        for feature, logits in zip(features, self.network.logits(features), strict=True):
            spans[feature.row] += self._decode(feature, logits, passages[feature.row].text)
        return [_without_overlaps(found)[:SPANS_PER_PASSAGE] for found in spans]

    def _decode(self, feature: Feature, logits: Logits, text: str) -> Iterator[_Worth]:
        null = float(logits[0, 0] + logits[1, 0])
        tokens = feature.tokens

        def says(first: int, last: int) -> str:
            return value_key(text[tokens.offsets[first, 0] : tokens.offsets[last, 1]])

        places = slice(feature.first, feature.first + len(tokens.ids))
        found = best_spans(
            logits[0, places],
            logits[1, places],
            tokens.starts,
            tokens.ends,
            self._max_answer_tokens,
            SPANS_PER_PASSAGE,
            tokens.brackets,
            says,
        )
        for span in found:
            start, end = int(tokens.offsets[span.first, 0]), int(tokens.offsets[span.last, 1])
            yield span.worth - null, Span(start, end, span.logit, span.logit - null)


def _parts(folder: Path, name: str, eight_bits: bool) -> tuple[Layout, Network]:
    """Load what a reader is made of: BERT by itself, which takes a second, or any other model
    through transformers, which takes several."""
    if folder.is_dir() and (folder / "tokenizer.json").exists():
        config = read_config(folder)
        tokenizer: Any = load_tokenizer(folder)
        marks = [tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]")]
        if is_plain_bert(config) and None not in marks:
            return Layout(tokenizer, *marks), PackedNetwork.load(folder, config, eight_bits)
    network, fast = PaddedNetwork.load(str(folder) if folder.is_dir() else name)
    tokenizer = fast.backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return Layout(tokenizer, fast.cls_token_id, fast.sep_token_id), network


def _without_overlaps(spans: Sequence[_Worth]) -> list[Span]:
    """Keep the best of spans that overlap, as those of two windows of one passage do."""
    kept: list[Span] = []
    for _, span in sorted(spans, key=lambda one: (-one[0], one[1].start)):
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
