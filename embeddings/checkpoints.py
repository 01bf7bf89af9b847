"""Checkpoints of a training run: a killed run goes on from the last one that was written whole."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

_STATE = "state.safetensors"
_POSITION = "position.json"


def save_checkpoint(
    folder: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, position: dict[str, Any]
) -> None:
    """Write model, optimizer and position, then take the place of the older checkpoint.

    :param folder: of the checkpoint.
    :param model: all of its tensors are written.
    :param optimizer: all of its state is written.
    :param position: how far the run is, as JSON.
    """
    fresh, old = folder.with_suffix(".tmp"), folder.with_suffix(".old")
    fresh.mkdir(parents=True, exist_ok=True)
    tensors = {f"model.{k}": v.contiguous() for k, v in model.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{key}": value for key, value in state.items()}
    save_file(tensors, fresh / _STATE)
    (fresh / _POSITION).write_text(json.dumps(position))
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(
    folder: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> dict[str, Any] | None:
    """Bring model and optimizer to where the last checkpoint stood.

    :param folder: as given to ``save_checkpoint``.
    :param model: of the same shape as the one saved.
    :param optimizer: over the same parameters.
    :returns: the position, or None if there is no checkpoint.
    """
    kept = (folder, folder.with_suffix(".old"))
    found = next((one for one in kept if (one / _POSITION).exists()), None)
    if found is None:
        return None
    tensors = load_file(found / _STATE)
    model.load_state_dict(_under("model.", tensors))
    state = optimizer.state_dict()
    for name, value in _under("optimizer.", tensors).items():
        number, key = name.split(".", 1)
        state["state"].setdefault(int(number), {})[key] = value
    optimizer.load_state_dict(state)
    position: dict[str, Any] = json.loads((found / _POSITION).read_text())
    return position


def _under(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
