"""The grid of an encoder's tokens over the frame."""

from __future__ import annotations

from typing import Any

from jepamine.errors import UserError
from jepamine.protocols import GridEncoder


def token_grid(encoder: Any, shape: tuple[int, int, int]) -> tuple[int, int]:
    """Return (rows, columns) of the encoder's tokens over a frame; `shape` is (T, H, W).

    Raises UserError for encoders without a token grid, and for tubelets of several frames.
    """
    if not isinstance(encoder, GridEncoder):
        raise UserError(
            f"the encoder '{encoder.name}' has no token grid (method `grid`), which layouts need; "
            "use pixels, clip or efficientnet-lite0"
        )
    if shape[0] != 1:
        raise UserError(f"layouts belong to single frames; the dataset gives tubelets of {shape[0]} frames")
    rows, columns = encoder.grid(shape)
    return rows, columns
