"""Model folders: weights written in half precision, settings copied, two models mixed."""

import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

_WEIGHTS = "model.safetensors"
_LEFT = (
    "*.safetensors",
    "*.bin",
    "*.onnx",
    "README.md",
    "calibration.json",
    "training.json",
    "data_config.json",
    ".gitattributes",
)


def interpolate(base: Path, tuned: Path, share: float, out: Path) -> Path:
    """Mix the weights of a model with those it was tuned from (Wortsman et al. 2022, WiSE-FT),
    which keeps what it knew of other fields.

    :param base: the model before.
    :param tuned: the model after; what it alone has is taken as it is.
    :param share: of the tuned weights, 0 to 1.
    :param out: for the mixed model.
    :returns: ``out``.
    :raises ValueError: a file is missing, or a weight has another shape in the other model.
    """
    try:
        before, after = load_file(base / _WEIGHTS), load_file(tuned / _WEIGHTS)
    except OSError as error:
        raise ValueError(f"{error}. Name two folders of models.") from error
    mixed = {}
    for name, weight in after.items():
        old = before.get(name, weight)
        if old.shape != weight.shape:
            raise ValueError(f"{name} has another shape in {base} than in {tuned}.")
        mixed[name] = (1 - share) * old.float() + share * weight.float()
    copy_without_weights(tuned, out)
    save_weights(mixed, out)
    return out


def save_weights(state: dict[str, torch.Tensor], folder: Path) -> None:
    """Write weights in half precision.

    :param state: tensors by name.
    :param folder: of the model.
    """
    half = {
        name: (value.to(torch.float16) if value.is_floating_point() else value).contiguous()
        for name, value in state.items()
    }
    save_file(half, folder / _WEIGHTS, metadata={"format": "pt"})


def copy_without_weights(base: Path, out: Path) -> None:
    """Copy the settings and the tokenizer of a model folder; its card tells of other weights.

    :param base: a model folder.
    :param out: where to.
    """
    shutil.copytree(base, out, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_LEFT))
