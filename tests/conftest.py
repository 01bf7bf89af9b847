"""What all tests share: the blocked network, required surroundings, and two tiny models."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from netblock import block_network
from qa.datatypes import Passage, Span

ROOT = Path(__file__).resolve().parent.parent

block_network()
# Where the tests run in the background, the shell makes interrupts ignored, by children, too.
signal.signal(signal.SIGINT, signal.default_int_handler)


def require(kind: Literal["shared", "chromium"]) -> Path:
    """Give the path of something a machine may lack; skip with the reason where it is missing.

    Under ``PULLQUOTE_TEST_ALL=1`` nothing is skipped: what is missing fails the test.
    """
    if kind == "shared":
        path, reason = ROOT.parent / "shared", "no folder ../shared with the input data"
    else:
        path, reason = Path(shutil.which("chromium") or "/usr/bin/chromium"), "no Chromium here"
    if not path.exists():
        if os.environ.get("PULLQUOTE_TEST_ALL") == "1":
            pytest.fail(f"{reason}, and PULLQUOTE_TEST_ALL=1 lets nothing be skipped")
        pytest.skip(reason)
    return path


class TinyEncoder:
    """Hashed bag of words in place of weights: equal words give equal directions."""

    id = "tiny"
    dim = 64

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vector(text) for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_queries(texts)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dim, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[int(hashlib.md5(word.encode()).hexdigest(), 16) % self.dim] += 1
        return vector / np.float32(np.linalg.norm(vector))


class TinyReader:
    """Marks the first capitalised word or number that the question does not hold."""

    id = "tiny"

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        asked = set(re.findall(r"\w+", question.lower()))
        return [self._spans(asked, passage.text) for passage in passages]

    def _spans(self, asked: set[str], text: str) -> list[Span]:
        known = set(re.findall(r"\w+", text.lower()))
        margin = float(len(asked & known) - 2)
        matches = (m for m in re.finditer(r"[A-Z]\w+|\d+", text) if m[0].lower() not in asked)
        return [Span(m.start(), m.end(), margin, margin) for m in matches][:1]


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive, indexed by the command with the models that ship. Read it only."""
    store = tmp_path_factory.mktemp("sample") / "store"
    command = [sys.executable, "-m", "ui", "index", str(ROOT / "seeds" / "articles")]
    done = subprocess.run(
        [*command, "--store", str(store)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "48 articles added, 0 changed, 0 unchanged, 0 removed, 0 skipped.\n"
    assert done.stderr == ""
    return store


@pytest.fixture
def tiny_encoder() -> TinyEncoder:
    return TinyEncoder()


@pytest.fixture
def tiny_reader() -> TinyReader:
    return TinyReader()
