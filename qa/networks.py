"""The forward pass of a reader: inputs to start and end logits, on the CPU."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.bert import Bert, load_weights, need
from embeddings.encoder import computes_bfloat16
from embeddings.threads import Threads, cores, shares
from qa.layout import Feature
from qa.skimming import near, suspense

BUCKET = 16
Logits = NDArray[np.float32]


class Network(Protocol):
    """Whatever scores the tokens of inputs."""

    def logits(self, features: Sequence[Feature]) -> list[Logits]:
        """Give per input an array of shape ``(2, tokens)``: start and end logits."""


@dataclass(frozen=True, slots=True)
class Skim:
    """Where a reader makes an early guess, and which tokens go on (``qa/skimming.py`` trains it).

    After ``layer`` layers, a linear unit of ``weight``, shape ``(2, dim)``, and ``bias`` guesses
    start and end logits. A token goes on if one near it is at least ``margin`` ahead of "no
    answer", in logits, or is the best of its passage: what one passage keeps does not depend on
    the others.
    """

    layer: int
    margin: float
    weight: Any
    bias: Any

    @classmethod
    def of(cls, weights: Mapping[str, Any]) -> "list[Skim]":
        """Find the units among the weights of a reader.

        :param weights: as ``load_weights`` gives them.
        :returns: those whose margin was chosen, lowest layer first.
        :raises ValueError: a part of one is missing.
        """
        found = [re.fullmatch(r"skim\.(\d+)\.margin", name) for name in weights]
        skims = []
        for layer in sorted(int(margin[1]) for margin in found if margin):
            parts = need(
                weights, *(f"skim.{layer}.{part}" for part in ("margin", "weight", "bias"))
            )
            skims.append(cls(layer, float(parts[0]), *parts[1:]))
        return skims

    def kept(self, hidden: Any, features: Sequence[Feature], places: Sequence[Any]) -> list[Any]:
        """Choose the tokens that go on.

        :param hidden: what the layers gave for the tokens that are left, shape ``(tokens, dim)``.
        :param features: the inputs.
        :param places: per input the places in it of the tokens that are left, ascending.
        :returns: per input which of these go on, as a mask.
        """
        from torch.nn.functional import linear

        guess = linear(hidden.float(), self.weight, self.bias).T
        parts = guess.split([len(own) for own in places], dim=1)
        return [self._likely(*one) for one in zip(parts, features, places, strict=True)]

    def _likely(self, guess: Any, feature: Feature, places: Any) -> Any:
        """Mark what goes on of one input: question, marks, and what is likely of the passage; the
        headline was read below."""
        last = feature.first + len(feature.tokens.ids)
        own = (places >= feature.first) & (places < last)
        ahead = suspense(guess[:, None])[:, own]
        kept = (places < feature.head) | (places == last)
        kept[own] = near(ahead)[0] >= ahead.max().clamp(max=self.margin)
        return kept


class PackedNetwork:
    """BERT without a padded token; the passages of a question are shared out among threads.

    :param bert: the body.
    :param head: weight, shape ``(2, dim)``, and bias of the span head.
    :param threads: how many compute at once, over all questions.
    :param skims: after which layers tokens are dropped, lowest first.
    """

    def __init__(
        self, bert: Bert, head: Sequence[Any], threads: int, skims: Sequence[Skim] = ()
    ) -> None:
        self._bert = bert
        self._head = head
        self._threads = Threads(threads)
        self._skims = skims

    @classmethod
    def load(cls, folder: Path, config: dict[str, Any], eight_bits: bool = True) -> "PackedNetwork":
        """Load a reader of the kind BERT.

        :param folder: holds its weights.
        :param config: its ``config.json``.
        :param eight_bits: whether it may compute in eight bits where the CPU is made for it.
        :returns: the network.
        :raises ValueError: a weight is missing, or the file is damaged.
        """
        weights = load_weights(folder)
        body = Bert(config, weights, eight_bits)
        head = need(weights, "qa_outputs.weight", "qa_outputs.bias")
        return cls(body, head, cores(), Skim.of(weights))

    def skimming(self, skims: Sequence[Skim]) -> "PackedNetwork":
        """Give the same network with another choice of what is dropped.

        :param skims: after which layers, lowest first; none to read all.
        :returns: it; weights are shared.
        """
        return PackedNetwork(self._bert, self._head, self._threads.count, skims)

    def logits(self, features: Sequence[Feature]) -> list[Logits]:
        """Score the tokens of every input.

        :param features: the inputs.
        :returns: per input an array of shape ``(2, tokens)``: start and end logits.
        """
        shared = shares([len(feature.ids) for feature in features], self._threads.count)
        parts = [[features[place] for place in share] for share in shared]
        logits: list[Logits] = [np.empty((2, 0), np.float32)] * len(features)
        for share, scores in zip(shared, self._threads.map(self._forward, parts), strict=True):
            for place, score in zip(share, scores, strict=True):
                logits[place] = score
        return logits

    def _forward(self, features: Sequence[Feature]) -> list[Logits]:
        import torch
        from torch.nn.functional import linear

        lengths = [len(feature.ids) for feature in features]
        hidden = self._bert.embed([f.ids for f in features], [f.head for f in features])
        places, counts, layer = [torch.arange(length) for length in lengths], lengths, 0
        for skim in self._skims:
            hidden = self._bert.run(hidden, counts, layer, skim.layer)
            kept = skim.kept(hidden, features, places)
            hidden = hidden[torch.cat(kept)]
            places = [own[on] for own, on in zip(places, kept, strict=True)]
            counts, layer = [len(own) for own in places], skim.layer
        hidden = self._bert.run(hidden, counts, layer)
        found = linear(hidden.float(), *self._head).split(counts)
        return [_spread(*one) for one in zip(found, places, lengths, strict=True)]


def _spread(scores: Any, places: Any, length: int) -> Logits:
    """Give the logits of an input from those of the tokens that went on; no other can start or end
    a span."""
    logits = np.full((2, length), -np.inf, np.float32)
    logits[:, places.numpy()] = scores.T.numpy()
    return logits


class PaddedNetwork:
    """Any span-prediction model of transformers, over buckets of inputs of about equal length.

    :param model: the model.
    :param pad: id of the token that fills up.
    """

    def __init__(self, model: Any, pad: int) -> None:
        self._body = model.base_model
        self._head = model.qa_outputs.float()
        self._types = int(getattr(model.config, "type_vocab_size", 0)) > 1
        self._pad = pad

    @classmethod
    def load(cls, source: str) -> tuple["PaddedNetwork", Any]:
        """Load a model and its tokenizer without touching the network.

        :param source: a local folder, or a hub id that is in the local cache.
        :returns: the network and its tokenizer.
        :raises ValueError: a weight is missing.
        """
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        options = {"local_files_only": True, "trust_remote_code": False}
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
        return cls(model.eval(), tokenizer.pad_token_id), tokenizer

    def logits(self, features: Sequence[Feature]) -> list[Logits]:
        """Score the tokens of every input.

        :param features: the inputs.
        :returns: per input an array of shape ``(2, tokens)``: start and end logits.
        """
        logits: list[Logits] = [np.empty((2, 0), np.float32)] * len(features)
        buckets: dict[int, list[int]] = {}
        for number, feature in enumerate(features):
            buckets.setdefault(-(-len(feature.ids) // BUCKET), []).append(number)
        for numbers in buckets.values():
            scores = self._forward([features[number] for number in numbers])
            for number, score in zip(numbers, scores, strict=True):
                logits[number] = score[:, : len(features[number].ids)]
        return logits

    def _forward(self, features: Sequence[Feature]) -> Logits:
        """Give start and end logits, shape ``(batch, 2, longest)``."""
        import torch

        longest = max(len(feature.ids) for feature in features)
        ids = torch.full((len(features), longest), self._pad)
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
            scores: Logits = self._head(hidden.float()).transpose(1, 2).numpy()
        return scores
