"""Find overlapping boxes, and boxes that leave the frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Box

# Boxes that overlap by less, in units, only touch: an arrow at its circle, a label at its line.
TOUCH = 0.05
# Strokes at the edge of the frame are half outside of it.
EDGE = 0.01


@dataclass(frozen=True)
class Overlap:
    """Two objects whose boxes overlap; `share` is that of the smaller box, 1 if it is inside.

    `expected` is whether they overlap in the layout as well, None without a layout.
    """

    first: str
    second: str
    share: float
    expected: bool | None = None


@dataclass(frozen=True)
class Outside:
    """An object that leaves the frame: `share` of its box is outside, `by` that many units."""

    name: str
    share: float
    by: float


def overlaps(boxes: Mapping[str, Box], parts_of: Mapping[str, Sequence[str]]) -> tuple[Overlap, ...]:
    """Return the pairs of boxes that overlap, the largest share first; a part and its group do not count.

    Nor does a group that consists of its named parts: they are compared themselves.
    """
    names = _without_groups(boxes, parts_of)
    groups = {name: frozenset(parts_of.get(name, ())) for name in names}
    pairs = []
    for one, other in _near([boxes[name] for name in names]):
        first, second = names[one], names[other]
        if second in groups[first] or first in groups[second]:
            continue
        share = common_share(boxes[first], boxes[second])
        if share > 0:
            pairs.append((-round(share, 4), one, other))
    return tuple(Overlap(names[one], names[other], -share) for share, one, other in sorted(pairs))


def _near(boxes: Sequence[Box]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of numbers of boxes that overlap or nearly do, by a sweep from left to right."""
    if not boxes:
        return
    sides = np.array(boxes, dtype=float)
    half = np.maximum(sides[:, 2:], 2 * TOUCH) / 2
    low, high = sides[:, :2] - half, sides[:, :2] + half
    order = np.argsort(low[:, 0], kind="stable")
    low, high = low[order], high[order]
    # Those after a box that begin before it ends; the last bits of what is just a touch are left to others.
    touch = TOUCH * 0.99
    ends = np.searchsorted(low[:, 0], high[:, 0] - touch, side="left")
    for place, end in enumerate(ends):
        rest = slice(place + 1, end)
        common = np.minimum(high[rest, 1], high[place, 1]) - np.maximum(low[rest, 1], low[place, 1])
        for other in order[rest][common > touch]:
            yield min(order[place], other), max(order[place], other)


def _without_groups(boxes: Mapping[str, Box], parts_of: Mapping[str, Sequence[str]]) -> list[str]:
    parts: dict[str, list[Box]] = {}
    for name, groups in parts_of.items():
        for group in groups:
            if name in boxes:
                parts.setdefault(group, []).append(boxes[name])
    return [name for name in boxes if name not in parts or not _spans(boxes[name], parts[name])]


def _spans(box: Box, parts: Sequence[Box]) -> bool:
    """Return whether parts reach as far as a box on every side, to `TOUCH` units."""
    for centre, side in ((0, 2), (1, 3)):
        low = min(part[centre] - part[side] / 2 for part in parts)
        high = max(part[centre] + part[side] / 2 for part in parts)
        half = box[side] / 2
        if low > box[centre] - half + TOUCH or high < box[centre] + half - TOUCH:
            return False
    return True


def common_share(a: Box, b: Box) -> float:
    """Return the share of the smaller box that two boxes have in common; 0 if they only touch."""
    common, least = 1.0, [1.0, 1.0]
    for centre, side in ((0, 2), (1, 3)):
        # A level line has no height, but still crosses a box.
        sides = [max(box[side], 2 * TOUCH) for box in (a, b)]
        top = min(a[centre] + sides[0] / 2, b[centre] + sides[1] / 2)
        bottom = max(a[centre] - sides[0] / 2, b[centre] - sides[1] / 2)
        if top - bottom <= TOUCH:
            return 0.0
        common *= top - bottom
        least = [area * own for area, own in zip(least, sides, strict=True)]
    return min(common / min(least), 1.0)


def outside(boxes: Mapping[str, Box]) -> tuple[Outside, ...]:
    """Return the boxes that leave the frame by more than a hair, the farthest first."""
    leaving = []
    for name, (x, y, width, height) in boxes.items():
        spans = ((x, width, FRAME_WIDTH / 2), (y, height, FRAME_HEIGHT / 2))
        by = max(abs(centre) + side / 2 - half for centre, side, half in spans)
        if by <= EDGE:
            continue
        inside = 1.0
        for centre, side, half in spans:
            low, high = max(centre - side / 2, -half), min(centre + side / 2, half)
            inside *= (max(high - low, 0.0) / side) if side else float(abs(centre) <= half)
        leaving.append(Outside(name, round(1 - inside, 4), round(by, 4)))
    return tuple(sorted(leaving, key=lambda item: -item.by))
