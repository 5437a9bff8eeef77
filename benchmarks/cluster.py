"""CPU time of scoring on 1 and 2 Dask workers against one process. `cluster_kills.py` kills workers.

    python benchmarks/cluster.py [--clips N] [--cost SECONDS]

`efficiency` is the CPU time of one process for the clips (that of the command, less that of one with two
clips that are encoded already) over that of all workers, with opening the run and what Dask itself takes from
the command's start to its end. The workers have imported what they need: they have scored the same clips
before. The encoder burns `--cost` CPU seconds a batch, two batches a clip. CPU time and not wall time, as
that depends on what else the machine does; `idle` is what a worker takes in ten seconds without a task.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

from jepamine.utils.printing import table

ENCODER = """
import time

class Slow:
    name, weights_sha256, preprocessing = "slow", "0" * 64, "none"
    batch_size, dim = 64, 48

    def __init__(self, *, cost: float):
        self.cost = cost

    def __call__(self, frames):
        end = time.thread_time() + self.cost
        while time.thread_time() < end:
            pass
        return frames[:, :1, :16, :48, 0].float().mean(dim=2)
"""
RECIPE = """
[dataset]
plugin = "clips"
manifest = "many.jsonl"
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
[scoring]
also = ["knn", "scene"]
"""
PARTS = 20
SCORE = ("score", "--run", "run", "many.jsonl", "--output", "score.jsonl")


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


@contextlib.contextmanager
def project(clips: int, cost: float) -> Iterator[Path]:
    """Yield a folder with the manifests `few.jsonl` (2 clips) and `many.jsonl`, and a run of the latter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "slow.py").write_text(ENCODER)
        (folder / "recipe.toml").write_text(RECIPE.format(cost=cost))
        write_clips(folder, "few.jsonl", 2, 2)
        write_clips(folder, "many.jsonl", clips, 3)
        jepamine(folder, ("run", "recipe.toml", "--name", "run"))
        yield folder


def clear(folder: Path) -> None:
    """Remove all that commands have made but for the run: nothing is encoded yet.

    Workers still have the store open; other options, such as other `--threads`, make them open it anew.
    """
    for pattern in ("score.jsonl*", "search.jsonl*", "*.parts", "experiments/_store/*/*.part"):
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def jepamine(folder: Path, words: Sequence[str], fails: bool = False) -> tuple[Any, float]:
    """Run a command; return what it made and its CPU seconds. Ends the benchmark unless it is as expected."""
    command = [sys.executable, "-m", "jepamine", *words]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), errors.seek(0)
        if bool(status) is not fails:
            sys.exit(f"{words}: status {process.returncode}\n{errors.read().decode()[-2000:]}")
        printed = out.read()
    made: Any = printed
    if "--output" in words and not fails:
        made = (folder / words[words.index("--output") + 1]).read_bytes()
    if words[0] == "run" and not fails:
        files = [folder / "experiments" / words[3] / f"{name}.safetensors" for name in ("weights", "bank")]
        made = [{name: array.tobytes() for name, array in load_file(file).items()} for file in files]
    return made, usage.ru_utime + usage.ru_stime


def efficiency(folder: Path) -> None:
    """Print the CPU time of 1 and 2 workers against one process."""
    from distributed import Client, LocalCluster

    few = ("score", "--run", "run", "few.jsonl", "--output", "few.out")
    clear(folder)
    jepamine(folder, few)
    start = jepamine(folder, few)[1]
    wanted, cpu = jepamine(folder, SCORE)
    rows: list[list[object]] = [["", "CPU s of the clips", "efficiency", "idle", "same bytes"]]
    rows.append(["one process", f"{cpu - start:.2f}", "", "", ""])
    for workers in (1, 2):
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster:
            words = (*SCORE, "--dask", cluster.scheduler_address, "--parts", str(PARTS), "--threads")
            with Client(cluster) as client:
                clear(folder)
                jepamine(folder, (*words, "1"))
                clear(folder)
                before = client.run(time.process_time)
                made, _ = jepamine(folder, (*words, "2"))
                after = client.run(time.process_time)
                time.sleep(10)
                later = client.run(time.process_time)
        used = sum(after[key] - before[key] for key in after)
        idle = sum(later[key] - after[key] for key in after) / workers
        same = "yes" if made == wanted else "NO"
        rows.append([f"{workers} workers", f"{used:.2f}", f"{(cpu - start) / used:.2f}", f"{idle:.2f}", same])
    print(table(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=120)
    parser.add_argument("--cost", type=float, default=0.1)
    arguments = parser.parse_args()
    with project(arguments.clips, arguments.cost) as folder:
        efficiency(folder)


if __name__ == "__main__":
    main()
