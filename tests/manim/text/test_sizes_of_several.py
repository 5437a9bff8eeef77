"""Sizes that are given to several objects in one list, and objects around one middle."""

import pytest

from jepamine.manim.text.parse import read


def sizes(description, name):
    reading = read(description)
    assert reading.not_understood == ()
    return [item.measure(name) for item in reading.items]


@pytest.mark.parametrize(
    ("words", "name", "expected"),
    [
        ("three circles of radius 0.5, 1 and 1.5 next to each other", "radius", [0.5, 1, 1.5]),
        ("circles of radius 1 and 2", "radius", [1, 2]),
        ("a row of three squares with side lengths 1, 2 and 3", "side", [1, 2, 3]),
        ("a circle of radius 2 and 3 squares", "radius", [2, None, None, None]),
        ("a circle with radius 1, 2 squares", "radius", [1, None, None]),
        ("a rectangle of width 4 and height 2", "width", [4]),
    ],
)
def test_each_has_the_size_in_its_place_of_the_list(words, name, expected):
    assert sizes(words, name) == expected


def test_more_sizes_than_objects_are_reported():
    (missed,) = read("two circles of radius 1, 2 and 3").not_understood
    assert missed.reason == "3 sizes for 2 objects"


def test_concentric_circles_have_the_middle_of_the_largest():
    reading = read("concentric circles with radii 1, 3 and 2, colored red, green, blue")
    assert [item.measure("part") for item in reading.items] == [(1, "middle", 0), None, (1, "middle", 0)]
    assert reading.groups == ()


def test_concentric_figures_without_sizes_grow():
    assert sizes("three concentric squares", "side") == [1.2, 2.4, 3.6]
