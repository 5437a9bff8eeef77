"""Expressions of parts, as an author writes them: `Line(circle.get_center(), circle.get_right())`."""

from __future__ import annotations

from typing import Any

from jepamine.manim.engine.style import number
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.expressions import expression
from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item, Reading
from jepamine.manim.text.solve.graphs import on_scale
from jepamine.manim.text.solve.part_boxes import ABOVE, Point, corners, label_point, line_of, number_at, sides

_STROKES = {"line": "Line", "dashed_line": "DashedLine", "arrow": "Arrow", "double_arrow": "DoubleArrow"}
_EDGES = {(0, 0): "center", (1, 0): "right", (-1, 0): "left", (0, 1): "top", (0, -1): "bottom"}
_CORNERS = {(1, 1): "UR", (-1, 1): "UL", (1, -1): "DR", (-1, -1): "DL"}
_WAYS = {(1, 0): "RIGHT", (-1, 0): "LEFT", (0, 1): "UP", (0, -1): "DOWN", (0, 0): "UP"} | _CORNERS


def part_code(item: Object, look: Item, owner: Item, name: str, paint: Paint) -> str:
    """Return the expression of a part at its place; `name` is its owner's variable."""
    _, part, which = look.measure("part")
    if part == "number":
        return _on_line(item, name, which, paint, look)
    if part == "coordinates":
        points = [f"{name}.c2p({number(x)}, {number(y)})" for x, y in which]
        if len(points) == 2:
            buff = ", buff=0" if "arrow" in item.type else ""
            return f"{_STROKES[item.type]}({paint.after(', '.join(points) + buff, fill=False)})"
        return f"{expression(item, look.traits, paint.filled)}.move_to({points[0]})"
    if item.type in _STROKES and part != "label":
        start, end = (_point(owner, name, point) for point in line_of(part, which))
        buff = ", buff=0" if "arrow" in item.type else ""
        return f"{_STROKES[item.type]}({paint.after(f'{start}, {end}{buff}', fill=False)})"
    code = expression(item, look.traits, paint.filled)
    if "formula" in look.traits:
        raw = f'r"{item.text}"'
        code = f"MathTex({paint.after(raw, fill=False)})"
    if part in ("vertex", "middle"):
        point = corners(owner)[which % len(corners(owner))] if part == "vertex" else (0, 0)
        return f"{code}.move_to({_point(owner, name, point)})"
    point, way = label_point(owner, part, which)
    if part == "label":
        return f"{code}.next_to({name}, UP)"
    if part == "side_label":
        start, end = sides(owner)[which % len(sides(owner))]
        between = f"({_point(owner, name, start)} + {_point(owner, name, end)}) / 2"
        at = _point(owner, name, point) if point in _EDGES else between
        return f"{code}.next_to({at}, {_WAYS[_whole(way)]})"
    return f"{code}.next_to({_point(owner, name, point)}, {_WAYS[_whole(way)]})"


def goal_on_scale(
    reading: Reading, goal: tuple[int, Any], box: Object, name: str
) -> tuple[str, float, float]:
    """Return the call that moves something to a (number line, number) or (axes, point), and where that is."""
    scale, value = goal
    if reading.items[scale].type == "number_line":
        x = number_at(reading.items[scale], box, value)
        return f"move_to({name}.n2p({number(value)}))", x, box.y
    x, y = on_scale(reading, scale, box, value)
    return f"move_to({name}.c2p({number(value[0])}, {number(value[1])}))", x, y


def _whole(way: Point) -> tuple[int, int]:
    return int(way[0]), int(way[1])


def _on_line(item: Object, name: str, numbers: tuple[float, ...], paint: Paint, look: Item) -> str:
    points = [f"{name}.n2p({number(value)})" for value in numbers]
    if len(points) == 2:
        ends = ", ".join(f"{point} + {number(ABOVE)} * UP" for point in points)
        buff = ", buff=0" if "arrow" in item.type else ""
        return f"{_STROKES.get(item.type, 'Line')}({paint.after(f'{ends}{buff}', fill=False)})"
    return f"{expression(item, look.traits, paint.filled)}.move_to({points[0]})"


def _point(owner: Item, name: str, point: Point) -> str:
    """Return the expression of a point of a figure's box, each side from -1 to 1."""
    whole = (round(point[0]), round(point[1]))
    if abs(point[0] - whole[0]) + abs(point[1] - whole[1]) < 1e-6:
        if whole in _EDGES:
            return f"{name}.get_{_EDGES[whole]}()"
        if whole in _CORNERS:
            return f"{name}.get_corner({_CORNERS[whole]})"
    return f"{name}.get_vertices()[{corners(owner).index(point)}]"
