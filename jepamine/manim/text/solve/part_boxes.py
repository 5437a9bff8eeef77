"""Where the parts of an object are: points of its box, boxes of its radius and diagonals, and of labels."""

from __future__ import annotations

from math import cos, pi, sin

from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item, Reading
from jepamine.manim.text.solve.graphs import on_scale
from jepamine.manim.text.solve.sizes import size_of

Point = tuple[float, float]
#: Manim's distance of `next_to`.
GAP = 0.25
#: How far above a number line an arrow along it is drawn.
ABOVE = 0.5
_LINES: dict[str, tuple[tuple[Point, Point], ...]] = {
    "radius": (((0, 0), (1, 0)),),
    "diameter": (((-1, 0), (1, 0)),),
    "diagonal": (((-1, -1), (1, 1)), ((-1, 1), (1, -1))),
    "hypotenuse": (((1, -1), (-1, 1)),),
    "altitude": (((0, 1), (0, -1)),),
    "strike": (((-1, 0), (1, 0)),),
}


def corners(item: Item) -> list[Point]:
    """Return the corners of a figure in its box, each side from -1 to 1, in Manim's order."""
    if given := item.measure("vertices"):
        points = list(given)
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
    """Return the ends of a figure's sides in its box: of those with level ones, the lowest first."""
    ring = corners(item)
    found = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    if item.type in ("square", "rectangle") and not item.measure("vertices"):
        # Width, then height: the order in which people give them.
        return [found[2], found[3], found[0], found[1]]
    lowest = min(range(len(found)), key=lambda n: found[n][0][1] + found[n][1][1])
    return [*found[lowest:], *found[:lowest]]


def line_of(name: str, number: int) -> tuple[Point, Point]:
    """Return the ends of a part that is a line, in its owner's box."""
    return _LINES[name][number % len(_LINES[name])]


def label_point(item: Item, name: str, number: int) -> tuple[Point, Point]:
    """Return the point in its owner's box that a label is next to, and the direction from there."""
    if name == "corner_label":
        x, y = corners(item)[number % len(corners(item))]
        return (x, y), _outward(x, y)
    if name == "side_label":
        (x, y), (to_x, to_y) = sides(item)[number % len(sides(item))]
        x, y = (x + to_x) / 2, (y + to_y) / 2
        return (x, y), _outward(x, y)
    return (0.0, 1.0), (0, 1)


def _outward(x: float, y: float) -> Point:
    return (0 if abs(x) < 0.2 else 1 if x > 0 else -1, 0 if abs(y) < 0.2 else 1 if y > 0 else -1)


def part_box(reading: Reading, place: int, owner: Object) -> tuple[float, float, float, float]:
    """Return the box of a part, (x, y, width, height) in units, from its owner's."""
    item = reading.items[place]
    index, name, number = item.measure("part")
    look = reading.items[index]
    size = size_of(item)
    width, height = size.width + size.fixed_width, size.height + size.fixed_height

    def at(point: Point) -> Point:
        return owner.x + point[0] * owner.width / 2, owner.y + point[1] * owner.height / 2

    if name == "coordinates":
        places = [on_scale(reading, index, owner, point) for point in number]
        xs, ys = zip(*places, strict=True)
        across, up = max(xs) - min(xs), max(ys) - min(ys)
        middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
        return (*middle, *((width, height) if len(places) == 1 else (max(across, 0.1), max(up, 0.1))))
    if name == "number":
        xs = [number_at(look, owner, value) for value in number]
        if len(xs) == 2:
            return sum(xs) / 2, owner.y + ABOVE, max(abs(xs[1] - xs[0]), 0.1), 0.3
        return xs[0], owner.y, width, height
    if name in _LINES:
        (x, y), (to_x, to_y) = map(at, line_of(name, number))
        return (x + to_x) / 2, (y + to_y) / 2, abs(to_x - x), abs(to_y - y)
    if name in ("vertex", "middle"):
        x, y = at(corners(look)[number % len(corners(look))] if name == "vertex" else (0, 0))
        return x, y, width, height
    point, (across, up) = label_point(look, name, number)
    x, y = at(point)
    return x + across * (GAP + width / 2), y + up * (GAP + height / 2), width, height


def number_at(line: Item, box: Object, value: float) -> float:
    """Return where a number is on a number line, in units."""
    low, high = line.measure("range")
    return float(box.x - box.width / 2 + (value - low) / (high - low) * box.width)
