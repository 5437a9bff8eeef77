"""Checkpoints: everything needed to continue training bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from jepamine.errors import UserError
from jepamine.runs.retention import checkpoints_of
from jepamine.utils.tensors import load_into, load_tensors, save_tensors


def save_checkpoint(
    path: Path,
    predictor: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    shuffle: torch.Generator,
    metadata: dict[str, Any],
) -> None:
    """Write model, optimizer and random number states; `metadata` holds epoch, config and best_metric."""
    state = optimizer.state_dict()
    tensors = {f"model.{name}": tensor for name, tensor in predictor.state_dict().items()}
    scalars: dict[str, Any] = {}
    for index, slots in state["state"].items():
        for slot, value in slots.items():
            if isinstance(value, torch.Tensor):
                tensors[f"optimizer.{index}.{slot}"] = value
            else:
                scalars[f"{index}.{slot}"] = value
    tensors["rng.torch"] = torch.get_rng_state()
    tensors["rng.shuffle"] = shuffle.get_state()
    device = next(predictor.parameters()).device
    if device.type == "cuda":
        tensors["rng.cuda"] = torch.cuda.get_rng_state(device)
    groups = {"param_groups": state["param_groups"], "optimizer_scalars": scalars}
    save_tensors(path, tensors, metadata | groups)


def load_checkpoint(
    path: Path, predictor: torch.nn.Module, optimizer: torch.optim.Optimizer, shuffle: torch.Generator
) -> dict[str, Any]:
    """Restore what `save_checkpoint` wrote and return its metadata.

    Raises UserError that names the file if it is damaged or does not fit.
    """
    tensors, metadata = load_tensors(path)
    try:
        model = {name[6:]: tensor for name, tensor in tensors.items() if name.startswith("model.")}
        load_into(predictor, model, path)
        slots: dict[int, dict[str, Any]] = {}
        for name, tensor in tensors.items():
            if name.startswith("optimizer."):
                _, index, slot = name.split(".", 2)
                slots.setdefault(int(index), {})[slot] = tensor
        for name, value in metadata["optimizer_scalars"].items():
            index, slot = name.split(".", 1)
            slots.setdefault(int(index), {})[slot] = value
        optimizer.load_state_dict({"state": slots, "param_groups": metadata["param_groups"]})
        torch.set_rng_state(tensors["rng.torch"])
        shuffle.set_state(tensors["rng.shuffle"])
        device = next(predictor.parameters()).device
        if device.type == "cuda" and "rng.cuda" in tensors:
            torch.cuda.set_rng_state(tensors["rng.cuda"], device)
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        raise UserError(f"{path}: not a complete checkpoint of this run: {error}") from None
    return metadata


def latest(folder: Path) -> Path | None:
    """Return the checkpoint of the highest epoch in `folder`, or None."""
    return next(reversed(checkpoints_of(folder)), None)


def checkpoint_path(folder: Path, epoch: int) -> Path:
    """Return the path of the checkpoint of an epoch (from 1)."""
    return folder / f"epoch-{epoch:03d}.safetensors"
