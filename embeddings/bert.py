"""BERT (Devlin et al. 2019) over sequences of any length, without one padded token.

The tokens of all sequences stand in one matrix. What works on single tokens runs over all of them
at once, attention runs sequence by sequence. Beside torch nothing is imported to load or run it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.dense import Dense, EightBitDense, FloatDense, PackedDense, computes_int8
from embeddings.encoder import computes_bfloat16
from embeddings.memory import keep_memory

STEP, FEW, ROWS = 8, 64, 32
"""Attention looks at a multiple of ``STEP`` tokens; the matrix of all tokens has a multiple of
``STEP`` rows up to ``FEW``, as many as a question has, and of ``ROWS`` beyond: torch keeps some
hundred kilobytes for every shape that it has multiplied, for as long as the process lives."""

STEEPEST = 80.0
"""The largest score of attention whose exponential, added up over 512 tokens, is still a number in
bfloat16 and float32."""

LAYER = "encoder.layer"


@dataclass(frozen=True, slots=True)
class Layer:
    """The parts of a layer, in the order in which they run; the norms as weight and bias."""

    joined: Dense
    mixed: Dense
    norm: tuple[Any, Any]
    wide: Dense
    narrow: Dense
    end: tuple[Any, Any]


def is_plain_bert(config: Mapping[str, Any]) -> bool:
    """Tell whether a model is BERT as published, which is what this module runs.

    :param config: its ``config.json``.
    :returns: False for other kinds, and for variants of this one.
    """
    usual = {"hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}
    return config.get("model_type") == "bert" and all(
        config.get(name, value) == value for name, value in usual.items()
    )


def load_weights(folder: Path) -> dict[str, Any]:
    """Read the weights of a model folder.

    :param folder: holds ``model.safetensors``.
    :returns: tensors by name.
    :raises ValueError: the file is no such file.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(folder / "model.safetensors")
    except SafetensorError as error:
        raise ValueError(f"{folder / 'model.safetensors'} is damaged ({error})") from error


def need(weights: Mapping[str, Any], *names: str) -> list[Any]:
    """Give weights by name.

    :param weights: as ``load_weights`` gave them.
    :param names: which.
    :returns: one tensor for each name, in float32.
    :raises ValueError: one is missing.
    """
    missing = sorted(name for name in names if name not in weights)
    if missing:
        raise ValueError(f"its weights lack {missing[0]}")
    return [weights[name].float() for name in names]


