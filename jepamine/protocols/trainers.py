"""What a trainer factory returns, what it works on, and the abilities that a trainer may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from jepamine.protocols.datasets import Mask, Source
    from jepamine.protocols.encoders import Encoder

Tensors = dict[str, "Tensor"]


@dataclass(frozen=True)
class Parts:
    """What a recipe resolved to but for the predictor; `store`: folder of embeddings, `folder`: the run's."""

    source: Source
    mask: Mask
    encoder: Encoder
    store: Path
    seed: int
    folder: Path | None = None


class Trainer(Protocol):
    """The return value of a trainer factory: the task. Loop, checkpoints and records are the runner's.

    `meanings` describes each metric of `validate`, the one that `runs` shows first. `ranks_clips` says
    whether its runs can score clips: then `prepare` saves a bank of clip embeddings.
    """

    epochs: int
    batch_size: int
    checkpoint_every: int
    meanings: Mapping[str, str]
    ranks_clips: bool

    def plan(self, parts: Parts) -> Iterable[dict[str, Any]]:
        """Return the lines of the run's own manifest, each with its split; nothing is encoded.

        They are read once. Whatever is wrong with the source is raised before the first.
        """

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        """Encode the examples of `parts.source`, the run's own manifest; return (train, held-out) tensors.

        Tensors have one row per example. Whatever else a run must keep goes into `parts.folder`.
        """

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Return the optimizer of the predictor's parameters."""

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        """Return the mean loss of a batch, a scalar with gradient."""

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        """Return metrics on the held-out part, in eval mode and without gradient.

        `val_loss`, lower is better, decides which weights are kept.
        """

    def evaluate(self, predictor: torch.nn.Module, parts: Parts, split: str | None) -> dict[str, Any]:
        """Return the eval output for the clips of `parts.source` whose line has this `split` (None: all)."""

    def describe(self, result: Mapping[str, Any]) -> str:
        """Format the result of `evaluate` as text for the terminal."""


@runtime_checkable
class RetainingTrainer(Protocol):
    """A trainer that limits its checkpoints: the last `keep_checkpoints` and the best; 0 keeps all."""

    keep_checkpoints: int


@runtime_checkable
class SizedTrainer(Protocol):
    """A trainer that knows how much a step computes: a run trains small steps in one thread."""

    def step_work(self, parameters: int) -> float:
        """Return the multiplications and additions of a step for a predictor of so many parameters."""
        ...


@runtime_checkable
class RemarkTrainer(Protocol):
    """A trainer that comments on the metrics of a run."""

    def remark(self, metrics: Mapping[str, Any]) -> str:
        """Return a warning for a run that learned nothing; else empty."""
        ...


@runtime_checkable
class SheetTrainer(Protocol):
    """A trainer that draws its predictions."""

    def sheet(self, predictor: torch.nn.Module, parts: Parts, split: str | None, path: Path) -> None:
        """Write a PNG of predictions for the clips with this `split` (None: all)."""
        ...
