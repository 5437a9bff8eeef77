"""Build what a resolved recipe names, on the hardware that it or the command names."""

from __future__ import annotations

import contextlib
import ctypes
import platform
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch

from jepamine.config import registry
from jepamine.config.recipe import Recipe
from jepamine.config.schema import make
from jepamine.data.embeddings import store_folder
from jepamine.errors import UserError
from jepamine.protocols import Encoder, Mask, Parts, Scorer, Source, Trainer
from jepamine.runs.run_record import RunRecord


@dataclass(frozen=True)
class Hardware:
    """`device` and `threads` of the command line; None: those of the recipe."""

    device: str | None = None
    threads: int | None = None


_RECIPES = Hardware()
_HARDWARE: ContextVar[Hardware] = ContextVar("jepamine_hardware", default=_RECIPES)


@contextlib.contextmanager
def using(device: str | None, threads: int | None) -> Iterator[None]:
    """Load runs in the block for `device`, and read frames in `threads` threads (0: one per core)."""
    token = _HARDWARE.set(Hardware(device, threads))
    try:
        yield
    finally:
        _HARDWARE.reset(token)


def hardware() -> Hardware:
    """Return what the command line asked for."""
    return _HARDWARE.get()


def pick_device(name: str, *, of_run: str | None = None) -> torch.device:
    """Return the device called `name`; "auto" picks cuda, else mps, else cpu.

    Raises UserError if the device is not available; `of_run` is the run that is used on it.
    """
    has = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return torch.device(next(kind for kind, available in has.items() if available))
    if not has[name]:
        built = {"cuda": torch.version.cuda is not None, "mps": torch.backends.mps.is_built()}[name]
        reason = (
            "no such GPU, or no driver for it"
            if built
            else f"PyTorch {torch.__version__} is built without it"
        )
        message = f"the device '{name}' is not available here ({reason}); "
        raise UserError(
            f"{message}use cpu or auto" if of_run is None else f"run '{of_run}': {message}pass --device cpu"
        )
    return torch.device(name)


def build_source(recipe: Recipe, experiments: Path) -> Source:
    """Return the dataset's source, after it created or found its manifest."""
    data_dir = experiments / "_data"
    data_dir.mkdir(parents=True, exist_ok=True)
    return cast(Source, make(recipe.plugins["dataset"], recipe.tables["dataset"], {"data_dir": data_dir}))


def build_parts(recipe: Recipe, source: Source, experiments: Path, device: torch.device) -> Parts:
    """Build masking and encoder for the clips of `source`."""
    keep_freed_memory()
    shape = (source.tubelet_size, *source.image_size)
    mask = cast(Mask, make(recipe.plugins["masking"], recipe.tables["masking"], {"shape": shape}))
    encoder = cast(Encoder, make(recipe.plugins["encoder"], recipe.tables["encoder"], {"device": device}))
    return Parts(source, mask, encoder, store_folder(experiments, encoder), recipe.seed)


def build_predictor(recipe: Recipe, parts: Parts, device: torch.device) -> torch.nn.Module:
    """Build the predictor, with its first weights drawn from the recipe's seed."""
    torch.manual_seed(recipe.seed)
    shape = (parts.source.tubelet_size, *parts.source.image_size)
    offered = {"dim": parts.encoder.dim, "shape": shape, "encoder": parts.encoder}
    module = make(recipe.plugins["predictor"], recipe.tables["predictor"], offered)
    return cast(torch.nn.Module, module).to(device)


def build_trainer(
    recipe: Recipe,
    predictor_of: Callable[[str], torch.nn.Module],
    record_of: Callable[[str], RunRecord],
) -> Trainer:
    """Build the trainer; `predictor_of` and `record_of` look up another run by name."""
    offered = {"predictor_of": predictor_of, "record_of": record_of}
    return cast(Trainer, make(recipe.plugins["trainer"], recipe.tables["trainer"], offered))


def build_scorer(recipe: Recipe, name: str, folder: Path, offered: Mapping[str, Any]) -> Scorer:
    """Build the scorer called `name`, one of the recipe's or any other registered one."""
    plugin = recipe.scorers.get(name) or registry.find("scorer", name, folder)
    return cast(Scorer, make(plugin, recipe.scoring.get(name, {}), offered))


# Numbers of <malloc.h> of the GNU C library.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_MEBIBYTE = 2**20


def keep_freed_memory() -> bool:
    """Let this process keep freed memory for its next tensors; return whether the C library takes the limits.

    By default glibc returns it to the kernel, which clears its pages again for every layer of every batch.
    Encoding the 80 clips of the default recipe took 50 s of CPU time that way, 18 s of them in the kernel,
    and takes 34 s with these limits; its peak memory stays at 0.6 GB.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    limits = {
        _MMAP_THRESHOLD: 32 * _MEBIBYTE,  # the highest that glibc takes
        _TRIM_THRESHOLD: 1024 * _MEBIBYTE,
        _TOP_PAD: 64 * _MEBIBYTE,
    }
    return all(mallopt(limit, size) for limit, size in limits.items())
