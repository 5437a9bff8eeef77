"""A record that is wrong in any field is one clear error, for every command that reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from jepamine.errors import UserError
from jepamine.runs import run_record
from jepamine.runs.run_record import REQUIRED, require_complete, validate

PATH = Path("experiments/x/record.json")
RECORD = {
    "status": "finished",
    "metrics": {"val_loss": 0.5},
    "recipe_sha256": "ab",
    "epochs_done": 3,
    "data": {"tubelet_size": 2, "image_size": [224, 224]},
    "encoder": {"weights_sha256": "cd"},
}


def test_an_integer_metric_stays_an_integer():
    metrics = validate(RECORD | {"metrics": {"best_epoch": 9, "val_loss": 0.5}}, PATH)["metrics"]
    assert str(metrics) == "{'best_epoch': 9, 'val_loss': 0.5}"


def test_keys_of_other_versions_are_kept():
    assert validate(RECORD | {"later": [1], "data": {"later": 2}}, PATH) == RECORD | {
        "later": [1],
        "data": {"later": 2},
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"data": {"tubelet_size": 0}},
            "data.tubelet_size: input should be greater than or equal to 1, found 0",
        ),
        (
            {"data": {"tubelet_size": -2}},
            "data.tubelet_size: input should be greater than or equal to 1, found -2",
        ),
        ({"data": {"image_size": "big"}}, "data.image_size: input should be a valid list, found 'big'"),
        (
            {"data": {"image_size": [224, "b"]}},
            "data.image_size.1: input should be a valid integer, found 'b'",
        ),
        ({"plugins": ["clips"]}, "plugins: input should be a valid dictionary, found ['clips']"),
        ({"plugins": {"dataset": 3}}, "plugins.dataset: input should be a valid dictionary, found 3"),
        ({"seconds": "long"}, "seconds: input should be a valid dictionary, found 'long'"),
        ({"encoder": "vjepa2"}, "encoder: input should be a valid dictionary, found 'vjepa2'"),
        ({"epochs_done": "3"}, "epochs_done: input should be a valid integer, found '3'"),
        ({"metrics": {"val_loss": "low"}}, "metrics.val_loss: input should be a valid number, found 'low'"),
        (
            {"status": "done"},
            "status: input should be 'running', 'finished', 'interrupted' or 'failed', found 'done'",
        ),
    ],
)
def test_a_wrong_field_is_named_with_its_value(changes, message):
    with pytest.raises(UserError) as raised:
        validate(RECORD | changes, PATH)
    assert str(raised.value) == f"{PATH}: {message}"


@pytest.mark.parametrize("key", ["status", "metrics"])
def test_what_has_no_status_or_metrics_is_not_a_record(key):
    with pytest.raises(UserError) as raised:
        validate({name: value for name, value in RECORD.items() if name != key}, PATH)
    assert str(raised.value) == f"{PATH}: not a run record: '{key}' is missing"


@pytest.mark.parametrize("field", REQUIRED)
def test_a_missing_field_that_a_run_needs_is_named(field):
    record = json.loads(json.dumps(RECORD))
    outer, _, inner = field.partition(".")
    del (record[outer] if inner else record)[inner or outer]
    with pytest.raises(UserError) as raised:
        require_complete(record, PATH)
    assert str(raised.value) == f"{PATH}: incomplete run record: '{field}' is missing"


@pytest.mark.parametrize(
    "words",
    [
        ["show", "small"],
        ["eval", "--run", "small"],
        ["score", "--run", "small", "{manifest}"],
        ["run", "--resume", "small"],
        ["compare", "small", "small"],
        ["probe", "--run", "small", "--labels", "{manifest}"],
    ],
)
@pytest.mark.parametrize("changes", [{"data": {"tubelet_size": -2}}, {"seconds": 3}, {"encoder": 5}])
def test_every_command_reports_a_damaged_record_in_one_line(
    words, changes, jepamine, recipe, clips, tmp_path
):
    folder = tmp_path / "experiments" / "small"
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(b"")
    (folder / "recipe.toml").write_text("schema = 1\n")
    (folder / "record.json").write_text(json.dumps(RECORD | changes))
    result = jepamine(*(word.format(manifest=clips) for word in words))
    assert result.exit_code == 1
    assert f"{folder / 'record.json'}: {next(iter(changes))}" in result.stderr


def test_runs_lists_the_others_beside_a_damaged_record(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    folder = tmp_path / "experiments" / "broken"
    folder.mkdir()
    (folder / "record.json").write_text(json.dumps(RECORD | {"plugins": 1}))
    result = jepamine("runs")
    assert "small" in result.stdout
    assert "record.json: plugins: input should be a valid dictionary, found 1" in result.stderr


@pytest.fixture
def stopped(jepamine, recipe, tmp_path):
    """A run that looks as if it was killed after its first epoch; returns a way to change its record."""
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    path = tmp_path / "experiments" / "small" / "record.json"

    def change(**environment):
        record = json.loads(path.read_text())
        record["status"] = "running"
        record["environment"] |= environment
        path.write_text(json.dumps(record))

    change()
    return change


def record_of(tmp_path):
    return json.loads((tmp_path / "experiments" / "small" / "record.json").read_text())


def test_a_session_under_the_same_environment_is_recorded_without_a_warning(jepamine, stopped, tmp_path):
    result = jepamine("run", "--resume", "small")
    assert result.exit_code == 0, result.output
    assert "warning" not in result.stderr
    record = record_of(tmp_path)
    (session,) = record["sessions"]
    assert (session["epochs_done"], session["environment"]) == (1, record["environment"])
    assert "changed" not in session


@pytest.mark.parametrize("key", ["python", "torch", "transformers", "jepamine"])
def test_another_version_is_reported_and_kept_in_the_record(jepamine, stopped, tmp_path, key):
    now = run_record.environment("cpu")[key]
    stopped(**{key: "0.0.1"})
    result = jepamine("run", "--resume", "small")
    assert result.exit_code == 0, result.output
    assert (
        f"warning: run 'small' is resumed under another environment: {key} 0.0.1 -> {now}; "
        "its weights may differ from those of an uninterrupted run\n"
    ) in result.stderr
    record = record_of(tmp_path)
    assert [session["changed"] for session in record["sessions"]] == [[f"{key} 0.0.1 -> {now}"]]
    assert record["environment"][key] == "0.0.1"


def test_the_number_of_threads_is_that_of_the_record_and_set_back_afterwards(
    jepamine, stopped, tmp_path, monkeypatch
):
    before = torch.get_num_threads()
    stopped(threads=before + 2)
    result = jepamine("run", "--resume", "small")
    assert result.exit_code == 0, result.output
    assert f"threads: {before + 2}, as when the run started (here {before})\n" in result.stderr
    assert "warning" not in result.stderr
    assert record_of(tmp_path)["sessions"][0]["environment"]["threads"] == before + 2
    assert torch.get_num_threads() == before


def test_every_session_is_kept(jepamine, stopped, tmp_path):
    for _ in "ab":
        assert jepamine("run", "--resume", "small").exit_code == 0
        stopped()
    assert len(record_of(tmp_path)["sessions"]) == 2


def test_a_record_of_an_older_version_is_resumed_as_it_is(jepamine, stopped, tmp_path):
    path = tmp_path / "experiments" / "small" / "record.json"
    record = record_of(tmp_path)
    del record["environment"]
    path.write_text(json.dumps(record))
    result = jepamine("run", "--resume", "small")
    assert result.exit_code == 0, result.output
    assert "warning" not in result.stderr
    assert len(record_of(tmp_path)["sessions"]) == 1
