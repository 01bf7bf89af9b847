"""Freed memory is kept where the C library can be told to."""

import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.memory import keep_memory
from tiny_reader import tiny_base

CLEARED = """
import resource, sys
from pathlib import Path
import numpy as np
import torch
from embeddings.bert import Bert, load_weights
from embeddings.encoder import read_config
for folder in map(Path, sys.argv[1:]):
    Bert(read_config(folder), load_weights(folder))
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


def cleared(*models: Path) -> int:
    """Count the pages that a process is given while it uses 16 MiB again and again."""
    command = [sys.executable, "-c", CLEARED, *map(str, models)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not keep_memory(), reason="only the GNU C library can be told")
def test_once_a_model_is_loaded_freed_memory_is_not_cleared_again(tmp_path: Path) -> None:
    assert cleared(tiny_base(tmp_path)) < 0.1 * cleared()


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not keep_memory()
