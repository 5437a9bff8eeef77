"""The seven kinds of events that `real_footage.py` plants in the frames of a real clip, by seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]
KINDS = ("fog", "night", "dirt", "frozen", "spliced", "shuffled", "obstacle")


def plant(kind: str, frames: list[Pixels], other: list[Pixels], rng: np.random.Generator) -> list[Pixels]:
    """Return frames uint8 (H, W, 3) with an event of `kind`; `other` are frames of another drive."""
    count = len(frames)
    if kind == "fog":
        strength = rng.uniform(0.5, 0.8)
        return [fog(frame, strength) for frame in frames]
    if kind == "night":
        gain = rng.uniform(0.12, 0.3)
        return [_noisy(255 * (frame / 255) ** 1.3 * gain, 4, rng) for frame in frames]
    if kind == "dirt":
        return _dirt(frames, rng)
    if kind == "frozen":
        start = int(rng.integers(0, count // 2 + 1))
        return [frames[min(index, start) if index < start + count // 2 else index] for index in range(count)]
    if kind == "spliced":
        start = int(rng.integers(1, count // 2 + 1))
        height, width = frames[0].shape[:2]
        return [
            np.asarray(Image.fromarray(other[index % len(other)]).resize((width, height)))
            if start <= index < start + count // 2
            else frame
            for index, frame in enumerate(frames)
        ]
    if kind == "shuffled":
        order = np.arange(count)
        while (np.diff(order) == 1).sum() > count // 4:
            order = rng.permutation(count)
        return [frames[index] for index in order]
    return _obstacle(frames, other, rng)


def fog(frame: Pixels, strength: float) -> Pixels:
    """Blend a frame with grey, more so towards the top (far away), and blur what is left."""
    height = frame.shape[0]
    depth = np.clip(np.linspace(1.2, 0.5, height), 0, 1)[:, None, None] * strength
    blurred = np.asarray(Image.fromarray(frame).filter(ImageFilter.GaussianBlur(2 * strength)))
    return np.uint8(np.clip(blurred * (1 - depth) + 205 * depth, 0, 255))


def _noisy(frame: NDArray[np.float64], deviation: float, rng: np.random.Generator) -> Pixels:
    return np.uint8(np.clip(frame + rng.normal(0, deviation, frame.shape), 0, 255))


def _dirt(frames: list[Pixels], rng: np.random.Generator) -> list[Pixels]:
    height, width = frames[0].shape[:2]
    rows, columns = np.mgrid[:height, :width]
    opacity = np.zeros((height, width))
    for _ in range(int(rng.integers(4, 9))):
        radius = rng.uniform(0.05, 0.16) * width
        distance = np.hypot(rows - rng.uniform(0, height), columns - rng.uniform(0, width)) / radius
        opacity = np.maximum(opacity, rng.uniform(0.6, 0.95) * np.clip(1.4 - distance, 0, 1))
    shade = np.array([60, 52, 40]) * rng.uniform(0.6, 1.4)
    return [np.uint8(frame * (1 - opacity[..., None]) + shade * opacity[..., None]) for frame in frames]


def _obstacle(frames: list[Pixels], other: list[Pixels], rng: np.random.Generator) -> list[Pixels]:
    """Paste a piece of another drive's frame, growing as it comes nearer, on the road."""
    height, width = frames[0].shape[:2]
    source = Image.fromarray(other[0])
    side = int(0.3 * min(source.size))
    left = int(rng.integers(0, source.width - side))
    top = int(rng.integers(source.height // 3, source.height - side + 1))
    piece = source.crop((left, top, left + side, top + side)).rotate(float(rng.uniform(-30, 30)))
    place = rng.uniform(0.3, 0.6)
    planted = []
    for index, frame in enumerate(frames):
        size = int(height * (0.2 + 0.15 * index / max(len(frames) - 1, 1)))
        image = Image.fromarray(frame)
        image.paste(piece.resize((size, size)), (int(place * width), int(0.9 * height) - size))
        planted.append(np.asarray(image))
    return planted
