"""What is wrong with objects that were drawn."""

from __future__ import annotations

import pytest

from jepamine.manim.generation.repair import Fault, misplaced, mistaken
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.answer import Answer, Found, Problem
from jepamine.manim.validation.report import report
from jepamine.sandbox.protection import POWERS, Protection

SAFE = Protection(7, True, False, True, ("AS",), POWERS)
TEXT = Object("text", 1, 2, 0, 3, 1, color="#FC6255", text="two  words")


def reported(layout, x=1.0, kind="text", text="two words", color="#FC6255", problems=()):
    objects = (Found("it", (x, 2.0, 3.0, 1.0), True, (), kind, text, color),)
    return report(Answer(problems, "S", objects), SAFE, 0.1, layout, {"it": 0})


def said(**drawn):
    layout = Layout((TEXT,))
    made = reported(layout, **drawn)
    return [fault.said for fault in misplaced(made, layout) + mistaken(made, layout)]


def test_what_is_as_the_layout_says_has_no_fault():
    assert said() == []


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        ({"x": 1.5}, []),
        ({"x": 1.75}, ["is 0.75 units from its place"]),
        ({"kind": "circle", "text": None}, ["is drawn as circle"]),
        ({"kind": None, "text": None}, ["is drawn as something else"]),
        ({"text": "two worlds"}, ["says 'two worlds', not 'two  words'"]),
        ({"color": "#00FF00"}, ["is green, not red"]),
        ({"color": "#CF5044"}, []),
        ({"color": None}, []),
        ({"x": 3.0, "color": "#00FF00"}, ["is 2.00 units from its place", "is green, not red"]),
    ],
)
def test_each_fault_is_told(drawn, told):
    assert said(**drawn) == [f"object 1 of the layout (text) {one}" for one in told]


def test_what_the_layout_does_not_say_is_not_judged():
    layout = Layout((Object("text", 1, 2, 0, 3, 1),))
    assert mistaken(reported(layout, text="anything", color="#00FF00"), layout) == []


def test_a_missing_object_is_told_by_its_number_in_the_layout():
    layout = Layout((TEXT, Object("dot", 0, 0, 0, 0.2, 0.2)))
    made = reported(layout)
    assert misplaced(made, layout) == [Fault(1, "object 2 of the layout (dot) is missing")]
    assert mistaken(made, layout) == []


def test_code_that_did_not_run_has_problems_and_no_faults():
    layout = Layout((TEXT,))
    made = reported(layout, x=9.0, problems=(Problem("failed", 3, "NameError"),))
    assert misplaced(made, layout) + mistaken(made, layout) == []
