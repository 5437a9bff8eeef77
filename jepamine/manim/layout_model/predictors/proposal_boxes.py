"""Propose many boxes from the pixels of a frame, each with marks that tell which ways of looking found it.

What is lit is divided by gaps and by colour (`proposals`), into blobs, thin strokes and straight lines
(`strokes`); the regions that lines enclose are added, and what is left without long lines and plain fills:
figures that touch others, and texts in tables and on figures, have boxes too.

Shapes: a frame of H x W pixels, K proposals. Edges are (left, top, right, bottom) in pixels, y down. Sizes in
pixels are those of frames 256 wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.predictors.proposals import (
    GAPS,
    GAPS_OF_COLOURS,
    colour_masks,
    connected_edges,
)
from jepamine.manim.layout_model.predictors.strokes import (
    BITS,
    lines,
    packed,
    strokes,
    uneven,
    without_lines,
)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Edges = tuple[int, int, int, int]

# The least side of an enclosed region.
HOLE = 3
# Gaps of what is left without long lines, and without plain fills.
GAPS_LEFT = ((0, 0), (1, 1), (2, 1), (4, 1))
# Bright pixels: at least this share of the 95th percentile of the contrast.
BRIGHT = 0.5
# What each way of looking is worth, where there are too many boxes: gaps, bright pixels alone, gaps within a
# colour, gaps without long lines, gaps without fills, and of colours and of all that is lit: strokes,
# enclosed regions, lines, lines with gaps. Weights of a logistic regression on 280 scenes of the families
# `notes` to `geometry`; on others 0.992 of the objects with a box keep it, 0.984 by the number of marks and
# the size.
WORTH = np.array(
    [
        *(0.5, 0.2, 1.4, -0.2, 0.8, 0.9, -0.1, 0.6),
        *(-0.1, 1.9),
        *(-0.6, 1.0, 0.1, 2.1),
        *(1.0, -0.8, -1.1, 1.7),
        *(0.3, 0.9, -0.2, 0.7),
        *(1.8, 2.2, 1.5, 1.1),
    ]
)
#: Each way of looking is a mark.
MARKS = len(WORTH)
# The first marks of ways of looking.
_BRIGHT = len(GAPS)
_COLOUR_GAPS = _BRIGHT + 1
_WITHOUT_LINES = _COLOUR_GAPS + len(GAPS_OF_COLOURS)
_WITHOUT_FILLS = _WITHOUT_LINES + len(GAPS_LEFT)
_OF_COLOURS = _WITHOUT_FILLS + len(GAPS_LEFT)
_OF_LIT = _OF_COLOURS + 4
# Boxes are one from this IoU on, of boxes half a pixel wider on each side; the most boxes of a frame.
SAME, PADDING, MOST = 0.85, 0.5, 300

# The outermost pixel of an edge is compared with the brightest of so many.
NEAR = 3


def propose(pixels: NDArray[np.float32], lit: NDArray[np.float32], least: float) -> tuple[Floats, Mask]:
    """Return (edges (K, 4), marks bool (K, `MARKS`)) of a frame (H, W, 3) in 0 .. 1, of which `lit` (H, W) is
    the contrast, and what has more than `least` is not ground.

    Edges are exact to a fraction of a pixel where an object is apart from others.
    """
    seen = lit > least
    if not seen.any():
        return np.empty((0, 4)), np.empty((0, MARKS), bool)
    # Only the part of the frame that is lit, with a pixel around it, takes time.
    down, across = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    top, left = max(down[0] - 1, 0), max(across[0] - 1, 0)
    window = slice(top, down[-1] + 2), slice(left, across[-1] + 2)
    pixels, lit, seen = pixels[window], lit[window], seen[window]
    marks: dict[Edges, set[int]] = {}
    for number, edges in _found(pixels, seen, lit, least):
        marks.setdefault(edges, set()).add(number)
    if not marks:
        return np.empty((0, 4)), np.empty((0, MARKS), bool)
    table = np.zeros((len(marks), MARKS), bool)
    for row, numbers in enumerate(marks.values()):
        table[row, list(numbers)] = True
    exact = exact_edges(lit, least, np.array(list(marks), np.float64))
    boxes, table = _distinct(exact, table)
    return boxes + np.array([left, top, left, top]), table


def _found(
    pixels: NDArray[np.float32], seen: Mask, lit: NDArray[np.float32], least: float
) -> Iterator[tuple[int, Edges]]:
    """Yield (mark, edges) of all that is found."""
    bright = seen & (lit > BRIGHT * np.quantile(lit[seen], 0.95))
    colours = colour_masks(pixels, seen, lit)
    apart = (
        (seen, GAPS, 0, 0),
        (bright, ((0, 0),), _BRIGHT, 0),
        *((mask, GAPS_OF_COLOURS, _COLOUR_GAPS, 0) for mask in colours),
        (without_lines(seen), GAPS_LEFT, _WITHOUT_LINES, 0),
        # A pixel beyond what stands on a fill differs from it, too.
        (uneven(pixels, seen, least), GAPS_LEFT, _WITHOUT_FILLS, -1),
    )
    for mask, gaps, first, grow in apart:
        for number, gap in enumerate(gaps, first):
            yield from ((number, edges) for edges in connected_edges(mask, gap, grow))
    masks = ([seen, *colours] if colours else [seen, bright])[:BITS]
    of_lit = 1 if colours else 2
    planes = packed(masks)
    looks: tuple[Iterable[tuple[int, Edges]], ...] = (
        strokes(planes),
        ((bit, edges) for bit, mask in enumerate(masks) if bit != 1 or colours for edges in _enclosed(mask)),
        lines(planes),
        lines(planes, gaps=True),
    )
    for number, look in enumerate(looks):
        for bit, edges in look:
            yield (_OF_LIT if bit < of_lit else _OF_COLOURS) + number, edges


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

    A box has the marks of those that it replaces. Of too many, those of the most `WORTH` are kept.
    """
    padded = (edges + PADDING * np.array([-1, -1, 1, 1])).astype(np.float32)
    low, high = padded[:, :2], padded[:, 2:]
    areas = (high - low).prod(axis=1)
    shared = np.ones((len(edges), len(edges)), np.float32)
    for axis in (0, 1):
        nearest = np.minimum(high[:, None, axis], high[None, :, axis])
        shared *= (nearest - np.maximum(low[:, None, axis], low[None, :, axis])).clip(min=0)
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
        best = np.sort(np.argsort(-(table @ WORTH), kind="stable")[:MOST])
        boxes, table = boxes[best], table[best]
    return boxes, table


def exact_edges(lit: NDArray[np.float32], least: float, edges: Floats) -> Floats:
    """Return the edges of what is lit by more than `least` in each of the boxes (K, 4) of a frame (H, W).

    They are exact to a fraction of a pixel: one that an object covers by a third has a third of its contrast.
    A box without such pixels is left as it is.
    """
    height, width = lit.shape
    exact = edges.copy()
    for row, (left, top, right, bottom) in enumerate(edges.astype(int).tolist()):
        left, top = max(left, 0), max(top, 0)
        window = lit[top : min(bottom, height), left : min(right, width)]
        if not window.size:
            continue
        for axis, start in ((0, left), (1, top)):
            profile = window.max(axis=axis)
            bright = np.flatnonzero(profile > least)
            if not len(bright):
                break
            first, last = int(bright[0]), int(bright[-1])
            head, tail = profile[first : first + NEAR], profile[max(last + 1 - NEAR, 0) : last + 1]
            exact[row, axis] = start + first + 1 - float(head[0] / head.max())
            exact[row, axis + 2] = start + last + float(tail[-1] / tail.max())
    return exact
