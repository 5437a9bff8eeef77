"""Find pictures of H.264 and HEVC that a damaged start code joined to the picture before them.

Decoders pass over what follows the last block of a picture, so that the joined one is lost without an error.
Where the numbers start again (IDR) or the file ends, no number is missing either: there the bytes of the last
picture are searched for the head of a slice that would be next.

Sources: ITU-T H.264 (7.3.1, 7.3.3, 7.4.3), H.265 (7.3.1.2, 7.3.6.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import comb, log2
from typing import NamedTuple

from jepamine.data.codec_units import Bits
from jepamine.data.parameter_sets import Stream

START = b"\0\0\1"
# Bytes of a slice that are read.
SLICE = 16
# A head counts if random bytes, as many as were searched, would hold one in fewer than one of 2^20 files.
CERTAIN = 20


class Slice(NamedTuple):
    """Where a slice belongs: `head` are the first bytes of its unit, `start` its type and set of parameters.

    `first` is the number of its first block, `frame` frame_num (HEVC: 0), `low` the low bits of the picture
    order count (None: it has none), `read` the number of bits of the slice before these numbers. `anew`:
    numbers start again at its picture; `referred`: the next one has another frame_num. `idr` is idr_pic_id,
    which differs in consecutive pictures that have one.
    """

    head: bytes
    anew: bool
    referred: bool
    first: int
    start: tuple[int, int]
    frame: int
    low: int | None
    stream: Stream
    read: int
    idr: int | None = None

    @property
    def picture(self) -> tuple[bool, int, int | None]:
        """What all slices of a picture have in common."""
        return self.anew, self.frame, self.low


Reader = Callable[[bytes, Mapping[int, Stream]], Slice]


def h264_slice(unit: bytes, pictures: Mapping[int, Stream]) -> Slice:
    """Return the head of a slice unit (type 1 or 5), by the known sets of parameters of `pictures`.

    Raises IndexError if the unit ends before it, KeyError if its set of parameters is unknown.
    """
    bits = Bits(unit[1:])
    length, anew = bits.left, unit[0] & 31 == 5
    first, kind, parameters = bits.golomb(), bits.golomb(), bits.golomb()
    stream = pictures[parameters]
    bits.take(2 * stream.planes)
    read = length - bits.left
    frame = bits.take(stream.frame_bits)
    idr = bits.golomb() if anew else None
    low = None if stream.in_decoding_order else bits.take(stream.bits)
    return Slice(unit[:1], anew, unit[0] > 31, first, (kind, parameters), frame, low, stream, read, idr)


def hevc_slice(unit: bytes, pictures: Mapping[int, Stream]) -> Slice:
    """Return the head of the first slice of a picture (types below 32).

    Raises as `h264_slice` does, and KeyError for any other unit. Numbers start again at pictures of the types
    16 to 20; of these 19 and 20 (IDR) have none.
    """
    kind, bits = unit[0] >> 1 & 63, Bits(unit[2:])
    length = bits.left
    if kind > 31 or not bits.take(1):
        raise KeyError
    bits.take(1 if 16 <= kind <= 23 else 0)
    parameters = bits.golomb()
    stream = pictures[parameters]
    bits.take(stream.extra)
    start = bits.golomb(), parameters
    bits.take(stream.output_flag + 2 * stream.planes)
    read = length - bits.left
    low = 0 if kind in (19, 20) else bits.take(stream.bits)
    return Slice(unit[:2], 16 <= kind <= 20, False, 0, start, 0, low, stream, read)


class JoinedPictures:
    """Learn how slices of a stream begin, and search the last picture of each sequence for another.

    `read` reads the head of a slice of its codec.
    """

    def __init__(self, read: Reader = h264_slice) -> None:
        self._read = read
        self._heads, self._starts, self._steps = set[bytes](), set[tuple[int, int]](), set[int]()
        self._last: tuple[bytes, Slice] | None = None
        self._searched = 0
        self._found: list[float] = []

    def add(self, content: bytes, own: Slice, pictures: Mapping[int, Stream]) -> None:
        """Take the packet `content` of the picture whose first slice is `own`."""
        if own.anew:
            self._search(pictures)
        else:
            self._heads.add(own.head)
            self._starts.add(own.start)
            if self._last and own.low is not None and self._last[1].low is not None:
                self._steps.add((own.low - self._last[1].low) % (1 << own.stream.bits))
        self._last = content, own

    def count(self, pictures: Mapping[int, Stream]) -> int:
        """Return how many joined pictures there are, when all packets were added."""
        self._search(pictures)
        self._last = None
        return sum(bits >= CERTAIN + log2(self._searched) for bits in self._found)

    def _search(self, pictures: Mapping[int, Stream]) -> None:
        """Note how unlikely it is that the last picture holds a head of the next by chance, in bits."""
        if self._last is None or not self._heads:
            return
        content, last = self._last
        begin = content.find(START + last.head) + SLICE
        self._searched += max(len(content) - begin, 0)
        # The first block of a picture has the number 0 in H.264, the single bit 1; in HEVC a flag is 1.
        heads = re.compile(b"(?:" + b"|".join(map(re.escape, self._heads)) + rb")[\x80-\xff]")
        best = 0.0
        for place in heads.finditer(content, begin):
            try:
                found = self._read(content[place.start() : place.start() + SLICE], pictures)
            except (IndexError, KeyError):
                continue
            if self._follows(found, last):
                best = max(best, self._bits(found) + _start_bits(content[place.start() - 3 : place.start()]))
        self._found += [best] if best else []

    def _follows(self, found: Slice, last: Slice) -> bool:
        """Return whether `found` has the numbers of the picture after `last`, and a known beginning."""
        frame = (last.frame + last.referred) % (1 << found.stream.frame_bits)
        if found.first or found.start not in self._starts or found.frame != frame:
            return False
        if found.low is None or last.low is None or not self._steps:
            return True
        return (found.low - last.low) % (1 << found.stream.bits) in self._steps

    def _bits(self, found: Slice) -> float:
        """Return how many random bits would have to be as those of a head that follows."""
        bits = (
            8 * len(found.head)
            + found.read
            + found.stream.frame_bits
            - log2(len(self._heads) * len(self._starts))
        )
        return bits + (found.stream.bits - log2(len(self._steps)) if self._steps else 0)


def _start_bits(before: bytes) -> float:
    """Return how many bits of the three bytes before a head are those of a start code, less their choice.

    A whole start code gives none: it divides units.
    """
    alike = sum(byte == right for byte, right in zip(before, START, strict=True))
    return 8 * alike - log2(comb(3, alike)) if alike < 3 else -CERTAIN
