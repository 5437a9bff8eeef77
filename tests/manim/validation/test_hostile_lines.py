"""Lines that reach for code, memory or files are refused before anything runs, or by guards while it runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from jepamine.manim.validation.syntax import objections

HEAD = "from manim import *\nimport numpy as np\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
# A line that is indented, and `except`, goes on from the one before.
LINES = re.split(r"\n(?! |except)", Path(__file__).with_name("hostile_lines.txt").read_text().rstrip("\n"))
#: Lines whose names only show when they run.
RUNNING = [
    'config["media_dir"] = "/tmp"',
    'x = getattr(self, "rend" + "erer")',
    'x = getattr(Circle(), "__cl" + "ass__")',
    'x = getattr((lambda: 0), "__glob" + "als__")',
    'setattr(Circle, "note", 1)',
    'setattr(Circle(), "get_family", lambda: [])',
    'k = {"__array_" + "interface__": 1}; Circle().set(**k)',
    'k = {"__array_" + "interface__": 1}; self.play(ApplyMethod(Circle().set, k))',
    'k = {"_" + "_x": 1}; self.play(Create(Circle()), **k)',
    'k = {"buf" + "fer": b"x"}; np.zeros(3, **k)',
    "x = np.ndarray((3,))",
    "SVGMobject('/etc/passwd')",
    "ImageMobject('/usr/share/icons/x.png')",
    "ImageMobject('../../x')",
    "Code('/etc/passwd')",
    "Code.set_default(); Code('/etc/hostname', language='python')",
    "Code(code_string='x', formatter_style=Circle)",
    "Circle.note = 1",
    "Mobject.get_center = lambda self: ORIGIN",
    "c = Circle(); c.get_family = lambda recurse=True: []",
    "self.note = 1; x = np.note",
    'import functools; x = functools.wraps(print, ("__globals__",))',
    "from dataclasses import dataclass; dataclass(Circle)",
    "self.tofile = 1; np.zeros(3).tofile('x')",
    "self.obj = 1\ntry:\n    np.nothing_here\nexcept AttributeError as error:\n    error.obj",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_reaches_out_is_refused_by_the_check(line):
    try:
        tree = ast.parse(HEAD + "".join(f"        {part}\n" for part in line.split("\n")))
    except SyntaxError:
        pytest.fail(f"not Python: {line}")
    assert objections(tree)


@pytest.mark.manim
@pytest.mark.parametrize("line", RUNNING)
def test_a_name_in_a_variable_is_refused_when_it_runs(line, opened):
    report = opened.validate(HEAD + "".join(f"        {part}\n" for part in line.split("\n")))
    assert [one.kind for one in report.problems] in (["failed"], ["refused"])
    assert re.search("Error|not among the names", report.problems[0].message)


def test_at_least_sixty_hostile_lines_are_tried():
    assert len(LINES) >= 60
