"""Corners: those of the frame, and those of the figure that is described."""

from __future__ import annotations

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def code_of(description):
    reading = read(description)
    assert reading.not_understood == ()
    generated = template(style="static").generate(arrange(reading), description, reading=reading)
    return [line.strip() for line in generated.code.splitlines() if " = " in line]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("a square with a dot in the top right corner", ".move_to(square.get_corner(UR))"),
        (
            "a rectangle with a star in its top left corner",
            ".move_to(rectangle.get_corner(UL), aligned_edge=UL).shift(0.15 * DR)",
        ),
        (
            "a big square with a small circle in the upper left corner of it",
            ".move_to(square.get_corner(UL), aligned_edge=UL).shift(0.15 * DR)",
        ),
        (
            "a small circle in the lower right corner of a large square",
            ".move_to(square.get_corner(DR), aligned_edge=DR).shift(0.15 * UL)",
        ),
        ("a square with a dot in the top right corner of the screen", ".move_to([6.41, 3.3, 0])"),
        ("a dot in the top right corner", ".move_to([6.41, 3.3, 0])"),
    ],
)
def test_a_corner_is_that_of_the_figure_that_has_it(description, expected):
    assert any(line.endswith(expected) for line in code_of(description))


def test_the_second_of_two_is_in_a_corner_of_the_same_figure():
    lines = code_of(
        "a rectangle with the text 'A' in the top left corner and the text 'B' in the bottom right corner"
    )
    assert [".get_corner(UL)" in line for line in lines[1:]] == [True, False]
    assert [".get_corner(DR)" in line for line in lines[1:]] == [False, True]


@pytest.mark.parametrize(
    ("description", "corners"),
    [
        ("a square with a circle in each corner", ["UL", "UR", "DL", "DR"]),
        ("a square with a small circle on each corner", ["UR", "UL", "DL", "DR"]),
        ("four circles at the corners of a square", ["UR", "UL", "DL", "DR"]),
    ],
)
def test_figures_are_in_or_on_each_corner(description, corners):
    circles = [line for line in code_of(description) if "= Circle(" in line]
    assert [line.partition("get_corner(")[2][:2] for line in circles] == corners
    assert ["aligned_edge" in line for line in circles] == [" in each" in description] * 4


def test_a_circle_has_no_corners_so_that_those_of_the_frame_are_meant():
    lines = code_of("a circle with a star in each corner")
    assert sum("= Star(" in line for line in lines) == 4
    assert "get_corner" not in "".join(lines)


def test_of_a_square_and_a_circle_in_each_corner_the_circle_is_there_four_times():
    lines = code_of("a square, and a circle in each corner of the screen")
    assert [line.partition(" = ")[2].partition("(")[0] for line in lines[:5]] == ["Square", *["Circle"] * 4]
