"""Time and peak memory of commands on long manifests, with an encoder that costs next to nothing.

    python benchmarks/scale.py [LINES ...] [--only COMMAND ...]          10000 and 100000 lines by default

Every command runs in a process of its own. Each length is compared with the one before it: `bytes a line` is
what the peak of memory grows by, the exponent that of CPU time (1 is linear). `run` encodes the long manifest
and trains on it; its memory holds the tensors, here 100 bytes a line (8 dimensions clean, masked and in the
bank). The others use a small run. `new` is `score` with an empty store; the rest find embeddings in it:
without `run` and `new` a first, untimed pass fills it for `score`, `eval` and `labels`. Without `score` and
`new` the lines of a score file are those of the first 2,000 clips, repeated for the other clips. `labels` and
`scores` are `eval --labels` of a run and of a score file, with 200 labels.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

ENCODER = """
class Free:
    name, weights_sha256, preprocessing = "free", "0" * 64, "none"
    batch_size, dim = 64, 8

    def __call__(self, frames):
        return frames[:, :1, :16, :8, 0].float().mean(dim=2)
"""
RECIPE = """
[dataset]
plugin = "clips"
manifest = "{manifest}"
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
batch_size = 4096
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


def write_scores(folder: Path, scored: list[dict[str, object]], count: int) -> None:
    """Write the score file of `count` clips: the lines of the first, with other names."""
    with (folder / "scores.jsonl").open("w") as file:
        for number in range(count):
            names = {"clip_id": f"clip-{number}", "scene": f"scene-{number // 20}"}
            file.write(json.dumps(scored[number % len(scored)] | names) + "\n")


def empty(folder: Path) -> None:
    """Remove the run of the long manifest, and all embeddings."""
    for name in ("long", "_store"):
        shutil.rmtree(folder / "experiments" / name, ignore_errors=True)


def measure(folder: Path, *words: object) -> tuple[float, float]:
    """Run a command; return CPU seconds and peak bytes of its process."""
    command = [sys.executable, "-m", "jepamine", *map(str, words)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(errors.decode()[-2000:])
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def commands(manifest: str) -> dict[str, tuple[object, ...]]:
    """Return the words of each command for a manifest, in an order in which they can run."""
    return {
        "run": ("run", "long.toml", "--name", "long"),
        "new": ("score", "--run", "free", manifest, "--output", "scores.jsonl"),
        "score": ("score", "--run", "free", manifest, "--output", "scores.jsonl"),
        "merge": ("merge", "scores.jsonl", "--manifest", manifest, "--output", "merged.jsonl"),
        "top": ("top", "scores.jsonl", "--run", "free", "-k", 20),
        "report": ("report", "scores.jsonl", "--run", "free", "--output", "report.html"),
        "eval": ("eval", "--run", "free", manifest),
        "labels": ("eval", "--run", "free", manifest, "--labels", "labels.jsonl"),
        "scores": ("eval", "--scores", "scores.jsonl", "--labels", "labels.jsonl"),
        "search": ("search", "--run", "free", "--like", "clip-0", "--manifest", manifest),
        "audit": ("manifest", "audit", manifest),
    }


def main() -> None:
    """Print one row per command and length."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lengths", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--only", nargs="+", choices=list(commands("")), default=list(commands("")))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = np.random.default_rng(0)
        for number in range(40):
            pixels = rng.integers(0, 255, (224, 224, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
        (folder / "free.py").write_text(ENCODER)
        for recipe, manifest in (("free", "train"), ("long", "long")):
            (folder / f"{recipe}.toml").write_text(RECIPE.format(manifest=f"{manifest}.jsonl"))
        write_clips(folder, "train.jsonl", 200)
        labels = ({"clip_id": f"clip-{number}", "binary_label": number % 2} for number in range(200))
        (folder / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in labels))
        measure(folder, "run", "free.toml", "--name", "free")
        write_clips(folder, "long.jsonl", 2_000)
        measure(folder, *commands("long.jsonl")["score"])
        scored = [json.loads(line) for line in (folder / "scores.jsonl").read_text().splitlines()]
        before: dict[str, tuple[int, float, float]] = {}
        print("command    lines    CPU s  CPU ms a line  peak MB  bytes a line  exponent of CPU time")
        for length in arguments.lengths:
            manifest = write_clips(folder, "long.jsonl", length).name
            wanted = {name: words for name, words in commands(manifest).items() if name in arguments.only}
            empty(folder)
            if not wanted.keys() & {"score", "new"}:
                write_scores(folder, scored, length)
            if wanted.keys() & {"score", "eval", "labels"} and not wanted.keys() & {"run", "new"}:
                measure(folder, *commands(manifest)["new"], "--output", "filled.jsonl")
            for command, words in wanted.items():
                if command == "new":
                    empty(folder)
                cpu, peak = measure(folder, *words)
                compared = ""
                if command in before:
                    shorter, less, lower = before[command]
                    grown = (peak - lower) / (length - shorter)
                    compared = f"{grown:12.0f}  {math.log(cpu / less) / math.log(length / shorter):8.2f}"
                before[command] = (length, cpu, peak)
                print(
                    f"{command:7} {length:8} {cpu:8.1f}  {1000 * cpu / length:13.3f}  {peak / 1e6:7.0f}  "
                    f"{compared}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
