"""Read the numbers that pictures of H.264, HEVC and MPEG-2 have in display order, without decoding.

They are a second clock beside the container's: a picture that was lost leaves a hole in them.
Sources: ITU-T H.264 (7.3.2.1, 7.3.2.2, 7.3.3), H.265 (7.3.2.2, 7.3.2.3, 7.3.6), H.262 (6.2.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from jepamine.data.codec_units import (
    Bits,
    delimiters_without_slices,
    forbidden_head,
    listed_units,
    several_pictures,
    sized_units,
    started_units,
    unit_type,
)
from jepamine.data.joined_pictures import JoinedPictures, Slice, h264_slice, hevc_slice
from jepamine.data.parameter_sets import Stream, h264_stream, hevc_stream

# Pictures lost at once; a larger hole is a clock that was set anew.
MOST_LOST = 16
# Fewer steps than this do not tell by how much the numbers of a stream rise.
FEW = 4
# The profile of H.264 that has slices in partitions.
EXTENDED = 88


class PictureOrder:
    """Number the pictures of a stream of `codec` (FFmpeg's name), one packet after the other.

    `extradata` is the codec's own of the container; units have a length before them (MP4) or start codes.
    """

    def __init__(self, codec: str, extradata: bytes | None) -> None:
        self.codec, self._sequence, self._last = codec, 0, 0
        self._sets: dict[int, Stream | None] = {}
        self._pictures: dict[int, Stream] = {}
        self._length = 0
        # Codes of frame rates in the headers of MPEG-2. Of numbers in decoding order, how many are those of
        # the picture before though others refer to that one (H.264, 7.4.3, forbids it).
        self.rates = set[tuple[int, int]]()
        self.repeated: int | None = None
        # Pictures of MPEG-2 without the second half of their header.
        self.halved = 0
        self._referred = False
        # Packets with more than one picture; the first slice of the last packet.
        self.crowded = 0
        # Units with a head that no encoder writes; whether the profile has slices in partitions.
        self.odd, self._partitions = 0, False
        self._slice: Slice | None = None
        self._joined = JoinedPictures(hevc_slice if codec == "hevc" else h264_slice)
        # frame_num of H.264: that of the last picture that others refer to, and how many were left out.
        self._reference: int | None = None
        self.skipped = 0
        # idr_pic_id of the last picture, and how many consecutive ones have another, and the same.
        self._idr: int | None = None
        self._idrs = {False: 0, True: 0}
        # Size, in units of the codec, by the last set of parameters of sequences.
        self.shape: tuple[int, ...] | None = None
        # Sets of parameters of sequences by (their number, the size in them).
        self._contents: dict[tuple[int, tuple[int, ...]], set[bytes]] = {}
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
        content, number = bytes(packet), None
        self._slice = None
        # Writers copy a header about sizes into AVI, whose units have start codes: no unit has a single byte.
        sized = self._length and not content.startswith(b"\0\0\0\1")
        units = sized_units(content, self._length) if sized else started_units(content)
        crowded, types = False, list[int]()
        for unit in units:
            types += [unit_type(self.codec, unit)] if unit else []
            self.odd += forbidden_head(self.codec, unit, partitions=self._partitions)
            if number is None:
                self.odd += self._headless(unit)
                number = self._parsed(unit)
            else:
                crowded = crowded or self._begins(unit)
        self.crowded += crowded or delimiters_without_slices(self.codec, types) > 0
        if self._slice and self.started:
            self._joined.add(content, self._slice, self._pictures)
        return number

    @property
    def contradicting(self) -> bool:
        """Whether sets of parameters with one number and one size differ: the decoder mixes them."""
        return any(len(contents) > 1 for contents in self._contents.values())

    @property
    def same_idr(self) -> int:
        """How many consecutive IDR pictures have one number, which H.264 (7.4.3) forbids; 0 if most do."""
        return self._idrs[True] if self._idrs[True] < self._idrs[False] else 0

    def joined(self) -> int:
        """Return how many pictures became the end of another, when all packets were numbered."""
        return self._joined.count(self._pictures)

    def _headless(self, unit: bytes) -> bool:
        """Return whether a slice of HEVC before the first of its picture says that it is not the first."""
        return self.codec == "hevc" and len(unit) > 2 and not unit[0] & 0x41 and unit[2] < 128

    def _begins(self, unit: bytes) -> bool:
        """Return whether a unit that follows the first slice of a picture is of another picture."""
        if self.codec == "hevc":
            return len(unit) > 2 and not unit[0] & 0x41 and not unit[1] & 0xF8 and unit[2] > 127
        if len(unit) < 3 or unit[0] & 31 not in (1, 5) or self._slice is None:
            return False
        try:
            return h264_slice(unit, self._pictures).picture != self._slice.picture
        except (IndexError, KeyError):
            return False

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
        self.crowded += several_pictures(packet)
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
            number, stream, self.shape = h264_stream(bits)
            self._partitions = unit[1] == EXTENDED
            self._sets[number] = stream
            self._contents.setdefault((number, self.shape), set()).add(unit.rstrip(b"\0"))
        elif kind == 8:
            picture, known = bits.golomb(), self._sets[bits.golomb()]
            if known is not None:
                self._pictures[picture] = known
        elif kind in (1, 5):
            self._slice = own = h264_slice(unit, self._pictures)
            self._count(own)
            if own.low is not None:
                return self._placed(own.low, own.stream.bits, first=own.anew)
            before, referred = (self._sequence, self._last), self._referred
            place, self._referred = (
                self._placed(own.frame, own.stream.frame_bits, first=own.anew),
                unit[0] > 31,
            )
            self.repeated = (self.repeated or 0) + (place == before and referred)
            return place
        return None

    def _count(self, own: Slice) -> None:
        """Count the numbers that frame_num leaves out (H.264, 7.4.3: it rises by 1 after a reference)."""
        if own.idr is not None and self._idr is not None:
            self._idrs[own.idr == self._idr] += 1
        self._idr = own.idr
        whole = 1 << own.stream.frame_bits
        step = 0 if own.anew or self._reference is None else (own.frame - self._reference) % whole
        lost = 1 < step <= MOST_LOST and not own.stream.gaps
        self.skipped += (step - 1) * lost
        if own.referred:
            self._reference = own.frame
        elif lost:
            self._reference = (own.frame - 1) % whole

    def _hevc(self, unit: bytes) -> tuple[int, int] | None:
        kind, layer, bits = unit[0] >> 1 & 63, (unit[0] & 1) << 5 | unit[1] >> 3, Bits(unit[2:])
        if layer:
            return None
        if kind == 33:
            number, stream, self.shape = hevc_stream(bits)
            self._sets[number] = stream
            self._contents.setdefault((number, self.shape), set()).add(unit.rstrip(b"\0"))
        elif kind == 34:
            picture, known = bits.golomb(), self._sets[bits.golomb()]
            bits.take(1)
            flag, extra = bool(bits.take(1)), bits.take(3)
            if known is not None:
                self._pictures[picture] = replace(known, output_flag=flag, extra=extra)
        elif kind < 32 and unit[2] > 127:
            self._slice = own = hevc_slice(unit, self._pictures)
            return self._placed(own.low or 0, own.stream.bits, first=own.anew)
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
