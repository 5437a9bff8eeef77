"""Expressions of objects whose numbers a description gives, or that are of another kind than the 20 types."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import pi, sin

from jepamine.manim.engine.style import number, vector
from jepamine.manim.generators.exact_kinds import KIND_CODE, Subject
from jepamine.manim.generators.expressions import expression
from jepamine.manim.generators.part_code import part_code
from jepamine.manim.layouts import Object
from jepamine.manim.text.kinds import kind_of
from jepamine.manim.text.solve.graphs import domain_of, gap_at, points_on, poles_of, scale_of
from jepamine.manim.text.solve.joined_strokes import BUFF, WAYS, joined_stroke, side_of
from jepamine.manim.text.solve.sizes import STAR, size_of, star_extent, text_extent

_OFF_CENTRE = re.compile(r"(?:Triangle|Star)\(|RegularPolygon\(n=\d*[13579],")


def exact(subject: Subject) -> str | None:
    """Return the expression of an object at its place; None if it is one of the 20 types without numbers."""
    if subject.get("axes") is not None:
        return _plot(subject)
    if (part := subject.get("part")) is not None:
        owner = subject.reading.items[part[0]]
        box, name = subject.objects[part[0]], subject.names[part[0]]
        return part_code(subject.item, subject.look, owner, box, name, subject.paint)
    if (code := _joined(subject)) is not None:
        return code
    kind = kind_of(subject.look)
    drawn = KIND_CODE.get(kind or "") if not subject.get("vertices") else None
    code = drawn(subject) if drawn is not None else _numbers(subject)
    if code is None and subject.get("turned") is not None:
        code = _before_it_turns(subject)
    if code is None:
        return None
    if (turned := subject.get("turned")) is not None:
        code += f".rotate({number(turned)} * DEGREES)"
    if subject.get("vertices") or (subject.get("ends") and subject.item.type != "brace"):
        return code
    point = vector(subject.item.x, subject.item.y)
    if point != "[0, 0, 0]":
        return f"{code}.move_to({point})"
    # Manim draws these around the middle of their circle, not of their box.
    off_centre = subject.item.type == "arc" or kind in ("heart", "tree") or _OFF_CENTRE.match(code)
    return f"{code}.move_to(ORIGIN)" if off_centre else code


def _joined(subject: Subject) -> str | None:
    """Return a stroke from edge to edge of two objects; None for another, or if it is not there."""
    for stroke, first, last in subject.reading.joined:
        start, end, names = subject.objects.get(first), subject.objects.get(last), subject.names
        if stroke != subject.place or start is None or end is None or not {first, last} <= set(names):
            continue
        reaching, side = joined_stroke(subject.item, start, end), side_of(start, end)
        if reaching is None or side is None or not _alike(reaching, subject.item):
            continue
        ends = f"{names[first]}.get_{side}(), {names[last]}.get_{WAYS[side][2]}()"
        if kind_of(subject.look) == "curved":
            # A small bend, so that its box is nearly that of a straight one.
            return f"CurvedArrow({subject.paint.after(f'{ends}, angle=-PI / 5', fill=False)})"
        buff = f", buff={BUFF}" if "arrow" in subject.item.type else ""
        return f"{_STROKES[subject.item.type]}({subject.paint.after(ends + buff, fill=False)})"
    return None


def _alike(a: Object, b: Object) -> bool:
    return max(abs(a.x - b.x), abs(a.y - b.y), abs(a.width - b.width), abs(a.height - b.height)) < 0.1


def _numbers(subject: Subject) -> str | None:
    """Return the expression of one of the 20 types by its measures."""
    get, kind, paint = subject.get, subject.item.type, subject.paint
    if get("vertices"):
        points = ", ".join(vector(*point) for point in get("vertices"))
        return f"Polygon({paint.after(points)})"
    if get("ends") and kind in _STROKES:
        start, end = (vector(*point) for point in get("ends"))
        buff = ", buff=0" if "arrow" in kind else ""
        return f"{_STROKES[kind]}({paint.after(f'{start}, {end}{buff}', fill=False)})"
    graphs = any(one.measure("axes") == subject.place for one in subject.reading.items)
    if (kind == "axes" and graphs) or points_on(subject.reading, subject.place):
        return _axes(subject)
    if kind in ("axes", "number_line", "number_plane") and get("range"):
        return _axes(subject) if kind != "number_line" else _number_line(subject)
    if kind == "text" and (size := get("font_size") or _font_size(subject.item)):
        text = json.dumps(subject.item.text or "Text", ensure_ascii=False)
        return f"Text({paint.after(f'{text}, font_size={number(size)}', fill=False)})"
    if kind == "polygon" and (get("side") or get("radius")):
        sides = next((int(trait) for trait in sorted(subject.look.traits) if trait.isdigit()), 6)
        radius = get("radius") or get("side") / (2 * sin(pi / sides))
        return f"RegularPolygon({paint.after(f'n={sides}, radius={number(radius)}')})"
    if kind == "star" and (get("radius") or get("points")):
        radius = get("radius") or subject.item.height / star_extent(subject.look)[1]
        points = f"n={int(get('points'))}, " if get("points") else ""
        # Manim draws stars of five points and more by their density.
        dents = f", inner_radius={number(0.4 * radius)}" if get("points") and get("points") < STAR else ""
        return f"Star({paint.after(f'{points}outer_radius={number(radius)}{dents}')})"
    if kind == "annulus" and (get("radius") or get("inner_radius")):
        radius = get("radius") or subject.item.width / 2
        inner = get("inner_radius") or 0.6 * radius
        radii = f"inner_radius={number(inner)}, outer_radius={number(radius)}"
        return f"Annulus({paint.after(radii, fill=False)})"
    if kind == "arc" and (get("angle") or get("radius")):
        angles = f"radius={number(get('radius') or 1.5)}, angle={number(get('angle') or 180)} * DEGREES"
        return f"Arc({paint.after(angles, fill=False)})"
    if kind == "triangle" and (side := get("side") or get("length")):
        return f"Triangle({paint.after('')}).scale_to_fit_width({number(side)})".replace("(, ", "(")
    if kind in ("square", "circle", "rectangle", "ellipse") and (get("turned") is not None):
        return _upright(subject)
    return None


def _font_size(item: Object) -> int | None:
    """Return the font size of a level text; None for one without words, or that is turned."""
    wide, high = text_extent(item.text or "")
    level = item.text and item.width / max(item.height, 0.01) > 0.7
    return round(48 * min(item.width / wide, item.height / high)) if level else None


def _before_it_turns(subject: Subject) -> str:
    """Return an object of its usual size, level; upside down its box is the one of the layout."""
    item, look = subject.item, subject.look
    if subject.get("turned") % 180:
        level = replace(look, measures=tuple((name, v) for name, v in look.measures if name != "turned"))
        size = size_of(level)
        width, height = size.width + size.fixed_width, size.height + size.fixed_height
        item = replace(item, width=width, height=height)
    return expression(item, look.traits, subject.paint)


def _upright(subject: Subject) -> str:
    """Return a figure before it is turned: the box of the layout is that of the turned one."""
    size = {"square": (1.5, 1.5), "circle": (1.6, 1.6), "rectangle": (2.4, 1.3), "ellipse": (2.4, 1.4)}
    width, height = size[subject.item.type]
    one = subject.get("side") or subject.get("radius")
    if subject.item.type == "square":
        return f"Square({subject.paint.after(f'side_length={number(one or width)}')})"
    if subject.item.type == "circle":
        return f"Circle({subject.paint.after(f'radius={number(one or width / 2)}')})"
    width, height = subject.get("width") or width, subject.get("height") or height
    sides = f"width={number(width)}, height={number(height)}"
    return f"{subject.item.type.capitalize()}({subject.paint.after(sides)})"


_STROKES = {"line": "Line", "dashed_line": "DashedLine", "arrow": "Arrow", "double_arrow": "DoubleArrow"}


def _axes(subject: Subject) -> str:
    scale = scale_of(subject.reading, subject.place)
    ranges = ", ".join(
        f"{name}_range=[{', '.join(number(value) for value in values)}]"
        for name, values in (("x", scale.x), ("y", scale.y))
    )
    lengths = f"x_length={number(subject.item.width)}, y_length={number(subject.item.height)}"
    plane = subject.item.type == "number_plane"
    code = f"NumberPlane({ranges}, {lengths})" if plane else f"Axes({ranges}, {lengths}, tips=False)"
    return f"{code}{subject.paint.set_color()}"


def _number_line(subject: Subject) -> str:
    low, high = subject.get("range")
    step = max(round((high - low) / 10), 1)
    length = max(subject.item.width, subject.item.height)
    settings = (
        f"x_range=[{number(low)}, {number(high)}, {step}], length={number(length)}, include_numbers=True"
    )
    return f"NumberLine({subject.paint.after(settings, fill=False)})"


def _plot(subject: Subject) -> str:
    low, high = domain_of(subject.reading, subject.place)
    poles = poles_of(subject.reading, subject.place)
    settings = f"lambda x: {subject.get('function')}, x_range=[{number(low)}, {number(high)}]"
    if poles:
        gap = gap_at(subject.reading, subject.place, poles)
        settings += f", discontinuities=[{', '.join(map(number, poles))}], dt={number(gap)}"
    return f"{subject.names[subject.get('axes')]}.plot({subject.paint.after(settings, fill=False)})"
