"""Follow the elements of containers, each of which says where the next one begins.

Readers pass over elements that they do not know and look for the next one that they do: a damaged head hides
a frame without an error. Sources of MXF and MPEG-PS: SMPTE ST 336, ISO/IEC 13818-1, section 2.5.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import BinaryIO

from jepamine.data.asf_packets import broken_asf
from jepamine.data.avi_chunks import broken_avi
from jepamine.data.flv_tags import broken_flv

# What every key of MXF begins with, and the bytes that may be before the first (SMPTE ST 377-1, 6.5).
KEY, RUN_IN = b"\x06\x0e\x2b\x34", 1 << 16
# What an element of MPEG-PS begins with; the fourth byte of a pack's, and of the end's. Packets have others.
BEGIN, PACK, END = b"\x00\x00\x01", 0xBA, 0xB9


def broken_at(path: Path, form: str) -> int | None:
    """Return the place (byte) of the first element that nothing before leads to, or that has no end.

    `form` is FFmpeg's name of the format; None for whole files, and for formats without such places.
    Matroska has `read_matroska`.
    """
    if form == "mpegts":
        # It needs NumPy, which commands that read no video do not wait for.
        from jepamine.data.transport_streams import broken_packet

        return broken_packet(path)
    if form in ("asf", "avi"):
        return broken_asf(path) if form == "asf" else broken_avi(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        if form == "mpeg":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return _program(content, size)
        if form == "mxf":
            return _mxf(file, size)
    return broken_flv(path) if form == "flv" else None


def _mxf(file: BinaryIO, size: int) -> int | None:
    at = file.read(RUN_IN).find(KEY)
    while 0 <= at < size:
        file.seek(at)
        head = file.read(26)
        # A length below 128, or the number of its bytes.
        wide = head[16] & 127 if len(head) > 16 and head[16] > 127 else 0
        length = int.from_bytes(head[17 : 17 + wide]) if wide else int.from_bytes(head[16:17])
        if head[:4] != KEY or len(head) < 17 + wide or wide > 8 or at + 17 + wide + length > size:
            return at
        at += 17 + wide + length
    return None


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
