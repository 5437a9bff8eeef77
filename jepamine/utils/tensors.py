"""Tensors on disk: safetensors, written atomically, read strictly.

A run has them in two kinds of files: weights, and checkpoints, whose predictor has names with `model.`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from jepamine.errors import UserError, first_line
from jepamine.utils.files import replacing
from jepamine.utils.json_files import json_text


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, Any]) -> None:
    """Write tensors and JSON metadata. Raises OSError (a full disk); the old file then stays.

    Tensors on the CPU are not copied.
    """
    on_cpu = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with replacing(path) as (_, temporary):
        try:
            save_file(on_cpu, temporary, {key: json_text(value) for key, value in metadata.items()})
        except SafetensorError as error:
            if (number := re.search(r"os error (\d+)", str(error))) is None:
                raise
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from None


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read what `save_tensors` wrote. Raises UserError that names the file if it is missing or damaged."""
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = {key: json.loads(value) for key, value in (file.metadata() or {}).items()}
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: damaged or not a safetensors file: {first_line(error)}") from None
    return tensors, metadata


def load_into(module: torch.nn.Module, tensors: dict[str, torch.Tensor], path: Path) -> None:
    """Load `tensors`, read from `path`, into `module`, strictly.

    Raises UserError that names the file if layers or shapes do not fit.
    """
    try:
        module.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        reasons = [line.strip() for line in str(error).splitlines()[1:]] or [first_line(error)]
        raise UserError(
            f"{path}: the weights do not fit the recipe's predictor: {' '.join(reasons)}"
        ) from None


def model_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Return a predictor's tensors from a file of weights or a checkpoint.

    Raises UserError that names the file if it is missing or damaged.
    """
    tensors, metadata = load_tensors(path)
    if "param_groups" not in metadata:
        return tensors
    return {name[6:]: tensor for name, tensor in tensors.items() if name.startswith("model.")}
