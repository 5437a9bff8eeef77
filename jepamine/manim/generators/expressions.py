"""A Manim expression for each object of a layout, as large as its box, not yet at its place."""

from __future__ import annotations

from collections.abc import Callable, Set

from jepamine.manim.engine.style import vector
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.figures import (
    annulus,
    circle,
    dot,
    ellipse,
    polygon,
    rectangle,
    square,
    star,
    triangle,
)
from jepamine.manim.generators.plotted import axes, function_graph, number_line, number_plane
from jepamine.manim.generators.strokes import arc, arrow, brace, dashed_line, double_arrow, line
from jepamine.manim.generators.texts import text
from jepamine.manim.layouts import Object

Expression = Callable[[Object, Set[str], Paint], str]

#: By type, in the order of `layouts.TYPES`.
EXPRESSIONS: dict[str, Expression] = {
    "circle": circle,
    "square": square,
    "rectangle": rectangle,
    "triangle": triangle,
    "ellipse": ellipse,
    "dot": dot,
    "star": star,
    "polygon": polygon,
    "line": line,
    "dashed_line": dashed_line,
    "arrow": arrow,
    "double_arrow": double_arrow,
    "arc": arc,
    "annulus": annulus,
    "text": text,
    "number_line": number_line,
    "axes": axes,
    "number_plane": number_plane,
    "function_graph": function_graph,
    "brace": brace,
}


def expression(item: Object, traits: Set[str], filled: bool) -> str:
    """Python for one object, near the origin.

    `traits` are those of `textlayout.reading.Item`. Sizes are exact to a hundredth; a circle or a square
    whose box is hardly longer than wide stays one.
    """
    return EXPRESSIONS[item.type](item, traits, Paint(item.color, filled))


def statement(name: str, item: Object, traits: Set[str], filled: bool) -> str:
    """The line that gives an object its name, its look and its place."""
    point = vector(item.x, item.y)
    place = "ORIGIN" if point == "[0, 0, 0]" else point
    return f"{name} = {expression(item, traits, filled)}.move_to({place})"
