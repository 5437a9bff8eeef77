"""Scenes in the manner of authors and language models are accepted; their boxes are those of Manim itself."""

from __future__ import annotations

import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.manim.validation.boxes_by_manim import boxes_by_manim

pytestmark = [pytest.mark.manim, pytest.mark.slow]
SCENES = {
    part.partition("\n")[0]: part.partition("\n")[2]
    for part in Path(__file__).with_name("authors_scenes.txt").read_text().split("\n== ")[1:]
}
TEX = ("MathTex", "Tex(", "Title", "Matrix", "BulletedList", "BarChart", "labels=True", "BraceLabel",
       "get_graph_label", "add_coordinates", "get_text", "ComplexPlane", "DecimalNumber", "Integer",
       "LinearTransformationScene")  # fmt: skip


@pytest.fixture(scope="module")
def fresh():
    """A process of its own: other tests leave an engine open, which sets the frame rate and keeps classes."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        yield processes


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_as_authors_write_it_is_accepted_and_measured_as_manim_draws_it(
    name, opened, fresh, tmp_path
):
    code = SCENES[name]
    if any(word in code for word in TEX) and shutil.which("latex") is None:
        pytest.skip("LaTeX is not installed")
    (report,) = [one for one in opened.validate_all(code) if one.runs or one.problems]
    assert [(one.line, one.message) for one in report.problems] == []
    expected = fresh.submit(boxes_by_manim, code, report.scene, tmp_path).result()
    found = {item.name: item.box for item in report.objects}
    assert found.keys() == expected.keys()
    assert [out.name for out in report.final.off_screen if out.name.startswith("ValueTracker")] == []
    assert {key: box for key, box in found.items() if box != pytest.approx(expected[key], abs=0.02)} == {}


def test_forty_one_scenes_are_walked():
    assert len(SCENES) == 41
