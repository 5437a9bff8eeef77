"""`reproduce`: the recipe again, and what is equal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jepamine.runs.reproduce import failure


def reproduced(jepamine, *words: object) -> dict:
    result = jepamine("reproduce", "small", "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def small(jepamine, recipe, tmp_path) -> Path:
    assert jepamine("run", recipe).exit_code == 0
    (recipe.parent / "tiny.py").unlink()  # the run holds its own copy
    return tmp_path / "experiments" / "small"


def changed(run: Path, *keys: str, to: object) -> None:
    record = json.loads((run / "record.json").read_text())
    table = record
    for key in keys[:-1]:
        table = table[key]
    table[keys[-1]] = to
    (run / "record.json").write_text(json.dumps(record))


def test_the_same_machine_gives_the_same_bits(jepamine, small):
    assert reproduced(jepamine) == {
        "run": "small",
        "reproduction": "small-again",
        "equal": True,
        "largest_difference": 0.0,
        "metrics": {},
        "differs": {},
    }
    assert reproduced(jepamine)["reproduction"] == "small-again-2"
    text = jepamine("reproduce", "small", "--name", "third")
    assert text.exit_code == 0
    assert text.stdout.splitlines() == [
        "run 'third' has the weights of 'small', bit for bit",
        "all metrics are equal",
        "versions, data and code are the same",
    ]


def test_other_versions_are_named(jepamine, small):
    changed(small, "environment", "torch", to="1.0")
    changed(small, "plugins", "predictor", "version", to="0.0.1")
    differs = reproduced(jepamine)["differs"]
    assert set(differs) == {"environment.torch", "plugins.predictor"}
    assert differs["environment.torch"][0] == "1.0"
    assert differs["plugins.predictor"][0] == ["mlp", "0.0.1"]


def test_a_manifest_that_changed_is_named_and_the_exit_code_says_so(jepamine, small, recipe, tmp_path, clips):
    manifest = clips.with_name("less.jsonl")
    manifest.write_text(clips.read_text())
    words = ("--set", f"dataset.manifest={manifest}", "--name", "other", "--trust")
    assert jepamine("run", small / "recipe.toml", *words).exit_code == 0
    manifest.write_text("".join(clips.read_text().splitlines(keepends=True)[3:]))
    result = jepamine("reproduce", "other", "--json")
    assert result.exit_code == 1
    assert "run 'other' was not reproduced: '" in result.stderr
    assert jepamine("reproduce", "other", "--tolerance", "1e9").exit_code == 0
    differs = json.loads(result.stdout)
    assert not differs["equal"] and differs["largest_difference"] > 0
    assert set(differs["differs"]) == {"data.clips", "data.manifest"}
    assert set(differs["metrics"]) >= {"val_loss", "mean_cosine_similarity"}


def test_the_threads_of_the_run_are_used_and_put_back(jepamine, small, tmp_path):
    import torch

    before = torch.get_num_threads()
    changed(small, "environment", "threads", to=before + 1)
    assert reproduced(jepamine)["differs"] == {}
    record = json.loads((tmp_path / "experiments" / "small-again" / "record.json").read_text())
    assert record["environment"]["threads"] == before + 1
    assert torch.get_num_threads() == before


def test_an_unfinished_run_is_one_line(jepamine, small):
    changed(small, "status", to="interrupted")
    result = jepamine("reproduce", "small")
    assert result.exit_code == 1
    assert "run 'small' is interrupted; finish it first: jepamine run --resume small" in result.stderr


@pytest.mark.parametrize(
    ("metrics", "tolerance", "reason"),
    [
        ({}, None, "its metrics were, its weights were not; --tolerance 0 accepts that"),
        ({}, 0.0, ""),
        ({"best_epoch": [3, 4]}, 0.0, ""),
        ({"val_loss": [0.5, 0.25]}, None, "'val_loss' differs by 0.25; --tolerance NUMBER accepts"),
        (
            {"val_loss": [0.5, 0.25], "mean": [1, 1.5]},
            0.3,
            "differs by 0.5, more than --tolerance 0.3",
        ),
        ({"val_loss": [0.5, 0.25]}, 0.25, ""),
        ({"val_loss": [0.5, None]}, 9.0, "'val_loss' is not a number in both runs"),
    ],
)
def test_other_weights_fail_unless_the_metrics_are_within_the_tolerance(metrics, tolerance, reason):
    result = {"run": "small", "equal": False, "metrics": metrics}
    assert reason in failure(result, tolerance)
    assert bool(failure(result, tolerance)) == bool(reason)
    assert failure(result | {"equal": True}, tolerance) == ""
