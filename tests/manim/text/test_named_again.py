"""What a clause names again is meant by what follows; the diagonal of a grid is the objects on it."""

from itertools import product

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


SHOWN = {"draw a circle and a square": ("circle", "square"), "a red star above a big dot": ("star", "dot")}
SEVERAL = {"three circles in a row": 3, "draw a 2 by 3 grid of triangles": 6}
PICKED = {"the first one": 0, "the second one": 1, "the last": -1, "the third": 2}
JOINED = (" and ", ", ", ". ", ", then ", "; ")


def described(action):
    """Each description with an action on one object, and the object's index."""
    for (shown, names), joined in product(SHOWN.items(), JOINED):
        for place, name in enumerate(names):
            yield shown + joined + action.format(f"the {name}"), place
    for (shown, count), joined, (words, place) in product(SEVERAL.items(), JOINED, PICKED.items()):
        yield shown + joined + action.format(words), place % count


@pytest.mark.parametrize(
    "action",
    ["colour {} green", "make {} green", "{} is green", "{} turns green", "put {} in green", "turn {} green"],
)
def test_no_other_object_gets_the_colour(action):
    for description, place in described(action):
        reading = read(description)
        painted = {index for index, item in enumerate(reading.items) if item.color == "#83C167"}
        painted |= {index for event in reading.events for index in event.subject if event.verb == "recolor"}
        assert (painted, reading.not_understood) == ({place}, ()), description


@pytest.mark.parametrize(
    "action",
    ["fade out {}", "fade {} out", "move {} up by 2", "move up {}", "scale {} by 2", "shrink down {}",
     "rotate {} by 90 degrees", "{} moves to the left by 1.5", "{} disappears", "slide {} to the right"],
)  # fmt: skip
def test_no_other_object_moves(action):
    for description, place in described(action):
        reading = read(description)
        moved = [event.subject for event in reading.events]
        assert (moved, reading.not_understood) == ([(place,)], ()), description


def test_a_verb_holds_for_a_second_object_with_its_own_way():
    events = read("two squares. move the left square up by 2 and the right one down by 1").events
    assert [(event.subject, event.value, event.together) for event in events] == [
        ((0,), ("by", (0.0, 2.0)), False),
        ((1,), ("by", (0.0, -1.0)), True),
    ]
