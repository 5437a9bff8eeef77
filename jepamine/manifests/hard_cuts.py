"""Find hard cuts: consecutive frames of a clip that show different places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

# Height and width of the small pictures that are compared.
SIZE = (36, 64)
# Frames examined on either side of a boundary.
REACH = 3
# How much more pictures across a cut differ than neighbours on either side. Measured: on six real drives at
# 1 to 8 frames per second and their every second, fourth and eighth frame, and on drawn street scenes, at
# most 0.105, and 0.168 next to a clip's end. Of clips spliced from two of the drives 98 % are found, from two
# street scenes 96 %, from two pieces of one drive at one frame per second, where neighbours differ as much,
# 34 %.
JUMP = 0.13
JUMP_AT_END = 0.2
# Frames that differ by more are not neighbours, whatever the rest of the clip does (most there: 0.413) ...
FAR = 0.46
# ... unless all frames of the clip differ much, also from the second next.
CALM = 0.3
# The same picture in other light is not a cut: pixels differ by less than this, ...
LIGHT = 0.06
# ... or their greys correlate up to this (1 - correlation; different places have 0.2 and more).
ALIKE = 0.15
BINS = 10
BANDS = 3


def cuts(pictures: Sequence[NDArray[np.uint8] | None]) -> tuple[int, ...]:
    """Return the numbers of the frames that directly follow a hard cut, from small pictures uint8 (*SIZE, 3).

    A picture that is None (unreadable) has no neighbours. All of the up to three frames before a cut must
    differ from all after it, so that passing objects such as a wiper are not cuts; nor is a change of light.
    """
    numbers: list[int] = []
    start = 0
    for end in range(len(pictures) + 1):
        if end == len(pictures) or pictures[end] is None:
            run = [picture for picture in pictures[start:end] if picture is not None]
            if len(run) > 1:
                numbers += [start + number for number in _cuts(np.stack(run))]
            start = end + 1
    return tuple(numbers)


def _cuts(pictures: NDArray[np.uint8]) -> list[int]:
    halved = _halved(pictures)
    apart = _distances(halved)
    count = len(pictures)
    # Two frames can only be compared with each other.
    calm = _calm(apart) < CALM or count == 2
    return [
        number
        for number in range(1, count)
        if (_jumps(apart, number) or (calm and apart[number - 1, number] > FAR))
        and not _other_light(halved[number - 1], halved[number])
    ]


def _other_light(first: NDArray[np.float32], second: NDArray[np.float32]) -> bool:
    if float(np.abs(first - second).mean()) < LIGHT:
        return True
    grey = np.stack([first, second]).mean(axis=-1).reshape(2, -1)
    spread = grey.std(axis=1)
    # Pictures without contrast correlate with anything.
    if float(spread.min()) < 0.02:
        return False
    centred = grey - grey.mean(axis=1, keepdims=True)
    return 1 - float((centred[0] * centred[1]).mean() / spread.prod()) < ALIKE


def _jumps(apart: NDArray[np.float32], number: int) -> bool:
    before = range(max(0, number - REACH), number)
    after = range(number, min(len(apart), number + REACH))
    if len(before) == len(after) == 1:
        return False
    within = max(float(apart[frame, frame + 1]) for frame in (*before[:-1], *after[:-1]))
    across = float(apart[before.start : before.stop, after.start : after.stop].min())
    return across - within > (JUMP if min(len(before), len(after)) > 1 else JUMP_AT_END)


def _calm(apart: NDArray[np.float32]) -> float:
    """Return the median, over frames, of the distance to the most similar of the next two on either side."""
    near = apart + np.diag(np.full(len(apart), np.inf, dtype=np.float32))
    near[np.abs(np.subtract.outer(range(len(apart)), range(len(apart)))) > 2] = np.inf
    return float(np.median(near.min(axis=1)))


def distances(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much frames differ, float32 (N, N), 0 to 1.5, for frames less than 2 * REACH apart; else
    inf.

    The mean difference of their pixels at half size, plus half of the distance of their colour histograms,
    taken by three bands from top to bottom, so that the sky is compared with the sky.
    """
    return _distances(_halved(pictures))


def _distances(halved: NDArray[np.float32]) -> NDArray[np.float32]:
    count = len(halved)
    flat, colours = halved.reshape(count, -1), _histograms(halved)
    apart = np.full((count, count), np.inf, dtype=np.float32)
    np.fill_diagonal(apart, 0)
    for lag in range(1, min(2 * REACH, count)):
        pixels = np.abs(flat[lag:] - flat[:-lag]).mean(axis=1)
        overlap = np.abs(colours[lag:] - colours[:-lag]).sum(axis=1) / 2
        rows = np.arange(count - lag)
        apart[rows, rows + lag] = apart[rows + lag, rows] = pixels + 0.5 * overlap
    return apart


def _halved(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pictures at half size, float32 (N, H, W, 3), 0 to 1."""
    height, width = SIZE[0] // 2, SIZE[1] // 2
    fours = pictures.reshape(-1, height, 2, width, 2, 3).astype(np.float32)
    means: NDArray[np.float32] = fours.mean(axis=(2, 4)) / np.float32(255)
    return means


def _histograms(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return RGB histograms of the bands of pictures (N, H, W, 3), 0 to 1: (N, BANDS * BINS ** 3), row sum 1.

    A colour counts for the bins around it by distance, so that a little more light changes little.
    """
    count = len(pictures)
    levels = pictures.reshape(count * BANDS, -1, 3) * np.float32(BINS - 1)
    low = np.minimum(levels.astype(np.int64), BINS - 2)
    share = levels - low
    shares = [1 - share, share]
    bins = np.arange(count * BANDS)[:, None] * BINS**3 + low @ np.array([BINS**2, BINS, 1])
    total = np.zeros(count * BANDS * BINS**3)
    for red, green, blue in product((0, 1), repeat=3):
        weight = shares[red][..., 0] * shares[green][..., 1] * shares[blue][..., 2]
        corner = bins + (red * BINS + green) * BINS + blue
        total += np.bincount(corner.ravel(), weights=weight.ravel(), minlength=len(total))
    histograms = total.reshape(count, -1)
    parts: NDArray[np.float64] = histograms / histograms.sum(axis=1, keepdims=True)
    return parts.astype(np.float32)
