"""The encoder that ships: unit rows, order kept, no other weights than safetensors."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import SentenceEncoder, identify, locate

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
