"""Small videos that tests write, and change by a byte."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from jepamine.data.video_index import load_av, video_index


def write(
    path: Path,
    codec: str = "libx264",
    *,
    frames: int,
    container_options: dict[str, str] | None = None,
    noise: int = 0,
    **options: str,
) -> bytes:
    """Encode frames from black to almost white, 25 a second, in two groups, and return the file's content.

    With `noise` they are random values below it instead: large frames take several packets.
    """
    rng = np.random.default_rng(1)
    av = load_av()
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.height, stream.width, stream.pix_fmt, stream.gop_size = 64, 96, "yuv420p", frames // 2
        for number in range(frames):
            pixels = np.full((64, 96, 3), 240 // frames * number, np.uint8)
            if noise:
                pixels = rng.integers(0, noise, pixels.shape, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()


def noisy(path: Path, codec: str, *, rate: int = 10, most: int = 255, **options: str) -> bytes:
    """Encode 8 frames of random values below `most`, a key frame every 4, and return the file's content."""
    av, rng = load_av(), np.random.default_rng(1)
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width, stream.pix_fmt, stream.gop_size = 48, 64, "yuv420p", 4
        for _ in range(8):
            pixels = rng.integers(0, most, (48, 64, 3)).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path.read_bytes()


def changed(path: Path, content: bytes, at: int, value: int) -> str:
    """Write `content` to `path` with the byte `at` set to `value`, and return what the index says."""
    assert content[at] != value
    path.write_bytes(content[:at] + bytes([value]) + content[at + 1 :])
    return video_index(path).note
