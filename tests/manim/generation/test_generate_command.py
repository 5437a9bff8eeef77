"""`jepamine scenes generate`, with Manim."""

from __future__ import annotations

import json

import pytest
from PIL import Image

pytestmark = pytest.mark.manim


@pytest.fixture(autouse=True)
def _manim():
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")


def test_code_and_preview_are_written(jepamine, tmp_path):
    scene, preview = tmp_path / "scene.py", tmp_path / "scene.png"
    result = jepamine(
        "scenes", "generate", "a red circle above a blue square", "--style", "static", "--output", scene,
        "--preview", preview,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert scene.read_text() == (
        "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
        "        circle = Circle(radius=0.8, color=RED).move_to([0, 1.02, 0])\n"
        "        square = Square(side_length=1.5, color=BLUE).next_to(circle, DOWN, buff=0.49)\n"
        "        self.add(circle, square)\n"
    )
    with Image.open(preview) as image:
        assert image.size == (854, 480)
    assert "code keeps to this layout: 100% within 0.5 units, 100% within 0.1" in result.stdout
    assert f"manim {scene} GeneratedScene" in result.stdout


def test_without_an_output_the_code_is_printed_and_notes_go_to_stderr(jepamine):
    result = jepamine("scenes", "generate", "a dot and my dog", "--style", "static")
    assert result.stdout.endswith("self.add(dot)\n")
    assert result.stderr == "note: 'my dog': not understood\n"


def test_json_holds_the_whole_result(jepamine, tmp_path):
    result = jepamine("scenes", "generate", "a dot", "--json")
    result = json.loads(result.stdout)
    assert result["layout"]["objects"][0]["type"] == "dot"
    assert result["adherence"] == {"within_half": 1.0, "within_tenth": 1.0, "mean_error": 0.0}
    assert result["tries"] == [{"generator": "template", "attempt": 0, "repaired": [], "problem": None}]
    assert result["validation"]["runs"] is True


@pytest.mark.slow
def test_a_video_is_written_and_without_one_code_and_preview_are_all_the_same(jepamine, tmp_path):
    av = pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
    files = {name: tmp_path / f"scene.{name}" for name in ("py", "png", "mp4")}
    words = ["scenes", "generate", "a red circle", "--output", files["py"], "--preview", files["png"]]
    still = jepamine(*words, "--style", "static", "--video", files["mp4"])
    assert (still.exit_code, files["py"].exists(), files["png"].exists()) == (1, True, True)
    assert still.stderr == "Error: the scene has no animation and no wait: there is nothing to film\n"
    assert (f"{files['mp4']}" in still.stdout, files["mp4"].exists()) == (False, False)
    assert jepamine(*words, "--video", files["mp4"]).exit_code == 0
    with av.open(str(files["mp4"])) as container:
        assert container.streams.video[0].frames > 15


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hello there"], "no object found in 'hello there'"),
        (["a dot", "--image", "none.png"], "none.png: no such file"),
        (["a dot", "--run", "nobody"], "nobody"),
        (
            ["a dot", "--generator", "templte"],
            "unknown generator plugin 'templte' (did you mean 'template'?)",
        ),
    ],
)
def test_user_errors_are_one_line(jepamine, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    result = jepamine("scenes", "generate", *words, "--output", "scene.py")
    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "scene.py").exists()


def test_without_latex_the_summary_names_the_formulas_whose_size_is_an_estimate(
    jepamine, tmp_path, monkeypatch
):
    monkeypatch.setattr("jepamine.manim.latex.typesetter.find_programs", lambda: None)
    result = jepamine("scenes", "generate", "the formula 'a^2 + b^7'", "--output", tmp_path / "scene.py")
    assert "so the sizes of these formulas are approximate: a^2 + b^7" in result.stdout
