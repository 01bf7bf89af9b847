"""Freed memory is kept where the C library can be told to."""

import subprocess
import sys

import pytest

from embeddings.memory import keep_memory

CLEARED = """
import resource, sys
import numpy as np
from embeddings.memory import keep_memory
if sys.argv[1] == "keep":
    keep_memory()
def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def use():
    some = [np.ones(2**18) for _ in range(8)]
use()
before = pages()
for _ in range(50):
    use()
print(pages() - before)
"""


def cleared(how: str) -> int:
    run = subprocess.run(
        [sys.executable, "-c", CLEARED, how], capture_output=True, text=True, check=True
    )
    return int(run.stdout)


@pytest.mark.skipif(not keep_memory(), reason="only the GNU C library can be told")
def test_memory_that_was_freed_is_not_cleared_again() -> None:
    assert cleared("keep") < 0.1 * cleared("as it is")


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not keep_memory()
