"""Where an encoder's tokens stand in the frame."""

from __future__ import annotations

from typing import Any

from jepamine.errors import UserError


def token_grid(encoder: Any, shape: tuple[int, int, int]) -> tuple[int, int]:
    """(rows, columns) of the encoder's tokens over a frame; `shape` is (T, H, W).

    Raises UserError for encoders whose tokens have no place, and for tubelets of more than one frame.
    """
    if not hasattr(encoder, "grid"):
        raise UserError(
            f"the encoder '{encoder.name}' does not say where its tokens stand (method `grid`), as layouts "
            "need; take pixels, clip or efficientnet-lite0"
        )
    if shape[0] != 1:
        raise UserError(f"layouts are of single frames; the dataset gives tubelets of {shape[0]}")
    rows, columns = encoder.grid(shape)
    return rows, columns
