"""The lines of a run's own manifest: explicit ids, absolute paths, the split of each clip."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from jepamine.data.clips import Clip, read_clips
from jepamine.data.splits import split
from jepamine.data.video import Moment
from jepamine.errors import UserError
from jepamine.protocols import Source

# Keys of the user's line that the run's own manifest says in its own words.
SAID_ANEW = ("clip_id", "frames", "frame_paths", "video", "place", "val_tubelets")


def manifest_lines(
    source: Source, val_by: Literal["scene", "tubelet"], fraction: float, seed: int
) -> list[dict[str, Any]]:
    """The lines of a run's own manifest: ids explicit, paths absolute, the split told.

    Raises UserError for lines that are no clips, ids that name two different clips, and frames that are not
    there, before anything is encoded.
    """
    clips = list(read_clips(source))
    _check_ids(clips)
    _check_frames(clips)
    lines = []
    for clip, said in zip(clips, split(clips, val_by, fraction, seed), strict=True):
        lines.append(own_line(clip) | said)
    return lines


def own_line(clip: Clip) -> dict[str, Any]:
    """A clip's manifest line as it stands in another file: id explicit, paths absolute, its place told."""
    line = {key: value for key, value in clip.line.items() if key not in SAID_ANEW}
    return {"clip_id": clip.clip_id, **line, **_absolute(clip), "place": clip.place}


def _absolute(clip: Clip) -> dict[str, Any]:
    first = clip.frames[0]
    if isinstance(first, Moment):
        return {"video": str(first.video.absolute())}
    return {"frame_paths": [str(path.absolute()) for path in clip.frames if isinstance(path, Path)]}


def _check_ids(clips: Iterable[Clip]) -> None:
    seen: dict[str, Clip] = {}
    for clip in clips:
        other = seen.setdefault(clip.clip_id, clip)
        if other.frames != clip.frames:
            raise UserError(
                f"{clip.place}: clip_id '{clip.clip_id}' also names other frames, at {other.place}"
            )


def _check_frames(clips: Iterable[Clip]) -> None:
    missing: list[str] = []
    checked: dict[Any, bool] = {}
    for clip in clips:
        for frame in clip.frames:
            path = frame.video if isinstance(frame, Moment) else frame
            if path not in checked:
                checked[path] = path.is_file()
                what = "frame" if path is frame else "video"
                missing += [] if checked[path] else [f"{clip.place}: {what} {path}: no such file"]
    if missing:
        more = f"\n... and {len(missing) - 5} more frames missing" if len(missing) > 5 else ""
        raise UserError("\n".join(missing[:5]) + more)
