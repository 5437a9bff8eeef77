"""The trainers `layout` and `distill` through the command line, on tiny scenes of rectangles.

Without Manim.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from safetensors.torch import load_file

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Layout, Object, to_json
from jepamine.runs import training

WIDTH, HEIGHT = 96, 48
COLOURS = {"square": "#FF4040", "rectangle": "#40FF40", "circle": "#4080FF"}

DATASET = """
from pathlib import Path

from jepamine.clips import Source


def scenes(*, manifest: Path):
    return Source(manifest, tubelet_size=1, image_size=(48, 96))
"""

RECIPE = """
schema = 1
seed = 3
[dataset]
plugin = "./scenes.py:scenes"
manifest = "{manifest}"
[masking]
plugin = "patches"
ratio = 0.5
[encoder]
plugin = "pixels"
[predictor]
plugin = "layout-dense"
channels = [8, 16, 16]
second_look = 4
[trainer]
plugin = "layout"
epochs = 2
batch_size = 8
val_scenes = 8
views = 2
[scoring]
scorer = "random"
"""


def draw_scene(rng: np.random.Generator) -> tuple[Image.Image, Layout]:
    """One to three filled boxes on black, one in each third of the frame."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    objects: list[Object] = []
    for third in sorted(rng.choice(3, int(rng.integers(1, 4)), replace=False).tolist()):
        kind: Any = str(rng.choice(list(COLOURS)))
        width, height = rng.uniform(1.5, 3.5), rng.uniform(1.5, 3.5)
        x, y = (third - 1) * FRAME_WIDTH / 3 + rng.uniform(-0.5, 0.5), rng.uniform(-1.5, 1.5)
        scale = WIDTH / FRAME_WIDTH
        left, top = (x - width / 2 + FRAME_WIDTH / 2) * scale, (FRAME_HEIGHT / 2 - y - height / 2) * scale
        draw.rectangle((left, top, left + width * scale, top + height * scale), fill=COLOURS[kind])
        objects.append(Object(kind, float(x), float(y), len(objects), float(width), float(height)))
    return image, Layout(tuple(objects))


def write_scenes(folder: Path, count: int) -> Path:
    rng = np.random.default_rng(0)
    (folder / "frames").mkdir(parents=True)
    lines = []
    for number in range(count):
        image, layout = draw_scene(rng)
        image.save(folder / "frames" / f"{number:03d}.png")
        lines.append(
            {
                "clip_id": f"0-{number}",
                "scene": f"0-{number}",
                "frame_paths": [f"frames/{number:03d}.png"],
                "family": "structured" if number % 3 else "random",
                "layout": to_json(layout),
            }
        )
    manifest = folder / "scenes.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return manifest


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("scenes"), 40)


@pytest.fixture
def recipe(tmp_path: Path, scenes: Path) -> Path:
    (tmp_path / "scenes.py").write_text(DATASET)
    path = tmp_path / "boxes.toml"
    path.write_text(RECIPE.format(manifest=scenes))
    return path


def record_of(tmp_path, name="boxes"):
    return json.loads((tmp_path / "experiments" / name / "record.json").read_text())


def test_a_run_is_trained_evaluated_and_drawn(jepamine, recipe, tmp_path):
    result = jepamine("run", recipe)
    assert result.exit_code == 0, result.output
    record = record_of(tmp_path)
    assert (record["status"], record["headline"]) == ("finished", "mean_iou")
    assert set(record["metrics"]) >= {"val_loss", "mean_iou", "f1", "type_accuracy", "masked_mean_iou"}
    sheet = tmp_path / "sheet.png"
    evaluated = jepamine("eval", "--run", "boxes", "--json", "--sheet", sheet)
    assert evaluated.exit_code == 0, evaluated.output
    found = json.loads(evaluated.stdout)
    assert found["scenes"] == 8
    assert found["clean"]["measures"]["mean_iou"]["value"] == pytest.approx(record["metrics"]["mean_iou"])
    assert found["masked"]["hidden_patches"] == 0.5
    assert found["masked"]["measures"]["mean_iou"]["value"] == pytest.approx(
        record["metrics"]["masked_mean_iou"], abs=1e-6
    )
    with Image.open(sheet) as image:
        assert image.size[1] > 8 * 200
    assert "objects" in jepamine("eval", "--run", "boxes").stdout


