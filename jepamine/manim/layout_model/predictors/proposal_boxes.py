"""Propose many boxes from the pixels of a frame, each with marks that tell which ways of looking found it.

What is lit is divided by gaps and by colour (`proposals`), into blobs and thin strokes, into straight runs,
and the regions that lines enclose are added: figures that touch others have boxes too. On 240 scenes of the
families `notes`, `charts`, `figures` and `slides` 92 % of the objects have a box with a padded IoU of 0.5 or
more among 148 (`proposals` alone: 80 %, unpadded).

Shapes: a frame of H x W pixels, K proposals. Edges are (left, top, right, bottom) in pixels, y down. Sizes in
pixels are those of frames 256 wide.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.predictors.proposals import (
    GAPS,
    GAPS_OF_COLOURS,
    colour_masks,
    connected_edges,
    contrast_from_ground,
)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Edges = tuple[int, int, int, int]

# Straight runs are at least this long; strokes are what squares of these sides do not fit into.
RUN, BLOBS = 9, (3, 4, 5)
# The shortest stroke, and the least side of an enclosed region.
STROKE, HOLE = 4, 3
# Bright pixels: at least this share of the 95th percentile of the contrast.
BRIGHT = 0.5
#: Each way of looking is a mark: a gap, bright pixels alone, a gap within a colour, strokes and regions of a
#: colour, strokes and regions of all that is lit.
MARKS = len(GAPS) + 1 + len(GAPS_OF_COLOURS) + 4
# Boxes are one from this IoU on, of boxes half a pixel wider on each side; the most boxes of a frame.
SAME, PADDING, MOST = 0.85, 0.5, 220


def propose(pixels: NDArray[np.float32], hidden: Mask) -> tuple[Floats, Mask]:
    """Return (edges (K, 4), marks bool (K, `MARKS`)) of a frame (H, W, 3) in 0 .. 1 with `hidden` (H, W)."""
    lit, least = contrast_from_ground(pixels, hidden)
    seen = lit > least
    if not seen.any():
        return np.empty((0, 4)), np.empty((0, MARKS), bool)
    marks: dict[Edges, set[int]] = {}

    def mark(found: Iterable[Edges], number: int) -> None:
        for edges in found:
            marks.setdefault(edges, set()).add(number)

    for number, gap in enumerate(GAPS):
        mark(connected_edges(seen, gap), number)
    first = len(GAPS)
    bright = seen & (lit > BRIGHT * np.quantile(lit[seen], 0.95))
    mark(connected_edges(bright, (0, 0)), first)
    colours = colour_masks(pixels, seen, lit)
    for mask in colours:
        for number, gap in enumerate(GAPS_OF_COLOURS, first + 1):
            mark(connected_edges(mask, gap), number)
        mark(_strokes(mask), MARKS - 4)
        mark(_enclosed(mask), MARKS - 3)
    for mask in (seen,) if colours else (seen, bright):
        mark(_strokes(mask), MARKS - 2)
    mark(_enclosed(seen), MARKS - 1)
    if not marks:
        return np.empty((0, 4)), np.empty((0, MARKS), bool)
    table = np.zeros((len(marks), MARKS), bool)
    for row, numbers in enumerate(marks.values()):
        table[row, list(numbers)] = True
    return _distinct(np.array(list(marks), np.float64), table)


def _parts(mask: Mask, grow: int = 0) -> list[Edges]:
    """Return the edges of the connected parts of a mask, moved outwards by `grow` pixels."""
    from scipy import ndimage

    parts, _ = ndimage.label(mask, np.ones((3, 3)))
    return [
        (across.start - grow, down.start - grow, across.stop + grow, down.stop + grow)
        for down, across in ndimage.find_objects(parts)
    ]


def _strokes(mask: Mask) -> list[Edges]:
    """Return straight runs, blobs, and the strokes that are left without the blobs."""
    from scipy import ndimage

    found = [
        edges
        for shape in ((1, RUN), (RUN, 1))
        for edges in _parts(ndimage.binary_opening(mask, np.ones(shape)))
    ]
    for side in BLOBS:
        blobs = ndimage.binary_opening(mask, np.ones((side, side)))
        found += _parts(blobs)
        thin = mask & ~ndimage.binary_dilation(blobs, np.ones((3, 3)))
        # Also a pixel longer: what joins a blob ends under it.
        found += [
            edges
            for grow in (0, 1)
            for edges in _parts(thin, grow)
            if max(edges[2] - edges[0], edges[3] - edges[1]) - 2 * grow >= STROKE
        ]
    return found


def _enclosed(mask: Mask) -> list[Edges]:
    """Return the edges of the regions that lines enclose, with a pixel of the lines."""
    from scipy import ndimage

    height, width = mask.shape
    parts, _ = ndimage.label(~mask)
    return [
        (across.start - 1, down.start - 1, across.stop + 1, down.stop + 1)
        for down, across in ndimage.find_objects(parts)
        if min(down.start, across.start) > 0
        and down.stop < height
        and across.stop < width
        and min(across.stop - across.start, down.stop - down.start) >= HOLE
    ]


def _distinct(edges: Floats, marks: Mask) -> tuple[Floats, Mask]:
    """Return the boxes that are not nearly others, those with most marks first, `MOST` at most.

    A box has the marks of those that it replaces. Of too many, large boxes with many marks are kept.
    """
    padded = edges + PADDING * np.array([-1, -1, 1, 1])
    areas = (padded[:, 2:] - padded[:, :2]).prod(axis=1)
    shared = (
        (
            np.minimum(padded[:, None, 2:], padded[None, :, 2:])
            - np.maximum(padded[:, None, :2], padded[None, :, :2])
        )
        .clip(min=0)
        .prod(axis=2)
    )
    alike = shared > SAME * (areas[:, None] + areas[None] - shared)
    left = np.ones(len(edges), bool)
    kept: list[int] = []
    merged: list[Mask] = []
    for place in np.lexsort((-areas, -marks.sum(axis=1))).tolist():
        if left[place]:
            same = alike[place] & left
            kept.append(place)
            merged.append(marks[same].any(axis=0))
            left &= ~same
    boxes, table = edges[kept], np.array(merged)
    if len(kept) > MOST:
        value = table.sum(axis=1) + 0.5 * np.log(areas[kept])
        best = np.sort(np.argsort(-value, kind="stable")[:MOST])
        boxes, table = boxes[best], table[best]
    return boxes, table
