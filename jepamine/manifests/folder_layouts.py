"""The folder layouts of driving data sets: drive, camera and time of a frame from its path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from jepamine.manifests.camera_names import camera_folders, is_generic
from jepamine.manifests.frame_folders import own_name
from jepamine.manifests.frame_names import (
    FrameName,
    divided_recordings,
    drives_across,
    drives_of,
    frame_names,
)
from jepamine.manifests.frame_times import CLOCK, TimeFiles, capture_times
from jepamine.manifests.mapillary import Descriptions
from jepamine.manifests.name_times import since_1970
from jepamine.manifests.twin_folders import card_drives, route_drives, twin_folders

PLAIN = "one folder per scene"
NAMED = "LOG__CAMERA__TIMESTAMP"
ARGOVERSE = "Argoverse 2"
KITTI = "KITTI raw"
WAYMO_KITTI = "Waymo in the form of KITTI"
BDD = "BDD100K"
CITYSCAPES = "Cityscapes"
MAPILLARY = "Mapillary"
NUMBERED = "DRIVE_NUMBER"
CAMERAS = "one folder per camera"
CARD = "a camera's card (DCIM)"
SEGMENTS = "segments of a route (comma)"
DIVIDED = "a recording divided among train, val and test"

_ARGOVERSE = re.compile(r"(?:^|/)([^/]+)/sensors/cameras/([^/]+)$")
_KITTI = re.compile(r"(?:^|/)(\d{4}_\d\d_\d\d_drive_\d+(?:_\w+)?)/(image_\d\d)/data(?:_rect|_rgb)?$")
# Of a name SSSSFFF, the first four digits count the segments, the last three its frames.
_WAYMO_KITTI = re.compile(r"(?:^|/)(?:training|validation|testing)/(image_[0-4])$")
_WAYMO_FRAMES = 300
_CITYSCAPES = re.compile(r"([A-Za-z-]+_\d{6})_(\d{6})_((?:left|right)Img\w+)")
# Frames per second of Cityscapes' recordings, which its frame numbers count.
_CITYSCAPES_RATE = 17
_BDD = re.compile(r"([0-9a-f]{8}-[0-9a-f]{8})(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame: its scene, and what its path reveals of drive, camera, time (microseconds) and number."""

    layout: str
    path: Path
    scene: str
    drive: str | None = None
    camera: str | None = None
    time: int | None = None
    number: int | None = None
    clock: str = "file names"


def parse_name(name: str) -> tuple[str, str, int] | None:
    """Return (log, camera, microseconds) of a file LOG__CAMERA__TIMESTAMP.jpg; None for other names."""
    # nuScenes' own names: n015-2018-07-24-11-22-45+0800__CAM_FRONT__1532402927612460.jpg
    parts = PurePath(name).stem.rsplit("__", 2)
    if len(parts) < 3 or not all(parts) or not parts[2].isdecimal():
        return None
    return parts[0], parts[1], since_1970(parts[2])


def shots_of(root: Path, folders: Sequence[tuple[str, list[Path]]]) -> Iterator[Shot]:
    """Yield the frames of `folders` (scene, frames) below `root` in their order, each by its layout.

    A file called LOG__CAMERA__TIMESTAMP is taken by its name in any folder. The other files of a folder have
    one layout, by the folder's path and by their names: Argoverse 2, KITTI, Waymo, BDD100K, Cityscapes,
    Mapillary; else drive and camera are those of the folders and names (one folder per camera,
    DRIVE_NUMBER), and the folder is a scene.
    """
    unnamed = []
    for scene, paths in folders:
        rest = []
        for path in paths:
            parsed = parse_name(path.name)
            if parsed is None:
                rest.append(path)
            else:
                yield Shot(NAMED, path, parsed[0], camera=parsed[1], time=parsed[2])
        if rest:
            unnamed.append((scene, rest))
    times, described = TimeFiles(), Descriptions(root)
    general: list[tuple[str, list[Path], list[Shot]]] = []
    for scene, paths in unnamed:
        shots = _argoverse(scene, paths) or _kitti(scene, paths, times) or _bdd(scene, paths)
        shots = (
            shots
            or _waymo_kitti(scene, paths)
            or _cityscapes(scene, paths)
            or _mapillary(scene, paths, described)
        )
        general.append((scene, paths, shots))
    views = camera_folders(scene for scene, _ in unnamed)
    plain = [(scene, paths) for scene, paths, shots in general if not shots]
    views |= twin_folders(plain, views)
    names = {scene: frame_names([path.stem for path in paths]) for scene, paths in plain}
    drives = {drive for folder in names.values() for drive in drives_of(folder)} | drives_across(names)
    shared = {
        scene: (DIVIDED, drive or own_drive(root)) for scene, drive in divided_recordings(names).items()
    }
    shared |= {scene: (CARD, drive) for scene, drive in card_drives(root, plain).items()}
    shared |= {scene: (SEGMENTS, drive) for scene, drive in route_drives(plain).items()}
    for scene, paths, shots in general:
        drive, camera = views.get(scene, (scene, ""))
        layout, whole = ("", "") if camera else shared.get(scene, ("", ""))
        place = (whole or drive or own_drive(root), camera)
        yield from shots or _general(scene, paths, names[scene], drives, place, times, layout)


