"""Sizes and times that the headers of containers state, against what a file has.

Sources: Advanced Systems Format 3.2 (file properties object), RIFF, Matroska (DefaultDuration).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

HEAD = 1 << 16
# The GUID of the file properties object of ASF.
PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
BROADCAST = 1


def stated_size(path: Path, form: str) -> int | None:
    """Return the size in bytes that a WMV or AVI file says it has; None if it does not say."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if form == "avi" and head[:4] == b"RIFF":
        # Recorders that were stopped leave 0 or the largest number.
        size = int.from_bytes(head[4:8], "little")
        return size + 8 if 0 < size < 0xFFFFFFF0 else None
    place = head.find(PROPERTIES) if form == "asf" else -1
    if place < 0 or len(head) < place + 92:
        return None
    live = int.from_bytes(head[place + 88 : place + 92], "little") & BROADCAST
    return None if live else int.from_bytes(head[place + 40 : place + 48], "little") or None


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
