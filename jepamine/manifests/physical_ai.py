"""Build clips from NVIDIA's PhysicalAI-Autonomous-Vehicles: an mp4 per drive and camera, times in Parquet.

Format: https://github.com/NVlabs/physical_ai_av/wiki
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jepamine.data.video_index import video_index
from jepamine.errors import UserError
from jepamine.manifests.input_files import find_videos, read_columns
from jepamine.manifests.new_lines import Skipped
from jepamine.manifests.video_clips import clip_lines
from jepamine.manifests.windows import check_cameras
from jepamine.utils.progress import notify

_NAME = re.compile(r"(?P<drive>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?P<camera>camera_\w+)\.mp4")


def physical_ai_lines(
    folder: Path, fps: float, window: int, stride: int, cameras: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return manifest lines of the videos DRIVE.CAMERA.mp4 below `folder`, `fps` frames per second.

    The data set's own clip of 20 s is scene and drive; its cameras share the clock of
    DRIVE.CAMERA.timestamps.parquet (microseconds), a time for each frame; without it, or if it has another
    number of times, the video's own. `cameras` may leave out `camera_` (default: all). Raises UserError
    without pyarrow, without videos, and for an unknown camera; other and broken videos are skipped and
    counted.
    """
    skipped = Skipped()
    files: dict[Path, tuple[str, str]] = {}
    for file in find_videos([folder], skipped):
        match = _NAME.fullmatch(file.name)
        if match:
            files[file] = match["drive"], match["camera"]
        else:
            skipped.add("videos", "not called DRIVE.CAMERA.mp4", file)
    if not files:
        zipped = next(folder.rglob("*.chunk_*.zip"), None)
        advice = f"; unzip the chunks first, such as {zipped}" if zipped else ""
        raise UserError(f"{folder}: no video called DRIVE.CAMERA.mp4{advice}")
    known = {camera for _, camera in files.values()}
    check_cameras(cameras, known | {camera.removeprefix("camera_") for camera in known}, str(folder))
    lines: list[dict[str, Any]] = []
    for file, (drive, camera) in sorted(files.items(), key=lambda item: (item[1], item[0])):
        if cameras and not {camera, camera.removeprefix("camera_")} & set(cameras):
            skipped.add("videos", "of other cameras; --camera chooses", file)
            continue
        try:
            lines += _lines(file, drive, camera, fps, window, stride, skipped)
        except UserError as error:
            skipped.add("videos", str(error), "")
    skipped.notify()
    videos, drives = ({line[key] for line in lines} for key in ("video", "drive"))
    notify(f"read: {len(videos)} videos of {len(drives)} drives")
    if not lines:
        raise UserError(f"{folder}: no clip: no video has a tubelet (2 frames) at {fps:g} per second")
    return lines


def _lines(
    file: Path, drive: str, camera: str, fps: float, window: int, stride: int, skipped: Skipped
) -> list[dict[str, Any]]:
    index = video_index(file)
    times = _times(file.with_suffix(".timestamps.parquet"), len(index.times), skipped)
    clock = dict(zip(index.times, times or index.times, strict=True))
    about = {"scene": drive, "drive": drive, "camera": camera}
    start = {"video_start": clock[index.times[0]] - index.times[0]}
    keys = {"video": str(file)}
    scene = f"{drive}__{camera}"
    return [
        line | about | start | {"timestamps": [clock[time] for time in line["timestamps"]]}
        for line in clip_lines(file, scene, keys, index.times, index.end, fps, window, stride, index.resized)
    ]


def _times(path: Path, frames: int, skipped: Skipped) -> list[int] | None:
    if not path.is_file():
        skipped.add("files of times", "do not exist; the video's own times are used", path)
        return None
    times = [row["timestamp"] for row in read_columns(path, ["timestamp"])]
    if not all(type(time) is int for time in times):
        raise UserError(f"{path}: 'timestamp' is not in whole microseconds")
    if len(times) != frames:
        skipped.add("files of times", "not a time for each frame; the video's own times are used", path)
        return None
    return times
