"""Shapes that are joined or cut, angles with their sides, code, dots on corners, and what is followed."""

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange
from tests.manim.text.test_parts import code


@pytest.mark.parametrize(
    ("description", "line"),
    [
        (
            "the union of two overlapping circles",
            "union = Union(Circle(radius=0.8).shift(0.5 * LEFT), Circle(radius=0.8).shift(0.5 * RIGHT))",
        ),
        (
            "the difference of a square and a circle in red",
            "difference = Difference(Square(side_length=1.5).shift(0.5 * LEFT), "
            "Circle(radius=0.8).shift(0.5 * RIGHT), color=RED).center()",
        ),
        (
            "the intersection of two squares filled with blue",
            "intersection = Intersection(Square(side_length=1.5).shift(0.5 * LEFT), "
            "Square(side_length=1.5).shift(0.5 * RIGHT), color=BLUE, fill_opacity=1)",
        ),
        (
            "a code block: for i in range(3): print(i)",
            'listing = Code(code_string="for i in range(3): print(i)", language="python").center()',
        ),
        ('the code "print(1)"', 'listing = Code(code_string="print(1)", language="python").center()'),
        (
            "a circle filled with green",
            "circle = Circle(radius=0.8, color=GREEN, fill_opacity=1).move_to(ORIGIN)",
        ),
        (
            "a curved arrow from the square to the circle",
            "arrow = CurvedArrow(square.get_right(), circle.get_left(), angle=-PI / 5)",
        ),
        ('the text "energy"', 'text = Text("energy", font_size=33)'),
    ],
)
def test_it_is_written_as_an_author_writes_it(description, line):
    lines, missed = code(description)
    assert line in lines
    assert missed == []


def test_the_intersection_of_two_circles_as_a_place_is_no_figure():
    assert [item.type for item in read("a dot at the intersection of two circles").items] == [
        "dot",
        "circle",
        "circle",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "an angle of 40 degrees between two lines",
        "the angle between two line segments",
        "an angle formed by two lines",
    ],
)
def test_an_angle_has_its_own_sides(words):
    reading = read(words)
    assert [item.traits for item in reading.items] == [{"angle"}]
    assert reading.not_understood == ()


@pytest.mark.parametrize(
    ("words", "corners"),
    [
        ("four dots at the corners of a square", ["UR", "UL", "DL", "DR"]),
        ("a square with dots at its corners", ["UR", "UL", "DL", "DR"]),
        ("a dot at each corner of a rectangle", ["UR", "UL", "DL", "DR"]),
    ],
)
def test_dots_are_on_the_corners(words, corners):
    lines, missed = code(words)
    owner = "rectangle" if "rectangle" in words else "square"
    assert [line.split(" = ")[1] for line in lines if line.startswith("dot_")] == [
        f"Dot(radius=0.1).move_to({owner}.get_corner({corner}))" for corner in corners
    ]
    assert missed == []


def test_dots_at_the_vertices_of_a_triangle_are_three():
    lines, _ = code("three dots at the vertices of a triangle")
    assert [line for line in lines if "Dot(" in line] == [
        "dot_1 = Dot(radius=0.1).move_to(triangle.get_top())",
        "dot_2 = Dot(radius=0.1).move_to(triangle.get_corner(DL))",
        "dot_3 = Dot(radius=0.1).move_to(triangle.get_corner(DR))",
    ]


@pytest.mark.parametrize(
    ("words", "event"),
    [
        ("a square follows the dot", ("move", ("next to", ((-1, 0), (1,))))),
        ("a dot moves 3 units right and the square follows it", ("move", ("next to", ((-1, 0), (0,))))),
        ("a dot follows a circle", ("follow", None)),
    ],
)
def test_what_has_no_outline_is_followed_to_its_place(words, event):
    last = read(words).events[-1]
    assert (last.verb, last.value) == event


@pytest.mark.parametrize("words", ["a curved arrow", "a circle, then a curved arrow appears"])
def test_a_curved_arrow_is_drawn_and_not_grown(words):
    reading = read(words)
    made = template(style="3b1b").generate(arrange(reading), words, reading=reading)
    assert "self.play(Create(arrow))" in made.code


def test_a_curved_line_is_not_drawn_straight_without_a_note():
    assert [note.text for note in read("a curved line").not_understood] == ["curved"]


@pytest.mark.parametrize(
    ("words", "colour", "ground"),
    [
        ("the text 'The End' in white on black", "#FFFFFF", "#000000"),
        ("a white square on black.", "#FFFFFF", "#000000"),
        ("a yellow dot on blue, then it fades out", "#F7D96F", "#58C4DD"),
        ("a red circle on a blue square", "#FC6255", None),
    ],
)
def test_a_colour_with_nothing_of_that_colour_is_the_ground(words, colour, ground):
    reading = read(words)
    assert (reading.items[0].color, reading.background) == (colour, ground)
    assert reading.not_understood == ()
