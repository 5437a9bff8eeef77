"""The encoder `pixels`: no weights; passes frames through, so that a predictor learns its own stem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Pixels:
    """Tokens are pixels: frames (N, T, H, W, 3) uint8 -> (N, T * H * W, 3) float32 in 0 .. 1."""

    name, weights_sha256, preprocessing = "pixels", "none", "/ 255"
    dim = 3
    #: Encoding costs nothing: keep frames, not tokens, which are four times their size.
    keeps_frames = True

    def __init__(self, device: torch.device, *, batch_size: Annotated[int, Field(ge=1)] = 64) -> None:
        self.device, self.batch_size = device, batch_size

    def grid(self, shape: tuple[int, int, int]) -> tuple[int, int]:
        """Return (rows, columns) of a frame's tokens; `shape` is (T, H, W)."""
        return shape[1], shape[2]

    def __call__(self, frames: Tensor) -> Tensor:
        return frames.to(self.device).flatten(1, 3).float() / 255
