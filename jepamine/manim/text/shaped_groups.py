"""Several objects in the shape of a figure: "ten dots arranged in a triangle", "stars forming a circle"."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from jepamine.manim.text.phrase import shape_ahead
from jepamine.manim.text.reading import Place, Ref

if TYPE_CHECKING:
    from jepamine.manim.text.cursor import Cursor
    from jepamine.manim.text.discourse import Discourse

Point = tuple[float, float]
#: How far the figure reaches from its middle, in units, for dots and for larger objects.
_SMALL, _LARGE = 1.6, 2.6
#: Corners of the figures along whose sides objects are spread, for a reach of 1.
_CORNERS: dict[str, tuple[Point, ...]] = {
    "square": ((-1, 1), (1, 1), (1, -1), (-1, -1)),
    "triangle": ((0, 1), (1, -0.73), (-1, -0.73)),
    "diamond": ((0, 1), (1, 0), (0, -1), (-1, 0)),
}
#: Numbers of objects that fill a triangle row by row.
_TRIANGULAR = (3, 6, 10, 15)


def shape_follows(cursor: Cursor, story: Discourse) -> bool:
    """Return whether the shape of the several objects before comes next."""
    return shape_ahead(cursor) and len(_members(story)) > 2


def shape(cursor: Cursor, story: Discourse) -> None:
    """Parse what `shape_follows` detects: each object gets its place."""
    start = cursor.place
    while not cursor.at("noun"):
        cursor.next()
    type_, trait, _ = cursor.next().value
    members, name = _members(story), trait if trait in _CORNERS else type_
    small = all(story.things.items[place].type == "dot" for place in members)
    points = _points(name, len(members), _SMALL if small else _LARGE)
    span = cursor.since(start)
    if points is None:
        return cursor.miss(
            span, "only circles, squares, triangles and diamonds are shapes to arrange objects in"
        )
    for place, point in zip(members, points, strict=True):
        story.places.append(Place((place,), None, None, span, point=point))
    return None


def _members(story: Discourse) -> Ref:
    return story.clause.entries[-1].ref if story.clause.entries else ()


def _points(name: str, count: int, reach: float) -> list[Point] | None:
    """Return the places of objects in a figure; None for one that is not known here."""
    if name == "circle":
        turns = [pi / 2 - 2 * pi * number / count for number in range(count)]
        return [_rounded(reach * cos(turn), reach * sin(turn)) for turn in turns]
    if name == "triangle" and count in _TRIANGULAR:
        rows = _TRIANGULAR.index(count) + 2
        step = 2 * reach / rows
        return [
            _rounded((column - row / 2) * step, ((rows - 1) / 2 - row) * step * 0.87)
            for row in range(rows)
            for column in range(row + 1)
        ]
    if name not in _CORNERS:
        return None
    ring = _CORNERS[name]
    points = []
    for number in range(count):
        side, along = divmod(number * len(ring) / count, 1)
        (x, y), (to_x, to_y) = ring[int(side)], ring[(int(side) + 1) % len(ring)]
        points.append(_rounded(reach * (x + along * (to_x - x)), reach * (y + along * (to_y - y))))
    return points


def _rounded(x: float, y: float) -> Point:
    return round(x, 2) + 0.0, round(y, 2) + 0.0
