"""Linear maps in eight bits: near the exact ones, each row by itself."""

import pytest
import torch
from cpus import needs_int8
from torch.nn.functional import linear

from embeddings.dense import EightBitDense, FloatDense, PackedDense, computes_int8
from embeddings.encoder import computes_bfloat16

WEIGHT = torch.randn(48, 32, generator=torch.Generator().manual_seed(0)) * 0.1
BIAS = torch.linspace(-1, 1, 48)


def rows(count: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(count, 32, generator=torch.Generator().manual_seed(seed))


def test_float_map_is_torchs_own() -> None:
    torch.testing.assert_close(FloatDense(WEIGHT, BIAS)(rows(5)), linear(rows(5), WEIGHT, BIAS))


@pytest.mark.skipif(not computes_bfloat16(), reason="this CPU does not compute bfloat16")
def test_packed_map_is_torchs_own() -> None:
    weight, bias = WEIGHT.bfloat16(), BIAS.bfloat16()
    for count in (1, 16, 300):
        given = rows(count).bfloat16()
        torch.testing.assert_close(PackedDense(weight, bias)(given), linear(given, weight, bias))


@needs_int8
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_eight_bits_are_near_the_exact_map(dtype: torch.dtype) -> None:
    found = EightBitDense(WEIGHT, BIAS, dtype)(rows(50).to(dtype))
    exact = linear(rows(50), WEIGHT, BIAS)
    assert found.dtype == dtype
    assert (found.float() - exact).abs().mean() < 0.03 * exact.abs().mean()


@needs_int8
def test_products_are_those_of_whole_numbers() -> None:
    """Rows and weights that are whole and reach the largest number lose nothing by rounding."""
    chance = torch.Generator().manual_seed(3)
    weight, given = (torch.randint(-126, 127, (64, 512), generator=chance).float() for _ in "ab")
    weight[:, 0], given[:, 0] = 126.0, -126.0
    found = EightBitDense(weight, torch.zeros(64), torch.float32)(given)
    torch.testing.assert_close(found, given @ weight.T, rtol=1e-6, atol=0)


@needs_int8
def test_a_row_comes_out_the_same_beside_a_much_larger_one() -> None:
    dense = EightBitDense(WEIGHT, BIAS, torch.float32)
    beside = torch.cat([rows(4), 1e4 * rows(4, seed=2)])
    assert torch.equal(dense(beside)[:4], dense(rows(4)))


@needs_int8
def test_weights_of_an_output_that_is_much_larger_do_not_coarsen_others() -> None:
    weight = WEIGHT.clone()
    weight[7] *= 1e4
    others = torch.arange(48) != 7
    found = EightBitDense(weight, BIAS, torch.float32)(rows(50))
    small = EightBitDense(WEIGHT, BIAS, torch.float32)(rows(50))
    assert torch.equal(found[:, others], small[:, others])


@needs_int8
def test_rows_and_outputs_of_zeros_give_the_bias() -> None:
    weight = WEIGHT.clone()
    weight[3] = 0
    found = EightBitDense(weight, BIAS, torch.float32)(torch.cat([torch.zeros(2, 32), rows(3)]))
    assert torch.equal(found[:2], BIAS.expand(2, -1))
    assert torch.equal(found[:, 3], BIAS[3].expand(5))


@pytest.mark.parametrize(
    ("able", "expected"),
    [
        ({"avx512_vnni": True}, True),
        ({"avx_vnni": True}, True),
        ({"avx2": True}, False),
        ({}, False),
    ],
)
def test_only_cpus_made_for_it_compute_in_eight_bits(
    able: dict[str, bool], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: able)
    assert computes_int8() is expected


@needs_int8
def test_the_largest_number_of_a_row_never_wraps_around() -> None:
    """Any bfloat16 number, in a row of its own, mapped by one."""
    numbers = torch.linspace(1e-3, 300, 4000).to(torch.bfloat16)[:, None]
    found = EightBitDense(torch.ones(1, 1), torch.zeros(1), torch.bfloat16)(numbers)
    torch.testing.assert_close(found, numbers, rtol=0.02, atol=0)
