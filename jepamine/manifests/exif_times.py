"""The times at which pictures were taken, as cameras and phones write them into EXIF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from jepamine.utils.progress import notify

CLOCK = "EXIF"
SUFFIXES = {".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".png"}
_EXIF, _TAKEN, _FRACTION = 0x8769, 0x9003, 0x9291


def capture_times(paths: Sequence[Path], in_order: bool) -> list[int] | None:
    """Return the time of each image of a folder in microseconds since 1970; None if not all have their own.

    EXIF has local time, which is taken as UTC, with a fraction of a second only from some cameras. Times are
    not used if two images share one, or if they do not rise with the names although those are `in_order`
    (have numbers): copies and edited pictures have others. Either is reported, unless all share one time.
    """
    if len(paths) < 2 or any(path.suffix.lower() not in SUFFIXES for path in paths):
        return None
    # Most footage has none: the first and the last image show it.
    times: list[int] = []
    for path in (paths[0], paths[-1], *paths):
        time = _taken(path)
        if time is None:
            return None
        times.append(time)
    times = times[2:]
    if len(set(times)) == 1:
        return None
    folder, unused = paths[0].parent, "EXIF times not used"
    if len(set(times)) < len(times):
        notify(f"{folder}: {unused}: several frames have the same; --fps adds times")
        return None
    if in_order and any(after < before for before, after in pairwise(times)):
        notify(f"{folder}: {unused}: they do not rise with the numbers in the names")
        return None
    return times


def _taken(path: Path) -> int | None:
    from PIL import Image

    try:
        with Image.open(path) as image:
            exif = image.getexif().get_ifd(_EXIF)
        text = str(exif[_TAKEN]).strip("\0 ")
        fraction = str(exif.get(_FRACTION, "")).strip("\0 ")
        seconds = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
        return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0")[:6])
    # Broken pictures and broken EXIF raise many types; whoever reads the frame reports what is wrong.
    except Exception:
        return None
