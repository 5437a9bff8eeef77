"""Straighten a layout that was read from an image: near-equal sizes, lines and gaps become equal ones.

Hands draw three boxes of a row at three heights and widths; whoever writes the scene means one row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layouts import Layout

#: Types whose boxes are as wide as high.
_ROUND = ("circle", "square", "dot", "annulus")
#: Types that run between two points: only their direction is straightened.
_STROKES = ("line", "dashed_line", "arrow", "double_arrow")
# The width of a head, in units, that makes the box of a level arrow higher: people draw it larger than Manim.
_HEADED, HEAD = ("arrow", "double_arrow"), 0.45
# Columns of a box.
X, Y, WIDTH, HEIGHT = range(4)

Boxes = NDArray[np.float64]
Kinds = Sequence[str]


@dataclass(frozen=True)
class Reach:
    """How unequal things may be that are meant to be equal: `place` in units, `size` as a share."""

    place: float
    size: float


#: A layout predictor's own error on rendered frames is about .05 units; hands are off by a few times that.
RENDERED, DRAWN = Reach(0.06, 0.04), Reach(0.3, 0.2)


def tidy(layout: Layout, reach: Reach) -> Layout:
    """Return the layout with sizes made equal within a type, centres aligned, and rows evenly spaced.

    No centre moves by more than `reach.place` along an axis; what differs by more than `reach` is kept.
    """
    if not layout.objects:
        return layout
    kinds = [item.type for item in layout.objects]
    boxes = np.array([item.box for item in layout.objects], float)
    _straighten(boxes, kinds, reach)
    _equal_sizes(boxes, kinds, reach)
    _align(boxes, kinds, reach.place)
    _space(boxes, kinds, reach.place)
    objects = (
        replace(item, x=x, y=y, width=width, height=height)
        for item, (x, y, width, height) in zip(layout.objects, boxes.tolist(), strict=True)
    )
    return replace(layout, objects=tuple(objects))


def _straighten(boxes: Boxes, kinds: Kinds, reach: Reach) -> None:
    """Make strokes that are almost level or upright so, and round things as wide as high."""
    for box, kind in zip(boxes, kinds, strict=True):
        if kind in _STROKES:
            room, share = (
                (reach.place + HEAD, 2 * reach.size) if kind in _HEADED else (reach.place, reach.size)
            )
            for side, other in ((HEIGHT, WIDTH), (WIDTH, HEIGHT)):
                if box[side] <= min(room, share * box[other]):
                    box[side] = 0.0
        elif kind in _ROUND and _alike(box[WIDTH], box[HEIGHT], reach):
            box[WIDTH:] = box[WIDTH:].mean()


def _equal_sizes(boxes: Boxes, kinds: Kinds, reach: Reach) -> None:
    """Give things of a type the mean size of those alike; the sizes of texts follow from their words."""
    for kind in set(kinds) - {"text", *_STROKES}:
        places = [place for place, other in enumerate(kinds) if other == kind]
        # In order of size, so that those alike follow one another.
        order = sorted(places, key=lambda place: boxes[place, WIDTH] * boxes[place, HEIGHT])
        cluster: list[int] = []
        for place in order:
            if cluster and not all(
                _alike(boxes[place, side], boxes[cluster[0], side], reach) for side in (WIDTH, HEIGHT)
            ):
                boxes[cluster, WIDTH:] = boxes[cluster, WIDTH:].mean(axis=0)
                cluster = []
            cluster.append(place)
        boxes[cluster, WIDTH:] = boxes[cluster, WIDTH:].mean(axis=0)


def _alike(one: float, other: float, reach: Reach) -> bool:
    return abs(one - other) <= min(reach.size * max(one, other), 2 * reach.place)


def _align(boxes: Boxes, kinds: Kinds, reach: float) -> None:
    """Put centres on one line where they almost are; slanted strokes stay."""
    for axis, side in ((X, WIDTH), (Y, HEIGHT)):
        free = [
            place for place, kind in enumerate(kinds) if kind not in _STROKES or boxes[place, side] == 0.0
        ]
        order = sorted(free, key=lambda place: boxes[place, axis])
        for cluster in _stretches(boxes[order, axis], reach):
            boxes[order[cluster], axis] = boxes[order[cluster], axis].mean()


def _stretches(values: Boxes, reach: float) -> Iterator[slice]:
    """Yield slices of sorted values whose first and last differ by at most `reach`."""
    start = 0
    for end in range(1, len(values) + 1):
        if end == len(values) or values[end] - values[start] > reach:
            yield slice(start, end)
            start = end


def _space(boxes: Boxes, kinds: Kinds, reach: float) -> None:
    """Make the steps equal where three or more of a type and size are in line at almost equal steps."""
    for axis, across in ((X, Y), (Y, X)):
        lines: dict[tuple[str, float, float, float], list[int]] = defaultdict(list)
        for place, kind in enumerate(kinds):
            if kind not in _STROKES:
                # Texts of a line or column have different widths.
                width = 0.0 if kind == "text" else boxes[place, WIDTH]
                lines[kind, width, boxes[place, HEIGHT], boxes[place, across]].append(place)
        for places in lines.values():
            order = sorted(places, key=lambda place: boxes[place, axis])
            values = boxes[order, axis]
            steps = np.diff(values)
            if len(steps) >= 2 and np.ptp(steps) <= reach:
                boxes[order, axis] = np.linspace(values[0], values[-1], len(values))
