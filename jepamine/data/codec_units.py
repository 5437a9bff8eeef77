"""Divide H.264 and HEVC into their units, and read these bit by bit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

# Bytes of a unit that are read: parameter sets may begin with long lists.
HEAD = 400


class Bits:
    """Read a unit bit by bit, by default one in which zeros are escaped. Raises IndexError at its end."""

    def __init__(self, unit: bytes, *, escaped: bool = True) -> None:
        content = unit[:HEAD].replace(b"\0\0\3", b"\0\0") if escaped else unit[:HEAD]
        self.value, self.left = int.from_bytes(content), 8 * len(content)

    def take(self, count: int) -> int:
        """Return the next `count` bits as a number."""
        if count > self.left:
            raise IndexError
        self.left -= count
        return (self.value >> self.left) & ((1 << count) - 1)

    def golomb(self) -> int:
        """Return the next number in Exp-Golomb code, ue(v) in H.264 (9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)


def started_units(content: bytes) -> Iterator[bytes]:
    """Yield the head of each unit behind a start code."""
    start = content.find(b"\0\0\1")
    while start >= 0:
        following = content.find(b"\0\0\1", start + 3)
        yield content[start + 3 : min(following if following >= 0 else len(content), start + 3 + HEAD)]
        start = following


def sized_units(content: bytes, length: int) -> Iterator[bytes]:
    """Yield the head of each unit behind its size, of `length` bytes."""
    start = 0
    while start + length < len(content):
        size = int.from_bytes(content[start : start + length])
        start += length
        yield content[start : start + min(size, HEAD)]
        start += size


# Three zeros within a unit, or two before a byte that encoders must separate from them (H.264, 7.4.1).
_FORBIDDEN = re.compile(rb"\0\0(?:\0+[^\0\x01]|\x02|\x03[^\0-\x03])")


# A picture of MPEG-2 and the extension that follows it, whose third byte ends with its structure (6.2.3.1).
_PICTURE_HEAD = re.compile(rb"\0\0\x01\0.{2,12}?\0\0\x01\xb5[\x80-\x8f].(.)", re.DOTALL)


def several_pictures(packet: bytes) -> bool:
    """Return whether there are several pictures of MPEG-2 in a packet that are not the fields of one."""
    structures = [match[1][0] & 3 for match in _PICTURE_HEAD.finditer(packet)]
    return len(structures) > 1 and sorted(structures) != [1, 2]


def several_jpegs(content: bytes) -> bool:
    """Return whether a packet of a bare stream of JPEGs is more, or less, than one: a damaged mark.

    Coded values never contain the mark of an image's end (ITU-T T.81, B.1.1.5).
    """
    scan = content.find(b"\xff\xda")
    end = content.find(b"\xff\xd9", scan)
    return not content.startswith(b"\xff\xd8\xff") or end < 0 or bool(content[end + 2 :].strip(b"\0\xff"))


def forbidden_bytes(content: bytes) -> bool:
    """Return whether units behind start codes contain bytes that no encoder writes: a damaged start code."""
    return _FORBIDDEN.search(content) is not None


# Types of units that are reserved: H.264 (table 7-1) and, for slices, H.265 (table 7-1).
_RESERVED = {"h264": {17, 18, 22, 23}, "hevc": {*range(10, 16), *range(22, 32)}}
# Slices in partitions: only the extended profile of H.264 has them.
PARTITIONS = {2, 3, 4}


# Units that mark the begin of a picture (delimiters): their type, and how long they are.
_DELIMITERS = {"h264": (9, 2), "hevc": (35, 3)}
# Slices and their parts.
_SLICES = {"h264": {1, 2, 3, 4, 5, 19, 20, 21}, "hevc": {*range(32)}}


def unit_type(codec: str, unit: bytes) -> int:
    """Return the type of a unit of `codec` (h264, hevc)."""
    return unit[0] >> 1 & 63 if codec == "hevc" else unit[0] & 31


def delimiters_without_slices(codec: str, types: Sequence[int]) -> int:
    """Return how often, among the units of a packet, a picture begins that has no slice before the next does.

    ITU-T H.264 (7.4.1.2.3), H.265 (7.4.2.4.4): a delimiter is the first unit of its picture.
    """
    delimiter, slices = _DELIMITERS[codec][0], _SLICES[codec]
    kinds = [kind for kind in types if kind == delimiter or kind in slices]
    return sum(before == after == delimiter for before, after in pairwise(kinds))


def forbidden_head(codec: str, unit: bytes, *, partitions: bool) -> bool:
    """Return whether the head of a unit of `codec` (h264, hevc) is one that no encoder writes: a damaged one.

    Its first bit is set, its type is reserved (one of `PARTITIONS` without `partitions`), an IDR picture is
    one that no other refers to (H.264, 7.4.1), its layer in time is 0 - 1 (H.265, 7.4.2.2), or a delimiter
    is longer than it can be: it took in the next unit.
    """
    if len(unit) < 2:
        return False
    kind, (delimiter, length) = unit_type(codec, unit), _DELIMITERS[codec]
    if unit[0] > 127 or kind in _RESERVED[codec] or (kind == delimiter and len(unit.rstrip(b"\0")) > length):
        return True
    if codec == "hevc":
        return not unit[1] & 7
    return (kind in PARTITIONS and not partitions) or unit[0] == 5


def listed_units(codec: str, extradata: bytes) -> Iterator[bytes]:
    """Yield the parameter sets of an `avcC` or `hvcC` box (ISO/IEC 14496-15)."""

    def unit(start: int) -> tuple[bytes, int]:
        stop = start + 2 + int.from_bytes(extradata[start : start + 2])
        return extradata[start + 2 : stop], stop

    place = 5 if codec == "h264" else 22
    if codec == "h264":
        for mask in (31, 255):
            count, place = extradata[place] & mask if place < len(extradata) else 0, place + 1
            for _ in range(count):
                content, place = unit(place)
                yield content
        return
    arrays, place = extradata[place], place + 1
    for _ in range(arrays):
        count, place = int.from_bytes(extradata[place + 1 : place + 3]), place + 3
        for _ in range(count):
            content, place = unit(place)
            yield content
