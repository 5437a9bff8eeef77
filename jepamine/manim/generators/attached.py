"""Places as an author writes them: `next_to` what an object is related to, `to_edge`, `arrange`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from jepamine.manim.engine.style import number, vector
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Object
from jepamine.manim.scenes.description import bounds
from jepamine.manim.text.reading import Reading

#: The distance of `next_to`, and of `to_edge`, if none is given.
_NEXT, _EDGE = 0.25, 0.5
_WAYS = {"left": (-1, 0, "LEFT"), "right": (1, 0, "RIGHT"), "above": (0, 1, "UP"), "below": (0, -1, "DOWN")}
_OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}
_MOVED = re.compile(r"\.move_to\((?:ORIGIN|\[[^\]]*\])\)$")
#: How far positions may differ from what the words say, in units.
_CLOSE = 0.02
#: Two objects with a wider gap, in units, are on two sides of the frame, not in a row.
_PAIR = 2.0


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
    if objects[place].type not in _SURE or any(place in group.members for group in reading.groups):
        return line
    for relation in reading.relations:
        if relation.other == (place,) and len(relation.subject) == 1 and relation.subject[0] in names:
            # "A triangle above a square": the square is assigned last, below the triangle.
            first, how = relation.subject[0], _OPPOSITE.get(relation.how, relation.how)
            call = _beside(how, objects[place], objects[first], names[first])
            if call is not None and objects[first].type in _SURE:
                return _MOVED.sub(call, line)
    return line


def _beside(how: str, item: Object, other: Object, name: str) -> str | None:
    if how == "inside" and abs(item.x - other.x) + abs(item.y - other.y) < _CLOSE:
        return f".move_to({name})"
    if how == "beside":
        how = "left" if item.x < other.x else "right"
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


#: Types whose boxes are known to a hundredth: those of axes have ticks, those of texts depend on fonts.
_SURE = ("circle", "square", "rectangle", "ellipse", "annulus", "dot", "triangle", "star", "polygon")
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
    """Return the calls that arrange a group in a row, column or grid as it is; None for gaps that differ.

    Also for texts: how wide and high they are depends on the installed fonts.
    """
    xs, ys = [item.x for item in members], [item.y for item in members]
    level, upright = max(ys) - min(ys) < _CLOSE, max(xs) - min(xs) < _CLOSE
    if any(item.type == "text" for item in members) or (level and upright):
        return None
    if not level and not upright:
        return _in_grid(members)
    sides = [item.width if level else item.height for item in members]
    along = xs if level else [-y for y in ys]
    gaps = [
        b - a - (one + other) / 2
        for (a, b), (one, other) in zip(pairwise(along), pairwise(sides), strict=True)
    ]
    gap = sum(gaps) / len(gaps)
    gap = _NEXT if abs(gap - _NEXT) < _CLOSE else round(gap, 2)
    if len(members) == 2 and gap > _PAIR:
        return None
    if min(gaps) < 0 or not _fall_into_place(along, sides, gap):
        return None
    buff = "" if gap == _NEXT else f", buff={number(gap)}"
    return f".arrange({'RIGHT' if level else 'DOWN'}{buff}){_moved(members)}"


def _fall_into_place(along: Sequence[float], sides: Sequence[float], gap: float) -> bool:
    """Return whether members with equal gaps, around the same centre, are where they are now."""
    ends = along[0] - sides[0] / 2, along[-1] + sides[-1] / 2
    place = (ends[0] + ends[1] - sum(sides) - gap * (len(sides) - 1)) / 2
    for at, side in zip(along, sides, strict=True):
        if abs(place + side / 2 - at) > _CLOSE:
            return False
        place += side + gap
    return True


def _moved(members: Sequence[Object]) -> str:
    point = vector(*bounds(members)[:2])
    return "" if point == "[0, 0, 0]" else f".move_to({point})"


def _in_grid(members: Sequence[Object]) -> str | None:
    """Return the calls for members of one size that fill a grid, row by row."""
    first = members[0]
    columns = sum(abs(item.y - first.y) < _CLOSE for item in members)
    rows, left = divmod(len(members), columns)
    if left or rows < 2 or columns < 2:
        return None
    across, down = members[1].x - first.x, first.y - members[columns].y
    for place, item in enumerate(members):
        row, column = divmod(place, columns)
        aside = abs(item.x - first.x - column * across), abs(item.y - first.y + row * down)
        if max(*aside, abs(item.width - first.width), abs(item.height - first.height)) > _CLOSE / 2:
            return None
    gaps = across - first.width, down - first.height
    if min(gaps) < 0:
        return None
    if abs(gaps[0] - gaps[1]) * max(rows, columns) < _CLOSE:
        buff = _buff(gaps[0], _NEXT)
    else:
        buff = f", buff=({number(gaps[0])}, {number(gaps[1])})"
    return f".arrange_in_grid(rows={rows}, cols={columns}{buff}){_moved(members)}"


def without_place(line: str) -> str:
    """Return an assignment without the place of its object."""
    return _MOVED.sub("", line)
