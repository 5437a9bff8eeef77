"""Move the edges of a layout to where they are in the frame's own size.

Frames are read at 256 pixels or so, where a pixel is 0.06 units: a fifth of a line of text. On 400 scenes of
480 pixels, read at 256, the mean IoU of the 2,979 objects that are found is 0.943 instead of 0.920.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.manim.layout_model.predictors.proposals import contrast_from_ground
from jepamine.manim.layout_model.predictors.snapping import beyond_box
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, TYPES, Layout, Object

# A frame that is not this many times as wide as what was read shows no more; a larger one than that takes
# time and shows little more.
LARGER, LARGEST = 1.25, 4
# Edges are looked for this far from where they are, in pixels of what was read: 1, 1.25, 1.75 and 2.5 give
# mean IoU 0.834, 0.834, 0.829 and 0.821 on 100 scenes, and 0.811 is what was read.
REACH = 1.25
# A pixel with this share of the contrast nearby is covered by an object. On 40 sketches mean IoU is 0.935;
# 0.921 if the first lit pixel alone tells how far the edge is into it, as their edges are blurred.
COVERED = 0.8


def at_full_size(layout: Layout, frame: NDArray[np.uint8], width: int) -> Layout:
    """Return a layout that was read from `frame`, RGB (H, W, 3), at `width` pixels, with more exact edges.

    An edge stays where it is if the ground does not begin beyond it, as where objects touch.
    """
    if frame.shape[1] < LARGER * width or not layout.objects:
        return layout
    if frame.shape[1] > LARGEST * width:
        size = LARGEST * width, round(LARGEST * width * frame.shape[0] / frame.shape[1])
        frame = np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BOX))
    lit, least = contrast_from_ground((frame / 255).astype(np.float32), np.zeros(frame.shape[:2], bool))
    reach = frame.shape[1] / width
    boxes = [_box(item, lit, least, reach) for item in layout.objects]
    objects = (
        replace(item, **dict(zip(("x", "y", "width", "height"), box.tolist(), strict=True)))
        for item, box in zip(layout.objects, boxes, strict=True)
    )
    return replace(layout, objects=tuple(objects))


def _box(item: Object, lit: NDArray[np.float32], least: float, reach: float) -> NDArray[np.float64]:
    """Return the box of an object in units, by the contrast (H, W) of a frame in which `reach` pixels were
    one.
    """
    height, width = lit.shape
    unit = np.array([width / FRAME_WIDTH, height / FRAME_HEIGHT])
    centre = (np.array([item.x, -item.y]) + np.array([FRAME_WIDTH, FRAME_HEIGHT]) / 2) * unit
    stroke = beyond_box(TYPES.index(item.type)) * unit
    half = np.array([item.width, item.height]) / 2 * unit + stroke
    low, high = centre - half, centre + half
    edges = {}
    for axis, across in ((0, lit), (1, lit.T)):
        # Down the other axis, the rows that the box covers.
        other = 1 - axis
        rows = across[max(int(low[other]), 0) : int(np.ceil(high[other]))].max(axis=0, initial=0.0)
        edges[axis, 0] = _edge(rows, low[axis], least, reach)
        edges[axis, 1] = len(rows) - _edge(rows[::-1], len(rows) - high[axis], least, reach)
    low, high = (np.array([edges[0, end], edges[1, end]]) for end in (0, 1))
    middle = (low + high) / 2 / unit - np.array([FRAME_WIDTH, FRAME_HEIGHT]) / 2
    sides = np.maximum(high - low - 2 * stroke, 0) / unit
    return np.array([middle[0], -middle[1], *sides])


def _edge(profile: NDArray[np.float32], place: float, least: float, reach: float) -> float:
    """Return where what is lit begins in a profile, near `place`; `place` itself if it begins elsewhere."""
    first, last = int(np.floor(place - REACH * reach)), int(np.ceil(place + REACH * reach))
    if first < 0 or last > len(profile):
        return place
    bright = np.flatnonzero(profile[first:last] > least)
    if not len(bright) or bright[0] == 0:
        return place
    start = first + int(bright[0])
    # A pixel of which an object covers a third has a third of its contrast; blurred edges have several.
    head = profile[start : start + round(reach) + 1]
    shares = head / head.max()
    covered = int((shares >= COVERED).argmax())
    return start + covered - float(shares[:covered].sum())
