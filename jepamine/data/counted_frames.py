"""Count the frames of containers without usable times: when each is shown, and which packet gave it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

# No codec shows a frame more places away from that of its packet.
REORDERED = 16


# Times of a packet in the stream's units: (shown, decoded, duration), None if it has none.
Span = tuple[int | None, int | None, int]


def counted_stamps(
    form: str, reordered: bool, spans: Sequence[Span], step: Fraction
) -> Sequence[Fraction | int] | None:
    """Return when the frames of `spans` are shown if they have to be counted, else None.

    `step` is one frame, in the stream's units; `reordered`: the codec shows frames in another order than that
    of their packets. Frames are counted where most have no time. AVI and WMV have no display times: those of
    reordered frames are packet numbers. Program streams have few times; FFmpeg fills in the others, and where
    two collide although all together take as long as they should, some are those of neighbours.
    """
    stamps = sorted({pts for pts, _, _ in spans if pts is not None})
    count = len(spans)
    if 2 * sum(pts is None for pts, _, _ in spans) > count:
        return [number * step for number in range(count)]
    if form == "avi" and not reordered and any(pts != dts for pts, dts, _ in spans):
        # The times of AVI are the packets' numbers; these were guessed by a damaged header of the codec.
        stamps = sorted({dts for _, dts, _ in spans if dts is not None})
    elif form == "mpeg":
        whole = abs(stamps[-1] - stamps[0] - (count - 1) * step) <= step
        if len(stamps) == count or not whole:
            return None
    elif not reordered or form not in ("avi", "asf"):
        return None
    return stamps if len(stamps) == count else [stamps[0] + number * step for number in range(count)]


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
