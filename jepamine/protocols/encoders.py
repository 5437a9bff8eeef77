"""What an encoder factory returns, and the abilities that an encoder may have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch
    from torch import Tensor


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
class DeviceEncoder(Protocol):
    """An encoder that computes on `device`; elsewhere than on a CPU its calls only queue the work."""

    device: torch.device


@runtime_checkable
class GridEncoder(Protocol):
    """An encoder whose tokens have a place in the frame."""

    def grid(self, shape: tuple[int, int, int]) -> tuple[int, int]:
        """Return (rows, columns) of the tokens over a frame; `shape` is (T, H, W)."""
        ...


@runtime_checkable
class CroppingEncoder(Protocol):
    """An encoder that sees a part of the frame only, which its grid covers."""

    def view(self, shape: tuple[int, int, int]) -> tuple[float, float, float, float]:
        """Return (left, top, right, bottom) of that part, 0 to 1; `shape` is (T, H, W) of the frames."""
        ...


@runtime_checkable
class FrameEncoder(Protocol):
    """An encoder of single frames if `by_frame`: a tubelet's tokens are those of its frames, in order."""

    by_frame: bool


@runtime_checkable
class TextEncoder(Protocol):
    """An encoder with texts and images in one space."""

    def text(self, texts: Sequence[str]) -> Tensor:
        """Return the features of texts, float32 (N, D)."""
        ...


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
