"""Compare the times of a video's frames with an even pace.

Frames that alone are off it, or off that of decoding, times at which it lacks one, and a pace that does not
fit the stated interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

# Containers round times to milliseconds.
ROUNDING = 2_000
# A frame that is off an even pace says something only among this many others.
EVEN = 5


def off_pace(times: Sequence[int]) -> list[int]:
    """Return the times (microseconds, rising) that alone are off an even pace, kept by those around them."""
    steps = [after - before for before, after in pairwise(times)]
    if len(steps) < EVEN:
        return []
    usual = median(steps)
    off = [
        times[number]
        for number in range(1, len(steps))
        if abs(steps[number] - usual) > ROUNDING
        and abs(steps[number - 1] - usual) > ROUNDING
        and abs(times[number + 1] - times[number - 1] - 2 * usual) <= ROUNDING
    ]
    even = sum(abs(step - usual) <= ROUNDING for step in steps)
    return off if even + 2 * len(off) == len(steps) and len(off) * EVEN <= even else []


def first_off_pace(times: Sequence[int]) -> list[int]:
    """Return the first of `times` (microseconds, rising) if it alone is off an even pace, by no whole frames.

    Where whole frames are missing, a recorder may have begun late.
    """
    steps = [after - before for before, after in pairwise(times)]
    if len(steps) <= EVEN:
        return []
    usual = median(steps[1:])
    if any(abs(step - usual) > ROUNDING for step in steps[1:]):
        return []
    whole = max(round(steps[0] / usual), 1) * usual
    return [times[0]] if abs(steps[0] - whole) > ROUNDING else []


def off_decoding_pace(times: Sequence[int], decoded: Sequence[int]) -> list[int]:
    """Return the few of `times` (microseconds, rising) that leave the even pace of the times of decoding.

    Frames are decoded at the pace at which they are shown: a camera that leaves one out does so in both.
    """
    steps = [after - before for before, after in pairwise(decoded)]
    if len(steps) < EVEN:
        return []
    usual = median(steps)
    if any(abs(step - usual) > ROUNDING for step in steps):
        return []
    off = [
        before if before == times[0] else after
        for before, after in pairwise(times)
        if abs(after - before - usual) > ROUNDING
    ]
    return off if len(off) * EVEN <= len(steps) else []


def holes(times: Sequence[int]) -> list[int]:
    """Return the times (microseconds) of frames that are missing from a pace that is even otherwise."""
    steps = [after - before for before, after in pairwise(times)]
    if len(steps) < EVEN:
        return []
    usual = median(steps)
    even = sum(abs(step - usual) <= ROUNDING for step in steps)
    long = [number for number, step in enumerate(steps) if step > usual + ROUNDING]
    whole = all(abs(steps[number] - round(steps[number] / usual) * usual) <= ROUNDING for number in long)
    if not whole or even + len(long) != len(steps) or len(long) * EVEN > even:
        return []
    return [round(times[number] + usual) for number in long]


def other_pace(times: Sequence[float], default: float) -> float | None:
    """Return the interval of `times` (s, rising) if it is even and does not fit the stated one; else None.

    A recorder that leaves out frames may have a whole multiple of the stated interval, `default`, and one
    that is slower than it says has less than twice as much.
    """
    steps = [after - before for before, after in pairwise(times)]
    if len(steps) < 3 or default <= 0:
        return None
    usual = median(steps)
    if max(steps) - min(steps) > 0.1 * usual or usual < 2 * default:
        return None
    times_slower = usual / default
    return usual if abs(times_slower - round(times_slower)) > 0.1 else None
