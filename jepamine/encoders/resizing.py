"""Resize 8-bit images on any device, with the bits that Pillow or PyTorch give on a CPU.

Both compute in whole numbers: rounded weights, products summed exactly, each pass rounded back to 8 bits.
On a GPU PyTorch resizes floats only, whose pixels differ by a few 255ths. Here each pass is one matrix
product in float64, which holds all sums exactly, whatever their order.

Legend of shapes: N images, C channels, H x W pixels, h x w pixels wanted.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Mode = Literal["bilinear", "bicubic"]
# Pixels that a filter reaches to each side of its centre.
REACH = {"bilinear": 1.0, "bicubic": 2.0}
# Bits of a weight after the point in Pillow: 32 less 8 of a pixel and 2 for overshoot (its Resample.c).
PILLOW_BITS = 22


def resizing_device(device: torch.device) -> torch.device:
    """Return where images for a model on `device` are resized: there, unless it has no float64 (Apple's)."""
    import torch

    return device if device.type == "cuda" else torch.device("cpu")


def resize(images: Tensor, size: tuple[int, int], mode: Mode) -> Tensor:
    """Resize with antialiasing, (N, C, H, W) uint8 -> (N, C, h, w) uint8, with the same bits everywhere."""
    from torch.nn.functional import interpolate

    if images.device.type == "cpu":
        return interpolate(images, size=size, mode=mode, antialias=True, align_corners=False)
    return resize_by_products(images, size, mode)


def resize_by_products(images: Tensor, size: tuple[int, int], mode: Mode, bits: int | None = None) -> Tensor:
    """Resize with antialiasing, (N, C, H, W) uint8 -> (N, C, h, w) uint8 on the same device.

    The bits are those of `torch.nn.functional.interpolate(antialias=True)` of uint8 on a CPU; with
    PILLOW_BITS those of `PIL.Image.resize`. Columns first, then rows, as both do.
    """
    import torch

    values = images
    for dim, wanted in ((3, size[1]), (2, size[0])):
        length = values.shape[dim]
        if length == wanted:
            continue
        table, scale = _whole_weights(length, wanted, mode, bits)
        table = table.to(images.device, non_blocking=True)
        exact = values.double()
        sums = exact @ table.T if dim == 3 else table @ exact
        # Halves are rounded up, as by the shift of integers.
        values = torch.floor(sums / scale + 0.5).clamp_(0, 255).to(torch.uint8)
    return values


@functools.lru_cache(maxsize=32)
def _whole_weights(length: int, wanted: int, mode: Mode, bits: int | None) -> tuple[Tensor, float]:
    """Return the weights (wanted, length) as whole numbers in float64, and what 1 is."""
    import torch

    exact = _weights(length, wanted, mode)
    if bits is None:
        bits = _torch_bits(float(exact.max()))
    scaled = exact * 2.0**bits
    return torch.trunc(scaled + torch.where(scaled < 0, -0.5, 0.5)), 2.0**bits


def _torch_bits(largest: float) -> int:
    """Return how many bits PyTorch gives weights, which have to fit into 16 (its UpSampleKernel.cpp)."""
    return next((bits for bits in range(22) if int(0.5 + largest * 2.0 ** (bits + 1)) >= 2**15), 22)


def _weights(length: int, wanted: int, mode: Mode) -> Tensor:
    """Return the weights of an antialiased filter, float64 (wanted, length); each row sums to 1."""
    import torch

    scale = length / wanted
    stretch = max(scale, 1.0)
    reach = REACH[mode] * stretch
    centres = (torch.arange(wanted, dtype=torch.float64) + 0.5) * scale
    first = (centres - reach + 0.5).clamp_min(0).floor()[:, None]
    last = (centres + reach + 0.5).clamp_max(length).floor()[:, None]
    places = torch.arange(length, dtype=torch.float64)
    away = ((places - centres[:, None] + 0.5) / stretch).abs()
    table = _triangle(away) if mode == "bilinear" else _cubic(away)
    table *= (first <= places) & (places < last)
    return table / table.sum(dim=1, keepdim=True)


def _triangle(away: Tensor) -> Tensor:
    return (1 - away).clamp_min(0)


def _cubic(away: Tensor, a: float = -0.5) -> Tensor:
    """Return the weights of Keys' cubic (1981, IEEE ASSP 29(6)) at these distances in pixels."""
    import torch

    near = ((a + 2) * away - (a + 3)) * away * away + 1
    far = (((away - 5) * away + 8) * away - 4) * a
    return torch.where(away < 1, near, torch.where(away < 2, far, 0.0))
