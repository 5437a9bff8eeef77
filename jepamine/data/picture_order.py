"""Read the numbers that pictures of H.264, HEVC and MPEG-2 have in display order, without decoding.

They are a second clock beside the container's: a picture that was lost leaves a hole in them.
Sources: ITU-T H.264 (7.3.2.1, 7.3.2.2, 7.3.3), H.265 (7.3.2.2, 7.3.2.3, 7.3.6), H.262 (6.2.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from jepamine.data.codec_units import Bits, listed_units, sized_units, started_units

# Pictures lost at once; a larger hole is a clock that was set anew.
MOST_LOST = 16
# Fewer steps than this do not tell by how much the numbers of a stream rise.
FEW = 4
# Profiles of H.264 whose parameter sets describe the colour format.
HIGH = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244}


@dataclass(frozen=True)
class _Stream:
    """What the parameter sets say: bits of a picture's number, and what comes before it in a slice."""

    bits: int
    planes: bool
    frame_bits: int = 0
    in_decoding_order: bool = False
    output_flag: bool = False
    extra: int = 0


class PictureOrder:
    """Number the pictures of a stream of `codec` (FFmpeg's name), one packet after the other.

    `extradata` is the codec's own of the container; units have a length before them (MP4) or start codes.
    """

    def __init__(self, codec: str, extradata: bytes | None) -> None:
        self.codec, self._sequence, self._last = codec, 0, 0
        self._sets: dict[int, _Stream | None] = {}
        self._pictures: dict[int, _Stream] = {}
        self._length = 0
        # Codes of frame rates in the headers of MPEG-2. Of numbers in decoding order, how many are those of
        # the picture before though others refer to that one (H.264, 7.4.3, forbids it).
        self.rates = set[tuple[int, int]]()
        self.repeated: int | None = None
        # Pictures of MPEG-2 without the second half of their header.
        self.halved = 0
        self._referred = False
        # Size, in units of the codec, by the last set of parameters of sequences.
        self.shape: tuple[int, ...] | None = None
        self._read = {"h264": self._h264, "hevc": self._hevc}.get(codec)
        if self._read and extradata and extradata[0] == 1 and len(extradata) > 22:
            self._length = 1 + (extradata[4 if codec == "h264" else 21] & 3)
            for unit in listed_units(codec, extradata):
                self._parsed(unit)
        elif self._read and extradata:
            for unit in started_units(extradata):
                self._parsed(unit)

    @property
    def started(self) -> bool:
        """Whether units of H.264 or HEVC begin with start codes, rather than their sizes."""
        return self._read is not None and not self._length

    def number(self, packet: Any) -> tuple[int, int] | None:
        """Return (sequence, number in it) of the picture in `packet` (bytes, or of PyAV); None if unknown."""
        if self.codec == "mpeg2video":
            return self._mpeg2(bytes(packet))
        if self._read is None:
            return None
        content = bytes(packet)
        units = sized_units(content, self._length) if self._length else started_units(content)
        for unit in units:
            number = self._parsed(unit)
            if number is not None:
                return number
        return None

    def _parsed(self, unit: bytes) -> tuple[int, int] | None:
        try:
            return self._read(unit) if self._read and len(unit) > 2 else None
        except (IndexError, KeyError):
            return None

    def _mpeg2(self, packet: bytes) -> tuple[int, int] | None:
        picture = packet.find(b"\0\0\1\0")
        if picture < 0 or len(packet) < picture + 6:
            return None
        header = packet.find(b"\0\0\1\xb3", 0, picture)
        extension = packet.find(b"\0\0\1\xb5", header, picture)
        if 0 <= header < extension and packet[extension + 4] >> 4 == 1:
            self.rates.add((packet[header + 7] & 15, packet[extension + 9] & 127))
        # 6.2.2.2: an extension follows each header of a picture, if one follows that of the sequence.
        following = packet.find(b"\0\0\1", picture + 4)
        self.halved += bool(self.rates) and packet[following + 3 : following + 4] != b"\xb5"
        self._sequence += packet.find(b"\0\0\1\xb8", 0, picture) >= 0
        return self._sequence, int.from_bytes(packet[picture + 4 : picture + 6]) >> 6

    def _placed(self, low: int, bits: int, *, first: bool) -> tuple[int, int]:
        """Return the place of the picture whose number has the low bits `low`."""
        if first:
            self._sequence, self._last = self._sequence + 1, low
        else:
            half = 1 << (bits - 1)
            self._last += (low - self._last + half) % (2 * half) - half
        return self._sequence, self._last

    def _h264(self, unit: bytes) -> tuple[int, int] | None:
        kind, bits = unit[0] & 31, Bits(unit[1:])
        if kind == 7:
            number, stream, self.shape = _h264_stream(bits)
            self._sets[number] = stream
        elif kind == 8:
            picture, known = bits.golomb(), self._sets[bits.golomb()]
            if known is not None:
                self._pictures[picture] = known
        elif kind in (1, 5):
            bits.golomb()
            bits.golomb()
            stream = self._pictures[bits.golomb()]
            bits.take(2 * stream.planes)
            frame = bits.take(stream.frame_bits)
            if stream.in_decoding_order:
                before, referred = (self._sequence, self._last), self._referred
                place, self._referred = self._placed(frame, stream.frame_bits, first=kind == 5), unit[0] > 31
                self.repeated = (self.repeated or 0) + (place == before and referred)
                return place
            if kind == 5:
                bits.golomb()
            return self._placed(bits.take(stream.bits), stream.bits, first=kind == 5)
        return None

    def _hevc(self, unit: bytes) -> tuple[int, int] | None:
        kind, layer, bits = unit[0] >> 1 & 63, (unit[0] & 1) << 5 | unit[1] >> 3, Bits(unit[2:])
        if layer:
            return None
        if kind == 33:
            number, stream, self.shape = _hevc_stream(bits)
            self._sets[number] = stream
        elif kind == 34:
            picture, known = bits.golomb(), self._sets[bits.golomb()]
            bits.take(1)
            flag, extra = bool(bits.take(1)), bits.take(3)
            if known is not None:
                self._pictures[picture] = replace(known, output_flag=flag, extra=extra)
        elif kind < 32 and bits.take(1):
            if 16 <= kind <= 23:
                bits.take(1)
            stream = self._pictures[bits.golomb()]
            bits.take(stream.extra)
            bits.golomb()
            bits.take(stream.output_flag + 2 * stream.planes)
            low = 0 if kind in (19, 20) else bits.take(stream.bits)
            return self._placed(low, stream.bits, first=16 <= kind <= 20)
        return None


