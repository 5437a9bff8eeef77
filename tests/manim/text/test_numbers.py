"""Numbers, formulas, functions and data of descriptions."""

import time

import numpy as np
import pytest

from jepamine.errors import UserError
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.generators.template import template
from jepamine.manim.text.literals import literals
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange
from jepamine.manim.text.typed_formulas import formula_size, function_of, latex_of


def code(description):
    """The lines of a static scene, without the head and what shows the objects."""
    reading = read(description)
    lines = (
        template(style="static").generate(arrange(reading), description, reading=reading).code.splitlines()
    )
    return [line.strip() for line in lines[5:-1]]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("a circle with a radius of 2", ["circle = Circle(radius=2).move_to(ORIGIN)"]),
        ("a circle of diameter 3", ["circle = Circle(radius=1.5).move_to(ORIGIN)"]),
        ("a square with side length 2.5", ["square = Square(side_length=2.5).move_to(ORIGIN)"]),
        ("a 4 by 2 rectangle", ["rectangle = Rectangle(width=4, height=2).move_to(ORIGIN)"]),
        (
            "a rectangle 3 units wide and 2 units high",
            ["rectangle = Rectangle(width=3, height=2).move_to(ORIGIN)"],
        ),
        ("a line from (-2, -1) to (3, 2)", ["line = Line([-2, -1, 0], [3, 2, 0])"]),
        (
            "a triangle with vertices (0,0), (3,0) and (0,4)",
            ["triangle = Polygon([0, 0, 0], [3, 0, 0], [0, 4, 0])"],
        ),
        ("a rectangle three units wide", ["rectangle = Rectangle(width=3, height=1.3).move_to(ORIGIN)"]),
        (
            r"Write \int_0^1 x dx = \frac{1}{2} in the center",
            [r'formula = MathTex(r"\int_0^1 x dx = \frac{1}{2}")'],
        ),
        ("the equation C_6H_12O_6", ['formula = MathTex(r"C_6H_{12}O_6")']),
        ("a square rotated by 45 degrees", ["square = Square(side_length=1.5).rotate(45 * DEGREES)"]),
        ("a circle of radius 1 at (-3, 1)", ["circle = Circle(radius=1).move_to([-3, 1, 0])"]),
        ('the text "Hi" with font size 72', ['text = Text("Hi", font_size=72)']),
        ("a hexagon with side length 1", ["polygon = RegularPolygon(n=6, radius=1)"]),
        ("a right triangle", ["triangle = Polygon([-1, -0.75, 0], [1, -0.75, 0], [-1, 0.75, 0])"]),
        ("the formula 'x^2'", ['formula = MathTex(r"x^2")']),
        ('write "E = mc^2" as an equation', ['formula = MathTex(r"E = mc^2")']),
        ("the equation a^2 + b^2 = c^2", ['formula = MathTex(r"a^2 + b^2 = c^2")']),
        ("a matrix [[1,2],[3,4]]", ["matrix = Matrix([[1, 2], [3, 4]])"]),
        (
            "a bar chart of A: 3, B: 5",
            [
                'bar_chart = BarChart(values=[3, 5], bar_names=["A", "B"], y_range=[0, 5, 1], '
                "x_length=5.2, y_length=3)"
            ],
        ),
        (
            "plot y = x^2 from -2 to 2",
            [
                "axes = Axes(x_range=[-2, 2, 0.5], y_range=[0, 4, 0.5], x_length=4.8, y_length=3.2, "
                "tips=False)",
                "function_graph = axes.plot(lambda x: x ** 2, x_range=[-2, 2])",
            ],
        ),
        ("an arrow on a black background", ["self.camera.background_color = BLACK",
                                            "arrow = Arrow(ORIGIN, [2.2, 0, 0], buff=0).move_to(ORIGIN)"]),
        ("a circle on a white background", ["self.camera.background_color = WHITE",
                                            "circle = Circle(radius=0.8, color=BLACK).move_to(ORIGIN)"]),
    ],
)  # fmt: skip
def test_what_a_description_gives_in_numbers_is_in_the_code(description, expected):
    assert code(description) == expected


@pytest.mark.parametrize(
    ("description", "colours"),
    [
        ("three circles in a row, the middle one red", [None, "RED", None]),
        ("the middle square of three squares is blue", [None, "BLUE", None]),
        ("three squares in a row, the second is green and the last one yellow", [None, "GREEN", "YELLOW"]),
        ("two triangles, the right triangle red", [None, "RED"]),
    ],
)
def test_one_of_a_row_is_the_one_that_is_named(description, colours):
    assert [item.color for item in read(description).items] == [name and PALETTE[name][0] for name in colours]


def test_a_text_object_has_the_words_that_it_says():
    assert [(item.type, item.text) for item in read("a text object saying 'hi'").items] == [("text", "hi")]


@pytest.mark.parametrize(
    "text", ["Text('Hello', font_size=48)", "self.play(Create(c))", "from manim import *"]
)
def test_code_is_no_description(text):
    with pytest.raises(UserError, match="the description is code"):
        read(text)


def test_a_chart_without_values_is_noted():
    assert "its values are missing" in read("a bar chart").not_understood[0].reason


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2x + 1", "2 * x + 1"),
        ("3 sin(2x)", "3 * np.sin(2 * x)"),
        ("(x+1)(x-1)", "(x + 1) * (x - 1)"),
        ("e^(-x)", "np.e ** (-x)"),
        ("__import__('os')", None),
        ("y + 1", None),
    ],
)
def test_a_function_of_x_is_python(written, expected):
    found = function_of(written)
    assert (found and found.replace(" ", "")) == (expected and expected.replace(" ", ""))


