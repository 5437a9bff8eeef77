"""The kinds of findings, and one finding."""

from __future__ import annotations

from dataclasses import dataclass

# In the order of the report. `{gap}` seconds, `{usual}` frames.
KINDS = {
    "time_gap": "neighbouring frames over {gap:g} s apart, or time runs backwards",
    "cut_in_tubelet": "the two frames of a tubelet are not neighbours",
    "scene_crossing": "frames of more than one scene, or of another one",
    "split_leak": "its drive or frames are also in another split",
    "duplicate_clip": "another clip has its id, or the same frames",
    "duplicate_frame": "a frame occurs twice, in the clip or in another scene",
    "missing_file": "a frame's file does not exist",
    "unreadable_file": "a frame cannot be read",
    "uneven_length": "an odd number of frames, or not the usual {usual}",
}


@dataclass(frozen=True)
class Finding:
    """A problem of one clip. `clip` is its index among the clips, from 0.

    `at` are numbers of frames, from 0: those that a new clip would start with (time_gap, cut_in_tubelet,
    scene_crossing), or the faulty ones (duplicate_frame, missing_file, unreadable_file). `to` is the
    remedy: the scene of every part (scene_crossing), the split to move to (split_leak). `stays` marks the
    clip of several that may stay unchanged.
    """

    kind: str
    clip: int
    why: str
    at: tuple[int, ...] = ()
    to: tuple[str | None, ...] = ()
    stays: bool = False


def between(number: int) -> str:
    """Describe the boundary before frame `number`, counting from 1 as people do."""
    return f"between frames {number} and {number + 1}"
