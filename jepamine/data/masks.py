"""Apply and check masks of frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jepamine.errors import UserError


def hide(frames: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return a copy of `frames` with 0 where `mask` is True.

    Shapes: frames (N, T, H, W, 3) uint8; mask (N, T, rows, columns) bool, cells of H/rows x W/columns.
    The mask must have passed `check`.
    """
    count, length, height, width, _ = frames.shape
    rows, columns = mask.shape[2:]
    # (N, T, rows, columns) -> (N, T, rows, 1, columns, 1, 1), against pixels viewed as cells
    cells = frames.reshape(count, length, rows, height // rows, columns, width // columns, 3)
    masked = ~mask[:, :, :, None, :, None, None]
    hidden: NDArray[np.uint8] = (cells * masked).reshape(frames.shape)
    return hidden


def check(mask: NDArray[np.bool_], shape: tuple[int, int, int]) -> None:
    """Raise UserError unless `mask`, from a plugin, is a mask of a `shape` (T, H, W) tubelet."""
    length, height, width = shape
    if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.ndim != 3 or len(mask) != length:
        actual = (
            f"{mask.dtype} of shape {mask.shape}" if isinstance(mask, np.ndarray) else type(mask).__name__
        )
        raise UserError(f"the masking plugin returned {actual}; expected bool ({length}, rows, columns)")
    rows, columns = mask.shape[1:]
    if not rows or not columns or height % rows or width % columns:
        raise UserError(
            f"the masking plugin's {rows} x {columns} cells do not tile {height} x {width} pixels"
        )
