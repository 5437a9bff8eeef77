"""Clips of all cameras of a drive at the same moments, from their tracks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from jepamine.errors import UserError
from jepamine.manifests.frame_names import trailing_number
from jepamine.manifests.tracks import Track, folder_clip_id
from jepamine.manifests.windows import Cutter
from jepamine.utils.progress import notify


def rig_lines(tracks: Sequence[Track], cutter: Cutter) -> list[dict[str, Any]]:
    """Return manifest lines with the frames of every camera of a drive, `cameras`: {camera: paths}.

    A frame of the first camera is joined by the frame of each other camera that is nearest in time, at most
    half of the first camera's usual interval away; without times by the one with the same number at the end
    of its name. Moments that not every camera has are left out and counted; `timestamps` are those of the
    first camera. Raises UserError if no drive has several cameras.
    """
    drives: dict[str, dict[str, Track]] = {}
    for track in tracks:
        if track.camera is not None:
            cameras = drives.setdefault(track.drive or track.scene, {})
            if track.camera in cameras:
                other = cameras[track.camera]
                raise UserError(
                    f"drive '{track.drive}' has camera '{track.camera}' in two folders, such as "
                    f"{Path(other.frames[0]).parent} and {Path(track.frames[0]).parent}; "
                    "leave one of them out with --exclude"
                )
            cameras[track.camera] = track
    rigs = {drive: cameras for drive, cameras in drives.items() if len(cameras) > 1}
    if not rigs:
        raise UserError("--rig: no drive has several cameras; see the layouts above, or use --pattern")
    lines = [line for drive, cameras in rigs.items() for line in _lines(drive, cameras, cutter)]
    alone = sum(len(track.frames) for track in tracks) - sum(
        len(track.frames) for cameras in rigs.values() for track in cameras.values()
    )
    if alone:
        notify(f"frames skipped: {alone} (of drives with one camera, or none that is known)")
    return lines


def _lines(drive: str, cameras: dict[str, Track], cutter: Cutter) -> Iterator[dict[str, Any]]:
    first, *others = (_keyed(cameras[camera], drive) for camera in cameras)
    timed = all(track.times is not None for track in cameras.values())
    steps = [after - before for (before, _), (after, _) in pairwise(first)]
    tolerance = median(steps) / 2 if timed and steps else 0
    moments = []
    for key, frame in first:
        matches = [_nearest(frames, key, tolerance) for frames in others]
        if None not in matches:
            moments.append((key, [frame, *matches]))
    if len(moments) < len(first):
        notify(f"moments skipped: {len(first) - len(moments)} of drive {drive} (a camera has no frame then)")
    times = [key for key, _ in moments] if timed else None
    paths = [str(frames[0]) for _, frames in moments]
    for span in cutter.cut(paths, times, [key for key, _ in moments]):
        line: dict[str, Any] = {"clip_id": folder_clip_id(drive, span.start), "scene": drive, "drive": drive}
        if times is not None:
            line["timestamps"] = times[span.start : span.stop]
        views = zip(*(frames for _, frames in moments[span.start : span.stop]), strict=True)
        yield line | {"cameras": {camera: list(view) for camera, view in zip(cameras, views, strict=True)}}


def _keyed(track: Track, drive: str) -> list[tuple[int, str]]:
    """Return (time, or else number, frame) of a track, rising."""
    if track.times is not None:
        return list(zip(track.times, track.frames, strict=True))
    numbers = [trailing_number(Path(frame).stem) for frame in track.frames]
    keyed = [
        (number, frame) for number, frame in zip(numbers, track.frames, strict=True) if number is not None
    ]
    if len({number for number, _ in keyed}) < len(track.frames):
        raise UserError(
            f"--rig: frames of drive '{drive}', camera '{track.camera}' have neither times nor numbers of "
            "their own; pass --pattern with {frame} or a time"
        )
    return sorted(keyed)


def _nearest(frames: Sequence[tuple[int, str]], key: int, tolerance: float) -> str | None:
    place = bisect_left(frames, (key, ""))
    candidates = frames[max(place - 1, 0) : place + 1]
    time, frame = min(candidates, key=lambda candidate: abs(candidate[0] - key))
    return frame if abs(time - key) <= tolerance else None
