"""Faults of generated code, and repairs of its lines."""

from __future__ import annotations

import pytest

from jepamine.manim.generation.repair import Fault, blamed_variables, misplaced_objects, repair, wrong_looks
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.check_answer import Answer, Found, Problem
from jepamine.manim.validation.scene_report import report
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
    assert blamed_variables(MADE, reported(Problem("failed", 6, "NameError: one")), LAYOUT) == ["circle"]
    assert blamed_variables(MADE, reported(Problem("failed", 8, "AttributeError")), LAYOUT) == []
    assert blamed_variables(MADE, reported(Problem("crashed", None, "gone")), LAYOUT) == []


def test_missing_and_misplaced_objects_are_blamed():
    assert blamed_variables(
        MADE, reported(objects=(found("circle", -2.4), found("square", 4.0))), LAYOUT
    ) == ["square"]
    assert blamed_variables(MADE, reported(objects=(found("square", 2.0),)), LAYOUT) == ["circle"]


def test_a_wrong_type_or_colour_is_blamed():
    green = (found("circle", -2.0), found("square", 2.0, color="#00FF00"))
    assert blamed_variables(MADE, reported(objects=green), LAYOUT) == ["square"]
    star = (found("circle", -2.0, "star"), found("square", 2.0, color="#58C4DD"))
    assert blamed_variables(MADE, reported(objects=star), LAYOUT) == ["circle"]


def test_only_blamed_lines_change():
    lines = repair(MADE, LAYOUT, None, ["circle"]).code.splitlines()
    assert lines[5] == "        circle = Circle(radius=1).move_to([-2, 0, 0])"
    assert lines[:5] + lines[6:] == CODE.splitlines()[:5] + CODE.splitlines()[6:]


TEXT = Object("text", 1, 2, 0, 3, 1, color="#FC6255", text="two  words")


def report_of(layout, x=1.0, kind="text", text="two words", color="#FC6255", problems=()):
    objects = (Found("it", (x, 2.0, 3.0, 1.0), True, (), kind, text, color),)
    return report(Answer(problems, "S", objects), SAFE, 0.1, layout, {"it": 0})


def faults_of(**drawn):
    layout = Layout((TEXT,))
    outcome = report_of(layout, **drawn)
    return [fault.message for fault in misplaced_objects(outcome, layout) + wrong_looks(outcome, layout)]


def test_an_object_that_matches_the_layout_has_no_fault():
    assert faults_of() == []


@pytest.mark.parametrize(
    ("drawn", "messages"),
    [
        ({"x": 1.5}, []),
        ({"x": 1.75}, ["is 0.75 units from its place"]),
        ({"kind": "circle", "text": None}, ["is drawn as circle"]),
        ({"kind": None, "text": None}, ["is drawn as something else"]),
        ({"text": "two worlds"}, ["has the text 'two worlds', not 'two  words'"]),
        ({"color": "#00FF00"}, ["is green, not red"]),
        ({"color": "#CF5044"}, []),
        ({"color": None}, []),
        ({"x": 3.0, "color": "#00FF00"}, ["is 2.00 units from its place", "is green, not red"]),
    ],
)
def test_each_difference_is_a_fault(drawn, messages):
    assert faults_of(**drawn) == [f"object 1 of the layout (text) {message}" for message in messages]


def test_properties_missing_from_the_layout_are_not_checked():
    layout = Layout((Object("text", 1, 2, 0, 3, 1),))
    assert wrong_looks(report_of(layout, text="anything", color="#00FF00"), layout) == []


def test_a_missing_object_is_named_by_its_number_in_the_layout():
    layout = Layout((TEXT, Object("dot", 0, 0, 0, 0.2, 0.2)))
    outcome = report_of(layout)
    assert misplaced_objects(outcome, layout) == [Fault(1, "object 2 of the layout (dot) is missing")]
    assert wrong_looks(outcome, layout) == []


def test_code_that_did_not_run_has_no_faults():
    layout = Layout((TEXT,))
    outcome = report_of(layout, x=9.0, problems=(Problem("failed", 3, "NameError"),))
    assert misplaced_objects(outcome, layout) + wrong_looks(outcome, layout) == []