def test_a_run_is_evaluated_in_eight_bits(jepamine, recipe, tmp_path):
    pytest.importorskip("torchao", reason="torchao is not installed: pip install 'jepamine[int8]'")
    jepamine("run", recipe)
    result = jepamine("eval", "--run", "boxes", "--int8", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["clean"]["measures"]["mean_iou"]["value"]
    assert found == pytest.approx(record_of(tmp_path)["metrics"]["mean_iou"], abs=0.05)
    assert (tmp_path / "experiments" / "boxes" / "evals" / "run-val-int8.json").is_file()


@pytest.mark.slow
def test_training_learns_the_boxes(jepamine, recipe, tmp_path):
    result = jepamine("run", recipe, "--epochs", 30, "--set", "trainer.lr=0.005")
    assert result.exit_code == 0, result.output
    metrics = record_of(tmp_path)["metrics"]
    assert metrics["mean_iou"] > 0.6
    assert metrics["f1"] > 0.7
    assert metrics["type_accuracy"] > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["layout", "distill"])
def test_a_resumed_run_ends_with_the_same_weights(jepamine, recipe, tmp_path, monkeypatch, kind):
    words = []
    if kind == "distill":
        jepamine("run", recipe, "--name", "teacher")
        words = ["--set", 'trainer={plugin="distill", teacher="teacher", epochs=2, val_scenes=8, views=2}']
    assert jepamine("run", recipe, *words, "--name", "whole").exit_code == 0
    epoch = training._epoch
    calls = []

    def stop_in_the_second(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return epoch(*args)

    monkeypatch.setattr(training, "_epoch", stop_in_the_second)
    assert jepamine("run", recipe, *words, "--name", "stopped").exit_code != 0
    monkeypatch.setattr(training, "_epoch", epoch)
    assert record_of(tmp_path, "stopped")["epochs_done"] == 1
    resumed = jepamine("run", "--resume", "stopped")
    assert resumed.exit_code == 0, resumed.output
    folder = tmp_path / "experiments"
    whole, stopped = (load_file(folder / name / "weights.safetensors") for name in ("whole", "stopped"))
    assert {name: tensor.numpy().tobytes() for name, tensor in whole.items()} == {
        name: tensor.numpy().tobytes() for name, tensor in stopped.items()
    }
    lines = [(folder / name / "metrics.jsonl").read_text().splitlines() for name in ("whole", "stopped")]
    seconds = [[json.loads(line) | {"seconds": 0} for line in run] for run in lines]
    assert seconds[0] == seconds[1]


@pytest.mark.slow
def test_a_student_is_compared_with_its_teacher(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--name", "teacher")
    words = [
        "--set", 'trainer={plugin="distill", teacher="teacher", epochs=1, val_scenes=8, views=2}',
        "--set", "predictor.channels=[4, 8, 8]", "--set", "predictor.second_look=2",
    ]  # fmt: skip
    result = jepamine("run", recipe, "--name", "student", *words)
    assert result.exit_code == 0, result.output
    metrics = record_of(tmp_path, "student")["metrics"]
    assert metrics["teacher_mean_iou"] == record_of(tmp_path, "teacher")["metrics"]["mean_iou"]
    assert metrics["smaller"] > 2
    found = json.loads(jepamine("eval", "--run", "student", "--json").stdout)["teacher"]
    assert found["clean"]["mean_iou"]["value"] == pytest.approx(metrics["teacher_mean_iou"])
    assert found["clean"]["lost"]["value"] == pytest.approx(
        metrics["teacher_mean_iou"] - metrics["mean_iou"], abs=1e-6
    )
    assert "times fewer" in jepamine("eval", "--run", "student").stdout


def test_a_student_of_another_kind_is_refused(jepamine, recipe):
    jepamine("run", recipe, "--name", "teacher")
    trainer = 'trainer={plugin="distill", teacher="teacher", epochs=1, val_scenes=8}'
    absent = jepamine("run", recipe, "--set", trainer.replace('"teacher"', '"nobody"'))
    assert (absent.exit_code, "nobody" in absent.stderr) == (1, True)
    words = ["--set", trainer, "--set", 'encoder={plugin="efficientnet-lite0", stride=16}']
    wrong_grid = jepamine("run", recipe, *words)
    assert wrong_grid.exit_code == 1
    assert "run 'teacher' expects 48 x 96 tokens, this recipe's encoder gives 3 x 6" in wrong_grid.stderr


@pytest.mark.parametrize("predictor", ["layout-dense", "layout-transformer"])
def test_layouts_are_learned_from_features_of_a_frozen_network(jepamine, recipe, tmp_path, predictor):
    small = {
        "layout-dense": "channels=[8, 16, 16]",
        "layout-transformer": "hidden_dim=32, layers=1, heads=2, feed_forward=32",
    }[predictor]
    result = jepamine(
        "run", recipe, "--epochs", 1,
        "--set", 'encoder={plugin="efficientnet-lite0", stride=16}',
        "--set", f'predictor={{plugin="{predictor}", {small}}}',
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = jepamine("eval", "--run", "boxes", "--json")
    assert found.exit_code == 0, found.output
    measures = json.loads(found.stdout)["clean"]["measures"]
    assert measures["mean_iou"]["value"] == pytest.approx(
        record_of(tmp_path)["metrics"]["mean_iou"], abs=1e-6
    )


def test_the_recipe_of_clip_features_learns_with_a_small_clip(jepamine, scenes, tmp_path):
    import torch
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(0)
    layers = {"hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision = layers | {"image_size": 32, "patch_size": 8}
    CLIPModel(CLIPConfig(text_config=layers, vision_config=vision, projection_dim=16)).save_pretrained(
        tmp_path / "clip"
    )
    (tmp_path / "scenes.py").write_text(DATASET)
    shipped = Path(__file__).parents[3] / "recipes" / "manim-clip.toml"
    recipe = tmp_path / "manim-clip.toml"
    recipe.write_text(shipped.read_text())
    result = jepamine(
        "run", recipe, "--epochs", 1, "--batch-size", 8,
        "--set", f'dataset={{plugin="./scenes.py:scenes", manifest="{scenes}"}}',
        "--set", f"encoder.weights={tmp_path / 'clip'}",
        "--set", "predictor.hidden_dim=16", "--set", "predictor.layers=1", "--set", "predictor.heads=2",
        "--set", "trainer.val_scenes=8",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "experiments" / "manim-clip" / "record.json").read_text())
    assert (record["status"], record["plugins"]["encoder"]["name"]) == ("finished", "clip")
    assert jepamine("eval", "--run", "manim-clip", "--json").exit_code == 0


def test_pixels_are_too_many_tokens_for_attention(jepamine, recipe):
    result = jepamine("run", recipe, "--set", 'predictor={plugin="layout-transformer"}')
    assert result.exit_code == 1
    assert "attends to 1024 tokens at most, the encoder 'pixels' gives 48 x 96" in result.stderr


def test_an_encoder_without_a_token_grid_is_refused(jepamine, recipe, tmp_path):
    (tmp_path / "blind.py").write_text(
        "class Blind:\n"
        "    name, weights_sha256, preprocessing, dim, batch_size = 'blind', 'none', 'none', 3, 8\n"
        "    def __call__(self, frames):\n"
        "        return frames.float().mean(dim=(2, 3))\n"
    )
    result = jepamine("run", recipe, "--set", 'encoder={plugin="./blind.py:Blind"}')
    assert result.exit_code == 1
    assert "the encoder 'blind' has no token grid" in result.stderr


def test_an_encoder_that_crops_frames_is_refused(jepamine, recipe, tmp_path):
    (tmp_path / "narrow.py").write_text(
        "class Narrow:\n"
        "    name, weights_sha256, preprocessing, dim, batch_size = 'narrow', 'none', 'none', 3, 8\n"
        "    def grid(self, shape):\n"
        "        return 1, 1\n"
        "    def view(self, shape):\n"
        "        return 0.1, 0.1, 0.9, 0.9\n"
        "    def __call__(self, frames):\n"
        "        return frames.float().mean(dim=(2, 3))\n"
    )
    result = jepamine("run", recipe, "--set", 'encoder={plugin="./narrow.py:Narrow"}')
    assert result.exit_code == 1
    assert "the encoder 'narrow' has no token grid of the whole frame" in result.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda line: line.pop("layout"), ":2: no key 'layout'"),
        (
            lambda line: line["layout"]["objects"][0].update(type="sqare"),
            ":2: layout.objects[0].type: unknown",
        ),
        (lambda line: line["frame_paths"].append("frames/000.png"), ":2: a layout belongs to one frame"),
    ],
)
def test_unusable_lines_are_errors_that_name_their_place(jepamine, recipe, scenes, tmp_path, change, message):
    lines = [json.loads(line) for line in scenes.read_text().splitlines()]
    change(lines[1])
    broken = scenes.parent / "broken.jsonl"
    broken.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = jepamine("run", recipe, "--set", f'dataset.manifest="{broken}"')
    broken.unlink()
    assert result.exit_code == 1
    assert f"broken.jsonl{message}" in result.stderr
    assert not (tmp_path / "experiments" / "boxes").exists()


