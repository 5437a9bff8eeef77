"""Scenes as people write them are accepted and run."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.manim
SCENES = {
    part.partition("\n")[0]: part.partition("\n")[2]
    for part in Path(__file__).with_name("ordinary_scenes.txt").read_text().split("\n== ")[1:]
}


@pytest.mark.parametrize("name", SCENES)
def test_an_ordinary_scene_is_accepted_and_runs(name, opened):
    code = SCENES[name]
    report = opened.validate(code if "from manim import *" in code else "from manim import *\n" + code)
    assert [(one.line, one.message) for one in report.problems] == []
    assert any(item.shown for item in report.objects) or name == "base_scene"


def test_at_least_forty_ordinary_scenes_are_tried():
    assert len(SCENES) >= 40
