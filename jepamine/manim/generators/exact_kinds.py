"""Expressions of objects of other kinds than the 20 types: charts, tables, formulas, further figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jepamine.manim.engine.style import number, vector
from jepamine.manim.generators.code import Paint
from jepamine.manim.layouts import Object
from jepamine.manim.text.kinds import kind_size
from jepamine.manim.text.reading import Item, Reading


@dataclass(frozen=True)
class Subject:
    """An object, what the description says of it, its place among the items, and the names of all.

    `objects` are the objects of the layout by their place among the items.
    """

    item: Object
    look: Item
    place: int
    reading: Reading
    names: dict[int, str]
    paint: Paint
    objects: Mapping[int, Object]

    def get(self, name: str) -> Any:
        """Return one of its measures."""
        return self.look.measure(name)


def _polygon(*corners: tuple[float, float]) -> Callable[[Subject], str]:
    """Return the maker of a polygon whose corners are given in a box from -1 to 1."""

    def make(subject: Subject) -> str:
        wide, high = subject.item.width / 2, subject.item.height / 2
        points = ", ".join(vector(x * wide, y * high) for x, y in corners)
        return f"Polygon({subject.paint.after(points)})"

    return make


def _trapezoid(subject: Subject) -> str:
    below, above = subject.get("bases") or (1.0, 0.55)
    short = above / below
    return _polygon((-1, -1), (1, -1), (short, 1), (-short, 1))(subject)


def _sector(degrees: float) -> Callable[[Subject], str]:
    def make(subject: Subject) -> str:
        wide = subject.get("radius") or (subject.item.width / (2 if degrees == 180 else 1))
        angle = subject.get("angle") or degrees
        if degrees == 180:
            return f"Arc({subject.paint.after(f'radius={number(wide)}, angle=PI')})"
        settings = f"radius={number(wide)}, angle={number(angle)} * DEGREES"
        return f"Sector({subject.paint.after(settings, fill=False)})"

    return make


def _heart(subject: Subject) -> str:
    curve = (
        "ParametricFunction(lambda t: np.array([16 * np.sin(t)**3, 13 * np.cos(t) - 5 * np.cos(2 * t) "
        "- 2 * np.cos(3 * t) - np.cos(4 * t), 0]), "
    )
    fitted = f".scale_to_fit_width({number(subject.item.width)})"
    return f"{curve}{subject.paint.after('t_range=[0, TAU, 0.02]')}){fitted}"


def _bar_chart(subject: Subject) -> str:
    data = subject.get("data") or [1, 2, 3]
    pairs = [one if isinstance(one, tuple) else (None, one) for one in data]
    heights = [float(value) if isinstance(value, (int, float)) else 0.0 for _, value in pairs]
    names = [str(name) for name, _ in pairs] if pairs[0][0] is not None else subject.get("names")
    top = max([*heights, 1.0])
    step = next(one for one in (1, 2, 5, 10, 20, 50, 100, 1000, 10**9) if top / one <= 10)
    ceiling = -(-top // step) * step
    shown = [number(value) for value in heights]
    settings = [f"values=[{', '.join(shown)}]"]
    if names:
        settings.append(f"bar_names={json.dumps(list(names), ensure_ascii=False)}")
    settings.append(
        f"y_range=[{number(min(*heights, 0.0)) if min(heights) < 0 else 0}, {number(ceiling)}, {step}]"
    )
    settings.append(
        f"x_length={number(subject.item.width - 0.8)}, y_length={number(subject.item.height - 0.6)}"
    )
    if subject.paint.color:
        settings.append(f"bar_colors=[{subject.paint.name()}]")
    return f"BarChart({', '.join(settings)})"


def _rows(subject: Subject) -> list[list[Any]]:
    data = subject.get("data") or [[1, 0], [0, 1]]
    return data if isinstance(data[0], list) else [data]


def _table(subject: Subject) -> str:
    cells = json.dumps([[str(cell) for cell in row] for row in _rows(subject)], ensure_ascii=False)
    fitted = f".scale_to_fit_width({number(subject.item.width)})"
    return f"Table({cells}, include_outer_lines=True){fitted}{subject.paint.set_color()}"


def _matrix(subject: Subject) -> str:
    cells = json.dumps(_rows(subject), ensure_ascii=False)
    return f"Matrix({cells}){subject.paint.set_color()}"


def _formula(subject: Subject) -> str:
    text = subject.look.text or "x"
    raw = f'r"{text}"' if chr(34) not in text and not text.endswith(chr(92)) else json.dumps(text)
    settings = subject.paint.after(raw, fill=False)
    factor = 0.6 if "small" in subject.look.traits else 1.5 if "large" in subject.look.traits else None
    size = subject.get("font_size") or (48 * factor if factor else None)
    return f"MathTex({settings}{f', font_size={number(size)}' if size else ''})"


def _code(subject: Subject) -> str:
    text = json.dumps(subject.look.text or "x = 1")
    # Manim places it by its first line.
    return f'Code(code_string={text}, language="python").center()'


def _list(subject: Subject) -> str:
    texts = ", ".join(json.dumps(str(text), ensure_ascii=False) for text in subject.get("data") or ["..."])
    return f"BulletedList({texts}){subject.paint.set_color()}"


def _graph(shape: str) -> Callable[[Subject], str]:
    def make(subject: Subject) -> str:
        count = int(subject.get("vertex_count") or subject.get("sides") or (7 if shape == "tree" else 5))
        nodes = range(1, min(count, 31) + 1)
        if shape == "tree":
            edges = [(node // 2, node) for node in nodes if node > 1]
            how = 'layout="tree", root_vertex=1'
        else:
            around = [(node, node % len(nodes) + 1) for node in nodes]
            every = [(a, b) for a in nodes for b in nodes if a < b]
            edges, how = every if shape == "complete" else around, 'layout="circular"'
        code = f"Graph({list(nodes)}, {edges}, {how})"
        wide, high = kind_size(f"{shape}_graph" if shape != "tree" else "tree", subject.look)
        fitted = f".stretch_to_fit_width({number(wide)}).stretch_to_fit_height({number(high)})"
        return f"{code}{fitted}{subject.paint.set_color()}"

    return make


def _rounded(subject: Subject) -> str:
    sides = f"width={number(subject.item.width)}, height={number(subject.item.height)}"
    radius = number(subject.get("corner_radius") or 0.25)
    return f"RoundedRectangle({subject.paint.after(f'corner_radius={radius}, {sides}')})"


def _curved(subject: Subject) -> str:
    half = number(subject.item.width / 2)
    return f"CurvedArrow({subject.paint.after(f'[-{half}, 0, 0], [{half}, 0, 0]', fill=False)})"


def _angle(subject: Subject) -> str:
    degrees = subject.get("angle") or 60
    one = "Line(ORIGIN, [1.6, 0, 0])"
    lines = f"{one}, {one}.rotate({number(degrees)} * DEGREES, about_point=ORIGIN)"
    mark = "RightAngle(a, b, length=0.35)" if degrees == 90 else "Angle(a, b, radius=0.5)"
    return f"(lambda a, b: VGroup(a, b, {mark}))({lines}){subject.paint.set_color()}"


#: Shapes that are combined, about 1.6 units large.
_OPERANDS = {
    "circle": "Circle(radius=0.8)",
    "square": "Square(side_length=1.5)",
    "rectangle": "Rectangle(width=1.7, height=1.4)",
    "triangle": "Triangle(radius=0.9)",
    "ellipse": "Ellipse(width=1.7, height=1.4)",
}


def _combined(name: str) -> Callable[[Subject], str]:
    """Return the maker of two shapes, one unit apart, that are joined or cut by Manim's class `name`."""

    def make(subject: Subject) -> str:
        one, other = (_OPERANDS[shape] for shape in subject.get("operands") or ("circle", "circle"))
        shapes = f"{one}.shift(0.5 * LEFT), {other}.shift(0.5 * RIGHT)"
        middle = ".center()" if name == "Difference" else ""
        return f"{name}({subject.paint.after(shapes)}){middle}"

    return make


