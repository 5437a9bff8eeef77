"""Requests, bytes and time of clips in a bucket against the same clips on disk.

`python benchmarks/buckets.py` serves a bucket on loopback (moto, in a process of its own) whose every answer
takes 50 ms, and embeds clips of 16 frames from disk and from it, with an encoder that takes 100 ms a clip:
first read, and again when their embeddings are stored. Then clips of one video. `--clips`, `--video-clips`,
`--delay` (ms), `--encoder` (ms) and `--fails 3` (every third request answers 503) change that. moto answers
each question once, unmeasured; then its answers are given again, so that it takes no processor from the
reader. Needs the extras s3 and test, and video for the last rows.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from jepamine.data.clips import read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Unreadable, embed_clips
from jepamine.places import File, Url
from jepamine.protocols import Source
from jepamine.utils.printing import table
from tests.store_server import new_bucket, serving

FRAMES = 16


class Encoder:
    """Means of 4 x 4 cells, and as many seconds a clip as asked for, without using the processor."""

    name, weights_sha256, preprocessing, dim, batch_size = "waiting", "0" * 64, "none", 48, FRAMES

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self, frames: torch.Tensor) -> torch.Tensor:
        """Return tokens (N, T, 48)."""
        time.sleep(self.seconds)
        cells = frames.float().reshape(len(frames), -1, 4, 56, 4, 56, 3).mean(dim=(3, 5)) / 255
        return cells.reshape(len(frames), -1, 48)


def serve(pipe: Connection) -> None:
    """Serve a bucket; commands come through the pipe, such as ("delay", seconds)."""
    with serving() as server:
        pipe.send(server.url)
        while True:
            command, *values = pipe.recv()
            if command == "delay":
                server.delay = values[0]
            elif command == "fails" and values[0]:
                server.fails = partial(_every, values[0])
            elif command == "replay":
                server.replays = True
            elif command == "clear":
                server.requests.clear()
            elif command == "counts":
                pipe.send(list(server.requests))


def _every(count: int, number: int) -> bool:
    return number % count == 0


@contextmanager
def store() -> Iterator[Connection]:
    """Run the server; boto's variables name it."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    os.environ["AWS_ENDPOINT_URL"] = mine.recv()
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    try:
        yield mine
    finally:
        process.terminate()


def write_clips(folder: Path, clips: int) -> None:
    """Write JPEG frames of 640 x 360 and a manifest of clips that share none."""
    rng = np.random.default_rng(0)
    lines = []
    for clip in range(clips):
        names = [f"{clip:04d}/{number:02d}.jpg" for number in range(FRAMES)]
        (folder / names[0]).parent.mkdir(parents=True)
        for name in names:
            cells = rng.integers(0, 255, (9, 16, 3), dtype=np.uint8).repeat(40, 0).repeat(40, 1)
            Image.fromarray(cells).save(folder / name, quality=90)
        lines.append({"clip_id": str(clip), "frame_paths": names})
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def write_video(folder: Path, clips: int) -> None:
    """Write a video of noise, a second a clip, and its manifest; without PyAV nothing."""
    try:
        import av
    except ImportError:
        return
    if not clips:
        return
    rng = np.random.default_rng(0)
    with av.open(str(folder / "drive.mp4"), "w") as container:
        stream: Any = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for _ in range(10 * clips):
            pixels = rng.integers(0, 255, (360, 640, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    spans = [
        {"clip_id": f"v{n}", "video": "drive.mp4", "start": n, "end": n + 1, "fps": 10} for n in range(clips)
    ]
    (folder / "video.jsonl").write_text("".join(json.dumps(line) + "\n" for line in spans))


def embed(manifest: File, encoder: Encoder, experiments: Path) -> tuple[float, list[bytes]]:
    """Return (seconds, the clean embedding of each clip, as bytes). Raises if a clip is unreadable."""
    source = Source(manifest, tubelet_size=2, image_size=(224, 224))
    start = time.perf_counter()
    vectors = []
    with Store(experiments) as opened:
        for item in embed_clips(read_clips(source), source, None, encoder, opened):
            if isinstance(item, Unreadable):
                raise item.error
            vectors.append(item.clean.tobytes())
    return time.perf_counter() - start, vectors


def main() -> None:
    """Print a table of each case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--video-clips", type=int, default=10)
    parser.add_argument("--delay", type=float, default=50)
    parser.add_argument("--encoder", type=float, default=100)
    parser.add_argument("--fails", type=int, default=0)
    options = parser.parse_args()
    rows: list[list[Any]] = [
        ["clips", "on disk s", "in bucket s", "ratio", "requests", "a frame", "bytes / size"]
    ]
    with store() as pipe, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["JEPAMINE_CACHE"] = str(folder / "cache")
        write_clips(folder / "footage", options.clips)
        write_video(folder / "footage", options.video_clips)
        bucket = _upload(folder / "footage")
        pipe.send(("replay",))
        for kind in ("manifest", "video"):  # twice: for GET and HEAD
            if (folder / "footage" / f"{kind}.jsonl").exists():
                for _ in range(2):
                    embed(bucket / f"{kind}.jsonl", Encoder(0), folder / f"first-{kind}")
        shutil.rmtree(folder / "cache")
        pipe.send(("delay", options.delay / 1000))
        pipe.send(("fails", options.fails))
        encoder = Encoder(options.encoder / 1000)
        embed(folder / "footage" / "manifest.jsonl", Encoder(0), folder / "warm")
        for kind in ("manifest", "video"):
            if not (folder / "footage" / f"{kind}.jsonl").exists():
                continue
            files = "drive.mp4" if kind == "video" else "*/*.jpg"
            size = sum(path.stat().st_size for path in (folder / "footage").glob(files))
            for again in ("", ", stored"):
                near, on_disk = embed(folder / "footage" / f"{kind}.jsonl", encoder, folder / f"near-{kind}")
                pipe.send(("clear",))
                far, remote = embed(bucket / f"{kind}.jsonl", encoder, folder / f"far-{kind}")
                assert remote == on_disk, "embeddings differ"
                pipe.send(("counts",))
                frames = options.video_clips * 10 if kind == "video" else options.clips * FRAMES
                counted = _counted(pipe.recv(), frames, size)
                rows.append([f"{kind}{again}", near, far, far / near, *counted])
    print(table(rows))


def _upload(folder: Path) -> Url:
    from tests.store_server import StoreServer

    server = StoreServer()
    new_bucket(server)
    server.put(folder)
    return Url(server.url)


def _counted(requests: list[tuple[str, str, int, int]], frames: int, size: int) -> list[Any]:
    """Return (requests by method, a frame, bytes sent to size of the footage), without the manifest's."""
    own = [request for request in requests if not request[1].endswith(".jsonl")]
    methods = sorted({method for method, *_ in own})
    counts = ", ".join(f"{sum(request[0] == method for request in own)} {method}" for method in methods)
    sent = sum(length for method, _, _, length in own if method == "GET")
    return [counts, len(own) / frames, sent / size]


if __name__ == "__main__":
    main()
