"""Run encoders: frozen weights, frames on the device, the precision of a GPU; and the encoder `pixels`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field

if TYPE_CHECKING:
    import torch
    from torch import Tensor


Module = TypeVar("Module", bound="torch.nn.Module")


def freeze(module: Module) -> Module:
    """Turn off gradients of `module` and keep it in eval mode: a later `.train()` changes nothing.

    `.train()` of an enclosing module calls its children's, so the method itself is replaced.
    """
    module.requires_grad_(False)
    module.eval()
    for part in module.modules():
        part.train = lambda mode=True, part=part: part  # type: ignore[method-assign,misc]
    return module


def to_device(pixels: Tensor, device: torch.device) -> Tensor:
    """Return `pixels` on `device`. The copy to a CUDA device is queued, from pinned memory.

    The CPU then prepares the next batch while the device copies and computes: a copy from memory that is not
    pinned waits for all that was queued before.
    """
    if device.type != "cuda" or pixels.device.type != "cpu":
        return pixels.to(device)
    return pixels.pin_memory().to(device, non_blocking=True)


# PyTorch's names: "highest" is float32 throughout, "high" allows TF32, with 10 bits of mantissa, on GPUs.
Matmul = Literal["highest", "high"]


def precision_key(matmul: Matmul) -> str:
    """Return what is added to an encoder's `preprocessing`: embeddings of both precisions are kept apart.

    Empty for "highest", whose embeddings keep the key from when there was no choice.
    """
    return "" if matmul == "highest" else f"; matmul {matmul}"


@contextmanager
def precision(matmul: Matmul) -> Iterator[None]:
    """Compute the block's matrix products and convolutions in this precision; others are as before.

    "highest" also turns off TF32 in cuDNN's convolutions, which PyTorch allows by default.
    """
    import torch

    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision(matmul)
    torch.backends.cudnn.allow_tf32 = matmul != "highest"
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]


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
