"""The light encoder gives the vectors of sentence-transformers, and knows when it cannot."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import SentenceEncoder, locate
from embeddings.mean_encoder import MeanEncoder, load_encoder

TEXTS = [
    "Who met Trump in Tokyo?",
    "  ",
    "Où est «Łódź»? 東京で会った 🙂",
    "x",
    "When did the harbour talks begin, and who spoke first? " * 60,
]


@pytest.fixture(scope="module")
def light() -> MeanEncoder:
    encoder = load_encoder()
    assert isinstance(encoder, MeanEncoder)
    return encoder


def test_vectors_and_id_are_those_of_the_training_library(light: MeanEncoder) -> None:
    full = SentenceEncoder.load()
    cosines = (light.encode_queries(TEXTS) * full.encode_queries(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.999
    assert (light.id, light.dim) == (full.id, full.dim)


def test_rows_are_unit_and_in_the_order_given(light: MeanEncoder) -> None:
    rows = light.encode_documents([f"text {n}" for n in range(40)])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    alone = light.encode_queries(["text 37"])
    assert float(rows[37] @ alone[0]) > 0.999
    assert light.encode_queries([]).shape == (0, light.dim)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(locate("all-MiniLM-L6-v2"), tmp_path / "model"))


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
        ("config_sentence_transformers.json", {"prompts": {"query": "query: "}}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
    ],
)
def test_other_models_are_left_to_the_training_library(
    copy: Path, file: str, change: dict[str, object]
) -> None:
    about = json.loads((copy / file).read_text())
    (copy / file).write_text(json.dumps(about | change))
    assert isinstance(load_encoder(str(copy)), SentenceEncoder)


def test_damaged_weights_are_one_line(copy: Path) -> None:
    (copy / "model.safetensors").write_bytes(b"no safetensors")
    with pytest.raises(ValueError, match=r"cannot be loaded: .*model\.safetensors is damaged") as e:
        load_encoder(str(copy))
    assert "\n" not in str(e.value)