def _argoverse(scene: str, paths: Sequence[Path]) -> list[Shot]:
    match = _ARGOVERSE.search(paths[0].parent.as_posix())
    if match is None or not all(path.stem.isdecimal() for path in paths):
        return []
    return [
        Shot(ARGOVERSE, path, scene, match[1], match[2], int(path.stem) // 1000)
        for path in sorted(paths, key=lambda path: int(path.stem))
    ]


def _kitti(scene: str, paths: Sequence[Path], times: TimeFiles) -> list[Shot]:
    folder = paths[0].parent
    match = _KITTI.search(folder.as_posix())
    if match is None or not all(path.stem.isdecimal() for path in paths):
        return []
    numbers = [int(path.stem) for path in paths]
    stamps, clock = times.of(folder, numbers, folder.parent / "timestamps.txt")
    return [
        Shot(KITTI, path, scene, match[1], match[2], time, number, clock)
        for path, number, time in zip(paths, numbers, stamps, strict=True)
    ]


def _bdd(scene: str, paths: Sequence[Path]) -> list[Shot]:
    matches = [_BDD.fullmatch(path.stem) for path in paths]
    drives = {match[1] for match in matches if match}
    if None in matches:
        return []
    return [
        Shot(
            BDD,
            path,
            scene if len(drives) == 1 else f"{scene}/{match[1]}",
            match[1],
            number=int(match[2]) if match[2] else None,
        )
        for path, match in zip(paths, matches, strict=True)
        if match
    ]


def _waymo_kitti(scene: str, paths: Sequence[Path]) -> list[Shot]:
    match = _WAYMO_KITTI.search(paths[0].parent.as_posix())
    stems = [path.stem for path in paths]
    if match is None or not all(len(stem) == 7 and stem.isdecimal() for stem in stems):
        return []
    if max(int(stem[4:]) for stem in stems) >= _WAYMO_FRAMES:
        return []
    return [
        Shot(WAYMO_KITTI, path, f"{scene}/{stem[:4]}", stem[:4], match[1], number=int(stem[4:]))
        for path, stem in zip(paths, stems, strict=True)
    ]


def _cityscapes(scene: str, paths: Sequence[Path]) -> list[Shot]:
    found = [match for match in (_CITYSCAPES.fullmatch(path.stem) for path in paths) if match]
    if len(found) < len(paths):
        return []
    several = len({match.group(1, 3) for match in found}) > 1
    return [
        Shot(
            CITYSCAPES,
            path,
            f"{scene}/{match[1]}/{match[3]}" if several else scene,
            match[1],
            match[3],
            int(match[2]) * 1_000_000 // _CITYSCAPES_RATE,
            int(match[2]),
            f"frame numbers, {_CITYSCAPES_RATE} per second",
        )
        for path, match in zip(paths, found, strict=True)
    ]


def _mapillary(scene: str, paths: Sequence[Path], descriptions: Descriptions) -> list[Shot]:
    found = descriptions.of(paths)
    several = len({each.sequence for each in found}) > 1
    shots = []
    for path, each in zip(paths, found, strict=False):
        # Short ones count the sequences of one description.
        unique = each.sequence if len(each.sequence) > 8 else "/".join(filter(None, (scene, each.sequence)))
        own = f"{scene}/{each.sequence}" if several else scene
        shots.append(Shot(MAPILLARY, path, own, unique, time=each.time, clock="MAPCaptureTime"))
    return shots


def own_drive(root: Path) -> str:
    """Return the name of the drive whose frames are right in `root`, or only in camera folders below it."""
    around = next((each for each in (root, *root.parents) if not is_generic(each.name)), root)
    around = around if around.name else root
    return own_name(root) if around == root else around.name


def _general(
    scene: str,
    paths: Sequence[Path],
    names: Sequence[FrameName],
    drives: set[str],
    place: tuple[str, str],
    times: TimeFiles,
    shared: str,
) -> list[Shot]:
    own = {name.drive for name in names}
    of_names = own <= drives
    tracks = {(name.drive if of_names else "", name.camera) for name in names}
    stamps: list[int | None] = [name.time for name in names]
    clock = "file names"
    if None in stamps:
        numbers = [name.number for name in names]
        stamps, clock = times.of(paths[0].parent, numbers)
        taken = capture_times(paths, None not in numbers) if None in stamps and len(tracks) == 1 else None
        if taken:
            stamps, clock = [*taken], CLOCK
    shots = []
    for path, name, time in zip(paths, names, stamps, strict=True):
        drive = name.drive if of_names else ""
        camera = place[1] or name.camera
        label = "/".join(filter(None, (drive, name.camera))) if len(tracks) > 1 else ""
        layout = NUMBERED if drive else CAMERAS if camera else shared or PLAIN
        shots.append(
            Shot(
                layout,
                path,
                f"{scene}/{label}" if label else scene,
                drive or (place[0] if camera or shared else None),
                camera or None,
                time,
                name.number,
                clock,
            )
        )
    return shots
