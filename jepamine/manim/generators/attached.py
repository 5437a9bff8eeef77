"""Places as an author writes them: `next_to` what an object is related to, `to_edge`, `arrange`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from jepamine.manim.engine.style import number, vector
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Object
from jepamine.manim.text.reading import Reading

#: The distance of `next_to`, and of `to_edge`, if none is given.
_NEXT, _EDGE = 0.25, 0.5
_WAYS = {"left": (-1, 0, "LEFT"), "right": (1, 0, "RIGHT"), "above": (0, 1, "UP"), "below": (0, -1, "DOWN")}
_MOVED = re.compile(r"\.move_to\((?:ORIGIN|\[[^\]]*\])\)$")
#: How far positions may differ from what the words say, in units.
_CLOSE = 0.03


def attached(
    line: str, place: int, objects: Mapping[int, Object], reading: Reading, names: Mapping[int, str]
) -> str:
    """Return an assignment that places its object by what the description relates it to, where it can.

    `objects` are those of the layout by their place among the items; `names` are the variables of those
    that are assigned before it.
    """
    if not _MOVED.search(line) or place not in objects:
        return line
    for relation in reading.relations:
        if relation.subject == (place,) and len(relation.other) == 1 and relation.other[0] in names:
            call = _beside(relation.how, objects[place], objects[relation.other[0]], names[relation.other[0]])
            if call is not None:
                return _MOVED.sub(call, line)
    for stated in reading.places:
        if stated.subject == (place,) and (stated.column, stated.row) in _EDGES and stated.point is None:
            call = _at_edge(objects[place], _EDGES[stated.column, stated.row])
            if call is not None:
                return _MOVED.sub(call, line)
    return line


def _beside(how: str, item: Object, other: Object, name: str) -> str | None:
    if how == "inside" and abs(item.x - other.x) + abs(item.y - other.y) < _CLOSE:
        return f".move_to({name})"
    if how not in _WAYS:
        return None
    across, up, way = _WAYS[how]
    aside = abs(item.y - other.y) if across else abs(item.x - other.x)
    gap = (item.x - other.x) * across + (item.y - other.y) * up
    gap -= ((item.width + other.width) * abs(across) + (item.height + other.height) * abs(up)) / 2
    if aside > _CLOSE or gap < 0:
        return None
    return f".next_to({name}, {way}{_buff(gap, _NEXT)})"


_EDGES: dict[tuple[int | None, int | None], str] = {
    (0, 1): "UP",
    (0, -1): "DOWN",
    (-1, 0): "LEFT",
    (1, 0): "RIGHT",
}


#: Types that Manim draws around the origin, so that an edge alone decides their place.
_CENTRED = ("text", "circle", "square", "rectangle", "ellipse", "annulus", "dot")


def _at_edge(item: Object, edge: str) -> str | None:
    if item.type not in _CENTRED:
        return None
    upright = edge in ("UP", "DOWN")
    if abs(item.x if upright else item.y) > _CLOSE:
        return None
    sign = 1 if edge in ("UP", "RIGHT") else -1
    side = sign * (item.y if upright else item.x) + (item.height if upright else item.width) / 2
    return f".to_edge({edge}{_buff((FRAME_HEIGHT if upright else FRAME_WIDTH) / 2 - side, _EDGE)})"


def _buff(gap: float, usual: float) -> str:
    return "" if abs(gap - usual) < _CLOSE else f", buff={number(gap)}"


def arranged(members: Sequence[Object]) -> str | None:
    """Return the calls that arrange a group in a row or column as it is; None for gaps that differ."""
    xs, ys = [item.x for item in members], [item.y for item in members]
    level, upright = max(ys) - min(ys) < _CLOSE, max(xs) - min(xs) < _CLOSE
    if level == upright:
        return None
    gaps = [
        (after.x - item.x) - (after.width + item.width) / 2
        if level
        else (item.y - after.y) - (after.height + item.height) / 2
        for item, after in pairwise(members)
    ]
    if min(gaps) < 0 or max(gaps) - min(gaps) > _CLOSE:
        return None
    left, right = min(i.x - i.width / 2 for i in members), max(i.x + i.width / 2 for i in members)
    low, high = min(i.y - i.height / 2 for i in members), max(i.y + i.height / 2 for i in members)
    point = vector((left + right) / 2, (low + high) / 2)
    moved = "" if point == "[0, 0, 0]" else f".move_to({point})"
    return f".arrange({'RIGHT' if level else 'DOWN'}{_buff(gaps[0], _NEXT)}){moved}"


def without_place(line: str) -> str:
    """Return an assignment without the place of its object."""
    return _MOVED.sub("", line)
