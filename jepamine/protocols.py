"""What each kind of plugin is: Protocols, nothing to inherit from.

A recipe names a *factory*: a class or a function whose keyword-only parameters are the keys of its recipe
table. The runner gives the rest by name: `data_dir` (dataset), `shape` (masking), `device` (encoder), `dim`,
`shape`, `encoder` (predictor), `predictor_of`, `record_of` (trainer: the trained predictor and the record of
another run, by its name); `bank`, `encoder`, `store`, `panel`, `folder` (scorer). `shape` is (T, H, W). What
the factory returns is described here.

Legend of shapes:
    N  tubelets (or examples) of a batch        T  frames of a tubelet (2)
    H, W  pixels of a resized frame (224)       L  tokens that an encoder gives for a tubelet
    D  dimension of an embedding
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jepamine.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

Tensors = dict[str, "Tensor"]


@dataclass(frozen=True)
class Source:
    """Where clips stand and how their frames are cut; what a dataset plugin returns.

    `manifest` is a JSONL file whose frame paths are relative to `root`, or to the manifest's folder where
    `root` is None. `image_size` is (height, width) in pixels to which frames are resized.
    """

    manifest: Path
    root: Path | None = None
    labels: Path | None = None
    tubelet_size: int = 2
    image_size: tuple[int, int] = (224, 224)

    def __post_init__(self) -> None:
        if type(self.tubelet_size) is not int or self.tubelet_size < 1:
            raise UserError(
                f"{self.manifest}: tubelet_size must be an integer from 1, not {self.tubelet_size!r}"
            )
        size = self.image_size
        if not isinstance(size, tuple) or len(size) != 2 or any(type(n) is not int or n < 1 for n in size):
            raise UserError(f"{self.manifest}: image_size must be (height, width) in pixels, not {size!r}")


class Dataset(Protocol):
    """The factory of a dataset: makes sure that a manifest lies on disk and says where."""

    def __call__(self, data_dir: Path, **settings: Any) -> Source: ...


class Mask(Protocol):
    """What a masking factory (`shape` = (T, H, W) -> Mask) returns."""

    def __call__(self, clip_id: str, tubelet: int, running: int) -> np.ndarray:
        """The mask of one tubelet: bool (T, rows, columns), True where hidden; rows and columns tile H, W.

        `tubelet` is its number in the clip, `running` its number in the whole manifest, both from 0.
        """
        ...


class Encoder(Protocol):
    """What an encoder factory returns. It is frozen: no gradient, eval mode, always.

    `weights_sha256` names the weights and `preprocessing` all that is done to pixels before them: embeddings
    are kept and reused by both, so either must change when embeddings do. `batch_size` is the most tubelets
    of one call.
    """

    name: str
    batch_size: int
    weights_sha256: str
    preprocessing: str
    dim: int

    def __call__(self, frames: Tensor) -> Tensor:
        """Tokens float32 (N, L, D) of frames uint8 RGB (N, T, H, W, 3) on the CPU."""
        ...


@dataclass(frozen=True)
class Parts:
    """What a recipe resolved to, for its trainer: all but the predictor.

    `store` is the folder of the encoder's embeddings, `folder` the run's own.
    """

    source: Source
    mask: Mask
    encoder: Encoder
    store: Path
    seed: int
    folder: Path | None = None


class Trainer(Protocol):
    """What a trainer factory returns: the task. Loop, checkpoints, resume and records are the runner's.

    `meanings` says of each metric of `validate` what it means, the one that `runs` shows first.
    `ranks_clips` is whether its runs can score clips: then `prepare` keeps a bank of clip embeddings.
    """

    epochs: int
    batch_size: int
    checkpoint_every: int
    meanings: Mapping[str, str]
    ranks_clips: bool

    def plan(self, parts: Parts) -> list[dict[str, Any]]:
        """Read the dataset, encode nothing: the lines of the run's own manifest, each with its split."""
        ...

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        """Encode the examples of the run's own manifest (`parts.source`): tensors to train on, and held out.

        What else of them a run must keep goes into `parts.folder`. Every tensor
        of one part has as many rows as there are examples.
        """
        ...

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """The optimizer of the predictor's parameters."""
        ...

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        """The mean loss of a batch, a scalar with gradient."""
        ...

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        """Metrics on the held-out part, in eval mode and without gradient.

        `val_loss`, lower is better, decides which weights are kept.
        """
        ...

    def evaluate(self, predictor: torch.nn.Module, parts: Parts, split: str | None) -> dict[str, Any]:
        """The eval output for the clips of `parts.source` whose line says `split` (None: all of them)."""
        ...

    def describe(self, result: Mapping[str, Any]) -> str:
        """What `evaluate` found, as text for the terminal."""
        ...


@dataclass(frozen=True)
class ClipEmbeddings:
    """One clip for a scorer: embeddings float32 (N, D) each.

    `content` is a hash of the clip's frames, `frames()` gives them: uint8 RGB (N, T, H, W, 3).
    """

    clip_id: str
    scene: str | None
    clean: np.ndarray
    masked: np.ndarray
    predicted: np.ndarray
    content: bytes
    frames: Callable[[], np.ndarray]


class Scorer(Protocol):
    """What a scorer factory returns.

    A scorer that must see all clips before it can score one (the scorer `scene`) has a method `prepare(clips:
    Iterable[ClipEmbeddings])` besides, which is called with all of them before they are scored; a second call
    begins anew. One that cannot rank some of them may have `warning() -> str`, which is told after that.
    """

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        """Novelty of each clip, higher is more novel: float (N,), one number a tubelet, or () for the clip.

        A clip's score is the mean. It must not depend on which other clips stand in `clips`.
        """
        ...


class Panel(Protocol):
    """A run's scorers, for one that is made of others."""

    def scorer(self, name: str) -> Scorer:
        """The scorer called `name`, with the recipe's settings."""
        ...

    def reference(self, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Each scorer's scores of the run's held-out clips, sorted, float64 (clips,)."""
        ...
