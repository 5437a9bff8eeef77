"""`jepamine scenes validate` from words to text."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from PIL import Image

from jepamine.cli.options import Commands
from jepamine.cli.scenes import validate
from jepamine.manim.validation import validate_command
from jepamine.manim.validation.check_answer import Answer, Problem
from jepamine.manim.validation.scene_report import report
from jepamine.sandbox.protection import POWERS, Protection

CODE = """from manim import *


class GeneratedScene(Scene):
    def construct(self):
        circle = Circle().move_to([1, 2, 0])
        self.add(circle)
"""
LAYOUT = {"objects": [{"type": "circle", "x": 1.0, "y": 2.0, "z": 0, "width": 2.0, "height": 2.0}]}
FULL = Protection(7, True, False, True, ("AS",), POWERS)
OPEN = Protection(0, True, False, True, ("AS",), ("network", "processes", "signals"))


def call(*words):
    group = Commands("jepamine", commands={"validate": validate})
    result = CliRunner().invoke(group, ["validate", *map(str, words)], prog_name="jepamine")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "scene.py"
    path.write_text(CODE)
    return path


@pytest.fixture
def answering(monkeypatch, found):
    """Let a validator answer without Manim: with an answer, under a protection."""

    def install(answer=None, protection=FULL):
        answer = answer or Answer((), "GeneratedScene", (found("circle", (1, 2, 2, 2)),))

        class Answering:
            def __init__(self):
                self.protection = protection

            def validate_all(self, code, *, layout, scene, check, preview, modules, files):
                return [report(answer, protection, 0.05, layout)]

        @contextmanager
        def opened(**_):
            yield Answering()

        monkeypatch.setattr(validate_command, "validator", opened)

    return install


def test_a_scene_that_runs_is_reported_as_a_table(path, answering):
    answering()
    result = call(path)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "GeneratedScene runs: 1 objects, 0 animations, 0.05 s",
        "object  type         x       y   width  height  drawn",
        "circle  circle  1.0000  2.0000  2.0000  2.0000  yes",
        "protection: Landlock 7, seccomp, limits",
    ]


def test_a_scene_that_does_not_run_is_an_error_in_its_file_and_line(path, answering):
    answering(Answer((Problem("failed", 6, "NameError: name 'x' is not defined"),)))
    result = call(path)
    assert result.exit_code == 1
    assert f"{path}:6: NameError: name 'x' is not defined" in result.stderr
    assert result.stdout == ""


def test_json_is_one_document_whether_it_runs_or_not(path, answering):
    answering()
    result = call(path, "--json")
    assert (result.exit_code, json.loads(result.stdout)["runs"]) == (0, True)
    answering(Answer((Problem("failed", 6, "x"),)))
    result = call(path, "--json")
    assert (result.exit_code, json.loads(result.stdout)["problems"]) == (
        1,
        [{"kind": "failed", "line": 6, "message": "x"}],
    )


@pytest.mark.parametrize("whole", [True, False], ids=["layout", "line of scenes.jsonl"])
def test_a_layout_is_compared(whole, path, tmp_path, answering):
    answering()
    file = tmp_path / "layout.json"
    file.write_text(json.dumps(LAYOUT if whole else {"clip_id": "x", "layout": LAYOUT}))
    assert "layout: 100% within 0.5 units" in call(path, "--layout", file).stdout


def test_mistakes_in_the_files_are_reported(path, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps({"objects": [{**LAYOUT["objects"][0], "type": "cirle"}]}))
    odd = tmp_path / "odd.py"
    odd.write_bytes(b"\xff")
    for words, message in (
        ([tmp_path / "none.py"], f"{tmp_path / 'none.py'}: no such file"),
        ([odd], f"{odd}: not UTF-8 text"),
        ([path, "--layout", bad], f"{bad}: layout.objects[0].type: unknown type 'cirle'"),
        ([path, "--layout", tmp_path / "none"], f"{tmp_path / 'none'}: no such file"),
    ):
        result = call(*words)
        assert result.exit_code == 1
        assert message in result.stderr


@pytest.mark.parametrize("check", ["--check", "--no-check"])
def test_code_runs_without_kernel_protection_only_if_allowed(path, answering, check):
    answering(protection=OPEN)
    result = call(path, check)
    assert result.exit_code == 1
    assert "this system leaves reading, writing open to the code; run it on Linux" in result.stderr
    result = call(path, check, "--allow-unprotected")
    assert result.exit_code == 0
    assert "warning: this system leaves reading, writing open to the code of" in result.stderr


@pytest.mark.manim
def test_the_whole_command_runs_a_scene_and_writes_a_preview(path, tmp_path):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    preview = tmp_path / "preview.png"
    result = call(path, "--preview", preview, "--json")
    value = json.loads(result.stdout)
    assert (result.exit_code, value["objects"][0]["box"]) == (0, [1.0, 2.0, 2.0, 2.0])
    assert preview.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.manim
def test_all_scenes_of_a_file_run_with_modules_beside_it_and_one_failure_does_not_lose_the_others(tmp_path):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    (tmp_path / "helpers.py").write_text("from manim import *\n\n\ndef box():\n    return Square()\n")
    path = tmp_path / "fractions.py"
    head = "\ufefffrom manim import *\nimport helpers\n"
    path.write_text(
        head
        + "class A(Scene):\n    def construct(self):\n        b = helpers.box()\n        self.add(b)\n"
        + "class B(Scene):\n    def construct(self):\n        [][1]\n"
        + "class C(Scene):\n    def construct(self):\n        self.add(Circle())\n"
    )
    result = call(path)
    assert result.exit_code == 1
    assert f"{path}:9: B: IndexError: list index out of range" in result.stderr
    assert result.stdout.startswith("A runs: 1 objects")
    value = json.loads(call(path, "--json").stdout)
    assert (value["runs"], [one["runs"] for one in value["scenes"]]) == (False, [True, False, True])
    assert json.loads(call(path, "--scene", "C", "--json").stdout)["scene"] == "C"
    (tmp_path / "helpers.py").write_text("import os\n")
    assert f"{path}: helpers.py:1: import os: only manim" in call(path).stderr


@pytest.mark.slow
@pytest.mark.manim
def test_images_drawings_and_listings_beside_a_scene_are_read(tmp_path):
    Image.new("RGB", (8, 4), "red").save(tmp_path / "photo.png")
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><rect width="2" height="1" fill="red"/></svg>'
    )
    (tmp_path / "listing.py").write_text("x = 1\n")
    path = tmp_path / "scene.py"
    path.write_text(
        "from manim import *\n\n\nclass A(Scene):\n    def construct(self):\n"
        "        photo = ImageMobject('photo').scale_to_fit_width(4)\n"
        "        logo = SVGMobject('art/logo.svg', height=1)\n"
        "        listing = Code('listing.py', language='python')\n"
        "        self.add(photo, logo, listing)\n"
    )
    (report,) = validate_command.run(path, None, None, 10, None, True, True)
    assert report.problems == ()
    sizes = {item.name: item.box[2:] for item in report.objects}
    assert sizes["photo"] == pytest.approx((4, 2))
    assert sizes["logo"] == pytest.approx((2, 1))


@pytest.mark.manim
def test_what_is_not_beside_a_scene_is_not_read(tmp_path):
    (tmp_path / "inner").mkdir()
    Image.new("RGB", (8, 4), "red").save(tmp_path / "above.png")
    path = tmp_path / "inner" / "scene.py"
    path.write_text(
        "from manim import *\n\n\nclass A(Scene):\n    def construct(self):\n"
        "        self.add(ImageMobject('../above.png'))\n"
    )
    (report,) = validate_command.run(path, None, None, 10, None, True, True)
    assert report.problems[0].message.startswith("FileNotFoundError: '../above.png' is not in the folder")
