"""Reports of what a child said, as data and as text."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.check_answer import Answer, Look, Problem
from jepamine.manim.validation.report_text import problems, summary
from jepamine.manim.validation.scene_report import report
from jepamine.sandbox.protection import POWERS, Protection

PROTECTION = Protection(7, True, False, True, ("AS",), POWERS)
LAYOUT = Layout(
    (
        Object(type="circle", x=0.0, y=0.0, z=0, width=2.0, height=2.0),
        Object(type="text", x=0.0, y=0.0, z=1, width=1.0, height=0.5),
        Object(type="square", x=4.0, y=0.0, z=2, width=2.0, height=2.0),
    )
)


def objects(found):
    return [
        found("circle", (0, 0, 2, 2)),
        found("word", (0.3, 0, 1, 0.5), type="text", text="hello"),
        found("square", (4, 0, 2, 2), type="square"),
        found("dot", (4, 0, 0.2, 0.2), type="dot"),
        found("helper", (4, 0, 1, 1), shown=False),
    ]


def test_overlaps_that_the_layout_has_are_expected_and_others_are_not(found, answer_of):
    made = report(answer_of(*objects(found)), PROTECTION, 0.1, LAYOUT)
    assert [(one.first, one.second, one.expected) for one in made.final.overlaps] == [
        ("circle", "word", True),
        ("square", "dot", False),
    ]
    assert made.final.adherence.extra == ("dot",)


def test_without_a_layout_nothing_is_said_of_one(found, answer_of):
    final = report(answer_of(*objects(found)), PROTECTION, 0.1).final
    assert final.adherence is None
    assert {one.expected for one in final.overlaps} == {None}


def test_a_moment_is_measured_by_what_is_there_and_by_the_same_pairs(found, answer_of):
    boxes = {"word": (0.0, 0.8, 1.0, 0.5), "square": (7.0, 0.0, 2.0, 2.0)}
    look = Look(1, 9, 0.25, boxes, {"word": (), "square": ()})
    moment = report(answer_of(*objects(found), moments=[look]), PROTECTION, 0.1, LAYOUT).moments[0]
    assert (moment.play, moment.line, moment.share) == (1, 9, 0.25)
    assert [(one.index, one.error) for one in moment.state.adherence.matches] == [(1, 0.8), (2, 3.0)]
    assert [one.name for one in moment.state.off_screen] == ["square"]


def test_the_json_of_a_report_is_whole(found, answer_of):
    value = json.loads(json.dumps(report(answer_of(*objects(found)), PROTECTION, 0.1, LAYOUT).to_json()))
    assert (value["runs"], value["problems"], value["scene"]) == (True, [], "GeneratedScene")
    assert value["protection"] == {
        "in_force": "Landlock 7, seccomp, limits",
        "closed": list(POWERS),
        "open": [],
    }
    assert value["objects"][1] == {**asdict(objects(found)[1]), "box": [0.3, 0, 1, 0.5], "parts_of": []}
    assert value["final"]["adherence"]["mean_error"] == 0.1
    assert "preview" not in value


def test_the_text_of_a_report_says_problems_once(found, answer_of):
    looks = [
        Look(1, 9, share, {"circle": (0.0, 4.0, 2.0, 2.0), "word": (0.0, 0.0, 1.0, 0.5)}, {})
        for share in (0.25, 0.5)
    ]
    text = summary(report(answer_of(*objects(found), moments=looks), PROTECTION, 0.1234, LAYOUT))
    assert text.splitlines()[0] == "GeneratedScene runs: 5 objects, 1 animations, 0.12 s"
    assert text.splitlines()[-4:] == [
        "layout: 100% within 0.5 units, 67% within 0.1, 0.100 units off on average; 0 missing, 1 extra",
        "overlap: square and dot, 100% of the smaller box",
        "at 25% of animation 1 (line 9): off-screen: circle, by 1.00 units",
        "protection: Landlock 7, seccomp, limits",
    ]


def test_problems_are_with_file_and_line():
    made = report(
        Answer((Problem("failed", 3, "ValueError: x"), Problem("crashed", None, "gone"))), PROTECTION, 0.1
    )
    assert not made.runs
    assert problems([made], Path("scene.py")) == "scene.py:3: ValueError: x\nscene.py: gone"


def test_of_many_overlaps_the_largest_are_listed_and_the_rest_is_counted(found, answer_of):
    boxes = {f"b{number}": (0.0, 0.0, 1.0 + number, 1.0) for number in range(40)}
    look = Look(1, 6, 0.25, boxes, {})
    objects = [found(name, box) for name, box in boxes.items()]
    made = report(answer_of(*objects, moments=[look]), PROTECTION, 0.0)
    assert (len(made.final.overlaps), made.final.more_overlaps) == (400, 380)
    assert (len(made.moments[0].state.overlaps), made.moments[0].state.more_overlaps) == (40, 740)
