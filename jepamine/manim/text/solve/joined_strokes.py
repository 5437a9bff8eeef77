"""Strokes that lead from one object to another: from edge to edge, wherever the two are."""

from __future__ import annotations

from dataclasses import replace

from jepamine.manim.layouts import Layout, Object

#: The distance of an arrow from what it joins, in units.
BUFF = 0.1
#: The side that a stroke leaves an object at -> its direction, and the side that it arrives at.
WAYS = {"right": (1, 0, "left"), "left": (-1, 0, "right"), "top": (0, 1, "bottom"), "bottom": (0, -1, "top")}
#: The length of an arrow's tip, which is as wide as long, in units.
_THICK = 0.35
#: Strokes between objects that are closer keep their usual length, in units.
_LEAST = 2 * BUFF + 0.2


def side_of(start: Object, end: Object) -> str | None:
    """Return the side at which a stroke leaves its start; None if there is no room between the two."""
    across, up = end.x - start.x, end.y - start.y
    gaps = {
        "right": across - (start.width + end.width) / 2,
        "left": -across - (start.width + end.width) / 2,
        "top": up - (start.height + end.height) / 2,
        "bottom": -up - (start.height + end.height) / 2,
    }
    side = max(gaps, key=lambda name: gaps[name])
    return side if gaps[side] > _LEAST else None


def ends_of(start: Object, end: Object, side: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where a stroke begins and ends, at the middles of two edges."""
    x, y, _ = WAYS[side]
    return (
        (start.x + x * start.width / 2, start.y + y * start.height / 2),
        (end.x - x * end.width / 2, end.y - y * end.height / 2),
    )


def with_joined(layout: Layout, joined: tuple[tuple[int, int, int], ...]) -> Layout:
    """Return a layout in which each stroke reaches from edge to edge of what it joins; see `Reading`.

    A stroke that would cross a third object keeps its usual length.
    """
    objects = list(layout.objects)
    for place, first, last in joined:
        stroke = joined_stroke(objects[place], objects[first], objects[last])
        others = [item for n, item in enumerate(objects) if n not in (place, first, last)]
        before = objects[place]
        if stroke is not None and not any(
            _overlap(stroke, item) and not _overlap(before, item) for item in others
        ):
            objects[place] = stroke
    return Layout(tuple(objects))


def joined_stroke(stroke: Object, start: Object, end: Object) -> Object | None:
    """Return a stroke from edge to edge of two objects; None if there is no room between them."""
    side = side_of(start, end)
    if side is None:
        return None
    (x, y), (to_x, to_y) = ends_of(start, end, side)
    buff = 2 * BUFF if "arrow" in stroke.type else 0.0
    across, up = abs(to_x - x), abs(to_y - y)
    level, upright = up < 0.1, across < 0.1
    thick = _THICK if "arrow" in stroke.type else 0.0
    return replace(
        stroke,
        x=round((x + to_x) / 2, 2),
        y=round((y + to_y) / 2, 2),
        width=round(thick if upright else max(across - (buff if level else 0), 0.1), 2),
        height=round(thick if level else max(up - (buff if upright else 0), 0.1), 2),
    )


def _overlap(a: Object, b: Object) -> bool:
    return abs(a.x - b.x) < (a.width + b.width) / 2 and abs(a.y - b.y) < (a.height + b.height) / 2
