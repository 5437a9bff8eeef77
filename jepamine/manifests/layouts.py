"""The folder layouts of driving data sets: drive, camera and time of a frame from its path."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from jepamine.manifests.frame_folders import own_name
from jepamine.manifests.kitti_times import KittiTimes

PLAIN = "one folder per scene"
NAMED = "LOG__CAMERA__TIMESTAMP"
ARGOVERSE = "Argoverse 2"
KITTI = "KITTI raw"
BDD = "BDD100K"
NUMBERED = "DRIVE_NUMBER"
CAMERAS = "one folder per camera"

_ARGOVERSE = re.compile(r"(?:^|/)([^/]+)/sensors/cameras/([^/]+)$")
_KITTI = re.compile(r"(?:^|/)(\d{4}_\d\d_\d\d_drive_\d+(?:_\w+)?)/(image_\d\d)/data$")
_BDD = re.compile(r"([0-9a-f]{8}-[0-9a-f]{8})(?:-(\d+))?")
# CamVid has 0016E5_00390 and Seq05VD_f00390.
_NUMBERED = re.compile(r"(.+)_f?(\d+)")
# Other numbers alone are a date or a time before the number, as in 1532402927_612460.
_DRIVE = re.compile(r"(?=.*(?:[A-Za-z]|\d--\d))(?!.*\d{9,}$).+")
_SIDE = "left|right|front|rear|back|center|centre|wide|narrow|tele"
_CAMERA = re.compile(
    rf"cam(?:era)?(?:[_-][\w-]+|\d+)|image_\d{{1,2}}|leftimg8bit|rightimg8bit"
    rf"|(?:(?:image|img|rgb)[_-]?)?(?:{_SIDE})(?:[_-]?(?:{_SIDE}|image|img|camera|cam|rgb|color|gray|grey|\d+))*",
    re.IGNORECASE,
)


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


def parse_name(name: str) -> tuple[str, str, int] | None:
    """Return (log, camera, microseconds) of a file LOG__CAMERA__TIMESTAMP.jpg; None for other names."""
    # nuScenes' own names: n015-2018-07-24-11-22-45+0800__CAM_FRONT__1532402927612460.jpg
    parts = PurePath(name).stem.rsplit("__", 2)
    if len(parts) < 3 or not all(parts) or not parts[2].isdecimal():
        return None
    return parts[0], parts[1], int(parts[2])


def shots_of(root: Path, folders: Sequence[tuple[str, list[Path]]]) -> Iterator[Shot]:
    """Yield the frames of `folders` (scene, frames) below `root` in their order, each by its layout.

    A file called LOG__CAMERA__TIMESTAMP is taken by its name in any folder. The other files of a folder have
    one layout, by the folder's path and by their names: Argoverse 2, KITTI raw, BDD100K, one folder per
    camera, several drives in a folder (DRIVE_NUMBER), else one folder per scene.
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
    views = _views(scene for scene, _ in unnamed)
    prefixes = {prefix for _, paths in unnamed for prefix in _prefixes(paths)}
    times = KittiTimes()
    for scene, paths in unnamed:
        yield from (
            _argoverse(scene, paths)
            or _kitti(scene, paths, times)
            or _bdd(scene, paths)
            or _camera_folder(root, scene, paths, views)
            or _numbered(scene, paths, prefixes)
            or [Shot(PLAIN, path, scene, number=trailing_number(path.stem)) for path in paths]
        )


def _argoverse(scene: str, paths: Sequence[Path]) -> list[Shot]:
    match = _ARGOVERSE.search(paths[0].parent.as_posix())
    if match is None or not all(path.stem.isdecimal() for path in paths):
        return []
    return [
        Shot(ARGOVERSE, path, scene, match[1], match[2], int(path.stem) // 1000)
        for path in sorted(paths, key=lambda path: int(path.stem))
    ]


def _kitti(scene: str, paths: Sequence[Path], times: KittiTimes) -> list[Shot]:
    folder = paths[0].parent
    match = _KITTI.search(folder.as_posix())
    if match is None or not all(path.stem.isdecimal() for path in paths):
        return []
    numbers = [int(path.stem) for path in paths]
    stamps = times.of(folder.parent / "timestamps.txt", numbers)
    return [
        Shot(KITTI, path, scene, match[1], match[2], time, number)
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


def _views(scenes: Iterable[str]) -> set[tuple[str, ...]]:
    """Return the folders, as parts of a path, that are one of several cameras side by side."""
    beside: defaultdict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for scene in scenes:
        parts = tuple(scene.split("/"))
        for depth, part in enumerate(parts):
            if _CAMERA.fullmatch(part):
                beside[parts[:depth]].add(parts[: depth + 1])
    return {folder for group in beside.values() if len(group) > 1 for folder in group}


def _camera_folder(root: Path, scene: str, paths: Sequence[Path], views: set[tuple[str, ...]]) -> list[Shot]:
    parts = tuple(scene.split("/"))
    for depth in reversed(range(len(parts))):
        # nuScenes' folders are called CAM_FRONT and so on, also where only one of them is present.
        if parts[: depth + 1] in views or parts[depth].startswith("CAM_"):
            drive = "/".join(parts[:depth] + parts[depth + 1 :]) or own_name(root)
            return [
                Shot(CAMERAS, path, scene, drive, parts[depth], number=trailing_number(path.stem))
                for path in paths
            ]
    return []


def _prefixes(paths: Sequence[Path]) -> set[str]:
    """Return the drives whose frames are together in one folder; empty if its names show no such thing."""
    matches = [_NUMBERED.fullmatch(path.stem) for path in paths]
    counts = Counter(match[1] for match in matches if match)
    several = sum(count > 1 for count in counts.values()) > 1
    return set(counts) if several and None not in matches and all(map(_DRIVE.fullmatch, counts)) else set()


def _numbered(scene: str, paths: Sequence[Path], prefixes: set[str]) -> list[Shot]:
    matches = [_NUMBERED.fullmatch(path.stem) for path in paths]
    own = {match[1] for match in matches if match}
    if None in matches or not own <= prefixes:
        return []
    cameras = len(own) > 1 and all(map(_CAMERA.fullmatch, own))
    return [
        Shot(
            NUMBERED,
            path,
            scene if len(own) == 1 else f"{scene}/{match[1]}",
            scene if cameras else match[1],
            match[1] if cameras else None,
            number=int(match[2]),
        )
        for path, match in zip(paths, matches, strict=True)
        if match
    ]


def trailing_number(stem: str) -> int | None:
    """Return the number at the end of a file name without its suffix, if there is one."""
    match = re.search(r"\d+$", stem)
    return int(match[0]) if match else None
