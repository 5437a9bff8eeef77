"""Circles in and around figures, heights, medians, bisectors, tangents: their places and their code."""

from __future__ import annotations

from math import hypot

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange

TRIANGLE = "a triangle with vertices (0, 0), (4, 0) and (1, 3)"


def drawn(description):
    """Return the boxes (x, y, width, height) and the assignments of a description's objects."""
    reading = read(description)
    assert reading.not_understood == ()
    layout = arrange(reading)
    code = template(style="static").generate(layout, description, reading=reading).code
    lines = [line.strip() for line in code.splitlines() if " = " in line]
    return [item.box for item in layout.objects], lines


@pytest.mark.parametrize(
    ("words", "box"),
    [
        ("and its altitude", (1, 1.5, 0, 3)),
        ("and its median", (1.5, 1.5, 1, 3)),
        # It divides the side below as 3.1623 to 4.2426.
        ("and its angle bisector", (1.35, 1.5, 0.71, 3)),
        ("and its circumcircle", (2, 1, 4.47, 4.47)),
        ("and its incircle", (1.46, 1.05, 2.1, 2.1)),
        ("and its centroid", (1.67, 1, 0.2, 0.2)),
        ("and its incenter", (1.46, 1.05, 0.2, 0.2)),
    ],
)
def test_what_is_constructed_from_a_triangle_is_where_geometry_has_it(words, box):
    boxes, _ = drawn(f"{TRIANGLE} {words}")
    assert boxes[-1] == pytest.approx(box, abs=0.006)


@pytest.mark.parametrize(
    ("description", "line"),
    [
        ("a segment and its perpendicular bisector", "line_2 = Line([0, -1.3, 0], [0, 1.3, 0])"),
        (
            "a line from (-2, -1) to (2, 1) and its perpendicular bisector",
            "line_2 = Line([0.67, -1.34, 0], [-0.67, 1.34, 0])",
        ),
        (
            "a line from (0, 0) to (2, 1) with its midpoint",
            "dot = Dot(radius=0.1).move_to(line.get_center())",
        ),
        (
            "a circle with a tangent at its rightmost point",
            "line = TangentLine(circle, alpha=0 / 360, length=3)",
        ),
        (
            "a circle and a line tangent to it at 45 degrees",
            "line = TangentLine(circle, alpha=45 / 360, length=3)",
        ),
        ("a tangent to a circle at its left side", "line = TangentLine(circle, alpha=180 / 360, length=3)"),
        (
            "a triangle and its circumcircle",
            "circle = Circle.from_three_points(*triangle.get_vertices()[:3])",
        ),
        ("a triangle and its three medians", "line_2 = Line(triangle.get_corner(DL), [0.39, 0, 0])"),
        ("a square circumscribed about a circle of radius 1", "square = Square(side_length=2)"),
    ],
)
def test_a_construction_is_written_as_an_author_writes_it(description, line):
    _, lines = drawn(description)
    assert line in lines or f"{line}.move_to(ORIGIN)" in lines


@pytest.mark.parametrize(
    ("description", "circle", "figure", "reach"),
    [
        # The distance from the middle to the side, or to the corner, of the figure in its box.
        ("a circle inscribed in a square", 0, 1, lambda wide, high: high / 2),
        ("a hexagon inscribed in a circle", 1, 0, lambda wide, high: wide / 2),
        ("a square inscribed in a circle of radius 2", 1, 0, lambda wide, high: hypot(wide, high) / 2),
        ("a rectangle inscribed in a circle of radius 2", 1, 0, lambda wide, high: hypot(wide, high) / 2),
        ("a circle of radius 1 inscribed in a square", 0, 1, lambda wide, high: high / 2),
    ],
)
def test_what_is_inscribed_touches(description, circle, figure, reach):
    boxes, _ = drawn(description)
    assert boxes[circle][:2] == pytest.approx(boxes[figure][:2], abs=0.006)
    assert boxes[circle][2] / 2 == pytest.approx(reach(*boxes[figure][2:]), abs=0.011)


def test_the_place_of_an_inscribed_circle_is_that_of_its_figure():
    boxes, _ = drawn("a circle inscribed in a square at the left, a star on the right")
    assert boxes[0][:2] == boxes[1][:2]
    assert boxes[1][0] < 0 < boxes[2][0]


@pytest.mark.parametrize(
    ("description", "text", "reason"),
    [
        (
            "a circle of radius 1 inscribed in a square of side 3",
            "inscribed in a square of side 3",
            "the sizes of the two do not go together",
        ),
        (
            "a square inscribed in a star",
            "inscribed in a star",
            "only circles and figures with corners are inscribed exactly",
        ),
        ("a square with a tangent", "a tangent", "what it belongs to is not clear"),
    ],
)
def test_what_cannot_touch_is_noted(description, text, reason):
    (missed,) = read(description).not_understood
    assert (missed.text, missed.reason) == (text, reason)


def test_the_altitude_of_a_triangle_is_square_to_its_side_where_that_is_not_level():
    boxes, lines = drawn("a triangle with vertices (0, 0), (4, 2) and (0, 4) and its altitude")
    # From (0, 4) to the foot (1.6, 0.8) on the side through (0, 0) and (4, 2).
    assert boxes[1] == pytest.approx((0.8, 2.4, 1.6, 3.2), abs=0.006)
    assert lines[-1] == "line = Line(triangle.get_corner(UL), [1.6, 0.8, 0])"


@pytest.mark.parametrize("figure", ["triangle", "pentagon", "star"])
def test_a_figure_of_a_given_size_is_drawn_around_the_middle_of_its_box(figure):
    # Manim draws it around the middle of its circle.
    _, (line,) = drawn(f"a {figure} of radius 2" if figure != "triangle" else "a triangle with side 3")
    assert line.endswith(".move_to(ORIGIN)")
