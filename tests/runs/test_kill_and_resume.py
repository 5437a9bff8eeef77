"""Runs and scores that are killed, in real processes, end as if they had not been."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.numpy import load_file

pytestmark = pytest.mark.slow

# Prepended to the tiny encoder: the process kills itself at its n-th encoder call.
SUICIDE = """
import os, signal
calls = 0
def maybe_die():
    global calls
    calls += 1
    if str(calls) == os.environ.get("DIE_AT_CALL"):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def deadly(recipe: Path) -> Path:
    plugin = recipe.parent / "tiny.py"
    text = plugin.read_text().replace("        cells =", "        maybe_die()\n        cells =")
    plugin.write_text(SUICIDE + text)
    return recipe


def start(folder: Path, *words: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "jepamine", *(str(word) for word in words)],
        env=os.environ
        | {"JEPAMINE_EXPERIMENTS": str(folder / "experiments"), "OMP_NUM_THREADS": "1"}
        | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A suite that was started in the background has Ctrl-C ignored, and its children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finish(folder: Path, *words: object, **environment: str) -> tuple[int, str]:
    process = start(folder, *words, **environment)
    out, err = process.communicate()
    return process.returncode, out + err


def started(folder: Path, *words: object) -> subprocess.Popen[str]:
    """A process that has trained its first epoch."""
    process = start(folder, *words)
    metrics = folder / "experiments" / "small" / "metrics.jsonl"
    while process.poll() is None and not metrics.exists():
        time.sleep(0.01)
    return process


def status(folder: Path) -> str:
    return str(json.loads((folder / "experiments" / "small" / "record.json").read_text())["status"])


def artefacts(folder: Path) -> list[object]:
    """All that must not depend on kills: weights, checkpoints, and the metrics but for their seconds."""
    run = folder / "experiments" / "small"
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    losses = [{key: value for key, value in line.items() if key != "seconds"} for line in lines]
    tensors = {
        path.name: {name: array.tobytes() for name, array in load_file(path).items()}
        for path in (run / "checkpoints").iterdir()
    }
    return [losses, (run / "weights.safetensors").read_bytes(), tensors]


def test_a_run_killed_while_encoding_and_again_while_training_ends_bit_identical(deadly, tmp_path):
    other = tmp_path / "never-killed"
    assert finish(other, "run", deadly, "--epochs", 40)[0] == 0

    code, _ = finish(tmp_path, "run", deadly, "--epochs", 40, DIE_AT_CALL="9")
    assert code == -signal.SIGKILL
    assert status(tmp_path) == "running"
    assert "interrupted" in finish(tmp_path, "runs")[1]

    # Killed from outside as soon as so many epochs are written: between, before and after checkpoints.
    metrics = tmp_path / "experiments" / "small" / "metrics.jsonl"
    for epochs in (1, 19):
        process = start(tmp_path, "run", "--resume", "small")
        while process.poll() is None:
            if metrics.exists() and metrics.read_bytes().count(b"\n") >= epochs:
                process.kill()
            time.sleep(0.002)
        process.communicate()

    code, output = finish(tmp_path, "run", "--resume", "small")
    assert code == 0, output
    assert status(tmp_path) == "finished"
    assert artefacts(tmp_path) == artefacts(other)


def test_what_a_killed_run_encoded_is_not_encoded_again(deadly, tmp_path):
    assert finish(tmp_path, "run", deadly, DIE_AT_CALL="9")[0] == -signal.SIGKILL
    # 12 clips, clean and masked: 24 calls; 8 were done, so the 17th call from here on must never come.
    assert finish(tmp_path, "run", "--resume", "small", DIE_AT_CALL="17")[0] == 0


def test_ctrl_c_marks_the_run_interrupted_and_says_how_to_go_on(recipe, tmp_path):
    process = started(tmp_path, "run", recipe, "--epochs", 100_000)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 1
    assert "jepamine run --resume small" in err
    assert "Traceback" not in err
    assert status(tmp_path) == "interrupted"


def test_a_second_process_cannot_write_the_same_run(recipe, tmp_path):
    process = started(tmp_path, "run", recipe, "--epochs", 100_000)
    code, output = finish(tmp_path, "run", "--resume", "small")
    process.kill()
    process.communicate()
    assert code == 1
    assert "run 'small' is being written by another process" in output
    assert "Traceback" not in output


def test_a_killed_score_is_taken_up_where_it_stopped(deadly, clips, tmp_path):
    assert finish(tmp_path, "run", deadly)[0] == 0
    whole = tmp_path / "whole.jsonl"
    assert finish(tmp_path, "score", "--run", "small", clips, "--output", whole)[0] == 0
    shutil.rmtree(tmp_path / "experiments" / "_store")
    words = ("score", "--run", "small", clips, "--output", tmp_path / "killed.jsonl")
    assert finish(tmp_path, *words, DIE_AT_CALL="12")[0] == -signal.SIGKILL
    assert not (tmp_path / "killed.jsonl").exists()
    (unfinished,) = tmp_path.glob("killed.jsonl.*.part")
    # Clips are scored a second's worth at a time; five whole ones and a torn one are what such a kill leaves.
    lines = whole.read_bytes().splitlines(keepends=True)
    unfinished.write_bytes(b"".join(lines[:5]) + lines[5][:40])
    # 7 clips are left: 14 calls, less the clean embedding that was stored before the kill.
    code, output = finish(tmp_path, *words, "--resume", DIE_AT_CALL="14")
    assert code == 0, output
    assert (tmp_path / "killed.jsonl").read_bytes() == whole.read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_a_disk_that_fills_up_ends_a_run_with_one_message_and_a_resume_ends_it_well(recipe, tmp_path):
    # A file-size limit stands in for the full disk: the same OSError at the same place. The wide predictor's
    # weights (620 kB) still fit, a checkpoint with its optimizer states does not.
    wide = ("--set", "predictor.hidden_dim=1600")
    command = shlex.join([sys.executable, "-m", "jepamine", "run", str(recipe), *wide])
    environment = os.environ | {"JEPAMINE_EXPERIMENTS": str(tmp_path / "experiments")}
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 1024; exec {command}"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "epoch-002.safetensors: File too large" in done.stderr
    assert status(tmp_path) == "failed"
    run = tmp_path / "experiments" / "small"
    assert not list(run.rglob("*.tmp"))
    assert len((run / "metrics.jsonl").read_text().splitlines()) == 2
    code, output = finish(tmp_path, "run", "--resume", "small")
    assert code == 0, output
    assert status(tmp_path) == "finished"
