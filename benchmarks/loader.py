"""Frames a second that are read and resized, by threads, against a bare Pillow loop.

    python benchmarks/loader.py

Frames are JPEGs of 1280 x 720 (smooth noise) in clips of 16. Measured in turn for each number of threads; the
best of the rounds is shown, and the CPU time of a frame, which depends less on what else the machine does:

    pillow  open, convert to RGB and resize to 224 x 224, in a pool of threads
    loader  what `run` and `score` do for an encoder that costs nothing and an empty store: the same, with
            hashes of the files, masks, statistics of pixels, and embeddings written to the store
    ratio   loader / pillow
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from jepamine.data.clips import read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import embed_clips
from jepamine.masking.patches import patches
from jepamine.protocols import Source
from jepamine.utils.printing import table
from jepamine.utils.processes import cores

FRAMES = 16


class Free:
    """An encoder that costs nothing."""

    name, weights_sha256, preprocessing, batch_size, dim = "free", "0" * 64, "none", 64, 1

    def __call__(self, frames: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(frames), 1, 1)


def footage(folder: Path, clips: int) -> Path:
    """Write JPEGs of 1280 x 720 and their manifest; return the manifest."""
    rng = np.random.default_rng(0)
    lines = []
    for clip in range(clips):
        names = []
        for frame in range(FRAMES):
            # Smooth noise compresses like a camera's frame.
            coarse = Image.fromarray(rng.integers(0, 256, (45, 80, 3), dtype=np.uint8))
            names.append(f"{clip:04d}-{frame:02d}.jpg")
            coarse.resize((1280, 720), Image.Resampling.BICUBIC).save(folder / names[-1], quality=90)
        lines.append({"clip_id": str(clip), "frame_paths": names})
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return manifest


def pillow(paths: list[Path], threads: int) -> None:
    """Read and resize frames in the barest way."""

    def read(path: Path) -> np.ndarray:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC))

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(read, paths):
            pass


def loader(manifest: Path, threads: int) -> None:
    """Read frames as `run` and `score` do, for an encoder that costs nothing and an empty store."""
    source = Source(manifest, threads=threads)
    mask = patches((2, 224, 224))
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        for _ in embed_clips(read_clips(source), source, mask, Free(), store):
            pass


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """Return (seconds, CPU seconds of all threads) that `work` takes."""
    began = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began[0], time.process_time() - began[1]


def measured(paths: list[Path], manifest: Path, threads: int, rounds: int) -> list[object]:
    """Return a row of the table."""
    pairs = [
        (cost(lambda: pillow(paths, threads)), cost(lambda: loader(manifest, threads))) for _ in range(rounds)
    ]
    best = [min(pair[part][0] for pair in pairs) for part in (0, 1)]
    cpu = [1000 * min(pair[part][1] for pair in pairs) / len(paths) for part in (0, 1)]
    rates = [f"{len(paths) / value:.0f}" for value in best]
    return [threads, *rates, f"{best[0] / best[1]:.2f}", *(f"{value:.1f}" for value in cpu)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", help="[default: 1, 2, 4, ... up to the cores]")
    arguments = parser.parse_args()
    threads = arguments.threads or [n for n in (1, 2, 4, 8, 16, 32, 64) if n <= cores()]
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        manifest = footage(Path(folder), arguments.clips)
        paths = sorted(Path(folder).glob("*.jpg"))
        size = sum(path.stat().st_size for path in paths) / len(paths)
        pillow(paths, 1)  # into the file system's cache
        rows = [measured(paths, manifest, count, arguments.rounds) for count in threads]
    print(f"{len(paths)} frames of 1280 x 720, {size / 1000:.0f} kB each, {cores()} cores; frames a second\n")
    head = ["threads", "pillow", "loader", "ratio", "pillow CPU ms", "loader CPU ms"]
    print(table([head, *rows]))


if __name__ == "__main__":
    main()
