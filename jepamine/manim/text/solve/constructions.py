"""Where the constructed parts of a figure are: circles in and around it, its heights, tangents, bisectors.

All in units; `owner` is the box of the figure, `look` what the description says of it.
"""

from __future__ import annotations

from math import cos, hypot, radians, sin

from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item
from jepamine.manim.text.solve.outlines import Point, corners, point_at, sides

#: The length of a tangent, and of a perpendicular bisector, of figures of the usual size.
LENGTH = 3.0
CIRCLES = ("incircle", "circumcircle")
POINTS = ("centroid", "incenter", "circumcenter", "end")
STROKES = ("hypotenuse", "altitude", "median", "angle_bisector", "bisector", "tangent")


def circle(name: str, look: Item, owner: Object) -> tuple[Point, float]:
    """Return the centre and the radius of the circle that touches all sides, or goes through all corners."""
    points = _points(look, owner)
    if name == "circumcircle":
        centre = _circumcentre(*points[:3])
        return centre, hypot(points[0][0] - centre[0], points[0][1] - centre[1])
    if look.type == "rectangle":
        return (owner.x, owner.y), min(owner.width, owner.height) / 2
    centre = _incentre(points) if len(points) == 3 else _mean(points)
    return centre, _distance(centre, points[0], points[1])


def point(name: str, number: int, look: Item, owner: Object) -> Point:
    """Return the centroid, the centre of a circle, or an end of a line."""
    if name == "end":
        return line_ends(look, owner)[number % 2]
    if name == "centroid":
        return _mean(_points(look, owner))
    return circle("incircle" if name == "incenter" else "circumcircle", look, owner)[0]


def stroke(name: str, number: int, look: Item, owner: Object) -> tuple[Point, Point]:
    """Return the ends of a constructed line."""
    if name == "tangent":
        turn, radius = radians(number), owner.width / 2
        x, y = owner.x + radius * cos(turn), owner.y + radius * sin(turn)
        return _through((x, y), (-sin(turn), cos(turn)), LENGTH)
    if name == "bisector":
        (x, y), (to_x, to_y) = line_ends(look, owner)
        length = hypot(to_x - x, to_y - y) or 1.0
        middle = ((x + to_x) / 2, (y + to_y) / 2)
        return _through(middle, (-(to_y - y) / length, (to_x - x) / length), min(LENGTH, length))
    ends = [tuple(point_at(owner, corner) for corner in side) for side in sides(look)]
    if name == "hypotenuse":
        first, last = max(ends, key=lambda side: hypot(side[1][0] - side[0][0], side[1][1] - side[0][1]))
        return first, last
    (x, y), (to_x, to_y) = ends[number % len(ends)]
    apex = next(one for one in _points(look, owner) if one not in ends[number % len(ends)])
    if name == "median":
        return apex, ((x + to_x) / 2, (y + to_y) / 2)
    if name == "angle_bisector":
        # It divides the opposite side in the ratio of the other two.
        near, far = hypot(apex[0] - x, apex[1] - y), hypot(apex[0] - to_x, apex[1] - to_y)
        share = near / (near + far)
    else:
        along = (to_x - x) ** 2 + (to_y - y) ** 2
        share = ((apex[0] - x) * (to_x - x) + (apex[1] - y) * (to_y - y)) / along
    return apex, (x + share * (to_x - x), y + share * (to_y - y))


def line_ends(look: Item, owner: Object) -> tuple[Point, Point]:
    """Return the ends of a straight line in its box."""
    if given := look.measure("ends"):
        (x, y), (to_x, to_y) = given
        middle = ((x + to_x) / 2, (y + to_y) / 2)
        across, up = owner.x - middle[0], owner.y - middle[1]
        return (x + across, y + up), (to_x + across, to_y + up)
    wide, high = owner.width / 2, owner.height / 2
    back = -1 if look.traits & {"left", "down"} else 1
    if "diagonal" not in look.traits:
        # The thickness of an arrow's tip is no length.
        wide, high = (wide * back, 0.0) if wide >= high else (0.0, high * back)
    return (owner.x - wide, owner.y - high), (owner.x + wide, owner.y + high)


def _points(look: Item, owner: Object) -> list[Point]:
    return [point_at(owner, corner) for corner in corners(look)]


def _mean(points: list[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _incentre(points: list[Point]) -> Point:
    """Return the mean of three corners, each weighted by the length of the side opposite."""
    weights = []
    for number in range(3):
        (x, y), (to_x, to_y) = points[number - 2], points[number - 1]
        weights.append(hypot(to_x - x, to_y - y))
    whole = sum(weights)
    return (
        sum(weight * x for weight, (x, _) in zip(weights, points, strict=True)) / whole,
        sum(weight * y for weight, (_, y) in zip(weights, points, strict=True)) / whole,
    )


def _circumcentre(a: Point, b: Point, c: Point) -> Point:
    across = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    squares = [x * x + y * y for x, y in (a, b, c)]
    x = squares[0] * (b[1] - c[1]) + squares[1] * (c[1] - a[1]) + squares[2] * (a[1] - b[1])
    y = squares[0] * (c[0] - b[0]) + squares[1] * (a[0] - c[0]) + squares[2] * (b[0] - a[0])
    return x / across, y / across


def _distance(of: Point, a: Point, b: Point) -> float:
    """Return how far a point is from the line through two others."""
    across, up = b[0] - a[0], b[1] - a[1]
    return abs(across * (of[1] - a[1]) - up * (of[0] - a[0])) / hypot(across, up)


def _through(middle: Point, way: Point, length: float) -> tuple[Point, Point]:
    across, up = way[0] * length / 2, way[1] * length / 2
    return (middle[0] - across, middle[1] - up), (middle[0] + across, middle[1] + up)
