"""How objects are painted: outlines, fills, thickness, bold, italic and capital letters, points of stars."""

from __future__ import annotations

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def code_of(description, missed=()):
    reading = read(description)
    assert [each.text for each in reading.not_understood] == list(missed)
    generated = template(style="static").generate(arrange(reading), description, reading=reading)
    return [line.strip() for line in generated.code.splitlines() if " = " in line]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("a bold title 'Results'", 'title = Text("Results", font_size=45, weight=BOLD)'),
        ("the text 'hi' in bold and italic", 'text = Text("hi", font_size=33, weight=BOLD, slant=ITALIC)'),
        ("the text 'hi'. The text is bold.", 'text = Text("hi", font_size=33, weight=BOLD)'),
        ("the word 'stop' in capital letters", 'text = Text("STOP", font_size=33)'),
        ("a thick yellow line", "stroke_width=8).move_to(ORIGIN)"),
        ("a circle and a line. The line is thick.", "[2.6, 0, 0], stroke_width=8)"),
        ("a bold arrow", "Arrow(ORIGIN, [2.2, 0, 0], buff=0, stroke_width=8)"),
        ("a thin circle", "Circle(radius=0.8, stroke_width=2)"),
        ("a triangle with an outline in green", "Triangle(radius=0.9, color=GREEN)"),
        ("a square with blue fill", "Square(side_length=1.5, color=BLUE, fill_opacity=1)"),
        (
            "a square with blue fill and a thick red outline",
            "color=BLUE, fill_opacity=1, stroke_width=8).move_to(ORIGIN).set_stroke(RED)",
        ),
        (
            "a red circle with a white border",
            "Circle(radius=0.8, color=RED, fill_opacity=1).move_to(ORIGIN).set_stroke(WHITE)",
        ),
        ("a five pointed star", "Star(n=5, outer_radius=0.9)"),
        ("a star with 7 points", "Star(n=7, outer_radius=0.9)"),
        ("a 4-pointed star", "Star(n=4, outer_radius=0.9, inner_radius=0.36)"),
        ("an upside down triangle", "Triangle(radius=0.9).rotate(180 * DEGREES)"),
        ("a triangle rotated by 45 degrees", "Triangle(radius=0.9).rotate(45 * DEGREES)"),
    ],
)
def test_what_the_words_say_is_in_the_code(description, expected):
    assert expected in code_of(description)[-1]


@pytest.mark.parametrize("words", ["underline the word 'key' in red", "the word 'key', underlined in red"])
def test_an_underline_has_its_own_colour(words):
    text, line = code_of(words)
    assert ("RED" in text, "color=RED" in line) == (False, True)


def test_the_thick_line_is_the_one_that_was_called_so():
    lines = code_of("a thick line and a thin line. The thick line is red.")
    assert ["color=RED" in line for line in lines] == [True, False]


@pytest.mark.parametrize(
    ("description", "missed"),
    [
        ("a circle and a bold formula 'x^2'", "bold"),
        ("a red circle above a thick dot", "thick"),
        ("a red circle above a thin rectangle", "thin"),
        ("a blue circle in italics", "in italics"),
    ],
)
def test_what_an_object_cannot_be_is_noted(description, missed):
    code_of(description, [missed])


@pytest.mark.parametrize(
    ("description", "measures"),
    [
        ("an ellipse twice as wide as it is tall", {"width": 2.4, "height": 1.2}),
        ("a rectangle twice as tall as it is wide", {"width": 1.2, "height": 2.4}),
        ("a rectangle twice as tall as it is wide with width 2", {"width": 2.0, "height": 4.0}),
    ],
)
def test_proportions_are_sizes(description, measures):
    reading = read(description)
    assert reading.not_understood == ()
    assert dict(reading.items[0].measures) == measures


def test_rounded_corners_are_those_of_a_rectangle():
    assert "rounded" in read("a rectangle with rounded corners").items[0].traits
    assert [note.reason for note in read("a square with rounded corners").not_understood] == [
        "a square has no such look here"
    ]


def test_smaller_towards_the_top_is_largest_below():
    first, *_, last = read("three circles on top of each other, getting smaller towards the top").items
    assert first.measure("radius") < last.measure("radius")
