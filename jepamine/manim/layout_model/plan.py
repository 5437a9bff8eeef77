"""Plan a layout run: the lines of its own manifest."""

from __future__ import annotations

from typing import Any

from jepamine.data.clips import read_clips
from jepamine.data.run_manifest import manifest_lines
from jepamine.errors import UserError
from jepamine.manim.layout_model.targets import layout_of
from jepamine.protocols import Parts


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
