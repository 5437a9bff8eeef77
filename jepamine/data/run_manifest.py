"""The lines of a run's own manifest: explicit ids, absolute paths, the split of each clip."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from jepamine.data.clips import Clip, read_clips, views
from jepamine.data.manifest_lines import recording_key
from jepamine.data.splits import split
from jepamine.errors import UserError
from jepamine.places import Moment
from jepamine.protocols import Source

# Keys of the user's line that the run's own manifest writes in its own form.
REWRITTEN = ("clip_id", "frames", "frame_paths", "video", "mcap", "place", "val_tubelets")


def manifest_lines(
    source: Source,
    val_by: Literal["scene", "tubelet"],
    fraction: float,
    seed: int,
    test_fraction: float = 0.0,
) -> list[dict[str, Any]]:
    """Return the lines of a run's own manifest: explicit ids, absolute paths, the split.

    Raises UserError for lines that are not clips, ids that name two different clips, and missing frames,
    before anything is encoded.
    """
    # Each camera of a clip of several is a clip of its own: the run is trained on cameras, not on rigs.
    clips = [view for clip in read_clips(source) for view in views(clip)]
    _check_ids(clips)
    _check_frames(clips)
    lines = []
    for clip, split_keys in zip(clips, split(clips, val_by, fraction, seed, test_fraction), strict=True):
        lines.append(own_line(clip) | split_keys)
    return lines


def own_line(clip: Clip) -> dict[str, Any]:
    """Return a clip's line for another manifest: explicit id, absolute paths, its place."""
    line = {key: value for key, value in clip.line.items() if key not in REWRITTEN}
    return {"clip_id": clip.clip_id, **line, **_absolute(clip), "place": clip.place}


def _absolute(clip: Clip) -> dict[str, Any]:
    first = clip.frames[0]
    if isinstance(first, Moment):
        return {recording_key(clip.line) or "video": str(first.file.absolute())}
    return {"frame_paths": [str(file.absolute()) for file in clip.frames if not isinstance(file, Moment)]}


def _check_ids(clips: Iterable[Clip]) -> None:
    by_id: dict[str, Clip] = {}
    for clip in clips:
        first = by_id.setdefault(clip.clip_id, clip)
        if first.frames != clip.frames:
            raise UserError(
                f"{clip.place}: clip_id '{clip.clip_id}' also names other frames, at {first.place}"
            )


def _check_frames(clips: Iterable[Clip]) -> None:
    missing: list[str] = []
    checked: dict[Any, bool] = {}
    for clip in clips:
        for frame in clip.frames:
            path = frame.file if isinstance(frame, Moment) else frame
            # Each file of a store would cost a request; a missing one shows when it is read.
            if path not in checked and isinstance(path, Path):
                checked[path] = path.is_file() or (path.is_dir() and path is not frame)
                noun = "frame" if path is frame else "video"
                missing += [] if checked[path] else [f"{clip.place}: {noun} {path}: no such file"]
    if missing:
        more = f"\n... and {len(missing) - 5} more frames missing" if len(missing) > 5 else ""
        raise UserError("\n".join(missing[:5]) + more)
