"""The unit of timestamps, which many tools mistake: recognised by their size and their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median


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
