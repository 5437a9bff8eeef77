"""Layouts from numbers that a predictor gave."""

from __future__ import annotations

import torch
from torch import Tensor

from jepamine.manim.layouts import TYPES, Layout, Object


def to_layout(boxes: Tensor, types: Tensor, confidence: Tensor, depth: Tensor) -> Layout:
    """One scene's layout, its objects in drawing order.

    Shapes: boxes (n, 4) in units, types int64 (n,), confidence (n,) in 0 .. 1, depth (n,), of which only the
    order counts. Numbers that are not finite, as those of a training that diverges, become 0.
    """
    rows = torch.cat([boxes, confidence[:, None], depth[:, None]], dim=1).detach().cpu().double()
    ordered = torch.nan_to_num(rows, 0.0, 0.0, 0.0)
    order = ordered[:, 5].argsort(stable=True)
    kinds = types.detach().cpu()[order].tolist()
    return Layout(
        tuple(
            Object(TYPES[kind], x, y, z, max(width, 0.0), max(height, 0.0), min(max(sure, 0.0), 1.0))
            for z, (kind, (x, y, width, height, sure, _)) in enumerate(
                zip(kinds, ordered[order].tolist(), strict=True)
            )
        )
    )
