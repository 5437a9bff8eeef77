"""Parts of figures, labels of their sides and corners, and places on number lines, as code."""

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def code(description):
    """Return the lines of `construct`, and what was not understood."""
    reading = read(description)
    made = template(style="static").generate(arrange(reading), description, reading=reading)
    lines = [line.strip() for line in made.code.splitlines()[5:]]
    return lines, [note.text for note in reading.not_understood]


@pytest.mark.parametrize(
    ("description", "line"),
    [
        (
            "number line from 0 to 5, mark the point 3 with a red dot",
            "dot = Dot(radius=0.1, color=RED).move_to(number_line.n2p(3))",
        ),
        (
            "mark 2 in red on a number line from 0 to 4",
            "dot = Dot(radius=0.1, color=RED).move_to(number_line.n2p(2))",
        ),
        (
            "numberline -10 to 10 and a blue arrow from -4 to 6",
            "arrow = Arrow(number_line.n2p(-4) + 0.5 * UP, number_line.n2p(6) + 0.5 * UP, buff=0, "
            "color=BLUE)",
        ),
        ("a circle with its radius", "line = Line(circle.get_center(), circle.get_right())"),
        ("the diameter of a circle", "line = Line(circle.get_left(), circle.get_right())"),
        (
            "a square with both diagonals in yellow",
            "line_2 = Line(square.get_corner(UL), square.get_corner(DR), color=YELLOW)",
        ),
        (
            "a right triangle and its hypotenuse in red",
            "line = Line(triangle.get_corner(DR), triangle.get_corner(UL), color=RED)",
        ),
        (
            "a triangle with vertices labelled P, Q and R",
            'text_1 = Text("P").scale_to_fit_height(0.34).next_to(triangle.get_top(), UP)',
        ),
        (
            "a square with side 2, label the sides a",
            'text_4 = Text("a").scale_to_fit_height(0.28).next_to(square.get_left(), LEFT)',
        ),
        (
            "a circle of radius 2, show the radius as a line and label it 'r = 2'",
            'formula = MathTex(r"r = 2").next_to(line, UP)',
        ),
    ],
)
def test_a_part_is_written_with_what_it_belongs_to(description, line):
    lines, missed = code(description)
    assert line in lines
    assert missed == []


def test_a_dot_moves_from_number_to_number():
    lines, missed = code("a number line from -5 to 5. A dot moves from -3 to 4 along the number line.")
    assert "self.play(dot.animate.move_to(number_line.n2p(4)))" in lines
    assert missed == []


def test_what_is_crossed_out_stays_under_the_line():
    lines, missed = code("write 'Mistake' and then cross it out with a red line")
    assert "line = Line(text.get_left(), text.get_right(), color=RED)" in lines
    assert missed == []


def test_numbers_without_a_number_line_are_told():
    _, missed = code("a circle, mark 3 with a red dot")
    assert missed == ["a circle, mark 3 with a red dot"]


def test_a_hypotenuse_belongs_to_a_right_triangle_only():
    _, missed = code("an equilateral triangle with its hypotenuse")
    assert missed == ["hypotenuse"]


@pytest.mark.parametrize(
    ("description", "line"),
    [
        (
            "an arrow from a circle to a square",
            "arrow = Arrow(circle.get_right(), square.get_left(), buff=0.1)",
        ),
        (
            "a circle above a square, connected by a line",
            "line = Line(circle.get_bottom(), square.get_top())",
        ),
        ("a circle left of a square", "circle = Circle(radius=0.8).move_to([-1.02, 0, 0])"),
        ("a square and a circle; the circle is right of the square", None),
        (
            "three red squares in a row",
            "squares = VGroup(square_1, square_2, square_3).arrange(RIGHT, buff=0.5)",
        ),
    ],
)
def test_places_are_written_as_an_author_does(description, line):
    lines, _ = code(description)
    if line is None:
        assert any(".next_to(square, RIGHT" in one for one in lines)
    else:
        assert line in lines


@pytest.mark.parametrize(
    ("description", "types", "missed"),
    [
        ("a green rectangle as the ground", ["rectangle"], []),
        ("a car", ["rectangle"], ["car"]),
        ("a circle, a square as the first 5 do", ["circle", "square"], ["the first 5 do"]),
        ("a car (rectangle)", ["rectangle"], []),
        ("two boxes Start and End", ["rectangle", "rectangle", "text", "text"], []),
        ("two squares and a Circle", ["square", "square", "circle"], []),
    ],
)
def test_things_without_a_shape_are_drawn_as_one_and_told(description, types, missed):
    reading = read(description)
    assert [item.type for item in reading.items] == types
    assert [note.text for note in reading.not_understood] == missed