#: Kind -> the maker of its expression.
KIND_CODE: dict[str, Callable[[Subject], str]] = {
    "right_angled": _polygon((-1, -1), (1, -1), (-1, 1)),
    "trapezoid": _trapezoid,
    "parallelogram": _polygon((-1, -1), (0.6, -1), (1, 1), (-0.6, 1)),
    "diamond": _polygon((0, -1), (1, 0), (0, 1), (-1, 0)),
    "kite": _polygon((0, -1), (1, 0.35), (0, 1), (-1, 0.35)),
    "cross": _polygon(
        *((-0.33, -1), (0.33, -1), (0.33, -0.33), (1, -0.33), (1, 0.33), (0.33, 0.33)),
        *((0.33, 1), (-0.33, 1), (-0.33, 0.33), (-1, 0.33), (-1, -0.33), (-0.33, -0.33)),
    ),
    "sector": _sector(60),
    "semicircle": _sector(180),
    "quarter": _sector(90),
    "heart": _heart,
    "union": _combined("Union"),
    "intersection": _combined("Intersection"),
    "difference": _combined("Difference"),
    "exclusion": _combined("Exclusion"),
    "bar_chart": _bar_chart,
    "table": _table,
    "matrix": _matrix,
    "formula": _formula,
    "code": _code,
    "list": _list,
    "tree": _graph("tree"),
    "complete_graph": _graph("complete"),
    "cycle_graph": _graph("cycle"),
    "rounded": _rounded,
    "curved": _curved,
    "angle": _angle,
    "polar": lambda subject: f"PolarPlane(size={number(subject.item.width)}){subject.paint.set_color()}",
    "complex": lambda subject: (
        f"ComplexPlane(x_length={number(subject.item.width)}, y_length={number(subject.item.height)})"
        f"{subject.paint.set_color()}"
    ),
}