class Bert:
    """The body of a BERT model on the CPU, in bfloat16 where the CPU computes it.

    :param config: its ``config.json``; one that ``is_plain_bert``.
    :param weights: as ``load_weights`` gave them, with or without ``bert.`` before the names.
    :param eight_bits: whether its linear maps may round to eight bits, which takes two thirds of
        their time where the CPU is made for it.
    :raises ValueError: a weight is missing.
    """

    def __init__(
        self, config: Mapping[str, Any], weights: Mapping[str, Any], eight_bits: bool = False
    ) -> None:
        import torch

        keep_memory()
        self._eight_bits = eight_bits and computes_int8()
        bare = "embeddings.word_embeddings.weight" in weights
        self._prefix = "" if bare else "bert."
        self._dtype = torch.bfloat16 if computes_bfloat16() else torch.float32
        self._heads = int(config["num_attention_heads"])
        self.dim = int(config["hidden_size"])
        self._epsilon = float(config.get("layer_norm_eps", 1e-12))
        names = ("word_embeddings", "position_embeddings", "token_type_embeddings")
        self._tables = self._take(weights, *(f"embeddings.{name}.weight" for name in names))
        self._norm = self._pair(weights, "embeddings.LayerNorm")
        self.longest = len(self._tables[1])
        layers = range(int(config["num_hidden_layers"]))
        self._layers = [self._layer(weights, f"{LAYER}.{number}") for number in layers]

    def _take(self, weights: Mapping[str, Any], *names: str) -> list[Any]:
        found = need(weights, *(self._prefix + name for name in names))
        return [weight.to(self._dtype) for weight in found]

    def _pair(self, weights: Mapping[str, Any], name: str) -> tuple[Any, Any]:
        weight, bias = self._take(weights, f"{name}.weight", f"{name}.bias")
        return weight, bias

    def _dense(self, weight: Any, bias: Any) -> Dense:
        if self._eight_bits:
            return EightBitDense(weight, bias, self._dtype)
        kind = PackedDense if computes_bfloat16() else FloatDense
        return kind(weight.to(self._dtype), bias.to(self._dtype))

    def _layer(self, weights: Mapping[str, Any], name: str) -> Layer:
        """Give the parts of one layer: queries, keys and values as one, with the scale of the
        attention in the queries."""
        import torch

        def of(part: str) -> list[Any]:
            return need(weights, *(f"{self._prefix}{name}.{part}.{k}" for k in ("weight", "bias")))

        scale = (self.dim // self._heads) ** -0.5
        query, key, value = (of(f"attention.self.{part}") for part in ("query", "key", "value"))
        joined = [torch.cat([q * scale, k, v]) for q, k, v in zip(query, key, value, strict=True)]
        return Layer(
            self._dense(*joined),
            self._dense(*of("attention.output.dense")),
            self._pair(weights, f"{name}.attention.output.LayerNorm"),
            self._dense(*of("intermediate.dense")),
            self._dense(*of("output.dense")),
            self._pair(weights, f"{name}.output.LayerNorm"),
        )

    def __call__(self, sequences: Sequence[Sequence[int]], seconds: Sequence[int]) -> Any:
        """Run the model.

        :param sequences: token ids, each sequence from 1 to ``longest`` of them.
        :param seconds: for each sequence the place from which on its tokens are of the second
            type.
        :returns: a tensor of shape ``(all tokens, dim)``, sequence after sequence.
        """
        lengths = [len(sequence) for sequence in sequences]
        return self.run(self.embed(sequences, seconds), lengths)

    def embed(self, sequences: Sequence[Sequence[int]], seconds: Sequence[int]) -> Any:
        """Give what the first layer reads.

        :param sequences: token ids, each sequence from 1 to ``longest`` of them.
        :param seconds: for each sequence the place from which on its tokens are of the second
            type.
        :returns: a tensor of shape ``(all tokens, dim)``, sequence after sequence.
        """
        import torch
        from torch.nn.functional import layer_norm

        lengths = [len(sequence) for sequence in sequences]
        ids = torch.tensor([token for sequence in sequences for token in sequence])
        places = torch.cat([torch.arange(length) for length in lengths])
        firsts = torch.repeat_interleave(torch.tensor(seconds), torch.tensor(lengths))
        words, positions, types = self._tables
        kinds = (places >= firsts).long().clamp(max=len(types) - 1)
        with torch.inference_mode():
            embedded = words[ids] + types[kinds] + positions[places]
            return layer_norm(embedded, (self.dim,), *self._norm, self._epsilon)

    def run(
        self, hidden: Any, lengths: Sequence[int], first: int = 0, last: int | None = None
    ) -> Any:
        """Run layers.

        :param hidden: what the first of them reads, shape ``(all tokens, dim)``.
        :param lengths: tokens of each sequence.
        :param first: the first layer to run, from 0.
        :param last: one past the last, None for all that follow.
        :returns: what the last gives, of the same shape.
        """
        import torch
        from torch.nn.functional import gelu, layer_norm, pad

        shape, eps, count = (self.dim,), self._epsilon, len(hidden)
        looked_at = count + -lengths[-1] % STEP
        rows = looked_at + -looked_at % (ROWS if looked_at > FEW else STEP)
        with torch.inference_mode():
            hidden = pad(hidden, (0, 0, 0, rows - count))
            for layer in self._layers[first:last]:
                attended = layer.mixed(self._attend(layer.joined(hidden), lengths))
                hidden = layer_norm(attended + hidden, shape, *layer.norm, eps)
                inner = layer.narrow(gelu(layer.wide(hidden)))
                hidden = layer_norm(inner + hidden, shape, *layer.end, eps)
        return hidden[:count]

    def _attend(self, joined: Any, lengths: Sequence[int]) -> Any:
        """Let the tokens of each sequence attend to one another.

        This is softmax(QK) V with the division put last, where a row has 32 numbers and not one
        for every token. What stands after a sequence, up to a multiple of ``STEP``, is multiplied
        too, with a weight of zero.
        """
        import torch

        found = []
        low = 0
        for length in lengths:
            own = joined[low : low + length + -length % STEP]
            heads = own.view(len(own), 3, self._heads, -1).permute(1, 2, 0, 3)
            query, key, value = heads.contiguous()
            weights, totals = _exponentials(query, key.transpose(1, 2), length)
            mixed = torch.bmm(weights, value).div_(totals)
            found.append(mixed[:, :length].transpose(0, 1).reshape(length, self.dim))
            low += length
        return torch.cat([*found, joined[low:, : self.dim]])


def _exponentials(query: Any, key: Any, length: int) -> tuple[Any, Any]:
    """Give the exponentials of the scores of attention, zero from ``length`` on, and the sums of
    their rows. Softmax takes the largest score away first, only so that none overflows; here that
    is done, by a clamp, only where one did."""
    import torch

    weights = torch.bmm(query, key).exp_()
    weights[..., length:] = 0
    totals = weights.sum(-1, keepdim=True)
    least, most = torch.aminmax(totals[:, :length])
    if least > 0 and most < torch.inf:
        return weights, totals
    weights = torch.bmm(query, key).clamp_(-STEEPEST, STEEPEST).exp_()
    weights[..., length:] = 0
    return weights, weights.sum(-1, keepdim=True)
