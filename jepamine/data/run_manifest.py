"""The lines of a run's own manifest: explicit ids, absolute paths, the split of each clip."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from jepamine.data.clips import Clip, read_clips, views
from jepamine.data.manifest_lines import recording_key
from jepamine.data.splits import SplitClip, SplitClips, split
from jepamine.errors import UserError
from jepamine.places import Moment
from jepamine.protocols import Source
from jepamine.utils.files import NOT_REGULAR

# Keys of the user's line that the run's own manifest writes in its own form.
REWRITTEN = ("clip_id", "frames", "frame_paths", "video", "mcap", "place", "val_tubelets")
# Files whose existence is remembered.
RECENT = 50_000


def manifest_lines(
    source: Source,
    val_by: Literal["scene", "tubelet"],
    fraction: float,
    seed: int,
    test_fraction: float = 0.0,
) -> Iterator[dict[str, Any]]:
    """Return the lines of a run's own manifest: explicit ids, absolute paths, the split.

    They are made as they are read, from a second pass over `source`; the first, before this returns, needs
    about 60 bytes of memory a line. Raises UserError for lines that are not clips, ids that name two
    different clips, and missing frames.
    """
    clips = _checked(source)
    keys = split(clips, val_by, fraction, seed, test_fraction)
    return (own_line(clip) | added for clip, added in zip(_cameras(source), keys, strict=True))


def _checked(source: Source) -> Sequence[SplitClip]:
    """Return what decides the part of each clip. Raises UserError as `manifest_lines` does."""
    clips, missing = SplitClips(), MissingFiles()
    ids, contents = array("Q"), array("Q")
    for clip in _cameras(source):
        clips.add(clip)
        ids.append(_hash(clip.clip_id))
        contents.append(_hash("\n".join(map(str, clip.frames))))
        missing.look_for(clip)
    keys, frames = (np.frombuffer(column, dtype=np.uint64) for column in (ids, contents))
    order = np.lexsort((frames, keys))
    again = keys[order][1:] == keys[order][:-1]
    if (again & (frames[order][1:] != frames[order][:-1])).any():
        _refuse_ids(source, set(keys[order][1:][again].tolist()))
    missing.refuse()
    return clips.rows()


def _cameras(source: Source) -> Iterator[Clip]:
    """Yield each camera's clip: a run is trained on cameras, not on rigs."""
    return (view for clip in read_clips(source) for view in views(clip))


def own_line(clip: Clip) -> dict[str, Any]:
    """Return a clip's line for another manifest: explicit id, absolute paths, its place."""
    line = {key: value for key, value in clip.line.items() if key not in REWRITTEN}
    return {"clip_id": clip.clip_id, **line, **_absolute(clip), "place": clip.place}


def _absolute(clip: Clip) -> dict[str, Any]:
    first = clip.frames[0]
    if isinstance(first, Moment):
        return {recording_key(clip.line) or "video": str(first.file.absolute())}
    return {"frame_paths": [str(file.absolute()) for file in clip.frames if not isinstance(file, Moment)]}


def _refuse_ids(source: Source, hashes: set[int]) -> None:
    """Raise UserError for the first of the ids with these hashes that names two different clips."""
    by_id: dict[str, Clip] = {}
    for clip in _cameras(source):
        first = by_id.setdefault(clip.clip_id, clip) if _hash(clip.clip_id) in hashes else clip
        if first.frames != clip.frames:
            raise UserError(
                f"{clip.place}: clip_id '{clip.clip_id}' also names other frames, at {first.place}"
            )


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


class MissingFiles:
    """The frames and videos that clips name and that do not exist.

    Of millions of files the last ones are remembered: clips that overlap are near each other, mostly.
    """

    def __init__(self) -> None:
        self._errors: dict[Path, str] = {}
        self._is_file, self._is_folder = lru_cache(RECENT)(Path.is_file), lru_cache(RECENT)(Path.is_dir)

    def look_for(self, clip: Clip) -> None:
        """Look for the files of a clip on disk."""
        for frame in clip.frames:
            path = frame.file if isinstance(frame, Moment) else frame
            # Each file of a store would cost a request; a missing one shows when it is read.
            if not isinstance(path, Path) or path in self._errors:
                continue
            # A log of ROS 2 is a folder.
            if not (self._is_file(path) or (path is not frame and self._is_folder(path))):
                noun = "frame" if path is frame else "video"
                reason = "is a folder" if path.is_dir() else NOT_REGULAR if path.exists() else "no such file"
                self._errors[path] = f"{clip.place}: {noun} {path}: {reason}"

    def refuse(self) -> None:
        """Raise UserError for the files that were not found, with the first five."""
        if self._errors:
            errors = list(self._errors.values())
            more = f"\n... and {len(errors) - 5} more frames missing" if len(errors) > 5 else ""
            if os.sep == "/" and any("\\" in path.name for path in self._errors):
                more += (
                    "\nPaths are separated by / here, not by \\ as on Windows: "
                    "write them relative to the manifest"
                )
            raise UserError("\n".join(errors[:5]) + more)
