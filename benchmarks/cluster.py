"""Scoring on 1 and 2 Dask workers against one process, and workers killed at random moments.

    python benchmarks/cluster.py [--clips N] [--kills N] [--cost SECONDS]

The encoder waits `--cost` seconds for each batch, as the host of a GPU does, so that workers need not share
cores. `parallel` is the time of the clips alone: that of the command, less that of one with two clips (start,
connection, merging). `efficiency` is that of one process, over workers times that of the cluster. Every run
must give the bytes of one process, which have every clip once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from jepamine.utils.printing import table

ENCODER = """
import time

class Slow:
    name, weights_sha256, preprocessing = "slow", "0" * 64, "none"
    batch_size, dim = 64, 48

    def __init__(self, *, cost: float):
        self.cost = cost

    def __call__(self, frames):
        time.sleep(self.cost)
        return frames[:, :1, :16, :48, 0].float().mean(dim=2)
"""
RECIPE = """
[dataset]
plugin = "clips"
manifest = "train.jsonl"
[masking]
plugin = "patches"
[encoder]
plugin = "./slow.py:Slow"
cost = {cost}
[predictor]
plugin = "mlp"
hidden_dim = 16
[trainer]
plugin = "embedding"
epochs = 1
"""


def write_clips(folder: Path, name: str, count: int, seed: int) -> None:
    """Write a manifest of clips of 2 frames of their own, in scenes of 2 clips."""
    rng = np.random.default_rng(seed)
    lines = []
    for number in range(count):
        paths = []
        for frame in range(2):
            paths.append(f"{seed}-{number}-{frame}.png")
            pixels = rng.integers(0, 255, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).resize((224, 224)).save(folder / paths[-1])
        lines.append({"clip_id": f"{seed}-{number}", "scene": f"{seed}-{number // 2}", "frame_paths": paths})
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))


def jepamine(folder: Path, *words: object) -> float:
    """Run a command with an empty store; return its seconds."""
    if words[0] == "score":
        for part in folder.glob("experiments/_store/*/*.part"):
            part.unlink()
    began = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-m", "jepamine", *map(str, words)], cwd=folder, capture_output=True, check=False
    )
    if process.returncode:
        sys.exit(process.stderr.decode()[-2000:])
    return time.monotonic() - began


@contextlib.contextmanager
def killing(cluster: object, seconds: float, rng: random.Random) -> Iterator[list[int]]:
    """Kill one worker at a random moment of the block, which takes about `seconds`."""
    killed: list[int] = []

    def kill() -> None:
        time.sleep(rng.uniform(0, seconds))
        pids = [worker.pid for worker in cluster.workers.values() if worker.pid]  # type: ignore[attr-defined]
        if pids:
            killed.append(rng.choice(pids))
            os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    yield killed
    thread.join()


def main() -> None:
    from distributed import LocalCluster

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=120)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--cost", type=float, default=0.1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "slow.py").write_text(ENCODER)
        (folder / "recipe.toml").write_text(RECIPE.format(cost=arguments.cost))
        write_clips(folder, "train.jsonl", 10, 1)
        write_clips(folder, "few.jsonl", 2, 2)
        write_clips(folder, "many.jsonl", arguments.clips, 3)
        jepamine(folder, "run", "recipe.toml", "--name", "run")
        score = ("score", "--run", "run")
        start = jepamine(folder, *score, "few.jsonl", "--output", "few.out")
        single = jepamine(folder, *score, "many.jsonl", "--output", "one.jsonl")
        parallel = single - start
        rows: list[list[object]] = [["one process", f"{single:.1f}", f"{parallel:.1f}", "", "yes"]]
        wanted = (folder / "one.jsonl").read_bytes()
        for workers in (1, 2):
            with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster:
                dask = ("--dask", cluster.scheduler_address, "--parts", 20)
                few = jepamine(folder, *score, "few.jsonl", "--output", "few.out", *dask)
                took = jepamine(folder, *score, "many.jsonl", "--output", "dask.jsonl", *dask)
                same = (folder / "dask.jsonl").read_bytes() == wanted
                efficiency = parallel / (workers * (took - few))
                rows.append(
                    [
                        f"{workers} workers",
                        f"{took:.1f}",
                        f"{took - few:.1f}",
                        f"{efficiency:.2f}",
                        "yes" if same else "NO",
                    ]
                )
        print(table([["", "seconds", "parallel s", "efficiency", "same bytes"], *rows]))
        rng, kills, equal = random.Random(0), 0, 0
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
            dask = ("--dask", cluster.scheduler_address, "--parts", 20)
            for _ in range(arguments.kills):
                (folder / "dask.jsonl").unlink(missing_ok=True)
                with killing(cluster, took, rng) as killed:
                    jepamine(folder, *score, "many.jsonl", "--output", "dask.jsonl", *dask)
                kills += len(killed)
                equal += (folder / "dask.jsonl").read_bytes() == wanted
        print(f"\n{arguments.kills} runs, {kills} workers killed at random moments: {equal} byte-identical")


if __name__ == "__main__":
    main()
