"""Objects in the shape of a figure, kinds of angles, the colours of graphs, and vectors from one point."""

from __future__ import annotations

from math import hypot

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def centres(description, type_):
    """Return the centres of the objects of a type, and how many objects there are."""
    reading = read(description)
    assert reading.not_understood == ()
    objects = arrange(reading).objects
    return [(item.x, item.y) for item in objects if item.type == type_], len(objects)


@pytest.mark.parametrize("lead", ["arranged in", "in the shape of", "forming"])
def test_objects_form_a_circle_a_square_or_a_triangle_that_is_not_drawn(lead):
    ring, count = centres(f"eight dots {lead} a circle", "dot")
    assert count == len(ring) == 8
    assert all(hypot(x, y) == pytest.approx(1.6, abs=0.02) for x, y in ring)
    square, count = centres(f"eight dots {lead} a square", "dot")
    assert count == 8
    assert all(max(abs(x), abs(y)) == pytest.approx(1.6, abs=0.02) for x, y in square)
    rows, count = centres(f"ten dots {lead} a triangle", "dot")
    assert count == 10
    assert sorted(sum(y == other for _, other in rows) for y in {y for _, y in rows}) == [1, 2, 3, 4]


def test_a_shape_that_is_not_known_is_noted_and_a_row_is_a_row():
    (missed,) = read("twelve dots arranged in a heart").not_understood
    assert missed.text == "arranged in a heart"
    reading = read("three squares arranged in a row above a circle")
    assert (reading.not_understood, len(reading.groups), reading.places) == ((), 1, ())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("a right angle", "RightAngle(a, b, length=0.35)"),
        ("an obtuse angle", "rotate(120 * DEGREES"),
        ("an acute angle", "rotate(45 * DEGREES"),
    ],
)
def test_an_angle_is_as_wide_as_its_kind(words, code):
    reading = read(words)
    assert reading.not_understood == ()
    assert code in template(style="static").generate(arrange(reading), words, reading=reading).code


def test_several_colours_behind_axes_are_those_of_the_graphs():
    for where in ("", "on axes "):
        items = read(f"plot y = x^2 and y = x + 1 {where}in red and green").items
        assert [(item.type, item.color) for item in items] == [
            ("function_graph", "#FC6255"),
            ("function_graph", "#83C167"),
            ("axes", None),
        ]
    items = read("a circle and a square in red and green").items
    assert [item.color for item in items] == ["#FC6255", "#83C167"]
    assert read("y = x^2 on axes in red").items[1].color == "#FC6255"


def test_what_is_given_by_points_may_overlap():
    reading = read("a vector from the origin to (2, 3) and a vector from the origin to (3, -1)")
    assert [item.box[:2] for item in arrange(reading).objects] == [(1, 1.5), (1.5, -0.5)]
