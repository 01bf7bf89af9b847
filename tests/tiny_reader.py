"""A real span-prediction model of a few thousand random weights, with the real tokenizer."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

from embeddings.encoder import locate

NARROW: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 512,
    "initializer_range": 0.5,
}
"""Two layers of a few thousand weights, far enough from zero that they tell inputs apart."""


def tiny_base(folder: Path, seed: int = 0) -> Path:
    """Save a random BERT of two narrow layers as safetensors, with the tokenizer that ships."""
    torch.manual_seed(seed)
    BertForQuestionAnswering(BertConfig(**NARROW)).save_pretrained(folder)
    AutoTokenizer.from_pretrained(locate("default"), local_files_only=True).save_pretrained(folder)
    return folder
