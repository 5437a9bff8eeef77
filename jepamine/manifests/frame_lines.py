"""Build clips from frames on disk, in the folder layouts of driving data sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from jepamine.data.wrong_files import require_folder
from jepamine.errors import UserError
from jepamine.manifests.folder_layouts import BDD, CITYSCAPES, shots_of
from jepamine.manifests.frame_folders import frame_folders, no_frames
from jepamine.manifests.name_patterns import name_pattern
from jepamine.manifests.new_lines import Skipped, full
from jepamine.manifests.rig_lines import rig_lines
from jepamine.manifests.tracks import Track, report, track_lines, tracks_of
from jepamine.manifests.windows import Cutter, check_cameras
from jepamine.utils.progress import notify

# Layout of single frames, each of another drive or far from the next -> the next step.
SINGLE = {
    BDD: "cut clips from BDD100K's videos instead: jepamine manifest video",
    CITYSCAPES: "leftImg8bit has the labelled frames only; use leftImg8bit_sequence of Cityscapes",
}


@dataclass(frozen=True)
class FrameOptions:
    """How to read frames' paths: a pattern instead of the known layouts, and files to leave out.

    `fps` gives times to frames whose names have none; label maps are skipped unless `label_maps`. With `rig`
    a clip has the frames of all cameras of a drive.
    """

    pattern: str | None = None
    exclude: tuple[str, ...] = ()
    fps: float | None = None
    label_maps: bool = False
    rig: bool = False


def frame_lines(
    root: Path,
    window: int,
    stride: int,
    cameras: Sequence[str] = (),
    max_gap: float = 1.0,
    options: FrameOptions = FrameOptions(),
    make_cutter: Callable[[int, int, float], Cutter] = Cutter,
) -> list[dict[str, Any]]:
    """Return manifest lines of all frames below `root`, with absolute paths.

    Drive, camera and time come from the layout (`jepamine.manifests.folder_layouts`) or from
    `options.pattern`; no clip spans more than `max_gap` seconds between frames. With `cameras` only theirs
    are kept; if no name holds a camera, a single one names it. Reports what is recognised, read and
    skipped. Raises UserError if there is nothing to cut, for an unknown camera, and for a pattern that is
    wrong or matches nothing.
    """
    require_folder(root)
    pattern = name_pattern(options.pattern) if options.pattern is not None else None
    skipped = Skipped()
    folders = frame_folders(full(root), skipped, options.label_maps)
    if not folders:
        skipped.notify()
        raise UserError(no_frames(root))
    folders = _without(folders, full(root), options.exclude, skipped)
    shots = list(shots_of(full(root), folders) if pattern is None else pattern.shots(folders, skipped))
    skipped.notify()
    if not shots:
        raise UserError(
            f"{root}: no image is left; check --exclude"
            + (f" and --pattern {options.pattern}" if pattern else "")
        )
    count = len({shot.path.parent for shot in shots})
    notify(f"read: {len(shots)} images in {count} folder{'s' if count > 1 else ''}")
    tracks = tracks_of(shots, options.fps)
    report(tracks)
    cutter = make_cutter(window, stride, max_gap)
    tracks = _of_cameras(tracks, cameras, root)
    if options.rig:
        lines = rig_lines(tracks, cutter)
    else:
        lines = [line for track in tracks for line in track_lines(track, cutter)]
    cutter.notify()
    for layout, advice in SINGLE.items():
        if not lines and all(track.layout == layout for track in tracks):
            raise UserError(f"{root}: single frames, which make no clip; {advice}")
    if not lines:
        gaps = f"; all frames are more than {max_gap:g} s apart: pass a larger --max-gap" * bool(cutter.gaps)
        raise UserError(f"{root}: no folder, log or stretch has a tubelet (2 frames){gaps}")
    return lines


def _without(
    folders: list[tuple[str, list[Path]]], root: Path, exclude: Sequence[str], skipped: Skipped
) -> list[tuple[str, list[Path]]]:
    """Return `folders` without the frames whose path below `root`, or any part of it, matches `exclude`."""
    if not exclude:
        return folders
    kept = []
    for scene, paths in folders:
        remaining = []
        for path in paths:
            below = path.relative_to(root)
            names = [below.as_posix(), *below.parts, *(folder.as_posix() for folder in below.parents)]
            glob = next((glob for glob in exclude if any(fnmatchcase(name, glob) for name in names)), None)
            if glob is None:
                remaining.append(path)
            else:
                skipped.add("images", f"--exclude {glob}", path)
        if remaining:
            kept.append((scene, remaining))
    return kept


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
