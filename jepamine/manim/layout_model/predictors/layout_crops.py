"""Pieces of a picture around boxes, each brought to one size."""

from __future__ import annotations

import torch
from torch import Tensor


def crop(picture: Tensor, scene: Tensor, boxes: Tensor, size: int) -> Tensor:
    """The mean of the picture over each of size x size equal parts of a box: (M, C, size, size).

    Shapes: picture (N, H, W, C), `scene` int64 (M,) the picture of each box, `boxes` (M, 4) in pixels, y
    down. What lies outside of the picture counts as 0. Means, not samples: a thin line is not missed however
    large its box is.
    """
    count, height, width, channels = picture.shape
    across = _shares(boxes[:, 0], boxes[:, 2], size, width)
    down = _shares(boxes[:, 1], boxes[:, 3], size, height)
    crops = picture.new_empty(len(boxes), size, size, channels)
    for number in range(count):
        mine = torch.nonzero(scene == number)[:, 0]
        # (m * size, H) @ (H, W * C): rows first, as they are few
        rows = down[mine].reshape(-1, height) @ picture[number].reshape(height, -1)
        rows = rows.view(len(mine), size, width, channels)
        crops[mine] = torch.einsum("mrwc,msw->mrsc", rows, across[mine])
    return crops.permute(0, 3, 1, 2)


def _shares(centres: Tensor, sides: Tensor, size: int, length: int) -> Tensor:
    """Which share of each of `size` equal parts of intervals lies in each of `length` unit cells.

    Shapes: centres, sides (M,) -> (M, size, length).
    """
    edges = centres[:, None] + sides[:, None] * torch.linspace(-0.5, 0.5, size + 1, device=centres.device)
    low, high = edges[:, :-1, None], edges[:, 1:, None]
    cells = torch.arange(length, device=centres.device, dtype=centres.dtype)
    covered = (torch.minimum(high, cells + 1) - torch.maximum(low, cells)).clamp(min=0)
    return covered / (high - low)
