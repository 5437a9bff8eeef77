"""Pixels of clips: statistics that a ranking must beat, and how much the frames differ.

Legend of shapes: N tubelets of a clip, T frames of a tubelet, H x W pixels, F = N T frames.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NAMES = ("darkness", "contrast", "frame-difference", "jpeg-size")
# Subfolder of the embedding store with the statistics by a clip's content; another one if they change.
FOLDER = "pixels-1"
QUALITY = 75
# Rec. 601 luma, as JPEG.
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def pixel_statistics(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the statistics of pixels (N, T, H, W, 3) in the order of `NAMES`, float32 (N, 4).

    Mean of 1 - luma; standard deviation of luma; mean difference of luma to the frame before (of the first
    frame: to the one after), all of luma from 0 to 1; bytes per pixel as a JPEG of quality 75.
    """
    tubelets, length = pixels.shape[:2]
    frames = pixels.reshape(-1, *pixels.shape[2:])
    luma = (frames @ LUMA) / 255  # (F, H, W)
    differences = np.abs(np.diff(luma, axis=0)).mean(axis=(1, 2))
    differences = np.concatenate([differences[:1], differences]) if len(differences) else np.zeros(1)
    columns = [
        1 - luma.mean(axis=(1, 2)),
        luma.std(axis=(1, 2)),
        differences,
        np.array([_jpeg_bytes(frame) / frame[..., 0].size for frame in frames]),
    ]
    statistics: NDArray[np.float32] = np.stack(columns, axis=1).astype(np.float32)
    means: NDArray[np.float32] = statistics.reshape(tubelets, length, len(NAMES)).mean(axis=1)
    return means


def _jpeg_bytes(frame: NDArray[np.uint8]) -> int:
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=QUALITY)
    return file.tell()


# Subfolder of the embedding store with the changes by a clip's content; another one if they change.
CHANGES_FOLDER = "changes-1"
# Frames are compared as mean luma over this many rows and columns at most: sensor noise averages out.
CELLS = 32


@dataclass(frozen=True)
class FrameChanges:
    """`distances` float32 (F, F): mean difference of luma, 0 to 1, of each two frames; `contrast` (F,)."""

    distances: NDArray[np.float32]
    contrast: NDArray[np.float32]

    @property
    def steps(self) -> NDArray[np.float32]:
        """Return the differences of consecutive frames, float32 (F - 1,)."""
        return np.diagonal(self.distances, 1)


def frame_changes(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the distances of frames (N, T, H, W, 3) and, last, the contrast of each: (F, F + 1)."""
    frames = pixels.reshape(-1, *pixels.shape[2:])
    luma = (frames @ LUMA) / 255  # (F, H, W)
    rows, columns = (max(size // CELLS, 1) for size in luma.shape[1:])
    height, width = luma.shape[1] // rows, luma.shape[2] // columns
    cropped = luma[:, : height * rows, : width * columns]
    cells = cropped.reshape(len(frames), height, rows, width, columns).mean(axis=(2, 4))
    cells = cells.reshape(len(frames), -1)
    distances = np.stack([np.abs(cells - frame).mean(axis=1) for frame in cells])
    changes: NDArray[np.float32] = np.column_stack([distances, luma.std(axis=(1, 2))]).astype(np.float32)
    return changes


def unpack(changes: NDArray[np.float32]) -> FrameChanges:
    """Return what `frame_changes` computed by name."""
    return FrameChanges(changes[:, :-1], changes[:, -1])
