"""How much the frames of a clip differ from each other: what faults of a camera or a recording show in.

Legend of shapes: N tubelets of a clip, T frames of a tubelet, H x W pixels, F = N T frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.data.pixel_statistics import LUMA

# Subfolder of the embedding store with the changes by a clip's content; another one if they change.
FOLDER = "changes-1"
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
