"""Scenes in the manner of authors and language models are accepted; their boxes are those of Manim itself."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import pytest

from jepamine.manim.validation import run as running
from jepamine.manim.validation.judge import judge

pytestmark = pytest.mark.manim
SCENES = {
    part.partition("\n")[0]: part.partition("\n")[2]
    for part in Path(__file__).with_name("authors_scenes.txt").read_text().split("\n== ")[1:]
}
TEX = ("MathTex", "Tex(", "Title", "Matrix", "BulletedList", "BarChart", "labels=True", "BraceLabel",
       "get_graph_label", "add_coordinates", "get_text", "ComplexPlane", "DecimalNumber", "Integer",
       "LinearTransformationScene")  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_as_authors_write_it_is_accepted_and_measured_as_manim_draws_it(name, opened, tmp_path):
    code = SCENES[name]
    if any(word in code for word in TEX) and shutil.which("latex") is None:
        pytest.skip("LaTeX is not installed")
    (report,) = [one for one in opened.validate_all(code) if one.runs or one.problems]
    assert [(one.line, one.message) for one in report.problems] == []
    expected = drawn_by_manim(code, report.scene, tmp_path)
    found = {item.name: item.box for item in report.objects}
    assert found.keys() == expected.keys()
    assert {key: box for key, box in found.items() if box != pytest.approx(expected[key], abs=0.02)} == {}


def test_forty_scenes_are_walked():
    assert len(SCENES) == 40


def drawn_by_manim(code, scene, folder):
    """The boxes by name after Manim itself has run the scene, without allow-list and sandbox."""
    import manim

    settings = {"media_dir": str(folder), "dry_run": True, "disable_caching": True, "verbosity": "CRITICAL"}
    with manim.tempconfig(settings):
        done = running.run({"": ast.parse(code)}, scene=scene, every=False, guarded=False)
        answer = judge(json.dumps({"answer": {"problems": [], **done}}).encode(), None)
    # A scene may set it, and this process goes on.
    manim.Text.set_default()
    return {item["name"]: item["box"] for item in answer["objects"]}
