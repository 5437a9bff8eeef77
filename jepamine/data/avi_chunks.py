"""Follow the chunks of AVI files, each of which says where the next one begins, and read their headers.

Readers look for the next frame that they know where a chunk does not lead to it, without an error. Sources:
AVI RIFF File Reference (AVIMAINHEADER, AVISTREAMHEADER), OpenDML AVI File Format Extensions 1.02.
"""

from __future__ import annotations

import re
from pathlib import Path
from struct import unpack_from
from typing import BinaryIO

FILE, LIST, MOVIE = b"RIFF", b"LIST", b"movi"
# Names of chunks are four printable characters. Sizes that recorders leave which were stopped.
NAME = re.compile(rb"[ -~]{4}")
UNKNOWN = {0, 0xFFFFFFFF}
HEAD, BLOCK = 8, 1 << 20
# Bytes in which the headers are looked for.
HEADERS = 1 << 16


def avi_size(path: Path) -> int | None:
    """Return the size in bytes that an AVI file says it has; None if it does not say."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    # Recorders that were stopped leave 0 or the largest number.
    size = int.from_bytes(head[4:], "little")
    return size + HEAD if head[:4] == FILE and 0 < size < 0xFFFFFFF0 else None


def avi_intervals(path: Path) -> tuple[float, float] | None:
    """Return the interval of frames (s) by the main header of an AVI, and by that of its only video stream.

    None if it has several, or a header states none: less than a millisecond is a unit of time, which FFmpeg
    writes where it knows no rate.
    """
    with path.open("rb") as file:
        head = file.read(HEADERS)
    main, stream = head.find(b"avih"), head.find(b"strh\x38\0\0\0vids")
    if (
        main < 0
        or stream < 0
        or max(main + 12, stream + 36) > len(head)
        or head.find(b"vids", stream + 12) >= 0
    ):
        return None
    (microseconds,) = unpack_from("<I", head, main + 8)
    scale, rate = unpack_from("<II", head, stream + 28)
    return (microseconds / 1e6, scale / rate) if microseconds >= 1000 and scale and rate else None


def broken_avi(path: Path) -> int | None:
    """Return the place (byte) of the first chunk that nothing before leads to, or that has no end.

    None for whole files. A file that ends before its first chunk says, what follows that chunk, and zeros up
    to the end, which recorders reserve, are no such places.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != FILE:
            return None
        return _broken(file, size)


def _broken(file: BinaryIO, size: int) -> int | None:
    # Ends of the lists that are open, the file's first.
    at, ends, seen = 0, [size], False
    while at < size:
        while len(ends) > 1 and at == ends[-1]:
            ends.pop()
        file.seek(at)
        head = file.read(HEAD + 4)
        name, length = head[:4], int.from_bytes(head[4:8], "little")
        if len(ends) == 1 and (name != FILE or len(head) < HEAD + 4):
            return None if seen else at
        seen = True
        if not NAME.fullmatch(name) or len(head) < HEAD:
            return None if _zeros(file, at) else at
        end = at + HEAD + length
        if name in (FILE, LIST):
            if name == FILE or head[8:12] == MOVIE:
                if length in UNKNOWN:
                    end = ends[-1]
                elif ends[-1] == size:
                    end = min(end, size)
            if end > ends[-1] or len(head) < HEAD + 4:
                return at
            ends.append(end)
            at += HEAD + 4
            continue
        if end > ends[-1]:
            return at
        at = _padded(file, end, ends[-1]) if length % 2 else end
    return None


def _padded(file: BinaryIO, end: int, limit: int) -> int:
    """Return where the chunk after one with an odd size begins: one byte on, but for a few writers."""
    file.seek(end)
    following = file.read(5)
    plain = end < limit and NAME.fullmatch(following[:4]) and not NAME.fullmatch(following[1:5])
    return end if plain else min(end + 1, limit)


def _zeros(file: BinaryIO, at: int) -> bool:
    """Return whether there are only zeros from a place to the end."""
    file.seek(at)
    while block := file.read(BLOCK):
        if block.strip(b"\0"):
            return False
    return True
