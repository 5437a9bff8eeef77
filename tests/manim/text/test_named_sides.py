"""Sides and corners with names: "triangle ABC with sides labeled a, b, c", "legs 3 and 4"."""

from __future__ import annotations

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def labels(description):
    """Return text -> the place that it is next to, and on which side, as in the code."""
    reading = read(description)
    assert reading.not_understood == ()
    code = template(style="static").generate(arrange(reading), description, reading=reading).code
    lines = [line for line in code.splitlines() if "Text(" in line and ".next_to(" in line]
    return {line.split('"')[1]: line.partition(".next_to(")[2][:-1] for line in lines}


LEGS = {
    "a": "triangle.get_bottom(), DOWN",
    "b": "triangle.get_left(), LEFT",
    "c": "triangle.get_center(), UR",
}


@pytest.mark.parametrize(
    "words",
    [
        "a right triangle with legs a and b and hypotenuse c",
        "a right triangle with legs labelled a and b and hypotenuse labelled c",
        "a right triangle, label its sides a, b and c",
    ],
)
def test_the_last_side_of_a_right_triangle_is_its_hypotenuse(words):
    assert labels(words) == LEGS


def test_legs_in_numbers_are_as_long_as_they_say():
    for words in ("legs 3 and 4", "legs labelled 3 and 4", "legs of length 3 and 4"):
        reading = read(f"a right triangle with {words}")
        assert reading.not_understood == ()
        triangle = arrange(reading).objects[0]
        assert (triangle.width, triangle.height) == (3, 4)
        assert [item.text for item in reading.items[1:]] == ["3", "4"]


def test_the_longest_side_of_a_right_triangle_by_its_vertices_is_the_hypotenuse():
    found = labels("a right triangle with vertices (0, 0), (3, 2) and (0, 2), label its sides a, b and c")
    assert found["c"] == "triangle.get_center(), DR"


def test_names_of_corners_come_before_those_of_sides():
    assert labels("a triangle ABC with sides labeled a, b, c") == {
        "A": "triangle.get_top(), UP",
        "B": "triangle.get_corner(DL), DL",
        "C": "triangle.get_corner(DR), DR",
        "a": "triangle.get_bottom(), DOWN",
        "b": "(triangle.get_corner(DR) + triangle.get_top()) / 2, RIGHT",
        "c": "(triangle.get_top() + triangle.get_corner(DL)) / 2, LEFT",
    }


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("a segment AB", {"A": "line.get_start(), LEFT", "B": "line.get_end(), RIGHT"}),
        (
            "a line segment AB from (-2, 0) to (2, 1)",
            {"A": "line.get_start(), DL", "B": "line.get_end(), UR"},
        ),
    ],
)
def test_a_segment_has_a_name_at_each_end(words, ends):
    assert labels(words) == ends


def test_a_word_of_another_length_is_no_name():
    assert [one.text for one in read("a triangle NASA").not_understood] == ["NASA"]
