"""The interface of each kind of plugin: Protocols, nothing to inherit from.

A recipe names a *factory*: a class or a function whose keyword-only parameters are the keys of its recipe
table. The runner passes the rest by name: `data_dir` (dataset), `shape` (masking), `device` (encoder), `dim`,
`shape`, `encoder` (predictor), `predictor_of`, `record_of` (trainer: predictor and record of another run, by
name); `bank`, `drives`, `encoder`, `folder`, `mask`, `panel`, `predictor`, `store` (scorer).

Legend of shapes:
    N  tubelets (or examples) of a batch        T  frames of a tubelet (2)
    H, W  pixels of a resized frame (224)       L  tokens that an encoder gives for a tubelet
    D  dimension of an embedding                shape  (T, H, W)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from jepamine.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

Tensors = dict[str, "Tensor"]


@dataclass(frozen=True)
class Source:
    """A manifest and how its frames are read; returned by dataset plugins.

    `manifest` is a JSONL file whose frame paths are relative to `root`, else to its folder. Frames are
    resized to `image_size`, (height, width), by `threads` (0: one per core); `known`: data.known_frames."""

    manifest: Path
    root: Path | None = None
    labels: Path | None = None
    tubelet_size: int = 2
    image_size: tuple[int, int] = (224, 224)
    threads: int = 0
    known: Path | None = None

    def __post_init__(self) -> None:
        if type(self.tubelet_size) is not int or self.tubelet_size < 1:
            raise UserError(f"{self.manifest}: tubelet_size must be 1 or more, not {self.tubelet_size!r}")
        size = self.image_size
        if not isinstance(size, tuple) or [type(n) is int and n > 0 for n in size] != [True, True]:
            raise UserError(f"{self.manifest}: image_size must be (height, width) in pixels, not {size!r}")


class Dataset(Protocol):
    """The factory of a dataset: creates or finds a manifest on disk and returns its location."""

    def __call__(self, data_dir: Path, **settings: Any) -> Source: ...


class Mask(Protocol):
    """The return value of a masking factory (`shape` = (T, H, W) -> Mask)."""

    def __call__(self, clip_id: str, tubelet: int, running: int) -> np.ndarray:
        """Return the mask of one tubelet: bool (T, rows, columns), True = hidden; the grid tiles H, W.

        `tubelet` is the index in the clip, `running` the index in the whole manifest, both from 0.
        """


class Encoder(Protocol):
    """The return value of an encoder factory. Always frozen: no gradient, eval mode.

    `weights_sha256` identifies the weights, `preprocessing` all that is done to pixels before: the store keys
    embeddings by both, so one must change whenever embeddings do. A call has at most `batch_size` tubelets.
    """

    name: str
    batch_size: int
    weights_sha256: str
    preprocessing: str
    dim: int

    def __call__(self, frames: Tensor) -> Tensor:
        """Return tokens float32 (N, L, D) of frames uint8 RGB (N, T, H, W, 3) on the CPU."""


@runtime_checkable
class GridEncoder(Protocol):
    """An encoder whose tokens have a place in the frame: (rows, columns) of frames of `shape` (T, H, W)."""

    def grid(self, shape: tuple[int, int, int]) -> tuple[int, int]: ...


@runtime_checkable
class CroppingEncoder(Protocol):
    """An encoder whose grid covers a part of the frame only: (left, top, right, bottom), 0 to 1."""

    def view(self, shape: tuple[int, int, int]) -> tuple[float, float, float, float]: ...


@runtime_checkable
class FrameEncoder(Protocol):
    """An encoder of single frames if `by_frame`: a tubelet's tokens are those of its frames, in order."""

    by_frame: bool


@runtime_checkable
class TextEncoder(Protocol):
    """An encoder with texts and images in one space; features of texts are float32 (N, D)."""

    def text(self, texts: Sequence[str]) -> Tensor: ...


@runtime_checkable
class PooledEncoder(Protocol):
    """An encoder whose tokens are features of whole images only if `pooled`, else those of patches too."""

    pooled: bool


@runtime_checkable
class PassThroughEncoder(Protocol):
    """An encoder that costs nothing: frames are kept in memory instead of tokens if `keeps_frames`."""

    keeps_frames: bool


