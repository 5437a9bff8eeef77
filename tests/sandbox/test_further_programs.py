"""Hostile programs of further kinds in one world; benchmarks/hostile_programs.py makes a table of all."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from jepamine.manim.validation.syntax import objections
from jepamine.sandbox.limits import Limits

HERE = Path(__file__).parent
LIMITS = Limits(deadline=5, memory=256, folder=16, entries=300, answer=1)
SCENE = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"


def read(path):
    """(name, harm, code) of each, without those that only take what they can get."""
    parts = (part.partition("\n") for part in path.read_text().split("\n== ")[1:])
    found = ((*head.split(": "), code.rstrip() + "\n") for head, _, code in parts)
    return [one for one in found if one[1] != "none"]


PLAIN = read(HERE / "programs_further.txt")
SCENES = read(HERE / "programs_manim_further.txt")


def test_the_kernel_alone_holds_further_programs_back(plain, world):
    if plain.protection.open:
        pytest.skip(f"this system cannot close {', '.join(plain.protection.open)} open to confined code")
    said = {name: plain.ask({"code": world.code(code)}, LIMITS)[1].decode() for name, _, code in PLAIN}
    assert [name for name, text in said.items() if "leaked" in text] == []
    assert world.harm("".join(said.values())) == set()
    assert len(said) >= 60


@pytest.mark.slow
def test_the_check_of_names_objects_to_each_of_them():
    trees = {name: ast.parse(SCENE + textwrap.indent(code, " " * 8)) for name, _, code in PLAIN + SCENES}
    assert [name for name, tree in trees.items() if not objections(tree)] == []
    assert len(trees) >= 90
