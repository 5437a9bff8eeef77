"""Read the coded size of key frames from their packets, and find where a video or a drive changes its size.

Sources: H.262 (6.2.2.1), ISO/IEC 14496-2 (6.2.3), RFC 6386 (9.1), the VP9 (6.2) and AV1 (5.3, 5.5) bitstream
specifications, T.81 (B.2.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from jepamine.data.codec_units import Bits

Shape = TypeVar("Shape")
# Markers of JPEG that begin a frame: Huffman coding, baseline to progressive.
FRAME = {0xC0, 0xC1, 0xC2}
ALONE = {0x01, *range(0xD0, 0xD9)}
# The start codes of video object layers of MPEG-4, and the type of AV1's units with the header of a sequence.
LAYER = re.compile(rb"\x00\x00\x01[\x20-\x2f]")
SEQUENCE = 1


def coded_shape(codec: str, content: bytes) -> tuple[int, ...] | None:
    """Return (width, height) of the key frame of `codec` (FFmpeg's name) in a packet; None if unknown."""
    reader = READERS.get(codec)
    try:
        return reader(content) if reader else None
    except IndexError:
        return None


def _mpeg2(content: bytes) -> tuple[int, ...] | None:
    start = content.find(b"\0\0\1\xb3")
    if start < 0 or len(content) < start + 7:
        return None
    both = int.from_bytes(content[start + 4 : start + 7])
    return both >> 12, both & 0xFFF


def _vp8(content: bytes) -> tuple[int, ...] | None:
    if len(content) < 10 or content[0] & 1 or content[3:6] != b"\x9d\x01\x2a":
        return None
    return tuple(int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (6, 8))


def _vp9(content: bytes) -> tuple[int, ...] | None:
    """Return the size of a key frame of profile 0 or 2, those of 4:2:0."""
    bits, taken = int.from_bytes(content[:12]), 0

    def take(count: int) -> int:
        nonlocal taken
        taken += count
        return (bits >> (96 - taken)) & ((1 << count) - 1)

    # Frame marker, profile, no frame shown again, key frame; then two flags and the code of a key frame.
    head = take(6)
    take(2)
    if len(content) < 12 or head not in (0b100000, 0b100100) or take(24) != 0x498342:
        return None
    # The bits of a sample; then a colour space, and the range of all but sRGB, which is not 4:2:0.
    take(1 if head == 0b100100 else 0)
    take(4)
    return take(16) + 1, take(16) + 1


def _jpeg(content: bytes) -> tuple[int, ...] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in FRAME:
            height, width = (int.from_bytes(content[at + part : at + part + 2]) for part in (5, 7))
            return width, height
        at += 2 if marker in ALONE else 2 + int.from_bytes(content[at + 2 : at + 4])
    return None


def _mpeg4(content: bytes) -> tuple[int, ...] | None:
    """Return the size of a rectangular video object layer of MPEG-4 part 2; other shapes have none."""
    found = LAYER.search(content)
    if found is None:
        return None
    bits = Bits(content[found.end() :], escaped=False)
    bits.take(9)
    bits.take(7 if bits.take(1) else 0)
    bits.take(16 if bits.take(4) == 15 else 0)
    if bits.take(1):
        bits.take(3)
        bits.take(79 if bits.take(1) else 0)
    rectangular = not bits.take(2)
    bits.take(1)
    resolution = bits.take(16)
    bits.take(1)
    bits.take(max(1, (resolution - 1).bit_length()) if bits.take(1) else 0)
    bits.take(1)
    width = bits.take(13)
    bits.take(1)
    return (width, bits.take(13)) if rectangular else None


def _av1(content: bytes) -> tuple[int, ...] | None:
    """Return the largest size of the frames of a sequence, by the header that comes with its key frames."""
    start = 0
    while start < len(content):
        head = content[start]
        start += 2 if head & 4 else 1
        size, shift = len(content) - start, 0
        if head & 2:
            size = 0
            while True:
                byte = Bits(content[start : start + 1], escaped=False).take(8)
                size, shift, start = size | (byte & 127) << shift, shift + 7, start + 1
                if byte < 128:
                    break
        if head >> 3 & 15 == SEQUENCE:
            return _av1_sequence(Bits(content[start : start + size], escaped=False))
        start += size
    return None


def _av1_sequence(bits: Bits) -> tuple[int, ...]:
    bits.take(4)
    if bits.take(1):
        bits.take(5)
    else:
        delay = 0
        if bits.take(1):
            bits.take(64)
            if bits.take(1):
                bits.golomb()
            if bits.take(1):
                delay = bits.take(5) + 1
                bits.take(42)
        displayed = bits.take(1)
        for _ in range(bits.take(5) + 1):
            bits.take(12)
            bits.take(1 if bits.take(5) > 7 else 0)
            bits.take(2 * delay + 1 if delay and bits.take(1) else 0)
            bits.take(4 if displayed and bits.take(1) else 0)
    width, height = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width) + 1, bits.take(height) + 1


READERS: dict[str, Callable[[bytes], tuple[int, ...] | None]] = {
    "mpeg2video": _mpeg2,
    "mpeg1video": _mpeg2,
    "mpeg4": _mpeg4,
    "vp8": _vp8,
    "vp9": _vp9,
    "av1": _av1,
    "mjpeg": _jpeg,
}


def resized_at(
    shapes: Sequence[Shape | None], stamps: Sequence[int | None], times: Sequence[int]
) -> tuple[int, ...]:
    """Return those of the frames' `times` at which the shape of the packets changes.

    `shapes` and `stamps` (times) are those of the packets; packets with one time are one frame. What
    is before a key frame of another size is shown before it.
    """
    found, seen, last = [], set[int | None](), None
    for shape, stamp in zip(shapes, stamps, strict=True):
        if shape is not None and shape != last:
            if last is not None and len(seen) < len(times):
                found.append(times[len(seen)])
            last = shape
        seen.add(stamp)
    return tuple(found)


def changes_between(
    count: int, step: int, shapes: Callable[[Sequence[int]], Sequence[Shape | None]]
) -> list[int]:
    """Return the numbers of frames before which the shape changes, looking at few of `count` frames.

    `shapes` returns those of the frames with the numbers given. The shape of each `step`-th frame and of
    the last is asked for, and where two differ the place is found by halving. A change that is taken back
    within `step` frames goes unseen; a frame without a shape counts as one like the frames before.
    """
    probes = [*dict.fromkeys([*range(0, count, max(step, 1)), *([count - 1] if count else [])])]
    found = zip(probes, shapes(probes), strict=True)
    known = [(number, own) for number, own in found if own is not None]

    def within(first: int, left: Shape, last: int, right: Shape) -> list[int]:
        if left == right:
            return []
        if last - first == 1:
            return [last]
        middle = (first + last) // 2
        [own] = shapes([middle])
        own = left if own is None else own
        return within(first, left, middle, own) + within(middle, own, last, right)

    return [number for one, other in pairwise(known) for number in within(*one, *other)]
