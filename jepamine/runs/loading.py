"""Load a trained run for use: its parts, and its predictor with the best weights, quantized if asked for."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from jepamine.config.recipe import Recipe
from jepamine.config.recipe import read as read_recipe
from jepamine.errors import UserError
from jepamine.places import File, file_of
from jepamine.protocols import ModelEncoder, Parts, Source, Trainer
from jepamine.runs import build as assembly
from jepamine.runs import integrity, run_folder, run_status
from jepamine.runs.build import hardware
from jepamine.runs.retention import find_checkpoint
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.run_record import RunRecord, require_complete
from jepamine.utils.progress import notify
from jepamine.utils.tensors import load_into, model_tensors


@dataclass(frozen=True)
class LoadedRun:
    """What eval and score need of a run. `parts.source` is the run's own manifest unless another is given.

    `changed` are the files that changed since the run and that the user accepted.
    """

    folder: RunFolder
    record: RunRecord
    recipe: Recipe
    parts: Parts
    predictor: torch.nn.Module
    trainer: Trainer
    changed: tuple[str, ...] = ()
    checkpoint: str | None = None

    @property
    def weights(self) -> Path:
        """Return the file of the predictor's weights: the best, or the checkpoint that was asked for."""
        return find_checkpoint(self.folder, self.checkpoint) if self.checkpoint else self.folder.weights


def run_source(folder: RunFolder, record: RunRecord) -> Source:
    """Return a run's own manifest as a source of clips, with the tubelet and image size of its dataset."""
    data = record["data"]
    height, width = data["image_size"]
    asked = hardware().threads
    threads = data.get("threads", 0) if asked is None else asked
    return Source(
        folder.manifest, tubelet_size=data["tubelet_size"], image_size=(height, width), threads=threads
    )


def load_run(
    experiments: Path,
    name: str,
    manifest: File | None = None,
    root: File | None = None,
    *,
    int8: bool = False,
    checkpoint: str | None = None,
) -> LoadedRun:
    """Load the run called `name`, for its own clips or those of `manifest`.

    Frame paths of `manifest` are relative to `root`, else to the root of the run's dataset, else to the
    manifest's folder. With `int8` the linear layers of predictor and encoder are quantized.
    The predictor has the best weights, or those of `checkpoint`, such as epoch-010.
    Raises UserError if the run does not exist, has no weights yet, or its files are damaged or do not fit.
    """
    folder = run_folder.find(experiments, name)
    record = run_status.read_record(folder)
    if not folder.weights.is_file() and record["status"] == "finished":
        raise UserError(
            f"{folder.weights}: no such file, though the run is finished; train it again under another name: "
            f"jepamine run {folder.recipe} --name {name}-again"
        )
    if not folder.weights.is_file():
        raise UserError(
            f"run '{name}' has no weights yet (status {record['status']}); "
            f"continue it: jepamine run --resume {name}"
        )
    require_complete(record, folder.record)
    if record["status"] != "finished":
        notify(
            f"warning: run '{name}' is {record['status']} after {record['epochs_done']} epochs; "
            "using its best weights so far"
        )
    changed = integrity.require_unchanged(folder, record)
    integrity.require_trusted_code(folder)
    recipe = read_recipe(folder.recipe, {})
    source = run_source(folder, record)
    if manifest is not None:
        trained_on = record["data"].get("root")
        root = root or (file_of(trained_on) if trained_on else None)
        source = dataclasses.replace(source, manifest=manifest, root=root)
    device = assembly.pick_device(hardware().device or recipe.device, of_run=name)
    parts = assembly.build_parts(recipe, source, experiments, device)
    if parts.encoder.weights_sha256 != record["encoder"]["weights_sha256"]:
        raise UserError(
            f"the encoder '{parts.encoder.name}' has other weights than run '{name}' was trained with"
        )
    predictor = assembly.build_predictor(recipe, parts, device)
    weights = find_checkpoint(folder, checkpoint) if checkpoint else folder.weights
    load_into(predictor, model_tensors(weights), weights)
    predictor.eval().requires_grad_(False)
    trainer = assembly.build_trainer(recipe, *of_other_runs(experiments))
    opened = LoadedRun(folder, record, recipe, parts, predictor, trainer, tuple(changed), checkpoint)
    return _quantized(opened) if int8 else opened


def _quantized(opened: LoadedRun) -> LoadedRun:
    if opened.trainer.ranks_clips:
        raise UserError(
            "--int8 does not work for runs that rank clips: their embeddings are shared between runs and "
            "come from the unquantized weights"
        )
    quantize(opened.predictor)
    encoder = opened.parts.encoder
    if isinstance(encoder, ModelEncoder) and isinstance(encoder.model, torch.nn.Module):
        quantize(encoder.model)
    return opened


def predictor_of(experiments: Path, name: str, *, int8: bool = False) -> torch.nn.Module:
    """Return the trained predictor of the run called `name`. Raises UserError as `load_run` does."""
    return load_run(experiments, name, int8=int8).predictor


def record_of(experiments: Path, name: str) -> RunRecord:
    """Return the record of the run called `name`. Raises UserError if there is none."""
    return run_status.read_record(run_folder.find(experiments, name))


def of_other_runs(
    experiments: Path,
) -> tuple[Callable[[str], torch.nn.Module], Callable[[str], RunRecord]]:
    """Return the functions by which a trainer looks up another run: its predictor, its record."""
    return functools.partial(predictor_of, experiments), functools.partial(record_of, experiments)


def quantize(module: nn.Module) -> nn.Module:
    """Quantize the linear layers of `module` in place; convolutions stay unchanged.

    Raises UserError if torchao is missing or the module is not on the CPU.
    """
    try:
        from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_
    except ImportError:
        raise UserError("--int8 requires torchao: pip install -e '.[int8]'") from None
    if any(parameter.device.type != "cpu" for parameter in module.parameters()):
        raise UserError("--int8 works on the CPU only; omit it, or set the recipe's device to cpu")
    quantize_(module, Int8DynamicActivationInt8WeightConfig())
    return module


def size(module: nn.Module) -> int:
    """Return the bytes that a module's parameters and buffers take in memory."""
    tensors = {id(tensor): _bytes(tensor) for tensor in (*module.parameters(), *module.buffers())}
    return sum(tensors.values())


def _bytes(tensor: Any) -> int:
    if hasattr(tensor, "__tensor_flatten__"):
        parts = [getattr(tensor, name) for name in tensor.__tensor_flatten__()[0]]
        return sum(_bytes(part) for part in parts if part is not None)
    return int(tensor.numel() * tensor.element_size())


def require_clip_ranking(opened: LoadedRun) -> None:
    """Raise UserError if the run's task does not rank clips."""
    if not opened.trainer.ranks_clips:
        raise UserError(
            f"run '{opened.folder.name}' does not rank clips: its trainer is "
            f"'{opened.recipe.plugins['trainer'].name}'; use `eval` on it"
        )
