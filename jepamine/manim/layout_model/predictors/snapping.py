"""Snap boxes to the pixels that they enclose, where an object is apart from others on a flat ground.

A network places edges to about a pixel; the connected pixels under a box show them more exactly. A box is
left as it is where they cannot: objects that cross, photographs as ground, hidden patches.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.predictors.proposals import contrast_from_ground
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, TYPES

Floats = NDArray[np.float64]
# A part belongs to a box if this share of its pixels is inside, and it reaches no further out than these
# pixels, or this share of the box's side.
INSIDE, PIXELS_OUT, SHARE_OUT = 0.6, 2.0, 0.15
# The parts must be this share of what is lit inside the box, and change it by less than that.
EXPLAINED, LEAST_IOU = 0.8, 0.4
# Boxes are those of the drawn curves: half of Manim's usual stroke is outside of closed outlines, in units.
HALF_STROKE = 0.02
_OUTLINED = {
    TYPES.index(name) for name in ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon")
}

# Squares and circles have equal sides, to this many units where edges are exact; sides that differ by this
# share of the longer one are not equal. On 300 scenes of an unused seed 0.972 instead of 0.968 of the types
# are right. Of 387 circles and squares that were found, in families that were not trained on too, none had
# sides that differ by more than this share, and 5 of 16 of the others that were taken for them.
EQUAL, UNEQUAL = 0.04, 0.2
_REGULAR = (("square", "rectangle"), ("circle", "ellipse"))


def snapped(
    pixels: NDArray[np.float32], hidden: NDArray[np.bool_], boxes: Floats, kinds: NDArray[np.int64]
) -> Floats:
    """Return boxes (n, 4) in units, snapped where possible.

    `pixels` (H, W, 3) in 0 .. 1 is the frame, `hidden` (H, W) its hidden part, `kinds` (n,) indices into
    `TYPES`.
    """
    from scipy import ndimage

    width = hidden.shape[1]
    lit, least = contrast_from_ground(pixels, hidden)
    if not len(boxes):
        return boxes
    parts, count = ndimage.label(lit > least, np.ones((3, 3)))
    if not count:
        return boxes
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    extents = np.array(
        [(across.start, down.start, across.stop, down.stop) for down, across in ndimage.find_objects(parts)]
    )
    results = boxes.copy()
    unit = width / FRAME_WIDTH
    for number, box in enumerate(boxes):
        stroke = beyond_box(int(kinds[number]))
        edges = painted_edges(box, unit, stroke)
        window = tuple(
            slice(max(int(np.floor(edges[axis])), 0), max(int(np.ceil(edges[axis + 2])), 0))
            for axis in (1, 0)
        )
        inside = np.bincount(parts[window].ravel(), minlength=count + 1)
        if hidden[window].any() or not inside[1:].sum():
            continue
        room = np.maximum(PIXELS_OUT, SHARE_OUT * (edges[2:] - edges[:2]))
        own = np.flatnonzero(inside[1:] >= INSIDE * sizes[1:]) + 1
        reach = extents[own - 1]
        own = own[
            (reach[:, :2] >= edges[:2] - room).all(axis=1) & (reach[:, 2:] <= edges[2:] + room).all(axis=1)
        ]
        if inside[own].sum() < EXPLAINED * inside[1:].sum():
            continue
        low, high = extents[own - 1, :2].min(axis=0), extents[own - 1, 2:].max(axis=0)
        area = (slice(low[1], high[1]), slice(low[0], high[0]))
        exact = _exact(np.where(np.isin(parts[area], own), lit[area], 0.0), low)
        if _overlap(exact, edges) >= LEAST_IOU:
            results[number] = box_of(exact, unit, stroke)
    return results


def beyond_box(kind: int) -> float:
    """Return how far what is painted of a type, its index, reaches beyond its box, in units."""
    return HALF_STROKE if kind in _OUTLINED else 0.0


def by_sides(boxes: Floats, kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return kinds (n,): those of squares and rectangles, of circles and ellipses follow the sides of
    their boxes (n, 4) in units.

    A turned square has a box with equal sides, too. Boxes at the frame's edge may be cut and stay.
    """
    settled = kinds.copy()
    unequal = np.abs(boxes[:, 2] - boxes[:, 3])
    half = np.array([FRAME_WIDTH, FRAME_HEIGHT]) / 2 - EQUAL
    whole = (np.abs(boxes[:, :2]) + boxes[:, 2:] / 2 < half).all(axis=1)
    for regular, other in _REGULAR:
        first, second = TYPES.index(regular), TYPES.index(other)
        settled[whole & (kinds == second) & (unequal <= EQUAL)] = first
        settled[whole & (kinds == first) & (unequal > UNEQUAL * boxes[:, 2:].max(axis=1))] = second
    return settled


def painted_edges(box: Floats, unit: float, stroke: float) -> Floats:
    """Return left, top, right, bottom in pixels, y down, of what a box's object paints."""
    x, y = (box[0] + FRAME_WIDTH / 2) * unit, (FRAME_HEIGHT / 2 - box[1]) * unit
    wide, high = (box[2] / 2 + stroke) * unit, (box[3] / 2 + stroke) * unit
    return np.array([x - wide, y - high, x + wide, y + high])


def box_of(edges: Floats, unit: float, stroke: float) -> Floats:
    """Return the box (4,) in units of what is painted between edges: the inverse of `painted_edges`."""
    left, top, right, bottom = edges / unit
    sides = np.maximum(np.array([right - left, bottom - top]) - 2 * stroke, 0.0)
    return np.array([(left + right) / 2 - FRAME_WIDTH / 2, FRAME_HEIGHT / 2 - (top + bottom) / 2, *sides])


def _exact(lit: NDArray[np.float32], corner: NDArray[np.int64]) -> Floats:
    """Return the edges of what is lit, (h, w), to a fraction of a pixel, by how bright the outermost are."""
    edges = []
    for axis in (0, 1):
        lines = lit.max(axis=axis)
        full = np.median(lines[lines > 0.5 * lines.max()])
        first, last = (min(float(lines[end] / full), 1.0) for end in (0, -1))
        edges.append((corner[axis] + 1 - first, corner[axis] + len(lines) - 1 + last))
    return np.array([edges[0][0], edges[1][0], edges[0][1], edges[1][1]])


def _overlap(a: Floats, b: Floats) -> float:
    shared = np.prod((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])).clip(min=0))
    return float(shared / max(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared, 1e-9))
