"""The corners and sides of figures in their boxes, in the order in which Manim draws and people name them."""

from __future__ import annotations

from math import cos, dist, pi, sin

from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item

Point = tuple[float, float]


def corners(item: Item) -> list[Point]:
    """Return the corners of a figure in its box, each side from -1 to 1, in Manim's order."""
    if given := item.measure("vertices") or item.measure("ends"):
        points = list(given)
    elif item.type in ("line", "dashed_line"):
        return [(0, -1), (0, 1)] if "vertical" in item.traits else [(-1, 0), (1, 0)]
    elif item.type == "triangle":
        return [(-1, -1), (1, -1), (-1, 1)] if "right_angled" in item.traits else [(0, 1), (-1, -1), (1, -1)]
    elif item.type in ("square", "rectangle"):
        return [(1, 1), (-1, 1), (-1, -1), (1, -1)]
    else:
        count = next((int(trait) for trait in sorted(item.traits) if trait.isdigit()), 6)
        start = pi / 2 if count % 2 else 0.0
        points = [(cos(start + 2 * pi * n / count), sin(start + 2 * pi * n / count)) for n in range(count)]
    xs, ys = zip(*points, strict=True)
    middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    half = (max((max(xs) - min(xs)) / 2, 1e-6), max((max(ys) - min(ys)) / 2, 1e-6))
    return [((x - middle[0]) / half[0], (y - middle[1]) / half[1]) for x, y in points]


def sides(item: Item) -> list[tuple[Point, Point]]:
    """Return the ends of a figure's sides in its box: of those with level ones, the lowest first.

    The hypotenuse of a right triangle is the last: "sides a, b and c".
    """
    ring = corners(item)
    found = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    if item.type in ("square", "rectangle") and not item.measure("vertices"):
        # Width, then height: the order in which people give them.
        return [found[2], found[3], found[0], found[1]]
    lowest = min(range(len(found)), key=lambda n: found[n][0][1] + found[n][1][1])
    found = [*found[lowest:], *found[:lowest]]
    if "right_angled" in item.traits:
        points = list(item.measure("vertices") or ring)
        lengths = {side: dist(*(points[ring.index(end)] for end in side)) for side in found}
        longest = max(found, key=lambda side: lengths[side])
        return [*(side for side in found if side != longest), longest]
    return found


def label_point(item: Item, name: str, number: int) -> tuple[Point, Point]:
    """Return the point in its owner's box that a label is next to, and the direction from there."""
    if name == "corner_label":
        x, y = corners(item)[number % len(corners(item))]
        return (x, y), _outward(x, y)
    if name == "side_label":
        (x, y), (to_x, to_y) = sides(item)[number % len(sides(item))]
        x, y = (x + to_x) / 2, (y + to_y) / 2
        way = _outward(x, y)
        if way == (0, 0):
            # The middle of a hypotenuse: away from the middle of the corners.
            ring = corners(item)
            way = _outward(
                x - sum(at for at, _ in ring) / len(ring), y - sum(at for _, at in ring) / len(ring)
            )
        return (x, y), way
    return (0.0, 1.0), (0, 1)


def _outward(x: float, y: float) -> Point:
    return (0 if abs(x) < 0.2 else 1 if x > 0 else -1, 0 if abs(y) < 0.2 else 1 if y > 0 else -1)


def point_at(owner: Object, point: Point) -> Point:
    """Return a point of a box, each side from -1 to 1, in units."""
    return owner.x + point[0] * owner.width / 2, owner.y + point[1] * owner.height / 2
