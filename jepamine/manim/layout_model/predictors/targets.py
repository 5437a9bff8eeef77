"""Targets of the map of the predictor `layout-dense`: which cells predict which true object.

Shapes: N frames, K = 10 objects, a map of rows x columns cells. Boxes are in cells, y down.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

# The standard deviation of a centre's heat beyond its cell: in cells, or as a share of the box if larger.
REACH, REACH_OF_SIDE = 0.4, 0.09
# Cells with less heat do not predict the box.
WARM = 0.1
# The weight of non-empty cells off the centre in the loss, relative to those at the centre: they predict the
# object too, which gives many examples of each object instead of one or two.
SEEN_SHARE = 0.3


@dataclass(frozen=True)
class Assignment:
    """Cells assigned to objects: int64 (M,) each; `weight` (M,) sums to about 1 per object."""

    scene: Tensor
    row: Tensor
    column: Tensor
    object: Tensor
    weight: Tensor


def centre_heat(boxes: Tensor, present: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return a heat map of each object's centre, 0 to 1: boxes (N, K, 4) -> (N, K, rows, columns).

    The heat is 1 in the centre's cell and falls off as a Gaussian, so that a centre near an edge is almost in
    both cells. It is 0 where `present`, bool (N, K), is False.
    """
    fall = []
    for length, centre, side in ((grid[0], 1, 3), (grid[1], 0, 2)):
        cells = torch.arange(length, device=boxes.device) + 0.5
        reach = (REACH_OF_SIDE * boxes[..., side]).clamp(min=REACH)[..., None]
        off = ((cells - boxes[..., centre, None]).abs() - 0.5).clamp(min=0)
        fall.append(torch.exp(-((off / reach) ** 2) / 2))
    return fall[0][..., :, None] * fall[1][..., None, :] * present[..., None, None]


def assign_cells(heat: Tensor, boxes: Tensor, present: Tensor, seen: Tensor) -> Assignment:
    """Assign cells to objects.

    Cells near a centre get the object with the most heat; other cells that are not empty, as `seen` bool (N,
    rows, columns) marks them, the smallest object whose box, widened by half a cell, contains them.
    """
    rows, columns = heat.shape[2:]
    warmth, nearest = heat.max(dim=1)
    across = torch.arange(columns, device=heat.device) + 0.5
    down = torch.arange(rows, device=heat.device)[:, None] + 0.5
    x, y, width, height = (part[..., None, None] for part in boxes.unbind(-1))
    inside = ((across - x).abs() < width / 2 + 0.5) & ((down - y).abs() < height / 2 + 0.5)
    area = torch.where(inside & present[..., None, None], width * height, torch.inf)
    least, smallest = area.min(dim=1)
    warm = warmth > WARM
    around = seen & ~warm & least.isfinite()
    scene, row, column = torch.nonzero(warm | around, as_tuple=True)
    off = around[scene, row, column]
    owner = torch.where(off, smallest[scene, row, column], nearest[scene, row, column])
    weight = torch.where(off, 1.0, warmth[scene, row, column])
    total = weight.new_zeros(*present.shape, 2).index_put_(
        (scene, owner, off.long()), weight, accumulate=True
    )
    weight = weight / total[scene, owner, off.long()] * torch.where(off, SEEN_SHARE, 1.0)
    return Assignment(scene, row, column, owner, weight)
