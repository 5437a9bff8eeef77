"""A word that an object does not have changes nothing, and is noted: no word is lost without a note."""

from __future__ import annotations

import functools
import tomllib

import pytest

from jepamine.errors import UserError
from jepamine.manim.generators.template import template
from jepamine.manim.text.lexicon import TABLE
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange

NOUNS = (
    "circle", "square", "rectangle", "triangle", "ellipse", "dot", "star", "hexagon", "line", "dashed line",
    "arrow", "double arrow", "arc", "ring", "text 'abc'", "title 'abc'", "number line",
    "set of axes", "number plane", "sine curve", "brace", "heart", "trapezoid", "diamond", "right triangle"
    "sector", "semicircle", "formula 'x^2'", "curved arrow", "cross", "rounded rectangle",
)  # fmt: skip
ADJECTIVES = [phrases[0] for trait, phrases in tomllib.loads(TABLE.read_text())["traits"].items() if trait]
MEASURES = (
    "with a radius of 1.3", "with a diameter of 1.3", "with side length 1.3", "with a width of 1.3",
    "with a height of 1.7", "of length 3.3", "with stroke width 9", "with 50% opacity", "with font size 60",
    "rotated by 30 degrees", "with an angle of 40 degrees", "with corner radius 0.1", "upside down",
    "with a white border", "with red fill", "with an inner radius of 0.3", "of size 2.2", "with 7 sides",
    "with 7 points", "pointing left", "pointing down", "from (0,0) to (3,1)", "at (2,1)", "in red", "in bold",
)  # fmt: skip
LINES = {"line", "dashed line", "arrow", "double arrow", "number line", "curved arrow"}
TEXTS = {"text 'abc'", "title 'abc'", "formula 'x^2'"}
#: What objects are without being asked to.
SO_ANYWAY = {
    "dashed": {"dashed line"},
    "rounded": {"rounded rectangle"},
    "filled": {"dot", "ring", "sector", "arc", *LINES, *TEXTS},
    "outlined": {*NOUNS[:5], *NOUNS[6:8], "arc", *NOUNS[21:25], "semicircle", "cross", "rounded rectangle"},
    "horizontal": {"rectangle", "ellipse", "brace", "rounded rectangle", *LINES, *TEXTS},
    "upward": {"triangle"},
    "downward": {"brace"},
    "rightward": LINES,
    "pointing down": {"brace"},
}


@functools.cache
def made(description):
    """Return the code of a description, and what was not understood; the error alone if it is refused."""
    try:
        reading = read(description)
        code = template(style="static").generate(arrange(reading), description, reading=reading).code
    except UserError as error:
        return str(error), ()
    return code, tuple(note.text for note in reading.not_understood)


@pytest.mark.parametrize("words", [*ADJECTIVES, *MEASURES])
def test_a_word_changes_the_code_or_is_noted(words):
    before = words in ADJECTIVES and not words.startswith(("in ", "with "))
    for noun in set(NOUNS) - SO_ANYWAY.get(words, set()):
        description = f"a {words} {noun}" if before else f"a {noun} {words}"
        assert made(description) != made(f"a {noun}"), description


@pytest.mark.parametrize("words", [*ADJECTIVES, *MEASURES])
def test_so_does_one_that_is_said_later(words):
    for noun in set(NOUNS) - SO_ANYWAY.get(words, set()):
        name = noun.split(" '")[0]
        description = f"a {noun}. The {name} is {words}."
        assert made(description) != made(f"a {noun}"), description


@pytest.mark.parametrize(
    ("description", "noted", "reason"),
    [
        (
            "a square above a circle with side length 2",
            "with side length 2",
            "a circle has no such size here",
        ),
        ("a red square and a vertical circle", "vertical", "a circle has no such direction here"),
        ("a red square above a filled number line", "filled", "a number line has no such look here"),
        ("a blue star pointing left", "pointing", "a star has no such direction here"),
    ],
)
def test_the_note_says_which_word_and_why(description, noted, reason):
    (note,) = read(description).not_understood
    assert (note.text, note.reason) == (noted, reason)


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ("a triangle pointing left", "Triangle(radius=0.9).rotate(90 * DEGREES)"),
        ("a ring with an inner radius of 0.3", "Annulus(inner_radius=0.3, outer_radius=0.8)"),
        ("a circle of size 3", "Circle(radius=1.5)"),
        ("the text 'abc' with a width of 5", "font_size=186"),
        ("the text 'abc' of size 60", "font_size=60"),
        ("a small text 'abc'", "font_size=20"),
        ("a large text 'abc'", "font_size=53"),
        ("a rectangle with corner radius 0.1", "RoundedRectangle(corner_radius=0.1"),
        ("a filled semicircle", "Arc(radius=1, angle=PI, fill_opacity=1)"),
        ("a triangle. The triangle is pointing down.", "rotate(180 * DEGREES)"),
        ("a line. The line is dashed.", "DashedLine("),
        ("a long arrow", "Arrow(ORIGIN, [5, 0, 0], buff=0)"),
        ("a translucent circle", "fill_opacity=1).move_to(ORIGIN).set_opacity(0.5)"),
        ("a dot at (\N{MINUS SIGN}2, 1)", ".move_to([-2, 1, 0])"),
    ],
)
def test_sizes_and_looks_are_in_the_code(description, code):
    found, noted = made(description)
    assert code in found
    assert noted == ()


def test_the_parallel_sides_of_a_trapezoid_are_sizes():
    reading = read("a trapezium with parallel sides 6 and 4 and height 3")
    assert reading.not_understood == ()
    assert dict(reading.items[0].measures) == {"bases": (6.0, 4.0), "height": 3.0}
