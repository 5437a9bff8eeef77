"""Find and repair problems of a manifest: the finders, what they look at, and the repairs."""

from __future__ import annotations

#: What is found, in the order of the report, and what it means. `{gap}` seconds, `{usual}` frames.
KINDS = {
    "time_gap": "neighbouring frames over {gap:g} s apart, or time runs backwards",
    "cut_in_tubelet": "the two frames of a tubelet are not neighbours",
    "size_change": "frames of several sizes",
    "scene_crossing": "frames of more than one scene, or of another one",
    "split_leak": "its drive or frames are also in another split",
    "duplicate_clip": "another clip has its id, or the same frames",
    "duplicate_frame": "a frame occurs twice, in the clip or in another scene",
    "missing_file": "a frame's file does not exist",
    "unreadable_file": "a frame cannot be read",
    "uneven_length": "an odd number of frames, or not the usual {usual}",
}
