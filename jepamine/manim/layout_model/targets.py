"""Layouts and boxes as tensors: from manifest lines to train on, in grid cells, and from predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from jepamine.data.clips import Clip
from jepamine.errors import UserError
from jepamine.manim.layouts import (
    FRAME_HEIGHT,
    FRAME_WIDTH,
    LEAST_SIDE,
    MAX_OBJECTS,
    TYPES,
    Layout,
    Object,
    from_json,
    largest,
    without_copies,
)
from jepamine.protocols import Tensors


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


#: The type of an empty row.
NOTHING = -1


def layout_of(clip: Clip) -> Layout:
    """Return the layout of a clip's line. Raises UserError, with its place, if it is missing or invalid."""
    if "layout" not in clip.line:
        raise UserError(
            f"{clip.place}: no key 'layout'; train on scenes written by the dataset 'manim' or by "
            "`jepamine scenes render`"
        )
    layout = from_json(clip.line["layout"], f"{clip.place}: layout")
    # `jepamine scenes annotate` counts the objects that it leaves out.
    return replace(layout, more=True) if clip.line.get("left_out") else layout


def shown_layout(clip: Clip) -> Layout:
    """Return what a frame shows of the layout of its line; raises UserError like `layout_of`."""
    layout = layout_of(clip)
    return replace(layout, objects=tuple(without_copies(layout.objects)))


def target_tensors(layouts: Sequence[Layout]) -> Tensors:
    """Return the layouts of N scenes as tensors of K rows, 10 or more: objects, then rows of type `NOTHING`.

    `boxes` float32 (N, K, 4) x, y, width, height in Manim units; `types` int64 (N, K), indices into `TYPES`;
    `z` float32 (N, K), the position in the drawing order.
    """
    number = {name: place for place, name in enumerate(TYPES)}
    rows = max(MAX_OBJECTS, *(len(layout.objects) for layout in layouts))
    boxes = np.zeros((len(layouts), rows, 4), np.float32)
    types = np.full((len(layouts), rows), NOTHING, np.int64)
    z = np.zeros((len(layouts), rows), np.float32)
    for row, layout in enumerate(layouts):
        for place, item in enumerate(layout.objects):
            boxes[row, place], types[row, place], z[row, place] = item.box, number[item.type], item.z
    return {"boxes": torch.from_numpy(boxes), "types": torch.from_numpy(types), "z": torch.from_numpy(z)}


def layouts_of(tensors: Mapping[str, Any]) -> list[Layout]:
    """Return the layouts that `target_tensors` encodes, with boxes, types and z only."""
    boxes, types, z = (tensors[name].tolist() for name in ("boxes", "types", "z"))
    return [
        Layout(
            tuple(
                Object(TYPES[kind], x, y, round(place), width, height)
                for (x, y, width, height), kind, place in zip(*rows, strict=True)
                if kind != NOTHING
            )
        )
        for rows in zip(boxes, types, z, strict=True)
    ]


def to_layout(
    boxes: Tensor, types: Tensor, confidence: Tensor, depth: Tensor, limit: int = MAX_OBJECTS
) -> Layout:
    """Build the layout of one scene from predictions, in drawing order: the `limit` largest, and the flag
    `more`.

    Shapes: boxes (n, 4) in units, types int64 (n,), confidence (n,) in 0 .. 1, depth (n,), of which only the
    order matters. Numbers that are not finite (training may diverge) become 0.
    """
    rows = torch.cat([boxes, confidence[:, None], depth[:, None]], dim=1).detach().cpu().double()
    ordered = torch.nan_to_num(rows, 0.0, 0.0, 0.0)
    order = ordered[:, 5].argsort(stable=True)
    kinds = types.detach().cpu()[order].tolist()
    items = [
        Object(TYPES[kind], x, y, 0, max(width, 0.0), max(height, 0.0), min(max(sure, 0.0), 1.0))
        for kind, (x, y, width, height, sure, _) in zip(kinds, ordered[order].tolist(), strict=True)
    ]
    if len(items) > limit:
        items = [items[index] for index in largest(items, limit)]
    objects = tuple(replace(item, z=z) for z, item in enumerate(items))
    return Layout(objects, more=len(kinds) > limit)
