"""--device and --threads: a run is used on another machine than it was trained on."""

from __future__ import annotations

import hashlib
import json
import platform
import threading
from pathlib import Path

import pytest
import torch

from jepamine.data import frames
from jepamine.data.frames import ahead
from jepamine.runs.build import keep_freed_memory, using
from jepamine.runs.loading import load_run


@pytest.fixture
def on_cuda(jepamine, recipe, tmp_path) -> Path:
    """A finished run whose recipe has `device = "cuda"`, as if it was trained there."""
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert jepamine("run", recipe).exit_code == 0
    run = tmp_path / "experiments" / "small"
    text = (run / "recipe.toml").read_text().replace('device = "auto"', 'device = "cuda"')
    assert 'device = "cuda"' in text
    (run / "recipe.toml").write_text(text)
    record = json.loads((run / "record.json").read_text())
    record["recipe_sha256"] = record["files"]["recipe.toml"] = hashlib.sha256(text.encode()).hexdigest()
    (run / "record.json").write_text(json.dumps(record))
    return run


def test_a_run_of_a_device_that_is_not_here_is_one_line_with_the_option(jepamine, on_cuda, clips):
    result = jepamine("score", "--run", "small", clips)
    assert result.exit_code == 1
    assert "run 'small': the device 'cuda' is not available here (" in result.stderr
    assert "; pass --device cpu" in result.stderr


def test_every_command_that_uses_a_run_takes_the_device(jepamine, on_cuda, clips, tmp_path):
    labels = tmp_path / "labels.jsonl"
    ids = [json.loads(line)["clip_id"] for line in clips.read_text().splitlines()]
    lines = [{"clip_id": clip_id, "binary_label": number % 2} for number, clip_id in enumerate(ids)]
    labels.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for words in (
        ("score", clips),
        ("eval",),
        ("top", "-k", 2),
        ("report", "--top", 2),
        ("probe", "--labels", labels, "--drop-held-out"),
    ):
        command, *rest = words
        result = jepamine(command, "--run", "small", *rest, "--device", "cpu")
        assert result.exit_code == 0, (command, result.output)


def test_the_recipes_threads_read_the_frames_unless_the_command_line_has_others(jepamine, recipe, tmp_path):
    assert jepamine("run", recipe, "--threads", 3).exit_code == 0
    experiments = tmp_path / "experiments"
    assert load_run(experiments, "small").parts.source.threads == 3
    with using(None, 5):
        assert load_run(experiments, "small").parts.source.threads == 5
    with using(None, 0):
        assert load_run(experiments, "small").parts.source.threads == 0


def test_scores_do_not_depend_on_the_threads(jepamine, recipe, clips, tmp_path):
    assert jepamine("run", recipe).exit_code == 0
    outputs = []
    for threads in (1, 4):
        outputs.append(tmp_path / f"{threads}.jsonl")
        words = ("--threads", threads, "--output", outputs[-1])
        assert jepamine("score", "--run", "small", clips, *words).exit_code == 0
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def busy(threads: int, items: int) -> int:
    """How many items are loaded at once."""
    together = threading.Barrier(threads)

    def load(item: int) -> int:
        together.wait(timeout=300)
        return item

    assert [loaded for _, loaded in ahead(range(items), load, threads)] == list(range(items))
    return together.parties


def test_as_many_items_are_loaded_at_once_as_there_are_threads():
    # Fewer threads would wait for each other until the barrier breaks.
    assert busy(3, 6) == 3
    assert busy(5, 10) == 5


def test_0_threads_are_one_per_core(monkeypatch):
    monkeypatch.setattr(frames, "cores", lambda: 4)
    together = threading.Barrier(4)
    assert len(list(ahead(range(4), lambda item: together.wait(timeout=300), 0))) == 4


@pytest.mark.parametrize("value", [-1, 1025, "many"])
def test_a_number_of_threads_out_of_range_is_an_error_of_the_recipe(jepamine, recipe, value):
    result = jepamine("run", recipe, "--set", f"dataset.threads={value}")
    assert result.exit_code == 1
    assert "--set dataset.threads" in result.stderr


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="limits of the GNU C library")
def test_glibc_takes_every_limit():
    assert keep_freed_memory()


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not keep_freed_memory()
