"""Kinds of objects beyond the 20 types: each is the trait of an object of the type nearest to it."""

from __future__ import annotations

from math import sqrt
from typing import Any

from jepamine.manim.text.reading import Item
from jepamine.manim.text.typed_formulas import formula_size

#: Kind -> its usual width and height in units.
_USUAL: dict[str, tuple[float, float]] = {
    "right_angled": (2.0, 1.5),
    "sector": (1.2, 1.2),
    "trapezoid": (2.4, 1.4),
    "parallelogram": (2.6, 1.3),
    "diamond": (1.4, 1.9),
    "cross": (1.4, 1.4),
    "heart": (1.6, 1.5),
    "semicircle": (2.0, 1.0),
    "quarter": (1.2, 1.2),
    "rounded": (2.4, 1.3),
    "kite": (1.5, 2.0),
    "curved": (2.2, 0.6),
    "angle": (1.6, 1.2),
    # Of two shapes of radius 0.8, 1 apart.
    "union": (2.6, 1.6),
    "intersection": (0.6, 1.25),
    "difference": (1.3, 1.6),
    "exclusion": (2.6, 1.6),
    "polar": (4.0, 4.0),
    "complex": (6.0, 4.0),
    "bar_chart": (6.0, 3.6),
    "tree": (4.4, 3.2),
    "complete_graph": (3.2, 3.2),
    "cycle_graph": (3.2, 3.2),
    "table": (0.0, 0.0),
    "matrix": (0.0, 0.0),
    "formula": (0.0, 0.0),
    "code": (0.0, 0.0),
    "list": (0.0, 0.0),
}
KINDS = frozenset(_USUAL)
#: What a chart, a table, a matrix or a listing needs and a description must give.
NEEDS_DATA = {
    "bar_chart": "its values are missing; write 'a bar chart of A: 3, B: 5'",
    "table": "its cells are missing; write them as [[1, 2], [3, 4]]",
    "matrix": "its entries are missing; write them as [[1, 2], [3, 4]]",
}


def kind_of(item: Item) -> str | None:
    """Return the kind of an object, None for one of the 20 types and nothing more."""
    return next((trait for trait in sorted(item.traits) if trait in KINDS), None)


def kind_size(kind: str, item: Item) -> tuple[float, float]:
    """Return the width and height in units of an object of a kind, as Manim draws it, or nearly."""
    data, factor = (
        item.measure("data"),
        0.6 if "small" in item.traits else 1.5 if "large" in item.traits else 1.0,
    )
    if kind == "formula":
        size = float(item.measure("font_size") or 48) / 48
        width, height = formula_size(item.text or "x")
        return factor * size * width, factor * size * height
    if kind in ("table", "matrix"):
        rows, columns = shape_of(data)
        cell = (1.7, 1.1) if kind == "table" else (1.3, 0.8)
        scale = min(1.0, 6.0 / max(columns * cell[0], 0.1), 4.0 / max(rows * cell[1], 0.1))
        return scale * (columns * cell[0]), scale * rows * cell[1]
    if kind == "code":
        lines = (item.text or "x = 1").split("\n")
        return 0.21 * max(map(len, lines)) + 1.2, 0.4 * len(lines) + 0.6
    if kind == "list":
        return 0.23 * max([len(str(text)) for text in data or ["x"]]) + 0.6, 0.75 * len(data or ["x"])
    width, height = _USUAL[kind]
    if kind == "trapezoid" and (bases := item.measure("bases")):
        width = bases[0] / factor
    return factor * float(item.measure("width") or width), factor * float(item.measure("height") or height)


def shape_of(data: Any) -> tuple[int, int]:
    """Return (rows, columns) of a table's or matrix's data."""
    rows = data if data and isinstance(data[0], list) else [data or [0]]
    return len(rows), max(map(len, rows))


def equilateral(side: float) -> tuple[float, float]:
    """Return the width and height of an equilateral triangle on its base."""
    return side, side * sqrt(3) / 2
