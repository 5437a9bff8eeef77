"""The maker of each of the 20 types: an expression for one Manim object, drawn at random.

Whoever asked moves the object to its place.
"""

from __future__ import annotations

from jepamine.manim.engine.style import Maker
from jepamine.manim.scenes.figures import (
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
from jepamine.manim.scenes.plotted import axes, number_line, number_plane, text
from jepamine.manim.scenes.strokes import arc, arrow, brace, dashed_line, double_arrow, function_graph, line

#: By type, in the order of `layouts.TYPES`.
MAKERS: dict[str, Maker] = {
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
