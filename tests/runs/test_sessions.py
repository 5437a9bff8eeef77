"""A resumed run has the threads of its first session, and a record of what it ran under."""

from __future__ import annotations

import json

import pytest
import torch

from jepamine.runs import sessions


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
    now = sessions.environment("cpu")[key]
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
