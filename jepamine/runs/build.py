"""From a resolved recipe to the things it names: dataset, masking, encoder, predictor, trainer, scorers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import torch

from jepamine.config import registry
from jepamine.config.factory import make
from jepamine.config.recipe import Recipe
from jepamine.data.embeddings import store_folder
from jepamine.errors import UserError
from jepamine.protocols import Encoder, Mask, Parts, Scorer, Source, Trainer


def pick_device(name: str) -> torch.device:
    """The device called `name`; "auto" is cuda, else mps, else cpu. Raises UserError where there is none."""
    has = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return torch.device(next(kind for kind, there in has.items() if there))
    if not has[name]:
        raise UserError(f"device: '{name}' is not available here; use cpu or auto")
    return torch.device(name)


def build_source(recipe: Recipe, experiments: Path) -> Source:
    """The dataset: makes sure that its manifest is there."""
    data_dir = experiments / "_data"
    data_dir.mkdir(parents=True, exist_ok=True)
    return cast(Source, make(recipe.plugins["dataset"], recipe.tables["dataset"], {"data_dir": data_dir}))


def build_parts(recipe: Recipe, source: Source, experiments: Path, device: torch.device) -> Parts:
    """Masking and encoder for the clips of `source`."""
    shape = (source.tubelet_size, *source.image_size)
    mask = cast(Mask, make(recipe.plugins["masking"], recipe.tables["masking"], {"shape": shape}))
    encoder = cast(Encoder, make(recipe.plugins["encoder"], recipe.tables["encoder"], {"device": device}))
    return Parts(source, mask, encoder, store_folder(experiments, encoder), recipe.seed)


def build_predictor(recipe: Recipe, parts: Parts, device: torch.device) -> torch.nn.Module:
    """The predictor, its first weights drawn from the recipe's seed."""
    torch.manual_seed(recipe.seed)
    shape = (parts.source.tubelet_size, *parts.source.image_size)
    offered = {"dim": parts.encoder.dim, "shape": shape, "encoder": parts.encoder}
    module = make(recipe.plugins["predictor"], recipe.tables["predictor"], offered)
    return cast(torch.nn.Module, module).to(device)


def build_trainer(
    recipe: Recipe,
    predictor_of: Callable[[str], torch.nn.Module],
    record_of: Callable[[str], dict[str, Any]],
) -> Trainer:
    """The trainer, which knows the task; the others give another run's predictor and record by its name."""
    offered = {"predictor_of": predictor_of, "record_of": record_of}
    return cast(Trainer, make(recipe.plugins["trainer"], recipe.tables["trainer"], offered))


def build_scorer(recipe: Recipe, name: str, folder: Path, offered: Mapping[str, Any]) -> Scorer:
    """The scorer called `name`, one of the recipe's or any other that is registered."""
    plugin = recipe.scorers.get(name) or registry.find("scorer", name, folder)
    return cast(Scorer, make(plugin, recipe.scoring.get(name, {}), offered))
