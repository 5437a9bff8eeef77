"""The single cameras of a clip of several."""

from __future__ import annotations

from dataclasses import replace

from jepamine.data.clips import Clip
from jepamine.data.rigs import camera_lines


def views(clip: Clip) -> list[Clip]:
    """Return the clip of each camera of a clip of several; any other clip alone.

    The frames and tubelets of a clip of several cameras are those of one camera after the other.
    """
    lines = camera_lines(clip.line, clip.clip_id, clip.place)
    if lines[0] is clip.line:
        return [clip]
    frames, tubelets = len(clip.frames) // len(lines), clip.tubelets // len(lines)
    return [
        replace(
            clip,
            clip_id=line["clip_id"],
            frames=clip.frames[number * frames : (number + 1) * frames],
            camera=line["camera"],
            line=line,
            first_tubelet=clip.first_tubelet + number * tubelets,
            tubelets=tubelets,
        )
        for number, line in enumerate(lines)
    ]
