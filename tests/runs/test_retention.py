"""Checkpoints: the last ones and the best are kept, the others removed, and any can be used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from jepamine.errors import UserError
from jepamine.runs.retention import find_checkpoint, superfluous
from jepamine.runs.run_folder import RunFolder
from jepamine.utils.locks import exclusive


def names(folder: Path) -> list[str]:
    return sorted(path.stem for path in (folder / "checkpoints").iterdir())


@pytest.fixture
def small(tmp_path) -> Path:
    return tmp_path / "experiments" / "small"


def test_the_last_checkpoints_and_the_best_are_kept(tmp_path):
    for epoch in (5, 10, 15, 20, 25, 1000):
        (tmp_path / f"epoch-{epoch:03d}.safetensors").touch()
    losses = {5: 0.4, 7: 0.1, 10: 0.2, 15: 0.2, 20: 0.3, 25: 0.5, 1000: 0.6}
    gone = [[path.stem for path in superfluous(tmp_path, losses, keep)] for keep in (1, 2, 5, 0)]
    assert gone == [
        ["epoch-005", "epoch-015", "epoch-020", "epoch-025"],
        ["epoch-005", "epoch-015", "epoch-020"],
        ["epoch-005"],
        [],
    ]
    assert len(superfluous(tmp_path, {}, 2)) == 4


@pytest.mark.parametrize(("keep", "kept"), [(1, [4]), (2, [3, 4]), (0, [1, 2, 3, 4])])
def test_training_keeps_as_many_as_the_recipe_asks_for(jepamine, recipe, small, keep, kept):
    words = ("--set", "trainer.checkpoint_every=1", "--set", f"trainer.keep_checkpoints={keep}")
    assert jepamine("run", recipe, *words).exit_code == 0
    losses = [json.loads(line)["val_loss"] for line in (small / "metrics.jsonl").read_text().splitlines()]
    best = 1 + losses.index(min(losses))
    assert names(small) == [f"epoch-{epoch:03d}" for epoch in sorted({*kept, best})]


def test_a_checkpoint_holds_the_whole_recipe(jepamine, recipe, small):
    assert jepamine("run", recipe).exit_code == 0
    with safe_open(small / "checkpoints" / "epoch-004.safetensors", framework="np") as file:
        config = json.loads(file.metadata()["config"])
    assert config["recipe"] == (small / "recipe.toml").read_text()


def test_prune_removes_what_a_run_kept_and_a_dry_run_nothing(jepamine, recipe, small):
    words = ("--set", "trainer.checkpoint_every=1", "--set", "trainer.keep_checkpoints=0")
    assert jepamine("run", recipe, *words).exit_code == 0
    weights = (small / "weights.safetensors").read_bytes()
    size = sum((small / "checkpoints" / f"epoch-00{n}.safetensors").stat().st_size for n in (1, 2))
    entry = {"run": "small", "checkpoints": ["epoch-001", "epoch-002"], "bytes": size}
    kept = jepamine("runs", "prune")
    assert (kept.stdout, len(names(small))) == ("nothing to remove\n", 4)
    assert "'small' keeps its 2 other checkpoints ([trainer] keep_checkpoints = 0)" in kept.stderr
    assert "to remove them: jepamine runs prune small" in kept.stderr
    dry = jepamine("runs", "prune", "small", "--dry-run", "--json")
    assert json.loads(dry.stdout) == {"removed": [entry], "dry_run": True}
    assert len(names(small)) == 4
    assert "removed 2 checkpoints of small" in jepamine("runs", "prune", "small").stdout
    assert names(small) == ["epoch-003", "epoch-004"]
    assert (small / "weights.safetensors").read_bytes() == weights
    assert jepamine("runs", "prune").stdout == "nothing to remove\n"
    assert jepamine("runs", "prune", "smal").exit_code == 1
    assert "small" in jepamine("runs").stdout


def test_prune_without_names_is_for_runs_that_kept_more_than_they_asked_for(jepamine, recipe, small):
    words = ("--set", "trainer.checkpoint_every=1", "--set", "trainer.keep_checkpoints=4")
    assert jepamine("run", recipe, *words).exit_code == 0
    assert "removed 2 checkpoints of small" in jepamine("runs", "prune").stdout
    assert names(small) == ["epoch-003", "epoch-004"]


def test_eval_and_score_use_a_checkpoint(jepamine, recipe, clips, small):
    assert jepamine("run", recipe, "--set", "trainer.checkpoint_every=1", "--lr", 0.05).exit_code == 0
    best = json.loads(jepamine("eval", "--run", "small", "--json").stdout)
    lines = [json.loads(line) for line in (small / "metrics.jsonl").read_text().splitlines()]
    for epoch in (3, 4):
        name = f"epoch-{epoch:03d}"
        result = json.loads(jepamine("eval", "--run", "small", "--checkpoint", name, "--json").stdout)
        expected = lines[epoch - 1]["mean_cosine_similarity"]
        assert result["mean_cosine_similarity"] == pytest.approx(expected, abs=1e-6)
        assert result["checkpoint"] == name and "checkpoint" not in best
        assert (small / "evals" / f"run-val-{name}.json").is_file()
    assert jepamine("score", "--run", "small", clips, "--checkpoint", "epoch-003").exit_code == 0
    assert jepamine("score", "--run", "small", clips, "--checkpoint", "epoch-004").exit_code == 0
    third, fourth = (
        [json.loads(line) for line in (small / "scores" / f"manifest-{n}.jsonl").read_text().splitlines()]
        for n in ("epoch-003", "epoch-004")
    )
    assert third[0]["checkpoint"] == "epoch-003" and third[0]["score"] != fourth[0]["score"]
    assert third[0]["scores"]["masked"] == fourth[0]["scores"]["masked"]


def test_a_checkpoint_that_is_not_kept_is_one_line_with_those_that_are(jepamine, recipe, clips):
    assert jepamine("run", recipe).exit_code == 0
    for words in (("eval", "--run", "small"), ("score", "--run", "small", clips)):
        result = jepamine(*words, "--checkpoint", "../epoch-004")
        assert result.exit_code == 1
        assert "no checkpoint '../epoch-004'; it has epoch-002, epoch-004" in result.stderr


@pytest.mark.parametrize(
    ("kept", "listed"), [([], "none"), (["epoch-002", "epoch-010"], "epoch-002, epoch-010")]
)
def test_best_is_no_checkpoint_but_what_is_used_without_one(tmp_path, kept, listed):
    run = RunFolder(tmp_path / "small")
    run.checkpoints.mkdir(parents=True)
    for name in kept:
        (run.checkpoints / f"{name}.safetensors").touch()
    with pytest.raises(UserError) as refusal:
        find_checkpoint(run, "best")
    assert str(refusal.value) == (
        f"run 'small' has no checkpoint 'best'; it has {listed} (trainer.keep_checkpoints = 0 keeps all); "
        "the best weights are used without --checkpoint"
    )


def test_the_best_weights_are_those_of_the_best_checkpoint(jepamine, recipe, small):
    assert jepamine("run", recipe, "--set", "trainer.checkpoint_every=1").exit_code == 0
    best = json.loads((small / "record.json").read_text())["metrics"]["best_epoch"]
    checkpoint = load_file(small / "checkpoints" / f"epoch-{best:03d}.safetensors")
    for name, array in load_file(small / "weights.safetensors").items():
        assert array.tobytes() == checkpoint[f"model.{name}"].tobytes()


@pytest.mark.slow
def test_a_removed_run_is_in_the_trash_and_can_be_moved_back(jepamine, recipe, tmp_path):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    experiments = tmp_path / "experiments"
    record = (experiments / "small" / "record.json").read_bytes()
    result = jepamine("rm", "small")
    assert result.exit_code == 0 and "moved run 'small' to " in result.stdout
    assert jepamine("show", "small").exit_code == 1
    assert (experiments / "_trash" / "small" / "record.json").read_bytes() == record
    shutil.move(experiments / "_trash" / "small", experiments / "small")
    assert jepamine("show", "small").exit_code == 0


@pytest.mark.slow
def test_two_removed_runs_of_one_name_are_both_kept(jepamine, recipe, tmp_path):
    for _ in range(2):
        assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
        assert jepamine("rm", "small").exit_code == 0
    trash = tmp_path / "experiments" / "_trash"
    assert sorted(path.name for path in trash.iterdir()) == ["small", "small-2"]


def test_a_run_that_is_being_written_or_unknown_stays_and_nothing_else_is_moved(jepamine, recipe, tmp_path):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    folder = tmp_path / "experiments" / "small"
    with exclusive(folder / ".lock", "held"):
        result = jepamine("rm", "small")
    assert result.exit_code == 1 and "is being written by another process" in result.stderr
    assert jepamine("rm", "small", "smalll").exit_code == 1
    assert folder.is_dir()
