"""Expressions of parts, as an author writes them: `Line(circle.get_center(), circle.get_right())`."""

from __future__ import annotations

from math import hypot

from jepamine.manim.engine.style import number, vector
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.expressions import expression
from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item
from jepamine.manim.text.solve import constructions
from jepamine.manim.text.solve.outlines import Point, corners, label_point, point_at, sides
from jepamine.manim.text.solve.part_boxes import ABOVE, INSET, stroke_ends

_STROKES = {"line": "Line", "dashed_line": "DashedLine", "arrow": "Arrow", "double_arrow": "DoubleArrow"}
_LINES, _LINE_ENDS = ("line", "dashed_line", "arrow", "double_arrow"), ("get_start", "get_end")
#: Points nearer than this, in units, are one.
_SAME = 1e-3
_EDGES = {(0, 0): "center", (1, 0): "right", (-1, 0): "left", (0, 1): "top", (0, -1): "bottom"}
_CORNERS = {(1, 1): "UR", (-1, 1): "UL", (1, -1): "DR", (-1, -1): "DL"}
_WAYS = {(1, 0): "RIGHT", (-1, 0): "LEFT", (0, 1): "UP", (0, -1): "DOWN", (0, 0): "UP"} | _CORNERS


def part_code(item: Object, look: Item, owner: Item, box: Object, name: str, paint: Paint) -> str:
    """Return the expression of a part at its place; `name` is its owner's variable, `box` its owner's box."""
    _, part, which = look.measure("part")
    if part == "number":
        return _on_line(item, name, which, paint, look)
    if part == "coordinates":
        points = [f"{name}.c2p({number(x)}, {number(y)})" for x, y in which]
        if len(points) == 2:
            buff = ", buff=0" if "arrow" in item.type else ""
            return f"{_STROKES[item.type]}({paint.after(', '.join(points) + buff, fill=False)})"
        return f"{expression(item, look.traits, paint)}.move_to({points[0]})"
    if part in constructions.CIRCLES:
        return _circle(part, owner, box, name, paint)
    if part == "tangent" and item.type == "line":
        settings = f"{name}, alpha={number(which % 360)} / 360, length={number(constructions.LENGTH)}"
        return f"TangentLine({paint.after(settings, fill=False)})"
    if item.type in _STROKES and part != "label":
        tips = stroke_ends(part, which, owner, box, "vertical" in look.traits)
        start, end = (_point(owner, box, name, point) for point in tips)
        buff = ", buff=0" if "arrow" in item.type else ""
        return f"{_STROKES[item.type]}({paint.after(f'{start}, {end}{buff}', fill=False)})"
    code = expression(item, look.traits, paint)
    if "formula" in look.traits:
        raw = f'r"{item.text}"'
        code = f"MathTex({paint.after(raw, fill=False)})"
    if part in constructions.POINTS:
        at = constructions.point(part, which, owner, box)
        return f"{code}.move_to({_point(owner, box, name, at)})"
    if part in ("vertex", "middle"):
        point = corners(owner)[which % len(corners(owner))] if part == "vertex" else (0, 0)
        return f"{code}.move_to({_point(owner, box, name, point_at(box, point))})"
    if part == "corner":
        corner, inward = _CORNERS[which], _CORNERS[-which[0], -which[1]]
        if item.type == "dot":
            return f"{code}.move_to({name}.get_corner({corner}))"
        aligned = f"{code}.move_to({name}.get_corner({corner}), aligned_edge={corner})"
        return f"{aligned}.shift({number(INSET)} * {inward})"
    if part == "label":
        return f"{code}.next_to({name}, UP)"
    point, way = label_point(owner, part, which)
    if part == "side_label":
        start, end = sides(owner)[which % len(sides(owner))]
        ends = [_point(owner, box, name, point_at(box, one)) for one in (start, end)]
        at = point_at(box, point)
        beside = _point(owner, box, name, at) if point in _EDGES else f"({' + '.join(ends)}) / 2"
        return f"{code}.next_to({beside}, {_WAYS[_whole(way)]})"
    return f"{code}.next_to({_point(owner, box, name, point_at(box, point))}, {_WAYS[_whole(way)]})"


def _circle(part: str, owner: Item, box: Object, name: str, paint: Paint) -> str:
    """Return the circle that touches the sides of a figure, or goes through its corners."""
    if part == "circumcircle" and owner.type == "triangle":
        corners_ = f"*{name}.get_vertices()[:3]"
        return f"Circle.from_three_points({paint.after(corners_, fill=False)})"
    (x, y), radius = constructions.circle(part, owner, box)
    at = name if hypot(x - box.x, y - box.y) < _SAME else vector(x, y)
    return f"Circle({paint.after(f'radius={number(radius)}', fill=False)}).move_to({at})"


def _whole(way: Point) -> tuple[int, int]:
    return int(way[0]), int(way[1])


def _on_line(item: Object, name: str, numbers: tuple[float, ...], paint: Paint, look: Item) -> str:
    points = [f"{name}.n2p({number(value)})" for value in numbers]
    if len(points) == 2:
        ends = ", ".join(f"{point} + {number(ABOVE)} * UP" for point in points)
        buff = ", buff=0" if "arrow" in item.type else ""
        return f"{_STROKES.get(item.type, 'Line')}({paint.after(f'{ends}{buff}', fill=False)})"
    return f"{expression(item, look.traits, paint)}.move_to({points[0]})"


def _point(owner: Item, box: Object, name: str, point: Point) -> str:
    """Return the expression of a point of a figure: one that it has a name for, else its numbers."""
    if owner.type in _LINES:
        ends = constructions.line_ends(owner, box)
        call = next((call for call, end in zip(_LINE_ENDS, ends, strict=True) if _same(point, end)), None)
        if call is not None:
            return f"{name}.{call}()"
    for at, edge in _EDGES.items():
        if _same(point, point_at(box, at)):
            return f"{name}.get_{edge}()"
    for way, corner in _CORNERS.items():
        if _same(point, point_at(box, way)):
            return f"{name}.get_corner({corner})"
    if owner.type in ("triangle", "polygon"):
        for index, vertex in enumerate(corners(owner)):
            if _same(point, point_at(box, vertex)):
                return f"{name}.get_vertices()[{index}]"
    return vector(*point)


def _same(a: Point, b: Point) -> bool:
    return hypot(a[0] - b[0], a[1] - b[1]) < _SAME
