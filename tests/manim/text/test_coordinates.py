"""Points and ends of strokes are in the units of the axes, if there are any."""

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange
from tests.manim.text.test_parts import code

AXES = "axes = Axes(x_range=[-4, 4, 1], y_range=[-3, 3, 0.5], x_length=4.8, y_length=3.2, tips=False)"


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("axes with a red dot at (1, 2)", [AXES, "dot = Dot(radius=0.1, color=RED).move_to(axes.c2p(1, 2))"]),
        ("a dot at (1, 2) on axes", [AXES, "dot = Dot(radius=0.1).move_to(axes.c2p(1, 2))"]),
        (
            "axes and a vector from (0, 0) to (3, 2)",
            [AXES, "arrow = Arrow(axes.c2p(0, 0), axes.c2p(3, 2), buff=0)"],
        ),
        (
            "the graph of y = x^2 with a dot at (1, 1)",
            ["dot = Dot(radius=0.1).move_to(axes.c2p(1, 1))"],
        ),
        (
            "axes with x from 0 to 10 and a dot at (4, 2)",
            ["dot = Dot(radius=0.1).move_to(axes.c2p(4, 2))"],
        ),
        # The axes reach up to their points.
        (
            "a dot at (6, 5) on a coordinate plane",
            [
                "number_plane = NumberPlane(x_range=[-4, 6, 1], y_range=[-3, 5, 1], "
                "x_length=4.8, y_length=3.2)",
                "dot = Dot(radius=0.1).move_to(number_plane.c2p(6, 5))",
            ],
        ),
        # Without axes, and for other objects, they are those of the frame.
        ("a dot at (2, 1)", ["dot = Dot(radius=0.1).move_to([2, 1, 0])"]),
        ("axes and a circle at (5, 1)", ["circle = Circle(radius=0.8).move_to([5, 1, 0])"]),
    ],
)
def test_points_are_on_the_axes(description, expected):
    lines, missed = code(description)
    assert [line for line in expected if line not in lines] == []
    assert missed == []


def test_a_dot_on_axes_moves_on_them():
    words = "axes with a dot at (1, 1), then the dot moves to (3, 2)"
    reading = read(words)
    made = template(style="3b1b").generate(arrange(reading), words, reading=reading)
    assert "self.play(dot.animate.move_to(axes.c2p(3, 2)))" in made.code
    # A quarter of the axes' width for each two units.
    final = made.outcome.layout.objects[made.outcome.names["dot"]]
    assert (round(final.x, 2), round(final.y, 2)) == (1.8, 1.07)


def test_what_is_made_of_what_is_not_passed_over():
    assert [note.text for note in read("a ring of eight dots").not_understood] == ["of"]
