"""The drive that a clip belongs to, when in it the clip was recorded, and the unit of its times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from jepamine.data.clips import Clip, as_written
from jepamine.data.manifest_lines import cameras_of
from jepamine.places import Moment
from jepamine.utils.json_files import is_number


def drive_of(clip: Clip) -> str | None:
    """Return the clip's drive: its line's key `drive`, else `log`, else its scene; None without any."""
    return _named_drive(clip.line) or clip.scene


def drive_in(line: Mapping[str, Any], scene: str | None) -> str | None:
    """Return the drive of a manifest line whose scene is `scene`, as `drive_of` does for a clip."""
    return _named_drive(line) or scene


def _named_drive(line: Mapping[str, Any]) -> str | None:
    for key in ("drive", "log"):
        value = line.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return None


def span_of(clip: Clip) -> tuple[float, float] | None:
    """Return the times of the clip's first and last frame in microseconds; None if they are unknown."""
    times = frame_times(clip)
    return (min(times), max(times)) if times else None


def video_start(clip: Clip) -> float | None:
    """Return the line's `video_start`, microseconds on its drive's clock; None without one, or a drive."""
    start: Any = clip.line.get("video_start")
    return float(start) if is_number(start) and _named_drive(clip.line) is not None else None


def frame_times(clip: Clip) -> list[float]:
    """Return the frames' times in microseconds, of the video or the line's `timestamps`; empty if unknown.

    A video's are moved by the line's `video_start`, the time of its time 0 in its drive.
    """
    start = video_start(clip) or 0
    moments = [float(frame.microseconds + start) for frame in clip.frames if isinstance(frame, Moment)]
    if moments:
        return moments
    times = clip.line.get("timestamps")
    if isinstance(times, list):
        # Those of a clip of several cameras are of all of them.
        times = times * max(len(cameras_of(clip.line, clip.place)), 1)
    if not isinstance(times, list) or len(times) != len(clip.frames):
        return []
    return [float(time) for time in times] if all(map(is_number, times)) else []


def order_of(clip: Clip) -> str:
    """Return a string that sorts the clips of a drive without times: by their first frame's name."""
    return natural_order(as_written(clip.line)[0])


def natural_order(name: str) -> str:
    """Return a string that sorts numbers in `name` by their value."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(12), name)


@dataclass(frozen=True)
class Unit:
    """A unit of time; `microseconds` is its length."""

    name: str
    microseconds: float


SECONDS = Unit("seconds", 1e6)

MILLISECONDS = Unit("milliseconds", 1e3)

MICROSECONDS = Unit("microseconds", 1.0)

NANOSECONDS = Unit("nanoseconds", 1e-3)


def unit_of(clips: Iterable[Sequence[float]]) -> Unit:
    """Return the unit of the timestamps of `clips`, each in the order of its frames.

    Times since 1970 show their unit by their size. Others are judged by the median interval between two
    frames: it is 4 ms to 10 s in microseconds, else whatever unit makes it so.
    """
    steps, sizes = [], []
    for times in clips:
        steps += [after - before for before, after in pairwise(times) if after > before]
        sizes += [abs(time) for time in times[:1]]
    size, step = (median(values) if values else None for values in (sizes, steps))
    # 2001 to 5138 in seconds is 1e9 to 1e11; a drive's own clock reaches 1e11 microseconds after 27 hours.
    if size is None or 1e14 <= size < 1e17:
        return MICROSECONDS
    if size >= 1e17:
        return NANOSECONDS
    if step is None or 4e3 <= step <= 1e7:
        return MILLISECONDS if size >= 1e12 else MICROSECONDS
    if step > 1e7:
        return NANOSECONDS if step <= 1e10 else MICROSECONDS
    if size >= 1e11:
        return MILLISECONDS
    return SECONDS if size >= 5e8 or step <= 5 else MILLISECONDS
