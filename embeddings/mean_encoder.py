"""Texts to unit vectors without the training library, which takes long to import, and without a
padded token.

The vectors are those of ``SentenceEncoder``. A model that is more than BERT with its mean taken is
handed to that class.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.bert import Bert, is_plain_bert, load_weights
from embeddings.encoder import (
    BATCH_TOKENS,
    Encoder,
    SentenceEncoder,
    identify,
    locate,
    read_config,
)
from embeddings.threads import Threads, cores

PARTS = ("Transformer", "Pooling", "Normalize")


def load_encoder(name: str = "default") -> Encoder:
    """Load an encoder without touching the network.

    :param name: as for ``SentenceEncoder.load``.
    :returns: a light one where the model allows it; its ``id`` is the same either way.
    :raises ValueError: there is no such model here, or its weights are no safetensors.
    """
    folder = Path(locate(name))
    longest = _longest(folder) if folder.is_dir() else None
    if longest is None:
        return SentenceEncoder.load(name)
    label = identify(name)
    try:
        bert = Bert(read_config(folder), load_weights(folder))
        return MeanEncoder(bert, load_tokenizer(folder), label, longest)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise ValueError(f"encoder '{name}' cannot be loaded: {reason}") from error


def load_tokenizer(folder: Path) -> Any:
    """Load the tokenizer of a model folder.

    :param folder: holds ``tokenizer.json``.
    :returns: a ``tokenizers.Tokenizer`` that neither cuts nor pads.
    :raises ValueError: it cannot be read.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises nothing narrower
        raise ValueError(f"{folder / 'tokenizer.json'} cannot be read ({error})") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class MeanEncoder:
    """BERT, the mean over the tokens of a text, and the direction of that."""

    def __init__(self, bert: Bert, tokenizer: Any, name: str, longest: int) -> None:
        self._bert = bert
        self._tokenizer = tokenizer
        self._longest = min(longest, bert.longest)
        self._threads = Threads(cores())
        self.id = name
        self.dim = bert.dim

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions.

        :param texts: n questions.
        :returns: shape ``(n, dim)``, float32, unit rows.
        """
        ids = [self._cut(found.ids) for found in self._tokenizer.encode_batch(list(texts))]
        size = BATCH_TOKENS // self._longest
        parts = [ids[low : low + size] for low in range(0, len(ids), size)]
        rows = np.zeros((len(texts), self.dim), np.float32)
        for number, means in enumerate(self._threads.map(self._means, parts)):
            rows[number * size : (number + 1) * size] = means
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.maximum(norms, np.finfo(np.float32).tiny)
        return rows

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages, as questions are.

        :param texts: n passages; what lies beyond the model's window is cut.
        :returns: shape ``(n, dim)``, float32, unit rows.
        """
        return self.encode_queries(texts)

    def _means(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        lengths = [len(sequence) for sequence in ids]
        hidden = self._bert(ids, lengths).float()
        return np.stack([part.mean(0).numpy() for part in hidden.split(lengths)])

    def _cut(self, ids: list[int]) -> list[int]:
        """Keep what the window holds, and the mark at the end."""
        return ids if len(ids) <= self._longest else [*ids[: self._longest - 1], ids[-1]]


def _longest(folder: Path) -> int | None:
    """Give the window of a model that is BERT with its mean taken and nothing said before the
    text; None for any other."""
    try:
        parts = [part["type"].rsplit(".", 1)[-1] for part in _read(folder / "modules.json")]
        plain = is_plain_bert(read_config(folder)) and tuple(parts) in (PARTS, PARTS[:2])
        around = _read(folder / "sentence_bert_config.json")
        said = any(_read(folder / "config_sentence_transformers.json").get("prompts", {}).values())
        mean = _takes_the_mean(_read(folder / "1_Pooling" / "config.json"))
        limit = _read(folder / "tokenizer_config.json").get("model_max_length", 512)
        longest = int(around.get("max_seq_length") or limit)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return longest if plain and mean and not said and not around.get("do_lower_case") else None


def _takes_the_mean(pooling: dict[str, Any]) -> bool:
    modes = [name for name, on in pooling.items() if name.startswith("pooling_mode_") and on]
    return modes == ["pooling_mode_mean_tokens"] or pooling.get("pooling_mode") == "mean"


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
