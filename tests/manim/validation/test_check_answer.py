"""What a child says is checked before it is believed."""

from __future__ import annotations

import base64
import json

import pytest

from jepamine.manim.validation.check_answer import Problem, parse
from jepamine.manim.validation.scene_report import report
from jepamine.sandbox.protection import Protection

OBJECT = {
    "name": "a", "box": [0.0, 0.0, 1.0, 1.0], "shown": True, "parts_of": [], "type": "circle",
    "text": None, "color": "#FFFFFF",
}  # fmt: skip
GOOD = {"problems": [], "scene": "GeneratedScene", "objects": [OBJECT], "moments": [], "preview": None}
PROTECTION = Protection(7, True, False, True, ("AS",), ())


def said(**answer):
    return json.dumps({"confinement": {}, "answer": GOOD | answer}).encode()


def test_a_good_answer_is_taken_as_it_is():
    found = parse(said())
    assert (found.problems, found.scene, found.objects[0].box) == ((), "GeneratedScene", (0.0, 0.0, 1.0, 1.0))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"null",
        b"\xff\xfe",
        b'{"answer": {}}',
        b'{"answer": 1e999}',
        said(objects=[OBJECT | {"box": [0.0, 0.0, -1.0, 1.0]}]),
        said(objects=[OBJECT | {"box": ["0", 0.0, 1.0, 1.0]}]),
        said(objects=[OBJECT | {"type": "bomb"}]),
        said(objects=[OBJECT | {"name": "x" * 1000}]),
        said(objects=[OBJECT] * 1000),
        said(objects=[OBJECT | {"more": 1}]),
        said(more=1),
        said().replace(b"1.0", b"NaN"),
    ],
)
def test_an_answer_of_another_shape_is_a_crash(data):
    assert [(one.kind, one.line) for one in parse(data).problems] == [("crashed", None)]


def test_the_problem_of_a_child_is_reported_without_what_a_terminal_would_obey():
    data = json.dumps({"problem": {"kind": "failed", "line": 3, "message": "a\x1b[2J\nb"}}).encode()
    assert parse(data).problems == (Problem("failed", 3, "a?[2J b"),)


def test_a_preview_is_handed_on_only_if_it_is_a_png():
    for content, kept in ((b"\x89PNG\r\n\x1a\nrest", True), (b"GIF89a", False)):
        found = parse(said(preview=base64.b64encode(content).decode()))
        assert report(found, PROTECTION, 0.1).preview == (content if kept else None)
    assert report(parse(said(preview="%%%")), PROTECTION, 0.1).preview is None
