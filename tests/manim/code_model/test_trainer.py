"""The trainer `code` through the command line, on handwritten scenes; one test runs Manim."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from jepamine.manim.code_model.code_examples import Example, augment, example_of
from jepamine.manim.engine.style import scene_code
from jepamine.manim.layouts import Layout, Object, to_json
from jepamine.runs import training

DATASET = """
from pathlib import Path

from jepamine.clips import Source


def scenes(*, manifest: Path):
    return Source(manifest, tubelet_size=1, image_size=(16, 32))
"""

RECIPE = """
schema = 1
seed = 3
[dataset]
plugin = "./scenes.py:scenes"
manifest = "{manifest}"
[masking]
plugin = "patches"
ratio = 0.0
[encoder]
plugin = "pixels"
[predictor]
plugin = "layout-lm"
weights = "scratch"
hidden_dim = 32
layers = 1
heads = 2
feed_forward = 32
[trainer]
plugin = "code"
epochs = 2
batch_size = 4
val_scenes = 4
eval_scenes = 3
[scoring]
scorer = "random"
"""


def line_of(number: int) -> dict:
    """Return a line with a circle, and a text positioned relative to it."""
    x = number % 5 - 2.0
    circle = Object("circle", x, 1.0, 0, 1.0, 1.0, color="#FC6255")
    text = Object("text", x, -0.5, 1, 1.2, 0.4, text="area", color="#FFFFFF")
    code = scene_code(
        [
            ("figure", f"Circle(radius=0.5, color=RED).move_to([{x:g}, 1, 0])"),
            ("label", 'Text("area").scale(0.8).next_to(figure, DOWN)'),
        ]
    )
    return {
        "clip_id": str(number),
        "scene": str(number),
        "frame_paths": ["black.png"],
        "description": "a red circle above the text 'area'",
        "layout": to_json(Layout((circle, text))),
        "code": code,
    }


def write_scenes(folder: Path, lines: list[dict]) -> Path:
    Image.new("RGB", (32, 16)).save(folder / "black.png")
    manifest = folder / "scenes.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return manifest


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "scenes.py").write_text(DATASET)
    manifest = write_scenes(tmp_path, [line_of(number) for number in range(20)])
    path = tmp_path / "code.toml"
    path.write_text(RECIPE.format(manifest=manifest))
    return path


def record_of(tmp_path, name="code"):
    return json.loads((tmp_path / "experiments" / name / "record.json").read_text())


def example(line):
    class Clip:
        place = "scenes.jsonl:1"

    Clip.line = line
    return example_of(Clip)


def test_an_expression_is_the_line_without_its_position():
    assert example(line_of(0)).expressions == ("Circle(radius=0.5, color=RED)", 'Text("area").scale(0.8)')


def test_a_line_whose_object_lies_under_a_copy_counts_too():
    line = line_of(0)
    objects = line["layout"]["objects"]
    objects.append(objects[1] | {"z": 2})
    objects[1]["visible"] = 0.3
    line["code"] += "\n        again = " + line["code"].split("= ")[-1]
    assert len(example(line).expressions) == 3


def test_a_line_that_refers_to_another_becomes_that_of_template():
    line = line_of(0)
    line["code"] = line["code"].replace(
        'Text("area").scale(0.8).next_to(figure, DOWN)', 'Brace(figure, DOWN).get_text("area")'
    )
    assert example(line).expressions[1] == 'Text("area", color=WHITE).scale_to_fit_width(1.2)'


def test_a_new_text_is_consistent_in_layout_description_and_code():
    torch.manual_seed(0)
    scene = augment(example(line_of(0)), words=1.0, colours=0.0)
    text = scene.layout.objects[1].text
    assert text not in (None, "area")
    assert scene.description == f"a red circle above the text '{text}'"
    assert scene.expressions == ("Circle(radius=0.5, color=RED)", f'Text("{text}").scale(0.8)')


def test_a_new_colour_is_consistent_in_layout_and_code():
    torch.manual_seed(0)
    scene: Example = augment(example(line_of(0)), words=0.0, colours=1.0)
    assert scene.layout.objects[0].color not in (None, "#FC6255")
    assert "RED)" not in scene.expressions[0]


def test_a_run_learns_and_explains_its_metrics(jepamine, recipe, tmp_path):
    result = jepamine("run", recipe, "--epochs", 12, "--set", "trainer.lr=0.01")
    assert result.exit_code == 0, result.output
    record = record_of(tmp_path)
    assert (record["status"], record["headline"]) == ("finished", "val_loss")
    lines = (tmp_path / "experiments" / "code" / "metrics.jsonl").read_text().splitlines()
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    assert last["val_loss"] < 0.6 * first["val_loss"]
    assert "nats per token" in result.output


def test_a_resumed_run_ends_with_the_same_weights(jepamine, recipe, tmp_path, monkeypatch):
    assert jepamine("run", recipe, "--name", "whole").exit_code == 0
    epoch = training._epoch
    calls = []

    def stop_in_the_second(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return epoch(*args)

    monkeypatch.setattr(training, "_epoch", stop_in_the_second)
    assert jepamine("run", recipe, "--name", "stopped").exit_code != 0
    monkeypatch.setattr(training, "_epoch", epoch)
    assert record_of(tmp_path, "stopped")["epochs_done"] == 1
    resumed = jepamine("run", "--resume", "stopped")
    assert resumed.exit_code == 0, resumed.output
    folder = tmp_path / "experiments"
    whole, stopped = (load_file(folder / name / "weights.safetensors") for name in ("whole", "stopped"))
    assert {name: tensor.numpy().tobytes() for name, tensor in whole.items()} == {
        name: tensor.numpy().tobytes() for name, tensor in stopped.items()
    }


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ({"position_loss": 0.8}, "a position_loss of 0.800 units"),
        ({}, "has no position_loss in its record"),
    ],
)
def test_a_bad_layout_run_stops_training(jepamine, recipe, tmp_path, metrics, message):
    jepamine("run", recipe, "--name", "layouts")
    path = tmp_path / "experiments" / "layouts" / "record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"metrics": metrics}))
    words = ["--set", 'trainer.layout_run="layouts"', "--set", "trainer.layout_threshold=0.25"]
    result = jepamine("run", recipe, *words)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "jepamine run recipes/manim.toml" in result.stderr
    assert ("layout_threshold = 0.25" in result.stderr) == bool(metrics)
    assert not (tmp_path / "experiments" / "code").exists()


def test_a_layout_run_below_the_threshold_allows_training(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--name", "layouts")
    path = tmp_path / "experiments" / "layouts" / "record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"metrics": {"position_loss": 0.2}}))
    assert jepamine("run", recipe, "--set", 'trainer.layout_run="layouts"').exit_code == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda line: line.pop("code"), ":2: no key 'code'"),
        (lambda line: line.pop("description"), ":2: no key 'description'"),
        (
            lambda line: line["layout"].update(objects=line["layout"]["objects"][:1] * 11),
            ":2: 11 objects; code is learned from at most 10",
        ),
        (lambda line: line.update(code="x = "), ":2: code: 0 lines `name = ...` in construct, and 2 objects"),
    ],
)
def test_unusable_lines_are_errors_that_name_their_place(jepamine, recipe, tmp_path, change, message):
    lines = [line_of(number) for number in range(20)]
    change(lines[1])
    write_scenes(tmp_path, lines)
    result = jepamine("run", recipe)
    assert result.exit_code == 1
    assert f"scenes.jsonl{message}" in result.stderr
    assert not (tmp_path / "experiments" / "code").exists()


@pytest.mark.slow
@pytest.mark.manim
def test_first_attempts_are_run_and_measured(jepamine, recipe):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    assert jepamine("run", recipe, "--epochs", 60, "--set", "trainer.lr=0.01").exit_code == 0
    result = jepamine("eval", "--run", "code", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["scenes"], found["objects"]) == (3, 6)
    assert found["first_tries_that_run"]["value"] == 1.0
    assert found["within_half_unit"]["value"] == 1.0
    assert found["types"]["value"] == 1.0
    assert found["within_half_unit"]["interval"] == [1.0, 1.0]
    assert found["within_half_unit_shuffled"]["value"] < 0.5