def missing_pictures(numbers: Sequence[tuple[int, int] | None], codec: str) -> int:
    """Return how many pictures are missing between those with `numbers`, (sequence, number in it).

    Numbers that rise by 2 or more at a time are honest if they always do: the step is the most frequent one.
    In HEVC and MPEG-2 it is 1, as far as few pictures tell.
    """
    known = sorted({number for number in numbers if number is not None})
    steps = [after[1] - before[1] for before, after in pairwise(known) if before[0] == after[0]]
    if not steps:
        return 0
    counts = Counter(steps)
    certain = codec != "h264" and len(steps) < FEW
    usual = 1 if certain else min(counts, key=lambda step: (-counts[step], step))
    holes = [step // usual - 1 for step in steps if step % usual == 0 and usual < step <= usual * MOST_LOST]
    # A stream that often jumps has no even numbers.
    return sum(holes) if certain or 2 * counts[usual] >= len(steps) else 0


def _h264_stream(bits: Bits) -> tuple[int, _Stream | None, tuple[int, ...]]:
    """Return (number of the set, what it says, size and crop in its units).

    What it says is None for interlaced pictures and rare kinds of numbers.
    """
    profile = bits.take(8)
    bits.take(16)
    number, planes, chroma = bits.golomb(), False, 1
    if profile in HIGH:
        chroma = bits.golomb()
        planes = bool(bits.take(1)) if chroma == 3 else False
        bits.golomb()
        bits.golomb()
        bits.take(1)
        if bits.take(1):
            for place in range(12 if chroma == 3 else 8):
                if bits.take(1):
                    _skip_scaling(bits, 16 if place < 6 else 64)
    frame_bits, kind = bits.golomb() + 4, bits.golomb()
    low_bits = bits.golomb() + 4 if kind == 0 else 0
    if kind == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(bits.golomb()):
            bits.golomb()
    bits.golomb()
    bits.take(1)
    width, height, progressive = bits.golomb(), bits.golomb(), bits.take(1)
    bits.take(1 if progressive else 2)
    shape = (width, height, *_crop(bits))
    if kind == 1 or not progressive:
        return number, None, shape
    return number, _Stream(low_bits, planes, frame_bits, kind == 2), shape


def _crop(bits: Bits) -> tuple[int, ...]:
    return tuple(bits.golomb() for _ in range(4)) if bits.take(1) else ()


def _skip_scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            code = bits.golomb()
            following = (last + ((code + 1) // 2 if code % 2 else -(code // 2))) % 256
        last = following or last


def _hevc_stream(bits: Bits) -> tuple[int, _Stream, tuple[int, ...]]:
    """Return (number of the set, what it says, size and crop in its units)."""
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 96)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    for profile, level in present:
        bits.take(88 * profile + 8 * level)
    number = bits.golomb()
    planes = bool(bits.take(1)) if bits.golomb() == 3 else False
    shape = (bits.golomb(), bits.golomb(), *_crop(bits))
    bits.golomb()
    bits.golomb()
    return number, _Stream(bits.golomb() + 4, planes), shape
