"""Count the lit pixels in boxes, and in what pairs of boxes share: what of a frame each box accounts for.

Two boxes that hold the same pixels are two readings of one object, however unlike their sides; by sides alone
a letter in a line and a dot on a curve look the same.

Shapes: N frames of H x W pixels, K boxes. Edges are (left, top, right, bottom) in pixels, y down.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH

# Edges are this many pixels further out, so that what is blurred over an edge belongs to its box.
GROW = 1


def edges_in_pixels(boxes: Tensor, height: int, width: int) -> Tensor:
    """Return the edges, int64 (..., 4), of boxes (..., 4) in units, in a frame of that size in pixels."""
    unit = width / FRAME_WIDTH
    x, y, wide, high = boxes.unbind(-1)
    left, right = ((x + side * wide / 2 + FRAME_WIDTH / 2) * unit for side in (-1, 1))
    top, bottom = ((FRAME_HEIGHT / 2 - y + side * high / 2) * unit for side in (-1, 1))
    whole = [(edge - GROW).floor() for edge in (left, top)] + [
        (edge + GROW).ceil() for edge in (right, bottom)
    ]
    limits = (width, height, width, height)
    inside = [edge.clamp(0, limit) for edge, limit in zip(whole, limits, strict=True)]
    return torch.stack(inside, dim=-1).long()


def summed(pixels: Tensor) -> Tensor:
    """Return the sums of the pixels (N, H, W) above and left of each corner: int32 (N, H + 1, W + 1).

    Summed-area tables (Crow 1984): the pixels of any box are counted by four of its values.
    """
    return F.pad(pixels.int().cumsum(1, dtype=torch.int32).cumsum(2, dtype=torch.int32), (1, 0, 1, 0))


def counted(sums: Tensor, edges: Tensor) -> Tensor:
    """Return how many pixels boxes with `edges` (N, ..., 4) hold, by `summed` tables: float32 (N, ...).

    Boxes whose right edge is left of the left one hold none.
    """
    flat, columns = sums.flatten(1), sums.shape[2]
    left, top, right, bottom = edges.unbind(-1)
    right, bottom = torch.maximum(left, right), torch.maximum(top, bottom)

    def at(row: Tensor, column: Tensor) -> Tensor:
        place = (row * columns + column).flatten(1)
        return flat.gather(1, place).view(row.shape)

    return (at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left)).float()


def shared_pixels(boxes: Tensor, sums: Tensor) -> Tensor:
    """Return what pairs of boxes (N, K, 4) in units share of their lit pixels: (N, K, K, 3).

    The share of the first's, of the second's, and of both together; `sums` is the `summed` table of what is
    lit.
    """
    edges = edges_in_pixels(boxes, sums.shape[1] - 1, sums.shape[2] - 1)
    first, second = edges[:, :, None], edges[:, None]
    common = torch.cat(
        [torch.maximum(first[..., :2], second[..., :2]), torch.minimum(first[..., 2:], second[..., 2:])],
        dim=-1,
    )
    both = counted(sums, common)
    own = torch.diagonal(both, dim1=1, dim2=2).clamp(min=1)
    either = (own[:, :, None] + own[:, None] - both).clamp(min=1)
    return torch.stack([both / own[:, :, None], both / own[:, None], both / either], dim=-1)
