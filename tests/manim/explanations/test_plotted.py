"""Functions and points are found as people write them, with their colours, ranges and what is marked."""

import pytest

from jepamine.manim.explanations.choose_film import explanation
from jepamine.manim.explanations.mathematical import bounds
from jepamine.manim.explanations.plotted import plotted, scattered


@pytest.mark.parametrize(
    ("words", "functions"),
    [
        ("plot sin x from 0 to 2pi", "[lambda x: np.sin(x)]"),
        ("y = 2x + 1 and y = -x + 4", "[lambda x: 2 * x + 1, lambda x: -x + 4]"),
        ("y = e^{-x} cos(3x) on axes", "[lambda x: np.e ** (-x) * np.cos(3 * x)]"),
        ("a sine wave and a cosine wave", "[lambda x: np.sin(x), lambda x: np.cos(x)]"),
        ("plot x squared", "[lambda x: x ** 2]"),
        ("draw e^x and 2 cos 3x", "[lambda x: np.e ** x, lambda x: 2 * np.cos(3 * x)]"),
        (
            "e^x and Taylor polynomials of degree 1 and 2",
            "[lambda x: np.e ** x, lambda x: x + 1, lambda x: (1/2)*x**2 + x + 1]",
        ),
    ],
)
def test_functions_are_found_however_they_are_written(words, functions):
    assert plotted(words).constants["FUNCTIONS"] == functions


def test_each_function_has_the_colour_that_is_said_of_it():
    taken = plotted("sin and cos in one plot, red for sin, blue for cos")
    assert taken.constants["COLORS"] == "['#FC6255', '#58C4DD']"


@pytest.mark.parametrize(
    ("words", "marks"),
    [
        ("graph y = |x| and y = x + 1, mark where they intersect", {"CROSSINGS": "True"}),
        ("plot sin x with labelled axes", {"AXIS_NAMES": "True"}),
        ("plot sin x and cos x and label both", {"NAMED": "True"}),
        ("plot sin x and mark where they cross", {}),
    ],
)
def test_what_is_marked_is_what_is_asked_for(words, marks):
    constants = plotted(words).constants
    assert {
        name: constants[name] for name in ("CROSSINGS", "AXIS_NAMES", "NAMED") if name in constants
    } == marks


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("from 0 to 2pi", ("0", "6.28319")),
        ("for x in [0, 6]", ("0", "6")),
        ("on [-2.5, 2.5]", ("-2.5", "2.5")),
        ("-pi/2 <= x <= pi/2", ("-1.5708", "1.5708")),
        ("between x = 1 and x = 3", ("1", "3")),
    ],
)
def test_a_range_is_known_however_it_is_written(words, ends):
    assert tuple(bounds(words).constants.values()) == ends


def test_bare_points_are_scattered_and_named_ones_are_not():
    assert (
        scattered("points (1, 2), (2, 3.5) and (-1, 0)").constants["POINTS"] == "[[1, 2], [2, 3.5], [-1, 0]]"
    )
    assert scattered("A(1, 2), B(2, 3) and C = (4, 4)").constants == {}


def test_lines_through_points_are_drawn_if_they_are_asked_for():
    points = "scatter plot of (1, 2), (2, 3), (3, 5)"
    assert scattered(f"{points} with a line of best fit").constants["FIT"] == "True"
    assert scattered(f"{points} and connect them").constants["CONNECTED"] == "True"
    assert set(scattered(f"{points} without lines").constants) == {"POINTS"}


@pytest.mark.parametrize(
    ("words", "film", "left"),
    [
        ("plot sin x from 0 to 2pi", "plots", []),
        ("scatter plot of (1, 2), (2, 3), (3, 5), pink points, no line", "scatter_plot", []),
        ("plot sin x and a dashed line", "plots", ["dashed"]),
    ],
)
def test_a_plot_answers_the_description_or_says_what_it_leaves(words, film, left):
    found = explanation(words)
    assert (found.name, [note.text for note in found.not_understood]) == (film, left)


def test_the_water_cycle_is_closed():
    assert "CLOSED = True" in explanation("explain the water cycle").code
