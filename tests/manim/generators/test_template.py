"""The exact code that `template` writes. Manim is not needed."""

import ast
import json
from pathlib import Path

import pytest

from jepamine.config import registry
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.generators.template import template
from jepamine.manim.layouts import Layout, Object, to_json
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange

RED, BLUE = PALETTE["RED"][0], PALETTE["BLUE"][0]


def placed(type_, x=0.0, y=0.0, width=1.0, height=1.0, z=0, **more):
    return Object(type=type_, x=x, y=y, z=z, width=width, height=height, **more)


def layout(*items):
    return Layout(tuple(Object(**(vars(item) | {"z": z})) for z, item in enumerate(items)))


def code(*items, description="", style="static"):
    return template(style=style).generate(layout(*items), description).code


def expression(item, description=""):
    """Return the expression assigned to the only variable."""
    line = code(item, description=description).splitlines()[5]
    return line.partition(" = ")[2]


def test_it_is_listed_as_a_generator():
    plugin = registry.find("generator", "template", Path())
    assert registry.load(plugin)(style="static") == template()


def test_a_scene_has_a_variable_per_object_and_the_lines_of_its_style():
    items = [
        placed("circle", -2.0, 1.5, 1.6, 1.6, color=RED),
        placed("text", 3.0, -1.25, 1.6, 0.4, text="energy", color="#123456"),
    ]
    assert code(*items) == (
        "from manim import *\n"
        "\n"
        "\n"
        "class GeneratedScene(Scene):\n"
        "    def construct(self):\n"
        "        circle = Circle(radius=0.8, color=RED).move_to([-2, 1.5, 0])\n"
        '        text = Text("energy", color="#123456").scale_to_fit_width(1.6).move_to([3, -1.25, 0])\n'
        "        self.add(circle, text)\n"
    )
    assert code(*items, style="write-on").splitlines()[7:] == [
        "        self.play(LaggedStart(Create(circle), Write(text), lag_ratio=0.3))",
        "        self.wait()",
    ]
    assert code(*items, style="one-by-one").splitlines()[7:] == [
        "        self.play(Create(circle))",
        "        self.play(Write(text))",
        "        self.wait()",
    ]


def test_names_map_to_the_objects_of_the_layout_in_drawing_order():
    circle = placed("circle", z=2)
    square = placed("square", z=0)
    second = placed("circle", x=3.0, z=1)
    generated = template().generate(Layout((circle, square, second)), "")
    assert generated.names == {"square": 1, "circle_1": 2, "circle_2": 0}
    assert "self.add(square, circle_1, circle_2)" in generated.code


def test_a_row_is_a_group():
    row = [placed("circle", x=2.0 * place) for place in range(3)]
    lines = code(*row, placed("text", y=3.0, text="A", width=0.4, height=0.4)).splitlines()
    assert lines[5:] == [
        "        circle_1 = Circle(radius=0.5)",
        "        circle_2 = Circle(radius=0.5)",
        "        circle_3 = Circle(radius=0.5)",
        "        circles = VGroup(circle_1, circle_2, circle_3).arrange(RIGHT, buff=1).move_to([2, 0, 0])",
        '        text = Text("A").scale_to_fit_height(0.4).move_to([0, 3, 0])',
        "        self.add(circles, text)",
    ]


def test_a_row_with_another_object_drawn_between_its_members_is_not_a_group():
    row = [placed("circle", x=2.0 * place) for place in range(3)]
    assert "VGroup" not in code(row[0], placed("square", x=1.0), *row[1:])


