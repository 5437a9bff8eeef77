"""Split the names of a folder's frames into drive, camera, and time or number."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from jepamine.manifests.camera_names import (
    is_camera,
    is_certainly_camera,
    is_generic,
    split_camera,
    split_name,
)
from jepamine.manifests.name_times import name_times

# CamVid has 0016E5_00390 and Seq05VD_f00390, Cityscapes aachen_000000_000019_leftImg8bit.
# The last number counts, but for that of `camera_5`.
_NUMBER = re.compile(
    r"(?:(?P<before>.+)[_-])?(?:(?:frame|image|img|f)[_-]?)?(?<!cam[_-])(?<!camera[_-])(?P<number>\d+)"
    r"(?:[_-](?P<after>[A-Za-z].*))?",
    re.IGNORECASE,
)
# left0001 of ROS, DSC00012, IMG-20240105-WA0003, "picture (3)" of Windows.
_ATTACHED = re.compile(
    r"(?P<before>.*[^\W\d_])?[\W_]*?(?<!cam)(?<!camera)\(?(?P<number>\d+)\)?(?P<after>)", re.IGNORECASE
)
# 00000040_img_left_45 of SHIFT: a camera's own number comes after the frame's.
_BEFORE_CAMERA = re.compile(
    r"(?:(?P<before>.+?)[_-])?(?P<number>\d+)[_-](?P<after>[A-Za-z].*?(?<!\d)\d{1,3})"
)
# What annotation tools put before the name of every file: 8 digits of an id (Label Studio), or all.
_ID = re.compile(r"[0-9a-f]{8}(?:(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})?[-_](?=.)")
_FRAME = re.compile(r"(?:^|[_-])(?:frame|image|img)$", re.IGNORECASE)
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# Other numbers alone are a date or a time before the number, as in 1532402927_612460.
_DRIVE = re.compile(
    r"(?=.*(?:[^\W\d_]|\d--\d))(?!.*\d{9,}$).+|(?:19|20)\d\d(?:[-_.]?\d\d){2}[-_T ]?\d\d(?:[-_.]?\d\d){2}"
)
# Numbers from here on that are no times are ids, as Mapillary's, not counters.
LONGEST = 10**11
# Endings of names (`_rgb`, `_camera0`) beyond this many are no kinds of pictures of a moment.
MOST_ENDINGS = 16
_PARTS = re.compile(r"(?<![a-z])(?:train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?)(?![a-z])", re.IGNORECASE)
# Images for each one without a number that is not one of them.
STRAY = 8


@dataclass(frozen=True, slots=True)
class FrameName:
    """What a name consists of: `drive` and `camera` are empty if it has none."""

    drive: str
    camera: str
    time: int | None = None
    number: int | None = None


def frame_names(stems: Sequence[str]) -> list[FrameName]:
    """Return the parts of the names (without suffix) of a folder's frames.

    Cameras are parts of names that are called so (`left`, `cam0`) if there are several or there is no doubt,
    and endings that several pictures of one moment have (`000001_rgb`, `000001_ir`). Names that have neither
    a time nor a number in one form have empty parts and the number that they end with.
    """
    stems = without_ids(stems)
    times = name_times(stems)
    if times is not None:
        keys: list[tuple[int | None, int | None]] = [(each.time, None) for each in times]
        texts = [(each.before, each.after) for each in times]
    else:
        found = _numbered(stems)
        if any(int(match["number"]) >= LONGEST for match in found):
            return [FrameName("", "")] * len(stems)
        if not found:
            return [FrameName("", "", number=trailing_number(stem)) for stem in stems]
        keys = [(None, int(match["number"])) for match in found]
        texts = [(_FRAME.sub("", match["before"] or ""), match["after"] or "") for match in found]
    texts = [(before.strip("_-. "), after.strip("_-. ")) for before, after in texts]
    split = [_split(before, after) for before, after in texts]
    cameras = {camera for _, camera in split}
    if (len(cameras) > 1 and "" not in cameras) or all(map(is_certainly_camera, cameras)):
        return [FrameName(*text, *key) for text, key in zip(split, keys, strict=True)]
    if times is not None:
        names = [FrameName("", "", *key) for key in keys]
        together = _with_endings(names, _differences([f"{before}_{after}" for before, after in texts]))
        if together is not names:
            return together
    names = [FrameName(before, "", *key) for (before, _), key in zip(texts, keys, strict=True)]
    return _with_endings(names, [after for _, after in texts])


def without_ids(stems: Sequence[str]) -> list[str]:
    """Return the names without the random id that each begins with, if all do and no two have the same."""
    ids = [match[0] for match in map(_ID.match, stems) if match]
    if not 1 < len(stems) == len(set(ids)) or not any(re.search("[a-f]", each) for each in ids):
        return list(stems)
    return [stem[len(each) :] for stem, each in zip(stems, ids, strict=True)]


def strays(stems: Sequence[str]) -> set[str]:
    """Return the names (without suffix) of a folder's images that have no digit, if all others are numbered.

    They are covers, maps and test pictures rather than frames, if at most one in eight.
    """
    odd = {stem for stem in stems if not any(map(str.isdigit, stem))}
    rest = [stem for stem in stems if stem not in odd]
    if not odd or STRAY * len(odd) > len(stems):
        return set()
    return odd if all(name.time or name.number is not None for name in frame_names(rest)) else set()


def _numbered(stems: Sequence[str]) -> list[re.Match[str]]:
    """Return the match of each name in the first form that fits all; empty if none does."""
    numbered = [
        match for match in map(_BEFORE_CAMERA.fullmatch, stems) if match and is_camera(match["after"])
    ]
    counts = [len({match[group] for match in numbered}) for group in ("number", "after")]
    # A date before all names is followed by the frames' own numbers, more than there are dates.
    if len(numbered) == len(stems) and counts[0] >= counts[1]:
        return numbered
    for form in (_NUMBER, _ATTACHED):
        found = [match for match in map(form.fullmatch, stems) if match]
        # A day before a counter of another form: IMG-20240105-WA0003.
        days = all(_DAY.fullmatch(match["number"]) for match in found) and any(
            re.search(r"\d", match["after"] or "") for match in found
        )
        if len(found) == len(stems) and not days:
            return found
    return []


def _differences(texts: Sequence[str]) -> list[str]:
    """Return the texts without the words that all of them begin or end with."""
    words = [re.split(r"[_. -]+", text.strip("_-. ")) for text in texts]
    shortest = min(map(len, words))
    same = [len({tuple(each[:count]) for each in words}) == 1 for count in range(shortest + 1)]
    start = max(count for count, alike in enumerate(same) if alike)
    ends = [len({tuple(each[len(each) - count :]) for each in words}) == 1 for count in range(shortest + 1)]
    end = max(count for count, alike in enumerate(ends) if alike and count + start <= shortest)
    return ["_".join(each[start : len(each) - end]) for each in words]


def _split(before: str, after: str) -> tuple[str, str]:
    """Return (drive, camera) of the text before and after a time or number."""
    _, camera = split_camera(after) if after else ("", None)
    if camera is not None:
        return before, camera
    rest, camera = split_name(before) if before else ("", None)
    return (before, "") if camera is None else (rest, camera)


def _with_endings(names: list[FrameName], endings: Sequence[str]) -> list[FrameName]:
    """Take endings for cameras where every moment has several of them."""
    moments: defaultdict[FrameName, set[str]] = defaultdict(set)
    for name, ending in zip(names, endings, strict=True):
        moments[name].add(ending)
    if not 1 < len(set(endings)) <= MOST_ENDINGS or min(map(len, moments.values())) < 2:
        return names
    return [replace(name, camera=ending or "main") for name, ending in zip(names, endings, strict=True)]


def drives_of(names: Sequence[FrameName]) -> set[str]:
    """Return the drives whose frames are together in one folder; empty if its names show no such thing.

    At least two must have two frames; or all have one frame, with the same number (of Cityscapes' snippets
    one frame is labelled).
    """
    counts = Counter((name.drive, name.camera) for name in names)
    drives = {drive for drive, _ in counts}
    if len(drives) < 2 or "" in drives or not all(map(_DRIVE.fullmatch, drives)):
        return set()
    several = {drive for (drive, _), count in counts.items() if count > 1}
    snippets = all(re.search(r"[_-]\d+$", drive) for drive in drives)
    single = snippets and len(drives) > 2 and len({name.number for name in names} - {None}) == 1
    return drives if len(several) > 1 or single else set()


def drives_across(folders: Mapping[str, Sequence[FrameName]]) -> set[str]:
    """Return the drives whose frames somebody has divided among folders called `train`, `val` or `test`.

    Such folders (scene: its frames' names) differ in that word only; a drive's name has letters and digits.
    """
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for scene, names in folders.items():
        rest = _PARTS.sub("", scene)
        for drive in {name.drive for name in names} if rest != scene else ():
            if re.search(r"[^\W\d_].*\d|\d.*[^\W\d_]", drive):
                places[rest, drive].add(scene)
    return {drive for (_, drive), scenes in places.items() if len(scenes) > 1}


def divided_recordings(folders: Mapping[str, Sequence[FrameName]]) -> dict[str, str]:
    """Return the drive of folders called `train`, `val` or `test` that divide one recording's frames.

    Their names are the same but for the numbers, of which each is in one folder, and which alternate between
    the folders: frame_0010 in `train`, frame_0011 in `val`, frame_0012 in `train`. The drive is the rest of
    the path, empty if there is none.
    """
    places: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(dict)
    for scene, names in folders.items():
        numbers = [name.number for name in names if name.number is not None and not name.time]
        rest, drives = _PARTS.sub("", scene), {(name.drive, name.camera) for name in names}
        if rest != scene and len(numbers) == len(names) and len(drives) == 1:
            places[rest, names[0].drive][scene] = numbers
    found: dict[str, str] = {}
    for (rest, _), parts in places.items():
        owners = sorted((number, scene) for scene, numbers in parts.items() for number in numbers)
        once = len({number for number, _ in owners}) == len(owners)
        turns = sum(before != after for (_, before), (_, after) in pairwise(owners))
        if once and len(parts) > 1 and turns >= max(min(map(len, parts.values())), 2):
            drive = "/".join(part for part in rest.split("/") if part and not is_generic(part))
            found |= dict.fromkeys(parts, drive)
    return found


def trailing_number(stem: str) -> int | None:
    """Return the number at the end of a file name without its suffix, if there is one."""
    match = re.search(r"\d+$", stem)
    return int(match[0]) if match else None
