"""Hostile programs as Manim scenes, with the check of the syntax tree and with it switched off."""

from __future__ import annotations

import ast
import json
import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest

from jepamine.manim.validation.syntax import objections
from jepamine.manim.validation.validator import Validator, validator
from jepamine.sandbox.limits import Limits

LIMITS = Limits(memory=256, folder=16, entries=300, answer=1)
ENDLESS = Limits(deadline=0.4, memory=256, folder=16, entries=300, answer=1)
HEAD = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
GOOD = HEAD + "        circle = Circle().move_to([1, 2, 0])\n        self.add(circle)\n"


@pytest.fixture(scope="session")
def opened(temporary, tmp_path_factory):
    pytest.importorskip("manim", reason="no Manim: pip install -e '.[manim]'")
    with validator(
        workers=2, limits=LIMITS, bubblewrap=False, cache=tmp_path_factory.mktemp("formulas")
    ) as made:
        if made.protection.open:
            pytest.skip(f"this system cannot close {', '.join(made.protection.open)} open to confined code")
        yield made


def scene_of(code, world):
    return HEAD + textwrap.indent(world.code(code), " " * 8)


def validate(opened, name, scene, check):
    limits = ENDLESS if name.startswith("endless") else LIMITS
    report = Validator(opened._servers, limits, opened._typesetter).validate(scene, check=check)
    return json.dumps(report.to_json())


def goes_on(opened):
    report = opened.validate(GOOD)
    return report.runs and report.objects[0].box == (1.0, 2.0, 2.0, 2.0)


@pytest.mark.slow
@pytest.mark.manim
def test_a_hostile_scene_gets_nothing_from_the_check_and_the_kernel_together(program, opened, world):
    name, harm, code = program
    scene = scene_of(code, world)
    refused = objections(ast.parse(scene))
    # What only takes what it can get may be well-behaved in every single word; nothing else may.
    assert refused or harm == "none"
    if not refused:
        assert world.harm(validate(opened, name, scene, check=True)) == set()
        assert goes_on(opened)


@pytest.mark.slow
@pytest.mark.manim
def test_all_hostile_scenes_at_a_time_get_nothing_without_the_check(opened, world, every_program):
    def try_it(program):
        name, _, code = program
        return validate(opened, name, scene_of(code, world), check=False)

    with ThreadPoolExecutor(4) as askers:
        said = list(askers.map(try_it, every_program))
    assert len(said) == len(every_program) > 100
    assert [name for (name, _, _), text in zip(every_program, said, strict=True) if "leaked" in text] == []
    assert world.harm("".join(said)) == set()
    assert goes_on(opened) and goes_on(opened)


@pytest.mark.manim
def test_manim_is_not_a_way_out(scene_program, opened, world):
    name, _, code = scene_program
    assert world.harm(validate(opened, name, scene_of(code, world), check=True)) == set()
    assert goes_on(opened)


def test_there_are_as_many_hostile_programs_as_were_promised(every_program):
    assert len(every_program) == len({name for name, _, _ in every_program}) >= 40