@runtime_checkable
class ModelEncoder(Protocol):
    """An encoder that exposes its network, which `--int8` quantizes and the scorer `surprise` runs."""

    model: Any


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

    def plan(self, parts: Parts) -> list[dict[str, Any]]:
        """Return the lines of the run's own manifest, each with its split; nothing is encoded."""

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        """Encode the examples of `parts.source`, the run's own manifest; return (train, held-out) tensors.

        Tensors have one row per example. Whatever else a run must keep goes into `parts.folder`.
        """

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """Return the optimizer of the predictor's parameters."""

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        """Return the mean loss of a batch, a scalar with gradient."""

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        """Return metrics on the held-out part; the weights with the lowest `val_loss` are kept."""

    def evaluate(self, predictor: torch.nn.Module, parts: Parts, split: str | None) -> dict[str, Any]:
        """Return the eval output for clips of `parts.source` with this `split` (None: all)."""

    def describe(self, result: Mapping[str, Any]) -> str: ...  # the eval output as text


@runtime_checkable
class RemarkTrainer(Protocol):
    """A trainer that warns, by the metrics, of a run that learned nothing; else the remark is empty."""

    def remark(self, metrics: Mapping[str, Any]) -> str: ...


@runtime_checkable
class SheetTrainer(Protocol):
    """A trainer that draws its predictions for the clips with this `split` (None: all) into a PNG."""

    def sheet(self, predictor: torch.nn.Module, parts: Parts, split: str | None, path: Path) -> None: ...


@dataclass(frozen=True)
class Extent:
    """What a clip covers, to find the clips that overlap it.

    `frames`: the first 8 bytes of each frame's hash, joined. `timeline`: its video, or its drive if that has
    timestamps (None: times unknown); `start`, `end`: its first and last frame's times on it in microseconds.
    """

    frames: bytes = b""
    timeline: str | None = None
    start: float = 0.0
    end: float = 0.0


@dataclass(frozen=True)
class ClipEmbeddings:
    """One clip for a scorer: embeddings float32 (N, D) each.

    `content` hashes the frames, `frames()` returns them: uint8 RGB (N, T, H, W, 3); `order` sorts a drive.
    """

    clip_id: str
    scene: str | None
    clean: np.ndarray
    masked: np.ndarray
    predicted: np.ndarray
    content: bytes
    frames: Callable[[], np.ndarray]
    extent: Extent = Extent()
    drive: str | None = None
    order: str = ""


class Scorer(Protocol):
    """The return value of a scorer factory; it may have the abilities below, too."""

    def __call__(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        """Return each clip's novelty, higher is more novel: float (N,), one per tubelet, or () per clip.

        A clip's score is the mean. It must not depend on the other clips in `clips`.
        """


@runtime_checkable
class TubeletScorer(Protocol):
    """A scorer of whole clips that scores tubelets, too; float (N,) whose mean is not the clip's."""

    def tubelets(self, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]: ...


@runtime_checkable
class PreparedScorer(Protocol):
    """A scorer that must see all clips before it can score one: once each; it forgets earlier ones."""

    def prepare(self, clips: Iterable[ClipEmbeddings]) -> None: ...


@runtime_checkable
class WarningScorer(Protocol):
    """A scorer that cannot rank some of the clips it was prepared with: a warning, else empty."""

    def warning(self) -> str: ...


@runtime_checkable
class FittedScorer(Protocol):
    """A scorer fitted to labels: ranking clips of the scenes in `fitted_on` proves nothing."""

    fitted_on: Collection[str]


class Panel(Protocol):
    """A run's scorers, for a scorer that combines others."""

    def scorer(self, name: str) -> Scorer:
        """Return the scorer called `name`, with the recipe's settings."""

    def scores(self, name: str, clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        """Return what the scorer called `name` gives for a batch, computed once for the whole panel."""

    def reference(self, names: Sequence[str], parts: Sequence[str] = ("val",)) -> dict[str, np.ndarray]:
        """Return each scorer's scores of the run's clips of `parts`, sorted, float64 (clips,)."""