def test_formulas_become_latex():
    assert latex_of("x^10 + sqrt(2)") == r"x^{10} + \sqrt{2}"
    assert latex_of(r"\frac{1}{2}") == r"\frac{1}{2}"


def test_literals_are_found_between_words_but_not_in_quotes():
    assert [one[2:] for one in literals("the formula E = mc^2 above the title 'y = x^2'")] == [
        ("formula", "E = mc^2")
    ]


@pytest.mark.parametrize(
    "words",
    [
        "[" + "1," * 1900 + "x",
        "values " + "1" * 80 + "x",
        "y = " + "x+" * 1900 + "x",
        "f(x) = " + "(x)" * 1200,
        "a bar chart" + " " * 1500 + "x",
        "a bar chart with" + " " * 1500 + "x",
        "a bar chart of 1, 2" + " " * 1500 + "x",
        "a bar chart " + "1 and " * 600,
        "a table with rows" + " " * 1500 + "x",
    ],
)
def test_long_literals_are_left_without_taking_time(words):
    began = time.process_time()
    literals(words)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("from -pi to pi", (-np.pi, np.pi)),
        ("from 0 to 2pi", (0, 2 * np.pi)),
        ("between -π/2 and 3", (-np.pi / 2, 3)),
    ],
)
def test_a_range_may_end_at_a_multiple_of_pi(words, ends):
    graph = read(f"plot y = sin(x) {words}").items[0]
    assert graph.measure("range") == pytest.approx(ends)


def test_opacity_may_be_a_percentage():
    assert read("a circle with 50% opacity").items[0].measure("opacity") == 50


def test_each_of_several_objects_gets_its_colour_and_its_turn():
    reading = read("three squares in different colors appear one by one")
    assert len({item.color for item in reading.items} - {None}) == 3
    assert [(event.verb, event.subject) for event in reading.events] == [
        ("show", (0,)),
        ("show", (1,)),
        ("show", (2,)),
    ]
    assert (
        read("a circle appears one by one").not_understood[0].reason == "several objects are needed before it"
    )


@pytest.mark.parametrize(
    ("latex", "size"),
    [
        ("x", (0.248, 0.226)),
        ("E = mc^2", (1.871, 0.443)),
        (r"\sum_{k=1}^{n} k = \frac{n(n+1)}{2}", (3.624, 1.379)),
    ],
)
def test_the_size_of_a_formula_is_nearly_that_of_manim(latex, size):
    """Sizes as Manim 0.22 typesets them."""
    assert formula_size(latex) == pytest.approx(size, rel=0.06)


@pytest.mark.parametrize(
    ("words", "kind", "value"),
    [
        ("show 1/2 + 1/3 = 5/6 here", "formula", r"\frac{1}{2} + \frac{1}{3} = \frac{5}{6}"),
        ("then F = G*m1*m2/r^2 appears", "formula", r"F = G\cdot m_1\cdot \frac{m_2}{r^2}"),
        ("a line and label r = 3", "formula", "r = 3"),
        ("plot y = |x|", "function", "np.abs(x)"),
        ("plot y = x\u00b2", "function", "x ** 2"),
        ("y = x for x between -3 and 3", "span", (-3.0, 3.0)),
        ("y = x for -1 <= x <= 2", "span", (-1.0, 2.0)),
        ("a histogram: 4 students got A, 7 got B", "data", [("A", 4), ("B", 7)]),
        (
            "a table with the headings Name, Age and rows Tom 12, Mia 11",
            "data",
            [["Name", "Age"], ["Tom", "12"], ["Mia", "11"]],
        ),
    ],
)
def test_what_people_write_in_a_sentence_is_found(words, kind, value):
    assert (kind, value) in [(found, content) for _, _, found, content in literals(words)]


@pytest.mark.parametrize("words", ["the limit at x = 2", "when a = b", "it is as it is"])
def test_conditions_are_no_formulas(words):
    assert literals(words) == []


def test_sizes_grow_or_shrink_in_order():
    assert [line.split(".move_to")[0] for line in code("three circles of decreasing size in a row")][:3] == [
        "circle_1 = Circle(radius=1.04)",
        "circle_2 = Circle(radius=0.68)",
        "circle_3 = Circle(radius=0.32)",
    ]


def test_an_angle_that_no_object_has_is_noted():
    assert [item.text for item in read("a line at an angle of 45 degrees").not_understood] == [
        "at an angle of 45 degrees"
    ]


@pytest.mark.parametrize(
    ("words", "formulas"),
    [
        ("The equation x + 2 = 5 becomes x = 3", ["x + 2 = 5", "x = 3"]),
        ("3x = 9 turns into x = 3", ["3x = 9", "x = 3"]),
        ("a dot moves from x = 2 to x = 3", []),
        ("a circle with radius r = 2 becomes a square", []),
    ],
)
def test_what_an_equation_becomes_is_one_too(words, formulas):
    assert [value for _, _, kind, value in literals(words) if kind == "formula"] == formulas


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("a red question mark above a circle", "?"),
        ("an exclamation point", "!"),
        ("a green check mark", "\u2713"),
    ],
)
def test_characters_may_be_called_by_their_names(words, text):
    assert [item.text for item in read(words).items if item.type == "text"] == [text]
    assert read(words).not_understood == ()