def test_holding_out_all_scenes_is_an_error(jepamine, recipe):
    result = jepamine("run", recipe, "--set", "trainer.val_scenes=40")
    assert result.exit_code == 1
    assert "trainer.val_scenes: 40 of 40 scenes held out leaves none to train on" in result.stderr


def test_a_family_left_out_of_training_is_evaluated_separately(jepamine, recipe, tmp_path):
    result = jepamine("run", recipe, "--set", 'trainer.leave_out="random"')
    assert result.exit_code == 0, result.output
    manifest = tmp_path / "experiments" / "boxes" / "manifest.jsonl"
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    splits = {(line["family"], line["split"]) for line in lines}
    assert splits == {
        ("random", "unseen"), ("random", "calibration"), ("structured", "train"), ("structured", "val")
    }  # fmt: skip
    # As many as asked for on average: some of those drawn are of the family left out.
    assert 5 <= len(held_out(manifest.parent)) <= 8
    evaluated = json.loads(jepamine("eval", "--run", "boxes", "--json").stdout)
    assert set(evaluated["clean"]["by_family"]) == {"structured"}
    (unseen,) = evaluated["unseen_families"]
    assert (unseen["family"], unseen["scenes"]) == ("random", 7)
    assert 0 <= unseen["measures"]["mean_iou"]["value"] <= 1
    assert "Not trained on: 7 scenes of the family 'random'" in jepamine("eval", "--run", "boxes").stdout


