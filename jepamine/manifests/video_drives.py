"""Which video files are one drive, by their names: chapters, minutes in a row, and several cameras."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jepamine.manifests.camera_names import (
    DASHCAM_LETTER,
    ROUTE,
    camera_folders,
    is_camera,
    is_certainly_camera,
    is_generic,
    split_camera,
)
from jepamine.manifests.name_times import name_times

# Microseconds between the end of a file and the start of the next that still are one drive. Dashcams name
# files by whole seconds and lose a few between two of them.
PAUSE = 60_000_000
# Folders into which dashcams sort the files of a drive by what happened.
_SORTED = re.compile(
    r"(?:normal|event|emergency|emer|parking|park|manual|movie|record|video|dcim|ro|sos|loop|lock(?:ed)?|cont|"
    r"protected|saved|unsaved|"
    r"recentclips|savedclips|sentryclips|teslacam|\d{3}[a-z_]\w*)s?(?:_?[frb])?"
    r"|(?:cont|evt|parking|manual|motion\w*)_rec",
    re.IGNORECASE,
)
# GoPro: GH010123 is chapter 1 of recording 123; GOPR0123 the first chapter of older ones, GP010123 the next.
_GOPRO = re.compile(r"G(?:[HXLS](?P<chapter>\d\d)|OPR|P(?P<later>\d\d))(?P<number>\d{4})", re.IGNORECASE)
# comma: ROUTE--3/fcamera.hevc or ROUTE/3/video.hevc, a minute each, or a flat ROUTE--3--fcamera.hevc.
_COMMA_CAMERAS = re.compile(r"[fdeq]camera|video|wide|road|driver", re.IGNORECASE)
# Garmin: GRMN0001, GRMN0002, a minute each, without a time.
_GARMIN = re.compile(r"GRMN(\d{4})", re.IGNORECASE)
# MOVI0001F beside MOVI0001R.
_PAIRED = re.compile(r"(.*\d)[-_]?([FRBI])", re.IGNORECASE)


@dataclass(frozen=True)
class Recording:
    """A video file: `group` is what its drive is called without a time, `start` in microseconds since 1970.

    `number` is its place in a recording of several files, `length` of one of them if it is fixed.
    """

    file: Path
    group: str
    camera: str | None = None
    start: int | None = None
    label: str = ""
    number: int | None = None
    length: int | None = None


@dataclass(frozen=True)
class DrivePart:
    """The drive and camera of a video file, and the time of its time 0 in microseconds, where known."""

    drive: str | None = None
    camera: str | None = None
    start: int | None = None


def places(ends: Mapping[Path, int]) -> dict[Path, DrivePart]:
    """Return the place of each video file; `ends` are their lengths in microseconds.

    Files whose names have times are one drive if they follow each other within a minute, or overlap. Chapters
    of GoPro and segments of comma are placed one after another. Garmin's files whose numbers follow each
    other are one drive, and so are several cameras. A file with nothing beside it is its own
    drive.
    """
    result: dict[Path, DrivePart] = {}
    for chain in _chains(_recordings(list(ends)), ends):
        drive = "/".join(filter(None, (chain[0].group, chain[0].label)))
        begins = _begins(chain, ends)
        for each in chain:
            alone = len(chain) == 1 and each.camera is None
            result[each.file] = DrivePart() if alone else DrivePart(drive, each.camera, begins.get(each.file))
    return result


def _recordings(files: Sequence[Path]) -> list[Recording]:
    common = Path(os.path.commonpath([file.absolute().parent for file in files]))
    folders = {file: file.absolute().parent.relative_to(common).as_posix() for file in files}
    cameras = camera_folders(set(folders.values()))
    found = []
    for file in files:
        folder, camera = cameras.get(folders[file], (folders[file], ""))
        found.append(_recording(file, folder if folder != "." else "", camera or None))
    return _in_runs(_with_cameras_of_names(found))


def _in_runs(found: Sequence[Recording]) -> list[Recording]:
    """Group Garmin's files whose numbers follow each other, which have no other sign of being one drive."""
    numbered: dict[str, dict[int, Recording]] = defaultdict(dict)
    others = []
    for each in found:
        match = _GARMIN.fullmatch(each.file.stem)
        if match:
            around = each.group.removesuffix(each.file.stem).strip("/")
            numbered[around][int(match[1])] = each
        else:
            others.append(each)
    for around, members in numbered.items():
        first = ""
        for number, each in sorted(members.items()):
            first = first if number - 1 in members else each.file.stem
            others.append(replace(each, group="/".join(filter(None, (around, first)))))
    return others


