"""Follow the packets of ASF (WMV): their fields, and the parts of frames that they carry.

Every part says of which object of its stream it is, where it belongs in it, and how large that is: a lost or
damaged packet leaves a hole. Source: Microsoft's Advanced Systems Format Specification, revision 01.20.05,
sections 3.2, 5.1 and 5.2.
"""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass
from pathlib import Path

# The file properties, those of a stream, the data.
PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
# Bytes in which the properties are looked for, and their flag of a stream that is still being written.
HEAD, BROADCAST = 1 << 16, 1
# From the start of these objects: the size of packets, the number of a stream, and the first packet.
PACKET_SIZE, STREAM_NUMBER, FIRST_PACKET = 92, 72, 50
# Bytes of a field by its type of two bits.
WIDTHS = (0, 1, 2, 4)


@dataclass
class Part:
    """A part of a media object: which one of which stream, from where, its bytes, and the whole's."""

    stream: int
    number: int
    offset: int
    length: int
    whole: int


class Malformed(Exception):
    """A packet whose fields do not fit into it."""


def asf_size(path: Path) -> int | None:
    """Return the size in bytes that a WMV file says it has; None if it does not say."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    place = head.find(PROPERTIES)
    if place < 0 or len(head) < place + 92:
        return None
    live = int.from_bytes(head[place + 88 : place + 92], "little") & BROADCAST
    return None if live else int.from_bytes(head[place + 40 : place + 48], "little") or None


def broken_asf(path: Path) -> int | None:
    """Return the place (byte) of the first packet that is malformed or whose parts leave a hole.

    So is one with a part of a stream that the header does not have.

    None for whole files, and for those without the two objects that tell where packets are.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        properties, data = content.find(PROPERTIES), content.find(DATA)
        if properties < 0 or data < 0:
            return None
        size = int.from_bytes(content[properties + PACKET_SIZE : properties + PACKET_SIZE + 4], "little")
        end = min(data + int.from_bytes(content[data + 16 : data + 24], "little"), len(content))
        if not 16 <= size <= 1 << 20:
            return properties
        streams, last = _streams(content[:data]), dict[int, Part]()
        for at in range(data + FIRST_PACKET, end - size + 1, size):
            try:
                parts = _parts(content[at : at + size])
            except Malformed:
                return at
            if not all(part.stream in streams and _follows(last, part) for part in parts):
                return at
        return None if all(part.length == part.whole for part in last.values()) else end


def _streams(header: bytes) -> set[int]:
    """Return the numbers of the streams that a header describes."""
    places = [match.start() + STREAM_NUMBER for match in re.finditer(re.escape(STREAM), header)]
    return {header[place] & 0x7F for place in places if place < len(header)}


def _follows(last: dict[int, Part], part: Part) -> bool:
    """Return whether a part goes on where its stream was; `last` holds what there is of each last object."""
    before = last.get(part.stream)
    if before is not None and before.number == part.number and part.offset:
        whole = before.length == part.offset and before.whole == part.whole
        before.length += part.length
        return whole and before.length <= before.whole
    last[part.stream] = part
    if part.offset or part.length > part.whole:
        return False
    return before is None or (before.length == before.whole and part.number in (before.number + 1, 0))


def _parts(packet: bytes) -> list[Part]:
    """Return the parts in a packet, without those of compressed payloads. Raises Malformed."""
    fields = _Fields(packet)
    flags = fields.take(1)
    if flags & 0x80:
        fields.take(flags & 0x0F)
        flags = fields.take(1)
    kinds = fields.take(1)
    fields.take(WIDTHS[flags >> 5 & 3])
    fields.take(WIDTHS[flags >> 1 & 3])
    padding = fields.take(WIDTHS[flags >> 3 & 3])
    fields.take(6)  # times
    several = fields.take(1) if flags & 1 else 0
    end = len(packet) - padding
    parts = []
    for _ in range(several & 0x3F if flags & 1 else 1):
        stream = fields.take(1) & 0x7F
        number = fields.take(WIDTHS[kinds >> 4 & 3])
        offset = fields.take(WIDTHS[kinds >> 2 & 3])
        repeated = fields.take(WIDTHS[kinds & 3])
        whole = fields.take(4) if repeated >= 8 else 0
        fields.at += repeated - 4 if repeated >= 8 else repeated
        length = fields.take(WIDTHS[several >> 6]) if flags & 1 else end - fields.at
        fields.at += length
        if length < 0 or fields.at > end or 1 < repeated < 8:
            raise Malformed
        if repeated != 1:
            parts.append(Part(stream, number, offset, length, whole))
    return parts


class _Fields:
    """Numbers of a packet, one after the other."""

    def __init__(self, packet: bytes) -> None:
        self.packet, self.at = packet, 0

    def take(self, width: int) -> int:
        """Return the next number of `width` bytes, 0 if that is 0. Raises Malformed at the packet's end."""
        if self.at + width > len(self.packet):
            raise Malformed
        self.at += width
        return int.from_bytes(self.packet[self.at - width : self.at], "little")
