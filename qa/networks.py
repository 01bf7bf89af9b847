"""The forward pass of a reader: inputs to start and end logits, on the CPU."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.bert import Bert, load_weights, need
from embeddings.encoder import computes_bfloat16
from embeddings.threads import Threads, cores, shares
from qa.layout import Feature

BUCKET = 16
Logits = NDArray[np.float32]


class Network(Protocol):
    """Whatever scores the tokens of inputs."""

    def logits(self, features: Sequence[Feature]) -> list[Logits]:
        """Give per input an array of shape ``(2, tokens)``: start and end logits."""


class PackedNetwork:
    """BERT without a padded token; the passages of a question are shared out among threads.

    :param bert: the body.
    :param head: weight, shape ``(2, dim)``, and bias of the span head.
    :param threads: how many compute at once, over all questions.
    """

    def __init__(self, bert: Bert, head: Sequence[Any], threads: int) -> None:
        self._bert = bert
        self._head = head
        self._threads = Threads(threads)

    @classmethod
    def load(cls, folder: Path, config: dict[str, Any]) -> "PackedNetwork":
        """Load a reader of the kind BERT.

        :param folder: holds its weights.
        :param config: its ``config.json``.
        :returns: the network.
        :raises ValueError: a weight is missing, or the file is damaged.
        """
        weights = load_weights(folder)
        body = Bert(config, weights)
        return cls(body, need(weights, "qa_outputs.weight", "qa_outputs.bias"), cores())

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
        from torch.nn.functional import linear

        hidden = self._bert([feature.ids for feature in features], [f.head for f in features])
        scores = linear(hidden.float(), *self._head)
        parts = scores.split([len(feature.ids) for feature in features])
        return [part.T.numpy() for part in parts]


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
