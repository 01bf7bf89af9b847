"""What the CPU that runs the tests is made for."""

import pytest

from embeddings.dense import computes_int8

needs_int8 = pytest.mark.skipif(not computes_int8(), reason="this CPU does not compute eight bits")
"""Without instructions made for it, sums of eight-bit products may overflow on the way."""
