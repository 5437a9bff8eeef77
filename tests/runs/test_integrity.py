"""Runs whose files changed, and runs with Python code from elsewhere."""

from __future__ import annotations

import json
import shutil

import pytest

from jepamine.runs.integrity import changed_files, file_hashes
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.run_status import read_record


@pytest.fixture
def trained(jepamine, recipe):
    assert jepamine("run", recipe).exit_code == 0
    return RunFolder(recipe.parent / "experiments" / "small")


def flip(path):
    """Change one byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


FILES = ("recipe.toml", "manifest.jsonl", "weights.safetensors", "bank.safetensors", "plugins/tiny.py")


def test_a_record_holds_the_hash_of_every_file_that_results_depend_on(trained):
    record = read_record(trained)
    assert set(record["files"]) == set(FILES)
    assert record["files"] == file_hashes(trained)
    assert changed_files(trained, record) == []


def commands(clips):
    return {
        "score": ("score", "--run", "small", clips),
        "eval": ("eval", "--run", "small"),
        "report": ("report", "--run", "small"),
        "top": ("top", "--run", "small"),
        "resume": ("run", "--resume", "small"),
    }


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [flip, lambda path: path.write_bytes(b""), lambda path: path.unlink()])
def test_each_command_names_a_changed_file_and_refuses(trained, jepamine, clips, name, damage):
    damage(trained.path / name)
    for words in commands(clips).values():
        result = jepamine(*words)
        assert result.exit_code == 1, words
        assert "Traceback" not in result.stderr
        assert name in result.stderr, words


def test_a_file_added_to_the_plugins_is_a_change(trained, jepamine):
    (trained.plugins / "json.py").write_text("raise SystemExit(7)\n")
    result = jepamine("eval", "--run", "small")
    assert (result.exit_code, "plugins/json.py" in result.stderr) == (1, True)


def test_trust_changes_warns_and_marks_what_it_writes(trained, jepamine, clips):
    text = trained.recipe.read_text()
    trained.recipe.write_text(text + "\n# changed\n")
    result = jepamine("eval", "--run", "small", "--trust-changes", "--json")
    assert result.exit_code == 0, result.output
    assert "warning: run 'small': changed since the run wrote it: recipe.toml" in result.stderr
    assert json.loads(result.stdout)["changed_files"] == ["recipe.toml"]
    assert jepamine("score", "--run", "small", clips, "--trust-changes").exit_code == 0
    lines = (trained.scores / "manifest.jsonl").read_text().splitlines()
    assert [json.loads(line)["changed_files"] for line in lines] == [["recipe.toml"]] * 12
    trained.recipe.write_text(text)
    assert "changed_files" not in json.loads(jepamine("eval", "--run", "small", "--json").stdout)


def test_records_of_older_runs_check_their_recipe(trained, jepamine):
    record = json.loads(trained.record.read_text())
    del record["files"]
    trained.record.write_text(json.dumps(record))
    assert jepamine("eval", "--run", "small").exit_code == 0
    trained.recipe.write_text(trained.recipe.read_text() + "\n")
    assert "recipe.toml" in jepamine("eval", "--run", "small").stderr


def test_code_from_elsewhere_needs_trust_once(trained, jepamine, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other-user"))
    for words in (
        ("eval", "--run", "small"),
        ("check", trained.recipe),
        ("run", trained.recipe),
        ("run", "--resume", "small"),
    ):
        result = jepamine(*words)
        assert result.exit_code == 1
        assert f"{trained.plugins / 'tiny.py'} (sha256 " in result.stderr
        assert "pass --trust once" in result.stderr
    assert jepamine("eval", "--run", "small", "--trust").exit_code == 0
    assert jepamine("eval", "--run", "small").exit_code == 0
    other = trained.plugins / "tiny.py"
    other.write_text(other.read_text() + "\n# another version\n")
    assert "pass --trust once" in jepamine("eval", "--run", "small", "--trust-changes").stderr


def test_a_finished_run_without_weights_is_not_reported_as_finished(trained, jepamine):
    record = json.loads(trained.record.read_text())
    del record["files"]
    trained.record.write_text(json.dumps(record))
    for damage in (lambda: trained.weights.write_bytes(b""), trained.weights.unlink):
        damage()
        result = jepamine("run", "--resume", "small")
        assert (result.exit_code, "weights.safetensors" in result.stderr) == (1, True)
        assert "train it again" in result.stderr


@pytest.mark.parametrize("lost", ["weights.safetensors", "metrics.jsonl"])
@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b""), lambda path: path.unlink()])
def test_a_stopped_run_that_lost_weights_or_metrics_trains_again(trained, jepamine, clips, lost, damage):
    weights = trained.weights.read_bytes()
    record = json.loads(trained.record.read_text()) | {"status": "interrupted"}
    for name in ("weights.safetensors", "bank.safetensors"):
        del record["files"][name]
    trained.record.write_text(json.dumps(record))
    damage(trained.path / lost)
    result = jepamine("run", "--resume", "small")
    assert result.exit_code == 0, result.output
    assert "training starts over" in result.stderr
    assert trained.weights.read_bytes() == weights
    assert len(trained.metrics.read_text().splitlines()) == 4
    assert jepamine("eval", "--run", "small").exit_code == 0


def test_runs_reads_the_lock_of_another_without_writing_or_following_links(trained, jepamine, tmp_path):
    record = json.loads(trained.record.read_text()) | {"status": "running"}
    trained.record.write_text(json.dumps(record))
    target = tmp_path / "target"
    trained.lock.unlink(missing_ok=True)
    trained.lock.symlink_to(target)
    result = jepamine("runs")
    assert (result.exit_code, "interrupted" in result.stdout, target.exists()) == (0, True, False)
    assert "is a link" in jepamine("run", "--resume", "small").stderr
    trained.lock.unlink()
    trained.lock.touch()
    trained.lock.chmod(0o444)
    before = trained.lock.stat()
    assert jepamine("runs").exit_code == 0
    assert trained.lock.stat() == before


def test_a_copy_under_another_name_is_the_same_run(trained, jepamine):
    shutil.copytree(trained.path, trained.path.with_name("copy"))
    assert jepamine("eval", "--run", "copy").exit_code == 0
