"""Follow the elements of Matroska, WebM, FLV and MPEG-PS files, each of which says where the next one begins.

Readers pass over elements that they do not know and look for the next one that they do: a damaged head hides
a frame without an error. Sources: RFC 8794, RFC 9559, Adobe's Flash Video File Format (annex E),
ISO/IEC 13818-1, section 2.5.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import BinaryIO

from jepamine.data.asf_packets import broken_asf
from jepamine.data.avi_chunks import broken_avi

# Elements of Matroska: what holds others (a group: a block and what belongs to it).
EBML, SEGMENT, CLUSTER, INFO, TRACKS = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B
TRACK, GROUP = 0xAE, 0xA0
FILLING = {0xEC, 0xBF}
# The parts of a segment: seek head, cues, attachments, chapters, tags.
LEVEL_1 = {0x114D9B74, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367, INFO, TRACKS, CLUSTER}
# Numbers in a cluster, which have 8 bytes at most: time, position, previous size.
NUMBERS = {0xE7, 0xA7, 0xAB}
# What else is in a cluster: blocks, silent tracks. In a group: a block, additions, duration, priority,
# references, state of the codec, padding, slices.
IN_CLUSTER = {*NUMBERS, 0xA3, GROUP, 0x5854}
IN_GROUP = {0xA1, 0x75A1, 0x9B, 0xFA, 0xFB, 0xFD, 0xA4, 0x75A2, 0x8E}
# What elements that hold others may hold; any that fit where it is None.
HELD: dict[int, set[int] | None] = {
    0: {EBML, SEGMENT},
    SEGMENT: LEVEL_1,
    CLUSTER: IN_CLUSTER | LEVEL_1,
    INFO: None,
    TRACKS: None,
    TRACK: None,
    GROUP: IN_GROUP,
}
# Where such an element is one: elsewhere its id is that of another.
AROUND = {SEGMENT: 0, CLUSTER: SEGMENT, INFO: SEGMENT, TRACKS: SEGMENT, TRACK: TRACKS, GROUP: CLUSTER}
# Tags of FLV: sound, video, data; the bit of encrypted ones.
FLV_TAGS, ENCRYPTED = {8, 9, 18}, 0x20
# What an element of MPEG-PS begins with; the fourth byte of a pack's, and of the end's. Packets have others.
BEGIN, PACK, END = b"\x00\x00\x01", 0xBA, 0xB9


def broken_at(path: Path, form: str) -> int | None:
    """Return the place (byte) of the first element that nothing before leads to, or that has no end.

    `form` is FFmpeg's name of the format; None for whole files, and for formats without such places.
    """
    if form == "mpegts":
        # It needs NumPy, which commands that read no video do not wait for.
        from jepamine.data.transport_streams import broken_packet

        return broken_packet(path)
    if form in ("asf", "avi"):
        return broken_asf(path) if form == "asf" else broken_avi(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        if "matroska" in form.split(","):
            return _matroska(file, size)
        if form == "mpeg":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return _program(content, size)
        return _flv(file, size) if form == "flv" else None


def _element(file: BinaryIO) -> tuple[int, int | None] | None:
    """Return the (id, size) of the element at the file's place, whose content is next.

    The size is None if it is unknown. Without an element the result is None.
    """
    id_ = _number(file, keep=True)
    length = None if id_ is None else _number(file, keep=False)
    if id_ is None or length is None:
        return None
    value, width = length
    return id_[0], None if value == (1 << 7 * width) - 1 else value


def _number(file: BinaryIO, *, keep: bool) -> tuple[int, int] | None:
    """Return a number of variable width and its width, with its leading bit if `keep`; None if it is none."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    width = 9 - first[0].bit_length()
    rest = file.read(width - 1)
    if len(rest) < width - 1 or (keep and width > 4):
        return None
    value = int.from_bytes(first + rest)
    return (value if keep else value & ((1 << 7 * width) - 1)), width


def _matroska(file: BinaryIO, size: int) -> int | None:
    # What is open, and where it ends; the file first. Unknown ends are those of what is around.
    open_ = [(0, size)]
    while (at := file.tell()) < size:
        while len(open_) > 1 and at == open_[-1][1]:
            open_.pop()
        around, outer = open_[-1]
        allowed = HELD[around]
        element = _element(file)
        if element is None or (allowed is not None and element[0] not in allowed | FILLING):
            return at
        id_, length = element
        if around == CLUSTER and id_ in LEVEL_1:
            # Only a cluster of unknown size ends so.
            if outer != open_[-2][1]:
                return at
            open_.pop()
            around, outer = open_[-1]
        end = outer if length is None else file.tell() + length
        if end > outer or (length is None and id_ not in (SEGMENT, CLUSTER)):
            return at
        if around == CLUSTER and id_ in NUMBERS and end - file.tell() > 8:
            return at
        if AROUND.get(id_) == around:
            open_.append((id_, end))
        else:
            file.seek(end)
    return None


def _flv(file: BinaryIO, size: int) -> int | None:
    at = int.from_bytes(file.read(9)[5:9]) + 4
    broken: list[int] = []
    tags = 0
    while at < size:
        file.seek(at)
        tag = file.read(11)
        length = int.from_bytes(tag[1:4]) + 11
        file.seek(at + length)
        after = file.read(4)
        if len(after) < 4 or tag[0] & ~ENCRYPTED not in FLV_TAGS:
            return at
        tags += 1
        broken += [at] if int.from_bytes(after) != length else []
        at += length + 4
    # Some writers count otherwise, always.
    return broken[0] if broken and 2 * len(broken) < tags else None


def _program(content: mmap.mmap, size: int) -> int | None:
    at = 0
    while at < size:
        if content[at : at + 3] != BEGIN:
            # Zeros may be between elements.
            begin = content.find(BEGIN, at)
            if content[at : size if begin < 0 else begin].strip(b"\x00"):
                return at
            if begin < 0:
                return None
            at = begin
        length = _pack(content[at : at + 14])
        if length is None or at + length > size:
            return at
        at += length
    return None


def _pack(head: bytes) -> int | None:
    """Return the bytes of the element of MPEG-PS that begins with `head`; None if it is none."""
    if len(head) < 4 or head[3] < END:
        return None
    if head[3] == END:
        return len(BEGIN) + 1
    if head[3] > PACK:
        return 6 + int.from_bytes(head[4:6])
    if len(head) < 14:
        return None
    if head[4] >> 6 == 1:
        return 14 + (head[13] & 7)
    # MPEG-1.
    return 12 if head[4] >> 4 == 2 else None
