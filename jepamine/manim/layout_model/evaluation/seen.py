"""How much of an object's box a mask leaves to see."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.matching_ import Floats
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, LEAST_SIDE


def seen_shares(boxes: Floats, hidden: NDArray[np.bool_]) -> Floats:
    """The share of each box's area, within the frame, that lies in cells that are not hidden.

    Shapes: boxes (n, 4) in units, `hidden` (rows, columns) over the whole frame -> (n,). Sides are widened to
    `LEAST_SIDE`, so that a line has an area. A box outside the frame has the share 0.
    """
    rows, columns = hidden.shape
    across = _covered(boxes[:, 0] + FRAME_WIDTH / 2, boxes[:, 2], FRAME_WIDTH, columns)
    down = _covered(FRAME_HEIGHT / 2 - boxes[:, 1], boxes[:, 3], FRAME_HEIGHT, rows)
    # (n, rows, columns): the box's area in each cell
    area = down[:, :, None] * across[:, None, :]
    whole = area.sum(axis=(1, 2))
    shares: Floats = (area * ~hidden).sum(axis=(1, 2)) / np.where(whole > 0, whole, 1)
    return shares


def _covered(centres: Floats, sides: Floats, length: float, cells: int) -> Floats:
    """What intervals cover of each of `cells` equal parts of 0 .. length: (n, cells)."""
    half = np.maximum(sides, LEAST_SIDE) / 2
    edges = np.linspace(0, length, cells + 1)
    high = np.minimum((centres + half)[:, None], edges[None, 1:])
    low = np.maximum((centres - half)[:, None], edges[None, :-1])
    covered: Floats = np.maximum(high - low, 0)
    return covered
