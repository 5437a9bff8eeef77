"""Match decoded frames to their places in a stream that has no times, so that a lost frame moves no other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

# No codec shows a frame more places away from that of its packet.
REORDERED = 16


def numbered(packets: Iterable[Any], first: int) -> Iterator[Any]:
    """Yield `packets` with their number instead of a time, the packet `first` with 0; decoders pass it on."""
    number = -first
    for packet in packets:
        if packet.size and not packet.is_discard:
            packet.pts = number
            number += 1
        yield packet


def places(shown: list[int], count: int) -> list[int | None]:
    """Return the place of each decoded frame among `count` frames; None if it is uncertain.

    `shown` are the numbers of the frames' packets, in the order in which the frames were shown. Packets that
    gave no frame are lost, and with them the order of the frames close by.
    """
    lost = sorted(set(range(count)) - set(shown))
    if len(shown) >= count or not lost:
        return list(range(count))
    found: list[int | None] = []
    for place, number in enumerate(shown):
        before = bisect_left(lost, number)
        near = bisect_right(lost, number + REORDERED) > bisect_left(lost, number - REORDERED)
        found.append(None if near else place + before)
    return found
