"""Build clips from frames on disk: one folder per scene, or names with log, camera and time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from jepamine.errors import UserError
from jepamine.manifests.frame_folders import frame_folders, no_frames
from jepamine.manifests.paths import full
from jepamine.manifests.skipped import Skipped
from jepamine.manifests.windows import Cutter, check_cameras
from jepamine.utils.progress import notify


@dataclass(frozen=True)
class Track:
    """Frames of one scene and camera in order; `times` in microseconds, if their names hold them."""

    scene: str
    camera: str | None
    frames: list[str]
    times: list[int] | None = None


def folder_clip_id(scene: str, start: int) -> str:
    """Return the id of the clip that starts with frame number `start` of a folder."""
    return f"{scene}__{start:06d}"


def frame_lines(
    root: Path,
    window: int,
    stride: int,
    cameras: Sequence[str] = (),
    max_gap: float = 1.0,
    keep_label_maps: bool = False,
) -> list[dict[str, Any]]:
    """Return manifest lines of all frames below `root`, with absolute paths.

    Files called `LOG__CAMERA__TIMESTAMP` (microseconds) are grouped by log and camera, in any folder, in
    the order of time; the log is the scene, and no clip spans more than `max_gap` seconds between frames.
    Other files are grouped by folder. With `cameras` only theirs are kept; if no name holds a camera, a
    single one names it. Label maps are skipped unless `keep_label_maps`. Reports what is read and skipped.
    Raises UserError if there is nothing to cut, and for an unknown camera.
    """
    if not root.is_dir():
        raise UserError(f"{root} is not a folder")
    skipped = Skipped()
    folders = frame_folders(full(root), skipped, keep_label_maps)
    skipped.notify()
    if not folders:
        raise UserError(no_frames(root))
    images = sum(len(frames) for _, frames in folders)
    notify(f"read: {images} images in {len(folders)} folder{'s' if len(folders) > 1 else ''}")
    tracks = _of_cameras(_tracks(folders), cameras, root)
    cutter = Cutter(window, stride, max_gap)
    lines = [line for track in tracks for line in _lines(track, cutter)]
    cutter.notify()
    if not lines:
        raise UserError(f"{root}: no folder, log or stretch has a tubelet (2 frames)")
    return lines


def _lines(track: Track, cutter: Cutter) -> Iterator[dict[str, Any]]:
    for span in cutter.cut(track.frames, track.times):
        part = slice(span.start, span.stop)
        line: dict[str, Any] = {"clip_id": folder_clip_id(track.scene, span.start), "scene": track.scene}
        if track.camera is not None:
            line["camera"] = track.camera
        if track.times is not None:
            line["clip_id"] = f"{track.scene}__{track.camera}__{track.times[span.start]}"
            line["timestamps"] = track.times[part]
        yield line | {"frame_paths": track.frames[part]}


def _tracks(folders: list[tuple[str, list[Path]]]) -> list[Track]:
    plain: list[Track] = []
    named_tracks: dict[tuple[str, str], dict[int, str]] = {}
    twice: list[Path] = []
    for scene, paths in folders:
        unnamed = []
        for path in paths:
            parsed = parse_name(path.name)
            if parsed is None:
                unnamed.append(str(path))
            elif named_tracks.setdefault(parsed[:2], {}).setdefault(parsed[2], str(path)) != str(path):
                twice.append(path)
        if unnamed:
            plain.append(Track(scene, _folder_camera(scene), unnamed))
    if twice:
        notify(
            f"frames skipped: {len(twice)} (another has the same log, camera and time), the first {twice[0]}"
        )
    by_name = [
        Track(log, camera, [shots[time] for time in sorted(shots)], sorted(shots))
        for (log, camera), shots in sorted(named_tracks.items())
    ]
    return plain + by_name


def _of_cameras(tracks: list[Track], cameras: Sequence[str], root: Path) -> list[Track]:
    available = {track.camera for track in tracks if track.camera is not None}
    if not cameras or not tracks:
        return tracks
    if not available and len(cameras) == 1:
        notify(f"no file name below {root} has a camera: all frames are taken as {cameras[0]}'s")
        return [replace(track, camera=cameras[0]) for track in tracks]
    check_cameras(cameras, available, str(root))
    others = [track for track in tracks if track.camera not in cameras]
    if others:
        count = sum(len(track.frames) for track in others)
        notify(f"frames skipped: {count} (of other cameras, or without a camera in their names)")
    return [track for track in tracks if track.camera in cameras]


def parse_name(name: str) -> tuple[str, str, int] | None:
    """Return (log, camera, microseconds) of a file LOG__CAMERA__TIMESTAMP.jpg; None for other names."""
    # nuScenes' own names: n015-2018-07-24-11-22-45+0800__CAM_FRONT__1532402927612460.jpg
    parts = PurePath(name).stem.rsplit("__", 2)
    if len(parts) < 3 or not all(parts) or not parts[2].isdecimal():
        return None
    return parts[0], parts[1], int(parts[2])


def _folder_camera(scene: str) -> str | None:
    return next((part for part in reversed(scene.split("/")) if part.startswith("CAM_")), None)
