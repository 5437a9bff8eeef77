"""Which predicted object stands for which true one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layouts import LEAST_SIDE, Layout

Floats = NDArray[np.float64]


def boxes_of(layout: Layout) -> Floats:
    """The boxes of a layout: float64 (objects, 4), x, y, width, height in units."""
    return np.array([item.box for item in layout.objects], dtype=np.float64).reshape(-1, 4)


def iou_matrix(a: Floats, b: Floats, least: float = LEAST_SIDE) -> Floats:
    """IoU of each box of `a` (n, 4) with each of `b` (m, 4): (n, m); `layouts.iou`, all at once."""
    common, areas = np.ones((len(a), len(b))), [np.ones(len(a)), np.ones(len(b))]
    for centre, side in ((0, 2), (1, 3)):
        long_a, long_b = np.maximum(a[:, side], least), np.maximum(b[:, side], least)
        high = np.minimum((a[:, centre] + long_a / 2)[:, None], (b[:, centre] + long_b / 2)[None])
        low = np.maximum((a[:, centre] - long_a / 2)[:, None], (b[:, centre] - long_b / 2)[None])
        common *= np.maximum(high - low, 0)
        areas = [areas[0] * long_a, areas[1] * long_b]
    found: Floats = common / (areas[0][:, None] + areas[1][None] - common)
    return found


def match(true: Floats, predicted: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Match one to one, so that the sum of IoUs is largest.

    Returns (place in `predicted` or -1, IoU or 0) of each true box. Boxes that do not meet are no match. The
    types of objects play no part.
    """
    from scipy.optimize import linear_sum_assignment

    place = np.full(len(true), -1, np.int64)
    overlap = np.zeros(len(true))
    table = iou_matrix(true, predicted)
    for row, column in zip(*linear_sum_assignment(table, maximize=True), strict=True):
        if table[row, column] > 0:
            place[row], overlap[row] = column, table[row, column]
    return place, overlap
