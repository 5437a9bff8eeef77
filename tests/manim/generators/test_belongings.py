"""Labels, parts and what an object has go along with it."""

from __future__ import annotations

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange
from tests.manim.text.test_motion_sequences import played


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
    assert played(description, updaters=True)[-1] == last


def test_on_a_curve_the_label_is_kept_beside_and_a_label_is_shown_with_its_object():
    assert played("a dot labelled P moves along a circle. Then the dot moves up by 1", updaters=True)[
        -3:
    ] == [
        "text.add_updater(lambda part: part.move_to(dot.get_center() + [0, -0.52, 0])",
        "MoveAlongPath(dot, circle)",
        "dot.animate.shift([0, 1, 0])",
    ]
    assert (
        played("a circle. Wait 1 second. A square labelled A appears", updaters=True)[-1]
        == "Create(square), Write(text)"
    )


REACH = "add_updater(lambda part: part.put_start_and_end_on(circle.get_right(), square.get_left())"


@pytest.mark.parametrize(
    ("description", "lines"),
    [
        (
            "an arrow from a circle to a square. The square moves up by 2",
            [f"arrow.{REACH}", "square.animate.shift([0, 2, 0])"],
        ),
        (
            "a circle and a square connected by a line. The circle moves left by 1, then down by 2",
            [f"line.{REACH}", "circle.animate.shift([-1, 0, 0])", "circle.animate.shift([0, -2, 0])"],
        ),
        (
            "a circle with an arrow to a square. The square doubles in size",
            [f"arrow.{REACH}", "square.animate.scale(2)"],
        ),
        # Nothing that it joins moves.
        ("an arrow from a circle to a square. The square turns red", ["square.animate.set_color(RED)"]),
    ],
)
def test_a_stroke_between_two_objects_reaches_them_wherever_they_go(description, lines):
    assert played(description, updaters=True)[-len(lines) :] == lines


@pytest.mark.parametrize("words", ["an arrow to", "an arrow pointing to"])
def test_what_has_an_arrow_to_something_is_where_it_begins(words):
    reading = read(f"a circle with {words} a square")
    assert reading.not_understood == ()
    assert reading.joined == ((1, 0, 2),)


@pytest.mark.manim
def test_a_stroke_ends_at_what_has_moved(run):
    description = "an arrow from a circle to a square. The square moves up by 2, then right by 1"
    made = template(style="3b1b").generate(arrange(read(description)), description)
    left = run(made.code, play=True)
    assert left["arrow"].get_end() == pytest.approx(left["square"].get_left(), abs=0.02)
    assert left["arrow"].get_start() == pytest.approx(left["circle"].get_right(), abs=0.02)
    place = made.outcome.names["arrow"]
    assert left["arrow"].get_center()[:2] == pytest.approx(
        made.outcome.layout.objects[place].box[:2], abs=0.05
    )