def test_an_empty_layout_is_an_empty_scene():
    generated = template().generate(Layout(()), "")
    assert generated.names == {}
    assert generated.code.endswith("    def construct(self):\n        self.wait()\n")
    ast.parse(generated.code)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (placed("circle", width=2.0, height=2.04), "Circle(radius=1.01)"),
        (
            placed("circle", width=2.0, height=1.0),
            "Circle(radius=0.75).stretch_to_fit_width(2).stretch_to_fit_height(1)",
        ),
        (
            placed("rectangle", width=2.5, height=1.0, color=BLUE),
            "Rectangle(width=2.5, height=1, color=BLUE)",
        ),
        (placed("triangle", width=1.73, height=1.5), "Triangle(radius=1)"),
        (placed("triangle", width=3.0, height=1.5), "Triangle(radius=1).stretch_to_fit_width(3)"),
        (placed("dot", width=0.16, height=0.16), "Dot(radius=0.08)"),
        (placed("line", width=2.0, height=0.0), "Line(ORIGIN, [2, 0, 0])"),
        (placed("line", width=2.0, height=1.0), "Line(ORIGIN, [2, 1, 0])"),
        (placed("arrow", width=2.0, height=0.35), "Arrow(ORIGIN, [2, 0, 0], buff=0)"),
        (placed("arrow", width=0.35, height=2.0), "Arrow(ORIGIN, [0, 2, 0], buff=0)"),
        (placed("arrow", width=2.0, height=0.15), "Arrow(ORIGIN, [2, 0, 0], buff=0, tip_length=0.15)"),
        (
            placed("arc", width=2.0, height=1.0),
            "Arc(radius=1, start_angle=0 * DEGREES, angle=180 * DEGREES)",
        ),
        (placed("annulus", width=2.0, height=2.0), "Annulus(inner_radius=0.6, outer_radius=1)"),
        (placed("number_line", width=6.0, height=0.2), "NumberLine(x_range=[-4, 4, 1], length=6)"),
        (
            placed("axes", width=5.0, height=3.0, color=RED),
            "Axes(x_range=[-3, 3, 1], y_range=[-2, 2, 1], x_length=5, y_length=3, tips=False).set_color(RED)",
        ),
        (
            placed("function_graph", width=4.0, height=1.0),
            "FunctionGraph(lambda x: 0.5 * np.sin(1.571 * x), x_range=[-2, 2, 0.1])",
        ),
        (
            placed("brace", width=0.28, height=2.0),
            "BraceBetweenPoints([0, -1, 0], [0, 1, 0], direction=RIGHT)",
        ),
        (placed("text", width=0.3, height=0.5, text="A"), 'Text("A").scale_to_fit_height(0.5)'),
        (
            placed("text", width=0.4, height=2.0, text="height"),
            'Text("height").rotate(90 * DEGREES).scale_to_fit_height(2)',
        ),
        (
            placed("text", width=2.0, height=0.5),
            'Text("Text").stretch_to_fit_width(2).stretch_to_fit_height(0.5)',
        ),
    ],
)
def test_an_object_is_written_as_a_person_would_write_it(item, expected):
    assert expression(item) == f"{expected}.move_to(ORIGIN)"


@pytest.mark.parametrize(
    ("item", "description", "expected"),
    [
        (placed("arrow", width=2.0, height=0.35), "an arrow pointing left", "[-2, 0, 0]"),
        (placed("arrow", width=0.35, height=2.0), "a downward arrow", "[0, -2, 0]"),
        (placed("polygon", width=1.9, height=1.81), "a pentagon", "n=5"),
        (placed("circle"), "a filled circle", "fill_opacity=1"),
        (placed("brace", width=2.0, height=0.28), "a brace pointing up", "direction=UP"),
        (placed("function_graph", width=2.0, height=1.0), "a parabola", "1 * x**2"),
    ],
)
def test_the_description_adds_what_a_box_cannot_show(item, description, expected):
    assert expected not in expression(item)
    assert expected in expression(item, description)


def test_a_description_that_cannot_be_parsed_changes_nothing():
    assert code(placed("circle"), description="a cat") == code(placed("circle"))


def test_a_figure_that_hides_another_is_filled():
    under = placed("square", width=2.0, height=2.0, visible=0.7)
    over = placed("circle", x=0.8, color=RED)
    assert "Circle(radius=0.5, color=RED, fill_opacity=1)" in code(under, over)
    assert "fill_opacity" not in code(placed("square", width=2.0, height=2.0), over)


def test_a_title_is_named_title():
    generated = template().generate(
        arrange(read("the title 'Energy' and a text 'x'")), "the title 'Energy' and a text 'x'"
    )
    assert generated.names == {"title": 0, "text": 1}


@pytest.mark.parametrize(
    "text", ['say "hi"', "back\\slash", "line\nbreak", "{x!r}", "\u00e4\u03b1\u4e2d", "'''", "\u202e"]
)
def test_any_text_is_written_as_a_string(text):
    tree = ast.parse(code(placed("text", width=2.0, height=0.5, text=text)))
    assert text in [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def test_the_same_layout_gives_the_same_code():
    description = "a row of three stars above the text 'x', an arrow from a circle to a square"
    solved = arrange(read(description))
    assert template().generate(solved, description) == template().generate(solved, description)
    assert json.loads(json.dumps(to_json(solved))) == to_json(arrange(read(description)))
