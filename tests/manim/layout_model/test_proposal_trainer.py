"""The trainer `layout-proposals` through the command line, on tiny scenes of rectangles. Without Manim."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file

from jepamine.manim.layout_model.proposal_trainer import rarity, varied_crops
from jepamine.manim.layout_model.targets import NOTHING
from tests.manim.layout_model.test_layout_trainers import DATASET, RECIPE, write_scenes

CHANGES = {
    'plugin = "layout-dense"': 'plugin = "layout-proposals"',
    "channels = [8, 16, 16]": "width = 32",
    "second_look = 4": "layers = 1\nlit_pixels = true",
    'plugin = "layout"': 'plugin = "layout-proposals"',
    "views = 2": "masked = 0.2",
}  # fmt: skip


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "scenes.py").write_text(DATASET)
    text = RECIPE.format(manifest=write_scenes(tmp_path / "scenes", 40))
    for old, new in CHANGES.items():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "proposed.toml"
    path.write_text(text)
    return path


@pytest.mark.slow
def test_a_run_finds_most_boxes_after_twelve_epochs_of_32_scenes(jepamine, recipe):
    result = jepamine("run", recipe, "--set", "trainer.epochs=12", "--set", "trainer.checkpoint_every=12")
    assert result.exit_code == 0, result.output
    evaluated = jepamine("eval", "--run", "proposed", "--json")
    assert evaluated.exit_code == 0, evaluated.output
    measures = json.loads(evaluated.stdout)["clean"]["measures"]
    assert measures["mean_iou"]["value"] > 0.8
    assert measures["f1"]["value"] > 0.8


@pytest.mark.slow
def test_a_stopped_run_resumes_to_the_same_bits(jepamine, recipe, tmp_path, monkeypatch):
    from jepamine.runs import training

    assert jepamine("run", recipe, "--name", "whole").exit_code == 0
    real, calls = training.save_checkpoint, []

    def stop(*arguments, **named):
        real(*arguments, **named)
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "save_checkpoint", stop)
    assert jepamine("run", recipe, "--name", "stopped").exit_code != 0
    monkeypatch.setattr(training, "save_checkpoint", real)
    assert jepamine("run", "--resume", "stopped").exit_code == 0
    first, second = (
        load_file(tmp_path / "experiments" / name / "weights.safetensors") for name in ("whole", "stopped")
    )
    assert all((first[name] == second[name]).all() for name in first)


def test_objects_of_rare_types_weigh_more():
    types = torch.tensor([[0] * 350 + [1] * 50 + [NOTHING] * 10])
    weights = rarity(types)[0]
    assert (weights[350] / weights[0]).item() == pytest.approx(2.0)
    assert weights[:400].mean().item() == pytest.approx(1.0)
    assert weights[400:].tolist() == [0.0] * 10


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_what_is_moved_is_moved_with_its_truth_and_knows_by_how_much(share):
    torch.manual_seed(0)
    batch = {
        "near": torch.full((3, 2, 4, 4, 4), 200, dtype=torch.uint8), "places": torch.zeros(3, 2, 4),
        "wide": torch.full((3, 2, 4, 4, 4), 200, dtype=torch.uint8), "boxes": torch.zeros(3, 1, 4),
        "types": torch.zeros(3, 1, dtype=torch.int64),
    }  # fmt: skip
    shown = varied_crops(batch, share)
    assert (shown["moved"].abs().sum(dim=1) > 0).tolist() == [share == 1] * 3
    for name in ("places", "boxes"):
        assert torch.equal(shown[name][..., :2], shown["moved"][:, None].expand_as(shown[name][..., :2]))
        assert not shown[name][..., 2:].any()
        assert not batch[name].any()


def test_another_predictor_is_refused_with_the_trainer_to_use(jepamine, recipe):
    text = recipe.read_text()
    recipe.write_text(
        text.replace('"layout-proposals"', '"layout-dense"', 1)
        .replace("width = 32", "channels = [8, 16, 16]")
        .replace("layers = 1\nlit_pixels = true", "second_look = 4")
    )
    result = jepamine("run", recipe)
    assert result.exit_code == 1
    assert "trains the predictor of that name only; use the trainer 'layout' for others" in result.output
