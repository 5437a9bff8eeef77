"""Plan a layout run: its token grid and the lines of its own manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jepamine.data.clips import read_clips
from jepamine.data.run_manifest import manifest_lines
from jepamine.errors import UserError, did_you_mean
from jepamine.manim.layout_model.targets import layout_of
from jepamine.protocols import CroppingEncoder, GridEncoder, Parts

#: The splits of a family that a run is not trained on: for measuring it, and for calibrating confidences.
UNSEEN, CALIBRATION = "unseen", "calibration"


def plan(parts: Parts, val_scenes: int, leave_out: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return all scenes with their splits; about `val_scenes` are held out unless the manifest has splits.

    Scenes of the families `leave_out` are neither trained on nor validated with: of each two one calibrates
    the confidences (`val_scenes` of a family at most), the other is measured.
    Raises UserError for clips of several frames and lines without a layout, before any frame is read.
    """
    clips = list(read_clips(parts.source))
    families = {str(clip.line.get("family")) for clip in clips}
    for family in leave_out:
        if family not in families:
            near = did_you_mean(family, families)
            raise UserError(f"trainer.leave_out: no scene has the family '{family}'{near}")
    usable = sum(clip.line.get("family") not in leave_out for clip in clips)
    if val_scenes >= usable:
        raise UserError(
            f"trainer.val_scenes: {val_scenes} of {usable} scenes held out leaves none to train on"
        )
    for clip in clips:
        if len(clip.frames) != 1 or parts.source.tubelet_size != 1:
            raise UserError(
                f"{clip.place}: a layout belongs to one frame; this clip has {len(clip.frames)}, "
                f"in tubelets of {parts.source.tubelet_size}"
            )
        layout_of(clip)
    lines = list(manifest_lines(parts.source, "scene", val_scenes / usable, parts.seed))
    for family in leave_out:
        unseen = (line for line in lines if line.get("family") == family)
        for index, line in enumerate(unseen):
            line["split"] = CALIBRATION if index % 2 == 0 and index < 2 * val_scenes else UNSEEN
    return lines


def token_grid(encoder: Any, shape: tuple[int, int, int]) -> tuple[int, int]:
    """Return (rows, columns) of the encoder's tokens over a frame; `shape` is (T, H, W).

    Raises UserError for encoders without a token grid, and for tubelets of several frames.
    """
    name: str = encoder.name
    if not isinstance(encoder, GridEncoder) or isinstance(encoder, CroppingEncoder):
        raise UserError(
            f"the encoder '{name}' has no token grid of the whole frame (method `grid`), "
            "which layouts need; use pixels, clip or efficientnet-lite0"
        )
    if shape[0] != 1:
        raise UserError(f"layouts belong to single frames; the dataset gives tubelets of {shape[0]} frames")
    rows, columns = encoder.grid(shape)
    return rows, columns
