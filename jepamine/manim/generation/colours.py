"""The colours of what was seen in a frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Layout, Object

# A pixel this far from the ground, of 255 in one channel, is painted; the most painted ones of a box are
# those that edges did not thin out.
PAINTED, FULLEST = 50, 0.2
# Boxes reach this far beyond an object, in units: a stroke has a width.
MARGIN = 0.06


def coloured(layout: Layout, frame: NDArray[np.uint8]) -> Layout:
    """The layout with the main colour of each object's pixels where it has none; frame uint8 (H, W, 3)."""
    ground = np.median(frame.reshape(-1, 3), axis=0)
    apart = np.abs(frame.astype(np.int16) - ground).max(axis=2)
    return Layout(tuple(_coloured(item, frame, apart) for item in layout.objects))


def _coloured(item: Object, frame: NDArray[np.uint8], apart: NDArray[np.float64]) -> Object:
    if item.color is not None:
        return item
    height, width = apart.shape
    down, across = height / FRAME_HEIGHT, width / FRAME_WIDTH
    left = int((item.x - item.width / 2 - MARGIN + FRAME_WIDTH / 2) * across)
    right = int((item.x + item.width / 2 + MARGIN + FRAME_WIDTH / 2) * across) + 1
    top = int((FRAME_HEIGHT / 2 - item.y - item.height / 2 - MARGIN) * down)
    bottom = int((FRAME_HEIGHT / 2 - item.y + item.height / 2 + MARGIN) * down) + 1
    box = (slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0)))
    painted = apart[box] >= PAINTED
    if not painted.any():
        return item
    strength = apart[box][painted]
    fullest = strength >= np.quantile(strength, 1 - FULLEST)
    red, green, blue = np.median(frame[box][painted][fullest], axis=0).astype(int)
    return replace(item, color=f"#{red:02X}{green:02X}{blue:02X}")
