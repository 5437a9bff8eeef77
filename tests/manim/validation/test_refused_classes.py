"""Classes that the allow-list refuses do not keep the other scenes of their file from running."""

from __future__ import annotations

import ast

import pytest

from jepamine.manim.validation.refused_classes import without_refused_classes
from jepamine.manim.validation.validate_command import run

SCENES = """from manim import *

class Good(Scene):
    def construct(self):
        self.add(Circle())

class Bad(Scene):
    def construct(self):
        self.add(Nothing())
        open("a")
"""


def apart(code):
    """Return the names of the classes that stay, and (class, line) of each objection set apart."""
    tree, refused = without_refused_classes(ast.parse(code), {})
    kept = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return kept, [(name, one.line) for name, several in refused.items() for one in several]


@pytest.mark.parametrize(
    ("more", "kept", "refused"),
    [
        ("", ["Good"], [("Bad", 9), ("Bad", 10)]),
        # What another class inherits from cannot be left out, nor what is used below.
        ("class Child(Bad):\n    pass\n", ["Good", "Bad", "Child"], []),
        ("Bad\n", ["Good", "Bad"], []),
        ("class Bad(Scene):\n    pass\n", ["Good", "Bad", "Bad"], []),
        # A child that is refused goes first, then its parent.
        ("class Child(Bad):\n    x = eval\n", ["Good"], [("Child", 12), ("Bad", 9), ("Bad", 10)]),
        ("open('b')\n", ["Good"], [("Bad", 9), ("Bad", 10)]),
        ("@Odd\nclass Last(Scene):\n    pass\n", ["Good"], [("Bad", 9), ("Bad", 10), ("Last", 11)]),
    ],
)
def test_only_refused_classes_that_nothing_else_names_are_set_apart(more, kept, refused):
    assert apart(SCENES + more) == (kept, refused)


def of_file(path, code, scene=None):
    """Return (scene, lines of its problems) of each report."""
    path.write_text(code)
    reports = run(path, scene, None, 10, None, True, allow_unprotected=True)
    return [(report.scene, [one.line for one in report.problems]) for report in reports]


@pytest.mark.slow
@pytest.mark.manim
def test_the_other_scenes_run_and_what_is_refused_outside_of_classes_refuses_all(tmp_path):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    path = tmp_path / "scenes.py"
    assert of_file(path, SCENES) == [("Good", []), ("Bad", [9, 10])]
    assert of_file(path, SCENES, "Good") == [("Good", [])]
    assert of_file(path, SCENES, "Bad") == [(None, [9, 10])]
    assert of_file(path, SCENES + "open('b')\n") == [(None, [9, 10, 11])]
    assert of_file(path, SCENES.replace("class Good(Scene)", "class Good")) == [("Bad", [9, 10])]
