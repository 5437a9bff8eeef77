"""Folders beside each other that are one drive: cameras of the same moments, and those of a camera's card.

Source: Design rule for Camera File system (DCF 2.0): folders of three digits and five characters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from jepamine.manifests.camera_names import ROUTE, is_camera, is_generic
from jepamine.manifests.frame_folders import own_name
from jepamine.manifests.name_times import name_times
from jepamine.utils.progress import notify

# Folders called 0, 1, ... up to this number may be cameras.
MOST_CAMERAS = 8
_HOLDER = re.compile(r"cam(?:era)?s?", re.IGNORECASE)
# Dates and ids, which cameras do not have.
_LONG = re.compile(r"\d{4}|\d\d[-_.]\d\d")
_CARD = re.compile(r"[1-9]\d\d\w{5}", re.ASCII)


def twin_folders(
    folders: Sequence[tuple[str, list[Path]]], known: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Return the (drive, camera) of each scene of `folders` beside another whose frames have the same times.

    `known` are scenes whose camera is known already. Frames of the same numbers are of cameras in a folder
    called so (`cameras`), but may be of two drives elsewhere: where the folders are called 0, 1, ... or
    partly after cameras, reports them and how to read them.
    """
    groups: defaultdict[tuple[str, frozenset[str]], list[tuple[str, list[Path]]]] = defaultdict(list)
    for scene, paths in folders:
        if scene not in known and len(paths) > 1:
            around = str(PurePosixPath(scene).parent)
            own = f"{PurePosixPath(scene).name}_"
            groups[around, frozenset(path.name.removeprefix(own) for path in paths)].append((scene, paths))
    found: dict[str, tuple[str, str]] = {}
    doubtful = []
    for (around, _), twins in groups.items():
        if len(twins) < 2:
            continue
        names = [PurePosixPath(scene).name for scene, _ in twins]
        frames = twins[0][1]
        held = _HOLDER.fullmatch(frames[0].parent.parent.name) and not any(map(_LONG.search, names))
        if held or name_times([path.stem for path in frames]) is not None:
            drive = "/".join(part for part in around.split("/") if part != "." and not is_generic(part))
            found |= {scene: (drive, name) for (scene, _), name in zip(twins, names, strict=True)}
        elif _may_be_cameras(names):
            doubtful.append(twins)
    if doubtful:
        first = doubtful[0]
        listed = ", ".join(str(paths[0].parent) for _, paths in first)
        notify(
            f"folders beside each other with frames of the same names, taken for drives of their own: "
            f"{sum(map(len, doubtful))}, the first {listed}; if they are cameras of one drive: "
            f"--pattern '{_pattern(first[0][1])}'"
        )
    return found


def _may_be_cameras(names: Sequence[str]) -> bool:
    counted = sorted(names) in ([str(number + first) for number in range(len(names))] for first in (0, 1))
    return (counted and len(names) <= MOST_CAMERAS) or any(map(is_camera, names))


def _pattern(frames: Sequence[Path]) -> str:
    folder = frames[0].parent
    between = f"{folder.parent.name}/" if is_generic(folder.parent.name) else ""
    start = re.sub(r"\d+$", "", frames[0].stem)
    return f"{{drive}}/{between}{{camera}}/{start}{{frame}}{frames[0].suffix}"


def card_drives(root: Path, folders: Sequence[tuple[str, list[Path]]]) -> dict[str, str]:
    """Return the drive of each scene of `folders` below `root` that is one of several folders of a card.

    It is the path of the folder around DCIM, or where that is not below `root` the name of `root`.
    """
    cards: defaultdict[Path, list[str]] = defaultdict(list)
    for scene, paths in folders:
        folder = paths[0].parent
        if folder.parent.name.upper() == "DCIM" and _CARD.fullmatch(folder.name):
            cards[folder.parent.parent].append(scene)
    found: dict[str, str] = {}
    for card, scenes in cards.items():
        below = card.is_relative_to(root) and card != root
        drive = card.relative_to(root).as_posix() if below else own_name(root)
        found |= dict.fromkeys(scenes if len(scenes) > 1 else (), drive)
    return found


def route_drives(folders: Sequence[tuple[str, list[Path]]]) -> dict[str, str]:
    """Return the route of each scene of `folders` that is a segment of it (comma), by the folder's path."""
    found = {scene: ROUTE.search(paths[0].parent.as_posix()) for scene, paths in folders}
    routes = {scene: match["route"].rsplit("/", 1)[-1] for scene, match in found.items() if match}
    # Numbers below a day alone (2024-01-05/3) are drives.
    return {scene: route for scene, route in routes.items() if "--" in route}
