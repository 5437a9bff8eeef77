"""Manifest lines of several cameras at the same moments (a rig)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jepamine.errors import UserError


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
