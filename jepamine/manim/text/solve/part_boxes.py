"""Where the parts of an object are: points of its box, boxes of its radius and diagonals, and of labels."""

from __future__ import annotations

import numpy as np

from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item, Reading
from jepamine.manim.text.solve import constructions
from jepamine.manim.text.solve.graphs import on_scale
from jepamine.manim.text.solve.outlines import Point, corners, label_point, point_at
from jepamine.manim.text.solve.sizes import size_of

#: Manim's distance of `next_to`.
GAP = 0.25
#: How far from a corner of a figure something inside of it is.
INSET = 0.15
#: How far above a number line an arrow along it is drawn.
ABOVE = 0.5
_LINES: dict[str, tuple[tuple[Point, Point], ...]] = {
    "radius": (((0, 0), (1, 0)),),
    "diameter": (((-1, 0), (1, 0)),),
    "diagonal": (((-1, -1), (1, 1)), ((-1, 1), (1, -1))),
    "strike": (((-1, 0), (1, 0)),),
    "underline": (((-1, -1.5), (1, -1.5)),),
}

_UPRIGHT: dict[str, tuple[Point, Point]] = {"radius": ((0, 0), (0, 1)), "diameter": ((0, -1), (0, 1))}


def stroke_ends(
    name: str, number: int, look: Item, owner: Object, upright: bool = False
) -> tuple[Point, Point]:
    """Return the ends of a part that is a line; `upright` is what a radius or diameter may be."""
    if upright and name in _UPRIGHT:
        return point_at(owner, _UPRIGHT[name][0]), point_at(owner, _UPRIGHT[name][1])
    if name in constructions.STROKES:
        return constructions.stroke(name, number, look, owner)
    first, last = _LINES[name][number % len(_LINES[name])]
    return point_at(owner, first), point_at(owner, last)


def part_box(reading: Reading, place: int, owner: Object) -> tuple[float, float, float, float]:
    """Return the box of a part, (x, y, width, height) in units, from its owner's."""
    item = reading.items[place]
    index, name, number = item.measure("part")
    look = reading.items[index]
    size = size_of(item)
    width, height = size.width + size.fixed_width, size.height + size.fixed_height

    if name == "coordinates":
        places = np.array([on_scale(reading, index, owner, point) for point in number])
        (x, y), (to_x, to_y) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
        if len(places) == 1:
            return x, y, width, height
        return (x + to_x) / 2, (y + to_y) / 2, max(to_x - x, 0.1), max(to_y - y, 0.1)
    if name == "number":
        xs = [number_at(look, owner, value) for value in number]
        if len(xs) == 2:
            return sum(xs) / 2, owner.y + ABOVE, max(abs(xs[1] - xs[0]), 0.1), 0.3
        return xs[0], owner.y, width, height
    if name in constructions.CIRCLES:
        (x, y), radius = constructions.circle(name, look, owner)
        return x, y, 2 * radius, 2 * radius
    if name in constructions.POINTS:
        return *constructions.point(name, number, look, owner), width, height
    if name in _LINES or name in constructions.STROKES:
        (x, y), (to_x, to_y) = stroke_ends(name, number, look, owner, "vertical" in item.traits)
        return (x + to_x) / 2, (y + to_y) / 2, abs(to_x - x), abs(to_y - y)
    if name in ("vertex", "middle"):
        x, y = point_at(owner, corners(look)[number % len(corners(look))] if name == "vertex" else (0, 0))
        return x, y, width, height
    if name == "corner":
        column, row = number
        x, y = point_at(owner, number)
        if item.type == "dot":
            return x, y, width, height
        return x - column * (INSET + width / 2), y - row * (INSET + height / 2), width, height
    point, (across, up) = label_point(look, name, number)
    x, y = point_at(owner, point)
    return x + across * (GAP + width / 2), y + up * (GAP + height / 2), width, height


def number_at(line: Item, box: Object, value: float) -> float:
    """Return where a number is on a number line, in units."""
    low, high = line.measure("range")
    return float(box.x - box.width / 2 + (value - low) / (high - low) * box.width)
