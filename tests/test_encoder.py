"""The encoder that ships: unit rows, order kept, no other weights than safetensors."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from embeddings.encoder import BLOCK_TOKENS, SentenceEncoder, identify, locate

TEXTS = ["Golf", "The prime minister met the president in Tokyo. " * 60, "", "Golf"]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder.load()


def test_rows_are_unit_finite_and_in_the_order_given(encoder: SentenceEncoder) -> None:
    rows = encoder.encode_documents(TEXTS)
    assert rows.shape == (4, encoder.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert rows[0] @ rows[3] > 0.999
    assert rows[0] @ rows[1] < 0.5


def test_meaning_is_nearer_than_other_meaning(encoder: SentenceEncoder) -> None:
    query = encoder.encode_queries(["Who leads the Japanese government?"])[0]
    near, far = encoder.encode_documents(["Abe is prime minister of Japan.", "A cake needs eggs."])
    assert query @ near > query @ far + 0.3


def test_nothing_to_encode_gives_no_rows(encoder: SentenceEncoder) -> None:
    assert encoder.encode_queries([]).shape == (0, encoder.dim)


def test_id_names_the_weights(encoder: SentenceEncoder) -> None:
    assert encoder.id == identify("default")
    assert "@sha256:" in encoder.id


def test_packaged_encoder_can_be_named() -> None:
    assert Path(locate("all-MiniLM-L6-v2"), "model.safetensors").exists()
    assert identify("all-MiniLM-L6-v2").startswith("all-MiniLM-L6-v2@sha256:")


def test_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ValueError, match=r"no model\.safetensors"):
        SentenceEncoder.load(str(tmp_path))


def test_unknown_name_is_refused_without_the_network() -> None:
    with pytest.raises(ValueError, match="'no/such-model' cannot be loaded"):
        SentenceEncoder.load("no/such-model")


def test_batches_are_of_few_shapes_and_leave_no_text_out(encoder: SentenceEncoder) -> None:
    texts = ["word " * count for count in range(1, 200, 2)]
    places, shapes = [], set()
    for batch, features in encoder._batches(texts):
        places += batch
        shapes.add(features["input_ids"].shape)
        assert (features["attention_mask"].sum(axis=1) - 2).tolist() == [2 * n + 1 for n in batch]
    assert sorted(places) == list(range(100))
    assert {length for _, length in shapes} == {32, 64, 96, 128, 160, 192, 224}
    assert all(count * length <= BLOCK_TOKENS for count, length in shapes)


def test_vectors_do_not_depend_on_what_else_is_encoded(encoder: SentenceEncoder) -> None:
    alone = np.concatenate([encoder.encode_documents([text]) for text in TEXTS])
    assert (alone * encoder.encode_documents(TEXTS)).sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_memory_does_not_grow_with_the_lengths_of_passages() -> None:
    lines = subprocess.run(
        [sys.executable, "-c", GROWTH], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    before, after = map(int, lines)
    assert after - before < 60


GROWTH = """
import os
import subprocess
import sys
from pathlib import Path
from embeddings.encoder import SentenceEncoder

def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20

encoder = SentenceEncoder.load()
encoder.encode_documents(["word " * count for count in range(10, 250, 5)])
print(resident())
for count in range(5, 250, 4):
    encoder.encode_documents(["word " * count])
print(resident())
"""
