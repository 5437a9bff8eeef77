"""Time and peak memory of commands on long manifests, with an encoder that costs next to nothing.

    python benchmarks/scale.py [LINES ...]          10000 and 100000 by default

Every command runs in a process of its own. The exponent compares each length with the one before it: 1 is
linear. `score` reads embeddings from the store (a first, untimed pass fills it), as encoding is the encoder's
time.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

ENCODER = """
class Free:
    name, weights_sha256, preprocessing = "free", "0" * 64, "none"
    batch_size, dim = 64, 48

    def __call__(self, frames):
        return frames[:, :1, :16, :48, 0].float().mean(dim=2)
"""
RECIPE = """
[dataset]
plugin = "clips"
manifest = "train.jsonl"
[masking]
plugin = "patches"
[encoder]
plugin = "./free.py:Free"
[predictor]
plugin = "mlp"
hidden_dim = 16
[trainer]
plugin = "embedding"
epochs = 1
"""


def write_clips(folder: Path, name: str, count: int) -> Path:
    """Write a manifest of `count` clips of 2 out of 40 frames, in scenes of 20 clips."""
    lines = (
        {
            "clip_id": f"clip-{number}",
            "scene": f"scene-{number // 20}",
            "frame_paths": [f"{number % 40}.png", f"{number * 7 % 40}.png"],
        }
        for number in range(count)
    )
    path = folder / name
    with path.open("w") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return path


def measure(folder: Path, *words: object) -> tuple[float, float, float]:
    """Run a command; return seconds, CPU seconds and peak MB of its process."""
    began = time.monotonic()
    command = [sys.executable, "-m", "jepamine", *map(str, words)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(errors.decode()[-2000:])
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print one row per command and length."""
    lengths = [int(word) for word in sys.argv[1:]] or [10_000, 100_000]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = np.random.default_rng(0)
        for number in range(40):
            Image.fromarray(rng.integers(0, 255, (224, 224, 3), dtype=np.uint8)).save(
                folder / f"{number}.png"
            )
        (folder / "free.py").write_text(ENCODER)
        (folder / "recipe.toml").write_text(RECIPE)
        write_clips(folder, "train.jsonl", 200)
        measure(folder, "run", "recipe.toml", "--name", "free")
        before: dict[str, tuple[int, float]] = {}
        print("command  lines    seconds  CPU ms a line  peak MB  exponent of CPU time")
        for length in lengths:
            manifest = write_clips(folder, "long.jsonl", length)
            score = ("score", "--run", "free", manifest.name, "--output", "scores.jsonl")
            measure(folder, *score)
            commands = {
                "score": score,
                "merge": ("merge", "scores.jsonl", "--manifest", manifest.name, "--output", "merged.jsonl"),
                "top": ("top", "scores.jsonl", "--run", "free", "-k", 20),
                "audit": ("manifest", "audit", manifest.name),
            }
            for command, words in commands.items():
                seconds, cpu, peak = measure(folder, *words)
                exponent = ""
                if command in before:
                    shorter, less = before[command]
                    exponent = f"{math.log(cpu / less) / math.log(length / shorter):.2f}"
                before[command] = (length, cpu)
                print(
                    f"{command:7}  {length:7}  {seconds:7.1f}  {1000 * cpu / length:13.2f}  {peak:7.0f}  "
                    f"{exponent}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
