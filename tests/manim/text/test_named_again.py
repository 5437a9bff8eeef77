"""What a clause names again is meant by what follows; the diagonal of a grid is the objects on it."""

import pytest

from jepamine.manim.text.parse import read


def coloured(description):
    """One character an object: whether it has a colour."""
    reading = read(description)
    assert reading.not_understood == ()
    return "".join("x" if item.color else "." for item in reading.items)


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("draw a circle and a square and colour the square green", ".x"),
        ("draw three squares and colour the middle one green", ".x."),
        ("draw a row of three squares and make the middle one green", ".x."),
        ("draw a grid of 2 by 2 squares and colour the first one green", "x..."),
        ("draw a circle, a square and a star and colour the circle and the star green", "x.x"),
        ("draw 4 circles and colour the first and the last green", "x..x"),
        ("draw a circle and a square and colour them green", "xx"),
        ("a circle and a square are green", "xx"),
        ("a circle. a square. the circle and the square are green", "xx"),
    ],
)
def test_a_colour_is_of_the_objects_named_last(description, expected):
    assert coloured(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("a 3 by 3 grid of squares, colour the diagonal orange", "x...x...x"),
        ("a 3 by 3 grid of dots. colour the diagonals of the grid green", "x.x.x.x.x"),
        ("draw a 2 x 3 grid of triangles and colour the diagonal red", "x...x."),
        ("a square. colour the diagonals of the square green", ".xx"),
    ],
)
def test_the_diagonal_of_a_grid_is_the_objects_on_it(description, expected):
    assert coloured(description) == expected
