"""Plan a layout run: its token grid and the lines of its own manifest."""

from __future__ import annotations

from typing import Any

from jepamine.data.clips import read_clips
from jepamine.data.run_manifest import manifest_lines
from jepamine.errors import UserError
from jepamine.manim.layout_model.targets import layout_of
from jepamine.protocols import GridEncoder, Parts


def plan(parts: Parts, val_scenes: int) -> list[dict[str, Any]]:
    """Return all scenes with their splits; `val_scenes` are held out unless the manifest has splits.

    Raises UserError for clips of several frames and lines without a layout, before any frame is read.
    """
    clips = list(read_clips(parts.source))
    if val_scenes >= len(clips):
        raise UserError(
            f"trainer.val_scenes: {val_scenes} of {len(clips)} scenes held out leaves none to train on"
        )
    for clip in clips:
        if len(clip.frames) != 1 or parts.source.tubelet_size != 1:
            raise UserError(
                f"{clip.place}: a layout belongs to one frame; this clip has {len(clip.frames)}, "
                f"in tubelets of {parts.source.tubelet_size}"
            )
        layout_of(clip)
    return manifest_lines(parts.source, "scene", val_scenes / len(clips), parts.seed)


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
