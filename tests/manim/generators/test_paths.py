"""Where something is that went along a path, by the path's line of code; and that Manim agrees."""

from __future__ import annotations

import pytest

from jepamine.manim.generation.build_pipeline import open_pipeline
from jepamine.manim.generation.request import Request
from jepamine.manim.generators.paths import path_end
from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item

PATHS = """
    a circle; a square; a rectangle; a triangle; a triangle pointing down; a star; a star with 6 points;
    a kite; a pentagon; a hexagon; an ellipse; a sine wave; a cosine curve; a parabola; a heart; an arc;
    a semicircle; an arc of 120 degrees; a quarter circle; a line; a dashed line; a vertical line; a ring;
    an arrow pointing left; an arrow pointing down; a right triangle; a diamond; a trapezoid; a cross;
    a parallelogram; a square rotated by 45 degrees; the curve y = x^2; the curve y = sin(x)
"""


@pytest.mark.parametrize(
    ("type_", "traits", "line", "size", "end"),
    [
        ("function_graph", (), "", (3.4, 1.2), (2.7, 1.0)),
        ("function_graph", ("cosine",), "", (3.4, 1.2), (2.7, 0.4)),
        ("function_graph", ("parabola",), "", (3.4, 1.2), (2.7, 1.6)),
        ("circle", (), "c = Circle(radius=1)", (2.0, 2.0), (2.0, 1.0)),
        ("square", (), "s = Square(side_length=2).move_to([1, 1, 0])", (2.0, 2.0), (2.0, 2.0)),
        ("square", (), "s = Square(side_length=2).rotate(90 * DEGREES)", (2.0, 2.0), (0.0, 2.0)),
        ("polygon", (), "p = RegularPolygon(n=6, radius=1)", (2.0, 1.73), (2.0, 1.0)),
        ("triangle", (), "t = Polygon([-1, -1, 0], [1, -1, 0], [-1, 1, 0])", (2.0, 2.0), (0.0, 0.0)),
        ("arc", (), "a = Arc(radius=1, angle=PI)", (2.0, 1.0), (0.0, 0.5)),
        ("arc", (), "a = Sector(radius=1, angle=90 * DEGREES)", (1.0, 1.0), (0.5, 0.5)),
        ("arrow", (), "a = Arrow(ORIGIN, [-2, 0, 0], buff=0)", (2.0, 0.2), (0.0, 1.0)),
    ],
)
def test_a_path_ends_where_its_line_of_code_says(type_, traits, line, size, end):
    path = Object(type=type_, x=1.0, y=1.0, z=0, width=size[0], height=size[1])
    assert path_end(path, Item(type_, traits=frozenset(traits)), line) == pytest.approx(end, abs=0.001)


@pytest.mark.manim
def test_manim_takes_a_dot_along_every_path_to_where_it_is_expected(tmp_path):
    pytest.importorskip("manim", reason="no Manim: pip install -e '.[manim]'")
    with open_pipeline(tmp_path, None) as pipeline:
        for path in PATHS.split(";"):
            made = pipeline.make(Request(f"a dot moves along {path.strip()}"))
            errors = [match.error for match in made.report.final.adherence.matches]
            assert max(errors) <= 0.1, path
