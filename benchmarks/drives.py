"""CPU time and peak memory of comparing the clips of long manifests within their drives and scenes.

    python benchmarks/drives.py [CLIPS ...] [--cameras]

Each number of clips is a process of its own: all are read, as before scoring, then each is compared with the
mean of its drive (500 clips) and with its scene (20 clips), as the scorers `drive` and `scene` do; with
`--cameras` it is moved by the mean of its camera, one of six, as `[scoring] relative_to` does.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

from jepamine.mining.bank import Bank
from jepamine.mining.bank_columns import Place
from jepamine.mining.drive_context import DriveContext, clean_vector
from jepamine.mining.relative_to import Groups
from jepamine.mining.scene_context import SceneContext, read_together
from jepamine.protocols import ClipEmbeddings, Extent

SIZES = (50_000, 150_000, 300_000)
DIM = 1024


def clip(number: int, centres: np.ndarray) -> ClipEmbeddings:
    """Return a clip of 16 frames in one tubelet, of a drive of 500 clips and a scene of 20."""
    clean = (centres[number % len(centres)] + np.float32(number % 997))[None]
    content, drive = number.to_bytes(32, "big"), f"drive-{number // 500}"
    frames = b"".join((16 * number + frame).to_bytes(8, "little") for frame in range(16))
    extent = Extent(frames, drive, 2.0 * number, 2.0 * number + 1)
    scene, order = f"scene-{number // 20}", f"{number:09}"
    return ClipEmbeddings(
        str(number), scene, clean, clean, clean, content, lambda: clean, extent, drive, order, f"{number % 6}"
    )


def measure(count: int, cameras: bool) -> None:
    """Print what `count` clips take."""
    centres = np.random.default_rng(0).normal(size=(64, DIM)).astype(np.float32)
    places = [Place("training", None, "") for _ in centres]
    names = [f"training-{number}" for number in range(len(centres))]
    bank = Bank(names, [bytes(32).hex()] * len(names), centres, [Extent()] * len(names), places)
    drives, scenes, groups = DriveContext(bank), SceneContext(bank), Groups(bank, ["camera"])
    drives.columns["clean"] = clean_vector
    start = time.process_time()
    contexts: list[Any] = [groups] if cameras else [drives, scenes]
    read_together(contexts, (clip(number, centres) for number in range(count)))
    for number in range(count):
        one = clip(number, centres)
        if cameras:
            groups.moved(one, one.clean)
        else:
            drives.mean("clean", one)
            scenes.distance(one)
    each = (time.process_time() - start) / count * 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count:7} clips of {DIM} dimensions: {each:.3f} CPU ms a clip, {peak} MB at most", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", type=int, nargs="*", default=SIZES)
    parser.add_argument("--here", action="store_true", help="measure in this process")
    parser.add_argument("--cameras", action="store_true", help="of cameras instead of drives and scenes")
    arguments = parser.parse_args()
    for count in arguments.clips:
        if arguments.here:
            measure(count, arguments.cameras)
        else:
            words = [sys.executable, __file__, str(count), "--here"]
            subprocess.run(words + ["--cameras"] * arguments.cameras, check=True)


if __name__ == "__main__":
    main()
