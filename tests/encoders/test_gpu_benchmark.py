"""benchmarks/gpu.py, which `nox -s gpu` runs: its way up to the device, and all of it on a CPU, small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import VJEPA2Config, VJEPA2Model
from transformers.utils import logging

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu.py"

pytestmark = pytest.mark.slow


def gpu(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *map(str, words)], capture_output=True, text=True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_device_it_says_so_in_one_line_and_ends_well():
    result = gpu()
    said = "no CUDA device: nothing was measured; --device cpu tries all of it without one\n"
    assert (result.returncode, result.stdout, result.stderr) == (0, said, "")


def test_on_a_cpu_it_measures_both_precisions_and_finds_every_embedding_right(tmp_path):
    logging.disable_progress_bar()
    torch.manual_seed(0)
    sizes = {"hidden_size": 48, "num_attention_heads": 4, "num_hidden_layers": 2, "pred_hidden_size": 48}
    config = VJEPA2Config(crop_size=64, frames_per_clip=2, pred_num_attention_heads=4, **sizes)
    VJEPA2Model(config).save_pretrained(tmp_path / "small")
    result = gpu("--device", "cpu", "--weights", tmp_path / "small", "--clips", 2, "--batch-size", 4)
    assert result.returncode == 0, result.stderr
    measured, compared = (
        [line.split() for line in text.splitlines()] for text in result.stdout.split("\n\n")[1:]
    )
    assert [row[0] for row in measured] == ["matmul", "highest", "high"]
    assert all(float(rate) > 0 for row in measured[1:] for rate in row[1:4])
    assert [row[-1] for row in compared] == ["right", "yes", "yes", "yes", "yes", "yes"]
