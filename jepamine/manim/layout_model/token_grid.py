"""The grid of an encoder's tokens over the frame."""

from __future__ import annotations

from typing import Any

from jepamine.errors import UserError
from jepamine.protocols import GridEncoder


def token_grid(encoder: Any, shape: tuple[int, int, int]) -> tuple[int, int]:
    """Return (rows, columns) of the encoder's tokens over a frame; `shape` is (T, H, W).

    Raises UserError for encoders whose tokens are not a grid, and for tubelets of more than one frame.
    """
    if not isinstance(encoder, GridEncoder):
        raise UserError(
            f"the encoder '{encoder.name}' has no token grid (method `grid`), which layouts "
            "require; use pixels, clip or efficientnet-lite0"
        )
    if shape[0] != 1:
        raise UserError(f"layouts are of single frames; the dataset gives tubelets of {shape[0]}")
    rows, columns = encoder.grid(shape)
    return rows, columns
