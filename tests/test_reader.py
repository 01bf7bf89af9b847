"""The reader's own code over a real model of random weights: offsets, windows, one scale."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoder import locate
from qa.datatypes import Passage, Span
from qa.errors import ModelError
from qa.layout import Feature, preamble
from qa.networks import Logits
from qa.reader import TransformerReader
from tiny_reader import tiny_base


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def reader(folder: Path) -> TransformerReader:
    return TransformerReader.load(str(folder))


def passage(text: str, title: str | None = None, published: str | None = None) -> Passage:
    return Passage("a", 1, 0, len(text), text, title, published)


def test_preamble_leaves_out_what_is_absent() -> None:
    assert preamble("Talks", "2019-05-18") == "Talks. 2019-05-18. "
    assert preamble(None, "2019") == "2019. "
    assert preamble(None, None) == ""


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=120), min_size=1, max_size=4), st.text(max_size=40))
def test_spans_lie_within_their_own_passage_whatever_the_text(
    reader: TransformerReader, texts: list[str], question: str
) -> None:
    read = reader.read(question, [passage(text, "Title 7", "2019") for text in texts])
    assert len(read) == len(texts)
    for text, spans in zip(texts, read, strict=True):
        for span in spans:
            assert 0 <= span.start < span.end <= len(text)
            assert text[span.start : span.end].strip() == text[span.start : span.end]


def test_spans_do_not_overlap_and_say_nothing_twice(reader: TransformerReader) -> None:
    text = "Abe met Trump in Tokyo on Monday and left. " * 4
    [spans] = reader.read("Who?", [passage(text)])
    assert len({text[s.start : s.end] for s in spans}) == len(spans) > 1
    taken = [c for s in spans for c in range(s.start, s.end)]
    assert len(taken) == len(set(taken))


class Marking:
    """A network that gives each word of a passage a start and an end logit."""

    def __init__(self, starts: Sequence[float], ends: Sequence[float]) -> None:
        self.marks = np.array([starts, ends], np.float32)

    def logits(self, features: Sequence[Feature]) -> list[Logits]:
        given = [np.zeros((2, len(feature.ids)), np.float32) for feature in features]
        for feature, own in zip(features, given, strict=True):
            own[:, feature.first : feature.first + self.marks.shape[1]] = self.marks
        return given


def test_what_is_said_in_several_ways_comes_first(reader: TransformerReader) -> None:
    text = "the river or old river"
    network = Marking([2.0, 1.9, -9, 2.2, 1.5], [-9, 2.0, -9, -9, 1.9])
    [spans] = TransformerReader(reader.layout, network, "made").read("What?", [passage(text)])
    assert [text[s.start : s.end] for s in spans[:2]] == ["the river", "old river"]
    assert [s.margin for s in spans[:2]] == pytest.approx([4.0, 4.1])


def close(one: list[Span], other: list[Span]) -> bool:
    return [(s.start, s.end) for s in one] == [(s.start, s.end) for s in other] and [
        s.margin for s in one
    ] == pytest.approx([s.margin for s in other], abs=0.2)


def test_passage_reads_the_same_alone_and_among_others(reader: TransformerReader) -> None:
    texts = ["Abe met Trump in Tokyo.", "It rained in Osaka for three days. " * 9, "Nobody came."]
    together = reader.read("Who met Trump?", [passage(text) for text in texts])
    for text, spans in zip(texts, together, strict=True):
        [alone] = reader.read("Who met Trump?", [passage(text)])
        assert close(alone, spans)


def test_end_of_a_passage_beyond_the_window_is_read(reader: TransformerReader) -> None:
    text = "rain " * 2000 + "Tokyo"
    [feature, *more] = reader.layout.features("Where?", [passage(text)])
    assert more
    assert len(feature.ids) <= 384
    covered = {
        c for f in (feature, *more) for low, high in f.tokens.offsets for c in range(low, high)
    }
    assert covered == {c for c, letter in enumerate(text) if letter != " "}


def test_nothing_to_read_gives_nothing(reader: TransformerReader) -> None:
    assert reader.read("Who?", []) == []
    assert reader.read("Who?", [passage(""), passage(" \n")]) == [[], []]


def test_folder_without_safetensors_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ModelError, match=r"needs config\.json, tokenizer\.json and model\.safe"):
        TransformerReader.load(str(tmp_path))


@pytest.mark.parametrize("change", [{"model_type": "lightglue"}, {"auto_map": {"AutoModel": "x"}}])
def test_other_kinds_and_code_in_a_model_are_refused(
    tmp_path: Path, folder: Path, change: dict[str, object]
) -> None:
    config = json.loads((folder / "config.json").read_text()) | change
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    with pytest.raises(ModelError, match="only bert, deberta-v2"):
        TransformerReader.load(str(tmp_path))


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        (b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ", "its weights lack bert"),
        (b"no safetensors", "cannot be loaded"),
        (b"", "cannot be loaded"),
    ],
)
def test_damaged_weights_are_one_line(
    tmp_path: Path, folder: Path, weights: bytes, reason: str
) -> None:
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelError, match=reason) as error:
        TransformerReader.load(str(tmp_path))
    assert "\n" not in str(error.value)


def test_encoder_is_no_reader() -> None:
    with pytest.raises(ModelError, match="its weights lack qa_outputs"):
        TransformerReader.load(locate("default"))
