"""Labels, parts and what an object has go along with it."""

from __future__ import annotations

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def played(description):
    """Return the animations of a description that is understood to its last word, and the updaters."""
    reading = read(description)
    assert reading.not_understood == ()
    code = template(style="3b1b").generate(arrange(reading), description, reading=reading).code
    lines = [line.strip() for line in code.splitlines()]
    return [
        line.removeprefix("self.play(").removesuffix(")")
        for line in lines
        if "play(" in line or "updater" in line
    ]


@pytest.mark.parametrize(
    ("description", "last"),
    [
        (
            "a square labelled 'A' moves right by 2",
            "square.animate.shift([2, 0, 0]), text.animate.shift([2, 0, 0])",
        ),
        ("a circle labelled A. Then it fades out", "FadeOut(circle), FadeOut(text)"),
        (
            "a circle with the text 'hi' inside it moves up",
            "circle.animate.shift([0, 2, 0]), text.animate.shift([0, 2, 0])",
        ),
        (
            "text 'A' inside a circle. The circle moves left",
            "circle.animate.shift([-2, 0, 0]), text.animate.shift([-2, 0, 0])",
        ),
        (
            "two squares labelled A and B swap places",
            "Swap(square_1, square_2), text_1.animate.shift([2, 0, 0]), text_2.animate.shift([-2, 0, 0])",
        ),
        (
            "a circle with its radius rotates by 90 degrees",
            "Rotate(circle, angle=90 * DEGREES), "
            "Rotate(line, angle=90 * DEGREES, about_point=circle.get_center())",
        ),
        (
            "a circle with its radius shrinks by half",
            "circle.animate.scale(0.5), line.animate.scale(0.5, about_point=circle.get_center())",
        ),
        # The label keeps its distance from the edge.
        ("a circle labelled A grows by 2", "circle.animate.scale(2), text.animate.shift([0, -0.8, 0])"),
        ("a box with the label 'a' below it rotates by 90 degrees", "Rotate(rectangle, angle=90 * DEGREES)"),
        (
            "axes with the graph of sin(x). The axes move to the left",
            "axes.animate.shift([-2, 0, 0]), function_graph.animate.shift([-2, 0, 0])",
        ),
        (
            "a circle with a dot on it moves to the right",
            "circle.animate.shift([2, 0, 0]), dot.animate.shift([2, 0, 0])",
        ),
        ("a circle with a dot that moves up", "dot.animate.shift([0, 2, 0])"),
        ("a square with a star next to it fades out", "FadeOut(square)"),
        ("a circle inscribed in a square. The square moves up", "square.animate.shift([0, 2, 0])"),
    ],
)
def test_what_belongs_to_an_object_goes_along_and_nothing_else(description, last):
    assert played(description)[-1] == last


def test_on_a_curve_the_label_is_kept_beside_and_a_label_is_shown_with_its_object():
    assert played("a dot labelled P moves along a circle. Then the dot moves up by 1")[-3:] == [
        "text.add_updater(lambda part: part.move_to(dot.get_center() + [0, -0.52, 0])",
        "MoveAlongPath(dot, circle)",
        "dot.animate.shift([0, 1, 0])",
    ]
    assert played("a circle. Wait 1 second. A square labelled A appears")[-1] == "Create(square), Write(text)"
