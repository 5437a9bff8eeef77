"""Lines that failed, written anew."""

from __future__ import annotations

from jepamine.manim.generation.repair import repaired, troubled
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.answer import Answer, Found, Problem
from jepamine.manim.validation.report import report
from jepamine.sandbox.protection import POWERS, Protection

LAYOUT = Layout((Object("circle", -2, 0, 0, 2, 2), Object("square", 2, 0, 1, 1, 1, color="#58C4DD")))
CODE = """from manim import *


class GeneratedScene(Scene):
    def construct(self):
        circle = Circle(radius=one)
        square = Square(side_length=1).move_to([4, 0, 0])
        self.add(circle, square)
"""
MADE = Generated(CODE, {"circle": 0, "square": 1})
SAFE = Protection(7, True, False, True, ("AS",), POWERS)


def found(name, x, kind=None, color=None):
    return Found(name, (x, 0.0, 1.0, 1.0), True, (), kind or name, None, color)


def reported(*problems, objects=()):
    return report(Answer(problems, "GeneratedScene", objects), SAFE, 0.1, LAYOUT, MADE.names)


def test_the_line_of_an_error_is_blamed():
    assert troubled(MADE, reported(Problem("failed", 6, "NameError: one")), LAYOUT) == ["circle"]
    assert troubled(MADE, reported(Problem("failed", 8, "AttributeError")), LAYOUT) == []
    assert troubled(MADE, reported(Problem("crashed", None, "gone")), LAYOUT) == []


def test_what_is_missing_or_far_off_is_blamed():
    assert troubled(MADE, reported(objects=(found("circle", -2.4), found("square", 4.0))), LAYOUT) == [
        "square"
    ]
    assert troubled(MADE, reported(objects=(found("square", 2.0),)), LAYOUT) == ["circle"]


def test_another_type_or_colour_than_the_layouts_is_blamed():
    green = (found("circle", -2.0), found("square", 2.0, color="#00FF00"))
    assert troubled(MADE, reported(objects=green), LAYOUT) == ["square"]
    star = (found("circle", -2.0, "star"), found("square", 2.0, color="#58C4DD"))
    assert troubled(MADE, reported(objects=star), LAYOUT) == ["circle"]


def test_only_the_blamed_lines_change():
    lines = repaired(MADE, LAYOUT, "", ["circle"]).code.splitlines()
    assert lines[5] == "        circle = Circle(radius=1).move_to([-2, 0, 0])"
    assert lines[:5] + lines[6:] == CODE.splitlines()[:5] + CODE.splitlines()[6:]
