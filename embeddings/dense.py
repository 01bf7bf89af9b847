"""The linear maps of a network: in floating point, or in whole numbers of eight bits where the CPU
multiplies these faster."""

from typing import Any, Protocol

LARGEST = 126.0
"""What the largest number of a row becomes: one less than eight bits hold, since a quotient of two
numbers in bfloat16 may come out a little larger."""

ZERO = 128
"""What stands for zero in rows of eight bits without a sign. To turn the highest bit of a number
with a sign is to add this to it."""


class Dense(Protocol):
    """Whatever maps rows to rows."""

    def __call__(self, rows: Any) -> Any:
        """Map a tensor of shape ``(n, inputs)`` to ``(n, outputs)`` of the same type."""


class FloatDense:
    """A linear map in the type of its rows.

    :param weight: shape ``(outputs, inputs)``.
    :param bias: shape ``(outputs,)``.
    """

    def __init__(self, weight: Any, bias: Any) -> None:
        self._weight = weight
        self._bias = bias

    def __call__(self, rows: Any) -> Any:
        """Map a tensor of shape ``(n, inputs)`` to ``(n, outputs)`` of the same type."""
        from torch.nn.functional import linear

        return linear(rows, self._weight, self._bias)


class PackedDense:
    """A linear map in bfloat16 whose weight is laid out once in the order in which the product
    reads it. Otherwise that is done in each call: a third of the time that a question takes.

    :param weight: shape ``(outputs, inputs)``, bfloat16.
    :param bias: shape ``(outputs,)``, bfloat16.
    """

    def __init__(self, weight: Any, bias: Any) -> None:
        import torch

        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight)
        self._bias = bias

    def __call__(self, rows: Any) -> Any:
        """Map a tensor of shape ``(n, inputs)`` to ``(n, outputs)`` of the same type."""
        import torch

        product = torch.ops.mkldnn._linear_pointwise
        return product(rows, self._weight, self._bias, "none", [], "")


class EightBitDense:
    """A linear map whose weights and rows are rounded to whole numbers of eight bits, with one
    scale for each output and one for each row, so that a row comes out the same beside any others
    (vector-wise quantisation; Dettmers et al. 2022, LLM.int8(), sec. 3.1).

    The CPU multiplies numbers from 0 with numbers of either sign, so rows are shifted by ``ZERO``;
    the product takes that away again.

    :param weight: shape ``(outputs, inputs)``.
    :param bias: shape ``(outputs,)``.
    :param dtype: of the rows, bfloat16 or float32.
    """

    def __init__(self, weight: Any, bias: Any, dtype: Any) -> None:
        import torch

        scale = weight.float().abs().amax(1) / LARGEST
        scale.clamp_(min=torch.finfo(torch.float32).tiny)
        rounded = (weight.float() / scale[:, None]).round_().to(torch.int8)
        self._weight = torch.ops.onednn.qlinear_prepack(rounded, None)
        self._scale = scale
        self._zeros = torch.zeros(len(scale), dtype=torch.int64)
        self._bias = bias.to(dtype)
        self._least = torch.finfo(dtype).tiny * LARGEST

    def __call__(self, rows: Any) -> Any:
        """Map a tensor of shape ``(n, inputs)`` to ``(n, outputs)`` of the same type."""
        import torch

        scale = _magnitudes(rows).clamp_(min=self._least).mul_(1 / LARGEST)
        whole = (rows / scale).round_().to(torch.int8).view(torch.uint8).bitwise_xor_(ZERO)
        weights = self._weight, self._scale, self._zeros
        product = torch.ops.onednn.qlinear_pointwise
        found = product(whole, 1.0, ZERO, *weights, None, 1.0, 0, rows.dtype, "none", [], "")
        return torch.addcmul(self._bias, found, scale)


def _magnitudes(rows: Any) -> Any:
    """Give the largest absolute value of each row, shape ``(n, 1)``. Floating point numbers from
    zero are in the order of their bits, and torch compares whole numbers faster."""
    import torch

    bits = torch.int16 if rows.dtype == torch.bfloat16 else torch.int32
    return rows.abs().view(bits).amax(1, keepdim=True).view(rows.dtype)


def computes_int8() -> bool:
    """Tell whether this CPU multiplies matrices of eight-bit numbers faster than others."""
    import torch

    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in ("avx512_vnni", "avx_vnni", "amx_int8"))