def test_each_of_several_families_left_out_is_evaluated(jepamine, recipe, scenes):
    lines = [json.loads(line) for line in scenes.read_text().splitlines()]
    for number, line in enumerate(lines):
        line["family"] = ("seen", "first", "second", "seen")[number % 4]
    manifest = scenes.parent / "families.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    left_out = ("--set", f'dataset.manifest="{manifest}"', "--set", 'trainer.leave_out=["first", "second"]')
    result = jepamine("run", recipe, *left_out)
    assert result.exit_code == 0, result.output
    evaluated = json.loads(jepamine("eval", "--run", "boxes", "--json").stdout)
    assert [(each["family"], each["scenes"]) for each in evaluated["unseen_families"]] == [
        ("first", 5), ("second", 5)
    ]  # fmt: skip
    assert set(evaluated["clean"]["by_family"]) == {"seen"}


def test_frames_are_measured_at_their_own_size_and_objects_under_their_copies_left_out(
    jepamine, recipe, scenes, monkeypatch
):
    from jepamine.manim.layout_model import inference

    assert jepamine("run", recipe).exit_code == 0
    lines = [json.loads(line) for line in scenes.read_text().splitlines()][:3]
    for number, line in enumerate(lines):
        path = scenes.parent / line["frame_paths"][0]
        with Image.open(path) as frame:
            frame.resize(((number + 1) * WIDTH, (number + 1) * HEIGHT)).save(path.with_suffix(".large.png"))
        line["frame_paths"] = [str(path.with_suffix(".large.png"))]
    first = lines[0]["layout"]["objects"]
    first.append(first[0] | {"z": len(first)})
    first[0]["visible"] = 0.1
    manifest = scenes.parent / "large.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    seen = []

    def measured(layout, frame, width):
        seen.append((frame.shape, width))
        return layout

    monkeypatch.setattr(inference, "at_full_size", measured)
    evaluated = jepamine("eval", "--run", "boxes", manifest, "--json")
    assert evaluated.exit_code == 0, evaluated.output
    assert seen == [((48, 96, 3), 96), ((96, 192, 3), 96), ((144, 288, 3), 96)]
    result = json.loads(evaluated.stdout)
    count = sum(len(line["layout"]["objects"]) for line in lines)
    assert (result["objects"], result["under_copies"]) == (count - 1, 1)
    text = jepamine("eval", "--run", "boxes", manifest).stdout
    assert f"3 scenes, {count - 1} objects; left out: 1 that lie under a copy of theirs" in text


def test_an_unknown_family_cannot_be_left_out(jepamine, recipe):
    result = jepamine("run", recipe, "--set", 'trainer.leave_out="randm"')
    assert result.exit_code == 1
    assert "trainer.leave_out: no scene has the family 'randm' (did you mean 'random'?)" in result.stderr


@pytest.mark.slow
def test_a_predictor_of_two_objects_is_not_punished_for_a_third(jepamine, recipe, tmp_path):
    words = ["--epochs", 30, "--set", "trainer.lr=0.005", "--set", "predictor.max_objects=2"]
    assert jepamine("run", recipe, *words).exit_code == 0
    evaluated = json.loads(jepamine("eval", "--run", "boxes", "--json").stdout)
    measures = evaluated["clean"]["measures"]
    assert measures["f1"]["value"] > 0.7
    # Of three objects the two largest count.
    assert evaluated["objects"] == sum(
        min(len(line["layout"]["objects"]), 2) for line in held_out(tmp_path / "experiments" / "boxes")
    )
    assert measures["more_flag"]["value"] > 0.5


def held_out(run):
    lines = [json.loads(line) for line in (run / "manifest.jsonl").read_text().splitlines()]
    return [line for line in lines if line["split"] == "val"]
