"""Runs: what they leave behind, and that they are the same twice."""

from __future__ import annotations

import hashlib
import json
import tomllib

from safetensors import safe_open
from safetensors.numpy import load_file


def record_of(tmp_path, name="small"):
    return json.loads((tmp_path / "experiments" / name / "record.json").read_text())


def test_a_run_leaves_the_files_of_the_contract(jepamine, recipe, tmp_path):
    result = jepamine("run", recipe)
    assert result.exit_code == 0, result.output
    run = tmp_path / "experiments" / "small"
    record = record_of(tmp_path)
    assert record["status"] == "finished"
    assert record["epochs_done"] == 4
    assert record["data"]["clips"] == 12
    assert record["data"]["tubelets"] == 24
    assert record["recipe_sha256"] == hashlib.sha256((run / "recipe.toml").read_bytes()).hexdigest()
    assert set(record["metrics"]) >= {
        "train_loss", "val_loss", "mean_cosine_similarity", "masked_cosine_similarity"
    }  # fmt: skip
    epochs = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in epochs] == [1, 2, 3, 4]
    assert record["best_metric"] == min(line["val_loss"] for line in epochs)
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == [
        "epoch-002.safetensors",
        "epoch-004.safetensors",
    ]
    with safe_open(run / "checkpoints" / "epoch-004.safetensors", framework="np") as file:
        assert set(file.metadata()) >= {"epoch", "config", "best_metric"}
    assert (run / "plugins" / "tiny.py").is_file()


def test_the_resolved_recipe_holds_every_default_and_runs_again_to_the_same_weights(
    jepamine, recipe, tmp_path
):
    jepamine("run", recipe)
    run = tmp_path / "experiments" / "small"
    resolved = tomllib.loads((run / "recipe.toml").read_text())
    assert resolved["trainer"]["batch_size"] == 8
    assert resolved["masking"]["ratio"] == 0.75
    (tmp_path / "tiny.py").unlink()  # the run holds its own copy
    again = jepamine("run", run / "recipe.toml")
    assert again.exit_code == 0, again.output
    assert "'small-2'" in again.output
    weights = [(tmp_path / "experiments" / name / "weights.safetensors") for name in ("small", "small-2")]
    first, second = (load_file(path) for path in weights)
    assert {name: array.tobytes() for name, array in first.items()} == {
        name: array.tobytes() for name, array in second.items()
    }


def test_another_seed_gives_other_weights(jepamine, recipe, tmp_path):
    jepamine("run", recipe)
    jepamine("run", recipe, "--seed", 8, "--name", "other")
    first, second = (
        load_file(tmp_path / "experiments" / name / "weights.safetensors") for name in ("small", "other")
    )
    assert any((first[name] != second[name]).any() for name in first)


def test_training_lowers_the_loss(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 30)
    lines = (tmp_path / "experiments" / "small" / "metrics.jsonl").read_text().splitlines()
    losses = [json.loads(line)["train_loss"] for line in lines]
    assert losses[-1] < losses[0] / 2


def test_a_taken_name_of_a_recipe_gets_a_number_and_a_taken_option_is_an_error(jepamine, recipe):
    jepamine("run", recipe, "--epochs", 1)
    assert "this one is called 'small-2'" in jepamine("run", recipe, "--epochs", 1).output
    refused = jepamine("run", recipe, "--name", "small")
    assert refused.exit_code == 1
    assert "already exists" in refused.output


def test_options_override_the_recipe(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 2, "--set", "trainer.batch_size=4", "--set", "masking.plugin=tubes")
    resolved = tomllib.loads((tmp_path / "experiments" / "small" / "recipe.toml").read_text())
    assert resolved["trainer"]["epochs"] == 2
    assert resolved["trainer"]["batch_size"] == 4
    assert resolved["masking"]["plugin"] == "tubes"


def test_input_at_fault_leaves_no_run_behind(jepamine, recipe, tmp_path):
    result = jepamine("run", recipe, "--set", "dataset.manifest=nowhere.jsonl")
    assert result.exit_code == 1
    assert "nowhere.jsonl: no such file" in result.output
    assert not (tmp_path / "experiments" / "small").exists()


def test_a_crash_marks_the_run_failed_with_its_reason(jepamine, recipe, tmp_path):
    plugin = tmp_path / "tiny.py"
    crash = "        raise RuntimeError('out of memory')\n        cells ="
    plugin.write_text(plugin.read_text().replace("        cells =", crash))
    result = jepamine("run", recipe)
    assert result.exit_code == 1
    # No traceback through jepamine for the mistake of somebody's plugin, but its file, line and text.
    line = plugin.read_text()[: plugin.read_text().index("raise RuntimeError")].count("\n") + 1
    said = f"{plugin}:{line}: encoder plugin './tiny.py:Tiny' raised RuntimeError: out of memory\n"
    assert said + "  raise RuntimeError('out of memory')" in result.output
    record = record_of(tmp_path)
    assert (record["status"], record["failure"]) == ("failed", "RuntimeError: out of memory")


def test_a_run_that_learned_nothing_says_so(jepamine, recipe):
    said = "The prediction is no closer to the clean embedding than the masked one is."
    assert said in jepamine("run", recipe, "--epochs", 1, "--lr", "1e-12").output


def test_a_finished_run_is_left_as_it_is_by_resume(jepamine, recipe, tmp_path):
    jepamine("run", recipe)
    before = (tmp_path / "experiments" / "small" / "record.json").read_bytes()
    result = jepamine("run", "--resume", "small")
    assert result.exit_code == 0
    assert "already finished" in result.output
    assert (tmp_path / "experiments" / "small" / "record.json").read_bytes() == before


def test_a_second_run_with_another_predictor_and_trainer_encodes_nothing(jepamine, recipe, tmp_path):
    assert jepamine("run", recipe).exit_code == 0
    plugin = tmp_path / "tiny.py"
    never = "        raise AssertionError('encoded again')\n        cells ="
    plugin.write_text(plugin.read_text().replace("        cells =", never))
    words = ("--name", "other", "--lr", 1e-2, "--set", "predictor.hidden_dim=8", "--seed", 3)
    result = jepamine("run", recipe, *words)
    assert result.exit_code == 0, result.output


def test_the_same_recipe_again_shows_its_run_and_another_value_starts_one(jepamine, recipe, tmp_path):
    from jepamine.config.recipe import read
    from jepamine.runs.runner import run_or_resume

    experiments = tmp_path / "experiments"
    names = [
        run_or_resume(read(recipe, {("trainer", "epochs"): epochs}), experiments).name
        for epochs in (1, 1, 2, 1, 2)
    ]
    assert names == ["small", "small", "small-2", "small", "small-2"]
