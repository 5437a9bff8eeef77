"""What manifest lines say of their frames: moments of a recording, or several cameras at a time (a rig)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from jepamine.errors import UserError, brief
from jepamine.places import File, Moment, Url, below

# Key of a line that names a recording -> the key of its stream.
STREAMS = {"video": "stream", "mcap": "topic"}

# Seconds: times since 1970, as logs have them, are below until the year 5138.
LATEST = 1e11


def recording_key(line: Mapping[str, Any]) -> str | None:
    """Return the key by which a line names a recording, None if it has none."""
    return next((key for key in STREAMS if key in line), None)


def moments(line: Mapping[str, Any], place: str, root: File | None) -> tuple[Moment, ...]:
    """Return the moments of a line `{"video" or "mcap", "start", "end", "fps"}` (seconds, frames per second).

    They are at start, start + 1 / fps, ... before end. A video's line may have the index of a `stream`, a
    log's has a `topic`. Paths are relative to `root`, or stay as written without one. Raises UserError, with
    `place`, for other lines.
    """
    key = recording_key(line)
    name = line.get(key) if key else None
    if key is None or not isinstance(name, str) or not name:
        raise UserError(f"{place}: '{key}' is not a path: {name!r}")
    # Without a root, the text as written: ids are derived from it.
    file = Url(name) if root is None else below(root, name)
    stream = _topic(line, place) if key == "mcap" else _stream(line, place)
    return tuple(Moment(file, time, stream) for time in _times(line, place, key))


def _topic(line: Mapping[str, Any], place: str) -> str:
    topic = line.get("topic")
    if not isinstance(topic, str) or not topic:
        raise UserError(f"{place}: a clip of a log needs its 'topic', such as \"/cam_front\", not {topic!r}")
    return topic


def _stream(line: Mapping[str, Any], place: str) -> int | None:
    """Return the index of the video stream that a line names, if any."""
    stream = line.get("stream")
    if stream is not None and (type(stream) is not int or stream < 0):
        raise UserError(f"{place}: 'stream' must be the index of a video stream, not {stream!r}")
    return stream


def _times(line: Mapping[str, Any], place: str, kind: str) -> list[int]:
    """Return the times of a clip's frames, in microseconds."""
    numbers = []
    for key in ("start", "end", "fps"):
        value = line.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < LATEST:
            noun = "video clip" if kind == "video" else "clip of a log"
            raise UserError(
                f"{place}: a {noun} needs numbers 'start', 'end' (s) and 'fps'; '{key}' is {brief(value)}"
            )
        numbers.append(float(value))
    start, end, fps = numbers
    if end <= start or not 0 < fps <= 1000:
        raise UserError(f"{place}: {end - start:g} s at {fps:g} frames per second contain no frame")
    # An end rounded to the millisecond must neither lose nor add a frame.
    count = max(math.ceil((end - start) * fps - 0.1), 1)
    return [round((start + number / fps) * 1e6) for number in range(count)]


def cameras_of(line: Mapping[str, Any], place: str) -> dict[str, list[str]]:
    """Return the frames of each camera of a line `{"cameras": {"front": [...], "left": [...]}}`.

    Empty for a line with `frame_paths`, `frames`, `video` or `mcap`. Raises UserError, with `place`, if
    `cameras` is not a table of lists of paths, all equally long.
    """
    cameras = line.get("cameras")
    if cameras is None or any(key in line for key in ("frame_paths", "frames", "video", "mcap")):
        return {}
    if not isinstance(cameras, dict) or not cameras or not all(cameras):
        raise UserError(f"{place}: 'cameras' is not a table of camera and list of paths")
    for camera, names in cameras.items():
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            raise UserError(f"{place}: 'cameras.{camera}' is not a list of paths")
    counts = {camera: len(names) for camera, names in cameras.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{camera} {count}" for camera, count in counts.items())
        raise UserError(f"{place}: 'cameras' have different numbers of frames: {listed}")
    return cameras


def camera_lines(line: dict[str, Any], clip_id: str, place: str) -> list[dict[str, Any]]:
    """Return a line for each camera of a line of several, called CLIP_ID__CAMERA; any other line alone.

    `rig` is the id of the whole clip. Without drive, log and scene it is their drive too, so that splits
    keep the cameras together.
    """
    cameras = cameras_of(line, place)
    if not cameras:
        return [line]
    rest = {key: value for key, value in line.items() if key != "cameras"}
    if all(rest.get(key) in (None, "") for key in ("drive", "log", "scene", "scene_id")):
        rest["drive"] = clip_id
    return [
        rest | {"clip_id": f"{clip_id}__{camera}", "camera": camera, "frame_paths": names, "rig": clip_id}
        for camera, names in cameras.items()
    ]
