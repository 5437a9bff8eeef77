"""The kinds of findings, and one finding."""

from __future__ import annotations

from dataclasses import dataclass

# In the order in which they are told. `{gap}` seconds, `{usual}` frames.
KINDS = {
    "time_gap": "neighbouring frames over {gap:g} s apart, or time runs backwards",
    "cut_in_tubelet": "the two frames of a tubelet are no neighbours",
    "scene_crossing": "frames of more than one scene, or of another one",
    "split_leak": "its scene or frames are in another split too",
    "duplicate_clip": "another clip has its id, or the same frames",
    "duplicate_frame": "a frame occurs twice, in the clip or in another scene",
    "missing_file": "a frame's file is not there",
    "unreadable_file": "a frame cannot be read",
    "uneven_length": "an odd number of frames, or not the usual {usual}",
}


@dataclass(frozen=True)
class Finding:
    """What is wrong with one clip. `clip` is its place among the clips, from 0.

    `at` are numbers of frames, from 0: those that a new clip would begin with (time_gap, cut_in_tubelet,
    scene_crossing), or those at fault (duplicate_frame, missing_file, unreadable_file). `to` is what would
    mend it: the scene of every part (scene_crossing), the split to move to (split_leak). `stays` marks the
    clip of several that may stay as it is.
    """

    kind: str
    clip: int
    why: str
    at: tuple[int, ...] = ()
    to: tuple[str | None, ...] = ()
    stays: bool = False


def between(number: int) -> str:
    """The words for the boundary before frame `number`; people count from 1."""
    return f"between frames {number} and {number + 1}"