def _recording(file: Path, folder: str, camera: str | None) -> Recording:
    whole = file.absolute().parent.as_posix()
    flat, _, name = file.stem.rpartition("--")
    comma, name = (ROUTE.search(flat), name) if flat else (ROUTE.search(whole), file.stem)
    if comma and _COMMA_CAMERAS.fullmatch(name):
        route = comma["route"].rsplit("/", 1)[-1]
        return Recording(file, route, name, number=int(comma["segment"]), length=60_000_000)
    group = "/".join(part for part in folder.split("/") if part and not _says_no_drive(part))
    gopro = _GOPRO.fullmatch(file.stem)
    if gopro:
        number = int(gopro["chapter"] or gopro["later"] or 0)
        return Recording(file, "/".join(filter(None, (group, gopro["number"]))), camera, number=number)
    times = name_times([file.stem])
    if times is None:
        # front/trip1_front.mp4: a camera's folder whose files have its name, too.
        name = rf"(?<![^\W_]){re.escape(camera)}(?![^\W\d_])" if camera else "$"
        rest = re.sub(name, "", file.stem).strip("_-. ") or file.stem
        return Recording(file, "/".join(filter(None, (group, rest))), camera)
    [time] = times
    letter = DASHCAM_LETTER.search(time.after)
    own = letter[1] if letter else split_camera(time.after)[1] if time.after else None
    text = file.stem[len(time.before) : len(file.stem) - len(time.after)].strip("-_ ")
    return Recording(file, group, camera or own, time.time, text)


def _says_no_drive(folder: str) -> bool:
    sorts = _SORTED.fullmatch(folder) or is_generic(folder) or is_camera(folder)
    return bool(sorts) or name_times([folder]) is not None


def _with_cameras_of_names(found: Sequence[Recording]) -> list[Recording]:
    """Take a part of the names of files without times for the camera, where several share the rest."""
    split: dict[Path, tuple[str, str]] = {}
    beside: dict[tuple[Path, str], set[str]] = defaultdict(set)
    for each in found:
        if each.start is None and each.number is None and each.camera is None:
            text = each.file.stem
            rest, camera = split_camera(text)
            if not rest or not camera or not (is_certainly_camera(camera) or text.startswith(camera)):
                text = re.sub(r"[_-]?\d+$", "", text)
                rest, camera = split_camera(text)
            paired = _PAIRED.fullmatch(each.file.stem)
            if paired and not camera:
                text, rest, camera = each.file.stem, paired[1], paired[2]
            if camera:
                rest = "_".join(filter(None, (rest, each.file.stem[len(text) :].strip("_-"))))
                split[each.file] = (rest, camera)
                beside[each.file.parent, rest].add(camera)
    result = []
    for each in found:
        rest, camera = split.get(each.file, ("", ""))
        if camera and len(beside[each.file.parent, rest]) > 1:
            around = each.group.removesuffix(each.file.stem).strip("/")
            group = "/".join(filter(None, (around, rest))) or each.file.absolute().parent.name
            each = replace(each, group=group, camera=camera)
        result.append(each)
    return result


def _chains(found: Sequence[Recording], ends: Mapping[Path, int]) -> list[list[Recording]]:
    """Return the recordings with times in chains without a pause, and the others by their group."""
    groups: dict[tuple[str, bool], list[Recording]] = defaultdict(list)
    for each in found:
        groups[each.group, each.start is None].append(each)
    chains = []
    for (_, untimed), members in groups.items():
        if untimed:
            chains.append(members)
            continue
        until: int | None = None
        for each in sorted(members, key=lambda each: (each.start or 0, each.file)):
            start = each.start or 0
            if until is None or start > until + PAUSE:
                chains.append([])
            chains[-1].append(each)
            until = max(until or 0, start + ends[each.file])
    return chains


def _begins(members: Sequence[Recording], ends: Mapping[Path, int]) -> dict[Path, int]:
    """Return the times of the files' time 0: those of their names, else one chapter after the other."""
    begins = {each.file: each.start for each in members if each.start is not None}
    at: dict[str | None, int] = defaultdict(int)
    for each in sorted(members, key=lambda each: each.number or 0):
        if each.number is not None:
            begins[each.file] = at[each.camera] if each.length is None else each.number * each.length
            at[each.camera] += ends[each.file]
        elif each.start is None and each.camera is not None:
            # Cameras of one recording begin together.
            begins[each.file] = 0
    return begins
