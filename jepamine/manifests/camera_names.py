"""Recognise cameras and folders without a meaning of their own by their names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from jepamine.manifests.name_times import name_times

_SIDE = (
    "left|right|front|rear|back|center|centre|middle|side|wide|narrow|tele|main|cross|top|fisheye|forward|"
    "backward|inside|cabin|driver|interior|repeater|pillar|vorne|hinten|links|rechts"
)
_CORNER = "[frsb][lr]|[fr]c"
_KIND = (
    "image|img|camera|cam|rgb|color|colour|gray|grey|mono|stereo|ring|view|video|thermal|infrared|nir|lwir|ir|"
    r"depth|disparity|semantic|segmentation|instance|flow|normals?|lidar|"
    r"visible|anon|blur|dnat|undistorted|rectified|rect|raw|full|fov|\d+(?:fov|mm|deg)"
)
_ALONE = (
    "zed|mynt|stereo|mono|depth|disparity|semantic|segmentation|rgb|thermal|infrared|visible|lwir|nir|ir|gray|"
    "grey"
)
# A number alone is a camera's only behind a word: what begins with one may be a date.
_WORDS = rf"(?:{_SIDE})(?:[ _-]?(?:{_SIDE}|{_KIND}|\d+))*"
_CAMERA = re.compile(
    rf"cam(?:era)?(?:[ _-][\w-]+|\d+)|image_\d{{1,2}}|ch(?:annel)?[ _-]?\d|leftimg8bit|rightimg8bit"
    rf"|(?:(?:{_KIND})[ _-]?)*{_WORDS}"
    rf"|(?:{_ALONE})(?:[ _-](?:{_SIDE}|{_KIND}|\d+))*|(?:{_CORNER})(?:[ _-]?cam(?:era)?)?"
    rf"|(?:image|img|frames?)[ _-]?[lcmr]cam[ _-]\w+|[lrf]|(?-i:B)"
    rf"|(?:omni|stereo|image|img|view|video)[ _-][blrf]",
    re.IGNORECASE,
)
# Names that are a camera's wherever they are: a word for camera together with a side or a number.
_CERTAIN = re.compile(
    rf"CAM_\w+|cam(?:era)?[ _-]?(?:\d+|{_WORDS})|(?:{_SIDE}|[ _-])+[ _-]cam(?:era)?|image_\d\d"
    rf"|ring_{_WORDS}|(?:left|right)Img8bit",
    re.IGNORECASE,
)
# BlackVue's NF and EF, Viofo's 0001F, Nextbase's FH, Vantrue's N_A: the last letter that is a camera's.
DASHCAM_LETTER = re.compile(r"(?:^|[-_\d ])[NEPMS]?([ABCFRI])H?$")
# comma: ROUTE--3 or ROUTE/3 holds a minute; routes have a date, newer ones a counter: 0000001a--6a4f7d1f1e.
ROUTE = re.compile(
    r"(?P<route>(?:.*/)?[^/]*(?:\d\d-\d\d-\d\d|[0-9a-f]{8}--[0-9a-f]{10}))(?:--|/)(?P<segment>\d+)$"
)
# Folders that say what their files are, but not of which drive.
_GENERIC = re.compile(
    r"(?:images?|imgs?|img|frames?|data(?:_rect|_rgb)?|raw|rect(?:ified)?|undistorted(?:_images)?|cameras?|cams?|"
    r"sensors?|stereo|mono|rgb|colou?r(?:image)?|jpe?gs?|pngs?|mav0|extract|sync|"
    r"image_(?:raw|rect|color|mono|rect_(?:raw|color|mono))|compressed)",
    re.IGNORECASE,
)
# Folders of the parts of a data set.
_PART = re.compile(r"train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?", re.IGNORECASE)


def is_camera(name: str) -> bool:
    """Return whether a folder or a part of a file name may be called so after a camera."""
    return bool(_CAMERA.fullmatch(_words(name)))


def is_certainly_camera(name: str) -> bool:
    """Return whether a folder called so is a camera's even without another beside it."""
    return bool(_CERTAIN.fullmatch(_words(name)))


def _words(name: str) -> str:
    # CameraRGB, FrontCenter, CamFrontLeft; `leftImg8bit` is a name of its own.
    return name if name.endswith("Img8bit") else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def is_generic(name: str) -> bool:
    """Return whether a folder's name, such as `data` or `images`, tells no drive from another."""
    return bool(_GENERIC.fullmatch(name))


def camera_folders(scenes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the (drive, camera) of each scene, a path of folders, of which one is called after a camera.

    Several such folders side by side are cameras, a single one only if its name leaves no doubt; where one is
    in another (`Stereo_Left/Omni_F`), the camera has the names of both. A name may hold the drive, too, if
    several differ in their camera only (`trip1_front`, `trip1_rear`). The drive is the rest of the path
    without folders such as `data` or `images`; empty if nothing is left.
    """
    paths = {scene: tuple(scene.split("/")) for scene in scenes}
    split = {part: _of_folder(part) for parts in paths.values() for part in parts}
    beside: defaultdict[tuple[tuple[str, ...], str], set[str]] = defaultdict(set)
    for parts in paths.values():
        for depth, part in enumerate(parts):
            rest, camera = split[part]
            if camera:
                beside[parts[:depth], rest].add(camera)
    found = {}
    for scene, parts in paths.items():
        cameras = [
            depth
            for depth, part in enumerate(parts)
            if is_certainly_camera(part) or len(beside[parts[:depth], split[part][0]]) > 1
        ]
        if cameras:
            own = [depth for depth in cameras if depth == cameras[-1] or not is_generic(parts[depth])]
            rests = [split[part][0] if depth in own else part for depth, part in enumerate(parts)]
            drive = "/".join(rest for rest in rests if rest and not is_generic(rest))
            found[scene] = (drive, "_".join(split[parts[depth]][1] or parts[depth] for depth in own))
    return found


def _of_folder(name: str) -> tuple[str, str]:
    """Return (the drive in it, the camera) of a folder's name; the camera is empty if it has none."""
    if is_camera(name.strip("_-. ")):
        return "", name
    rest, camera = split_name(name)
    # `turn_left` and `turn_right` are no drive called `turn`.
    drive = re.search(r"\d", rest) or is_generic(rest) or _PART.fullmatch(rest)
    return (rest, camera) if camera and rest and (drive or is_certainly_camera(camera)) else (name, "")


def split_name(text: str) -> tuple[str, str | None]:
    """Return (the rest, the camera) as `split_camera`, or the letter for it that dashcams add to a time."""
    times = name_times([text])
    letter = DASHCAM_LETTER.search(times[0].after) if times else None
    if times and letter:
        return text.removesuffix(times[0].after).rstrip("_-. "), letter[1]
    return split_camera(text)


def split_camera(text: str) -> tuple[str, str | None]:
    """Return (the rest, the camera) of a part of a file name such as `host-a004_cam0` or `left`.

    The camera is the longest run of words at the end, else at the start, that may be one.
    """
    text = text.strip("_-. ")
    if is_camera(text):
        return "", text
    breaks = [match.start() for match in re.finditer(r"[_. -]", text)]
    for at in breaks:
        if is_camera(text[at + 1 :]):
            return text[:at].rstrip("_-. "), text[at + 1 :]
    for at in reversed(breaks):
        if is_camera(text[:at]):
            return text[at + 1 :].lstrip("_-. "), text[:at]
    return text, None
