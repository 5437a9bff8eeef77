"""Follow the packs and packets of MPEG program streams (MPG, VOB), each of which says how long it is.

Readers pass over what does not begin with a start code: a damaged length hides frames without an error.
Source: ISO/IEC 13818-1, section 2.5, and ISO/IEC 11172-1, section 2.4.
"""

from __future__ import annotations

import mmap
from pathlib import Path

BEGIN = b"\x00\x00\x01"
PACK, END = 0xBA, 0xB9


def broken_program(path: Path) -> int | None:
    """Return the place (byte) of the first element that nothing before leads to, or that has no end.

    None for whole files, in which zeros may be between elements.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at, size = 0, len(content)
        while at < size:
            if content[at : at + 3] != BEGIN:
                begin = content.find(BEGIN, at)
                if content[at : size if begin < 0 else begin].strip(b"\x00"):
                    return at
                if begin < 0:
                    return None
                at = begin
            length = _length(content[at : at + 14])
            if length is None or at + length > size:
                return at
            at += length
    return None


def _length(head: bytes) -> int | None:
    """Return the bytes of the element that begins with `head`; None if it is none of a program stream."""
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
