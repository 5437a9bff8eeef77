"""The times of frames that a file beside them lists, or that their pictures' EXIF data hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path

from jepamine.data.drives import unit_of
from jepamine.errors import UserError
from jepamine.manifests.camera_names import is_camera, is_generic
from jepamine.utils.progress import notify

NAMES = ("timestamps.txt", "times.txt", "timestamps.json")


class TimeFiles:
    """Reads timestamps.txt, times.txt (a time per line) and timestamps.json (a list), each once.

    A time is a date with a time of day (KITTI), taken as UTC, or a number, whose unit is recognised.
    """

    def __init__(self) -> None:
        self._times: dict[Path, list[int]] = {}

    def of(
        self, folder: Path, numbers: Sequence[int | None], expected: Path | None = None
    ) -> tuple[list[int | None], str]:
        """Return the time in microseconds of each frame number in `folder`, and the file's name.

        Without such a file, or if it has too few times, times are None. That is reported, if there is one
        or it is `expected`. Raises UserError, with file and line, for a line of an `expected` file that is
        not a time.
        """
        none: list[int | None] = [None] * len(numbers)
        path = _beside(folder)
        if path is None:
            if expected is not None:
                notify(f"{expected}: no such file, so the frames beside it have no times")
            return none, ""
        known = [number for number in numbers if number is not None]
        if len(set(known)) < len(numbers):
            notify(f"{path}: not used, because the frames in {folder} have no numbers of their own")
            return none, ""
        if path not in self._times:
            try:
                self._times[path] = _read(path)
            except UserError as error:
                if path == expected:
                    raise
                notify(f"{error}: the frames have no times")
                self._times[path] = []
        if not self._times[path]:
            return none, ""
        times = self._times[path]
        if max(known) >= len(times):
            notify(f"{path}: {len(times)} lines, but there is a frame {max(known)}: the frames have no times")
            return none, ""
        if len({times[number] for number in known}) < len(known):
            notify(f"{path}: some frames have the same time: the frames have no times")
            return none, ""
        return [times[number] for number in known], path.name


def _beside(folder: Path) -> Path | None:
    """Return the file of times of `folder`: in it, or above it and folders that no drive is called after."""
    # KITTI has it beside `data`, DSEC beside `left/rectified`.
    while True:
        for name in NAMES:
            if (folder / name).is_file():
                return folder / name
        if not (is_generic(folder.name) or is_camera(folder.name)):
            return None
        folder = folder.parent


def _read(path: Path) -> list[int]:
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if path.suffix == ".json":
        return _in_microseconds(_listed(text, path))
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    times = [
        (f"{path}:{number}", line) for number, line in lines if line and not line.startswith(("#", "//"))
    ]
    numbers = [_number(line.replace(",", " ").split()[0]) for _, line in times]
    if times and None not in numbers:
        return _in_microseconds([number for number in numbers if number is not None])
    return [_microseconds(line, place) for place, line in times]


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**20 else None


def _listed(text: str, path: Path) -> list[Decimal]:
    try:
        listed = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise UserError(f"{path}: not JSON: {error}") from None
    numbers = [_number(str(item)) for item in listed] if isinstance(listed, list) else [None]
    if None in numbers:
        raise UserError(f"{path}: not a list of times")
    return [number for number in numbers if number is not None]


def _in_microseconds(numbers: Sequence[Decimal]) -> list[int]:
    unit = unit_of([[float(number) for number in numbers]])
    return [int(number * Decimal(str(unit.microseconds))) for number in numbers]


def _microseconds(line: str, place: str) -> int:
    whole, _, fraction = line.strip().partition(".")
    try:
        seconds = datetime.strptime(whole, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
        return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0")[:6])
    except ValueError:
        raise UserError(f"{place}: not a time like 2011-09-26 13:02:25.964389445: {line[:60]!r}") from None


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
    from jepamine.data.images import open_image

    try:
        with open_image(path) as image:
            exif = image.getexif().get_ifd(_EXIF)
        text = str(exif[_TAKEN]).strip("\0 ")
        fraction = str(exif.get(_FRACTION, "")).strip("\0 ")
        seconds = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
        return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0")[:6])
    # Broken pictures and broken EXIF raise many types; whoever reads the frame reports what is wrong.
    except Exception:
        return None
