"""Boxes as tensors: conversion between Manim units and grid cells, and overlap.

The last dimension of boxes is (x, y, width, height), where x and y are the centre. In units y points up from
the frame's centre; in cells it points down from the top left corner.
"""

from __future__ import annotations

import torch
from torch import Tensor

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, LEAST_SIDE


def to_cells(boxes: Tensor, grid: tuple[int, int]) -> Tensor:
    """Convert boxes (..., 4) in units to cells of a grid of (rows, columns) over the whole frame."""
    down, across = grid[0] / FRAME_HEIGHT, grid[1] / FRAME_WIDTH
    x, y, width, height = boxes.unbind(-1)
    return torch.stack(
        [(x + FRAME_WIDTH / 2) * across, (FRAME_HEIGHT / 2 - y) * down, width * across, height * down], -1
    )


def to_units(boxes: Tensor, grid: tuple[int, int]) -> Tensor:
    """Convert boxes in cells back to units: the inverse of `to_cells`."""
    down, across = grid[0] / FRAME_HEIGHT, grid[1] / FRAME_WIDTH
    x, y, width, height = boxes.unbind(-1)
    return torch.stack(
        [x / across - FRAME_WIDTH / 2, FRAME_HEIGHT / 2 - y / down, width / across, height / down], -1
    )


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Return the IoU of boxes (..., 4) in units: (...), 0 to 1, as `jepamine.manim.layouts.iou`."""
    common, union, _ = _areas(a, b)
    return common / union


def giou(a: Tensor, b: Tensor) -> Tensor:
    """Return the generalised IoU (Rezatofighi et al. 2019, arXiv:1902.09630) of boxes in units: -1 to 1."""
    common, union, hull = _areas(a, b)
    return common / union - (hull - union) / hull


def _areas(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the areas of intersection, union and enclosing box; sides are at least LEAST_SIDE."""
    shared, hull, area_a, area_b = [], [], [], []
    for centre, side in ((0, 2), (1, 3)):
        long_a, long_b = a[..., side].clamp(min=LEAST_SIDE), b[..., side].clamp(min=LEAST_SIDE)
        low = (a[..., centre] - long_a / 2, b[..., centre] - long_b / 2)
        high = (a[..., centre] + long_a / 2, b[..., centre] + long_b / 2)
        shared.append((torch.minimum(*high) - torch.maximum(*low)).clamp(min=0))
        hull.append(torch.maximum(*high) - torch.minimum(*low))
        area_a.append(long_a)
        area_b.append(long_b)
    common = shared[0] * shared[1]
    return common, area_a[0] * area_a[1] + area_b[0] * area_b[1] - common, hull[0] * hull[1]
