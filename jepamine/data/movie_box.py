"""Read the movie box, the header of MP4 and MOV files. Source: ISO/IEC 14496-12 (4.2, 6.2.3, 8.8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from
from typing import BinaryIO

# Boxes that are filled by boxes on the way to a track's times.
AROUND = {b"trak", b"mdia", b"edts", b"minf", b"stbl", b"traf"}
# Boxes that every track has.
OF_TRACKS = (b"tkhd", b"mdhd", b"stbl")
# A movie box is not read beyond this.
LARGEST = 1 << 28


def read_movie(path: Path) -> tuple[bytes, int]:
    """Return the content of a file's movie box, which may be cut, and its length by its head.

    (b"", 0) if there is none, or it is too large to be read.
    """
    with path.open("rb") as file:
        for kind, _, start, stop in top_level(file, path.stat().st_size):
            if kind == b"moov":
                file.seek(start)
                return (file.read(stop - start), stop - start) if stop - start < LARGEST else (b"", 0)
    return b"", 0


def top_level(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield (kind, place, start and stop of the content) of the boxes of a file of `size` bytes.

    The last one may reach beyond the end. Where there is no box, its kind is empty, and it is the last.
    """
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(8)
        length, start = int.from_bytes(head[:4]), at + 8
        if length == 1:
            length, start = int.from_bytes(file.read(8)), at + 16
        stop = at + length if length else size
        if len(head) < 8 or stop < start:
            yield b"", at, at, at
            return
        yield head[4:], at, start, stop
        at = stop


def missing_box(movie: bytes) -> str:
    """Return the kind of a box that every movie, or each of its tracks, has and this one lacks; or ""."""
    counts = Counter(kind for kind, _ in boxes(movie))
    if not counts or counts[b"cmov"]:  # compressed
        return ""
    wanted = {b"mvhd": 1, **dict.fromkeys(OF_TRACKS, counts[b"trak"])}
    return next((kind.decode() for kind, count in wanted.items() if counts[kind] < count), "")


def is_fragmented(movie: bytes) -> bool:
    """Return whether frames are in fragments behind the movie box."""
    return any(kind == b"mvex" for kind, _ in boxes(movie))


def fits(content: bytes, start: int = 0, stop: int | None = None) -> bool:
    """Return whether boxes follow one another up to the end of what is around them."""
    stop = len(content) if stop is None else stop
    while start + 8 <= stop:
        size, kind = unpack_from(">I4s", content, start)
        if size < 2:  # the end of a list, or a length of 64 bits
            return True
        if size < 8 or start + size > stop:
            return False
        if kind in AROUND and not fits(content, start + 8, start + size):
            return False
        start += size
    return True


def boxes(content: bytes, start: int = 0, stop: int | None = None) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, content) of the boxes of a movie and its tracks, one after the other."""
    stop = len(content) if stop is None else stop
    while start + 8 <= stop:
        size, kind = unpack_from(">I4s", content, start)
        if size < 8 or start + size > stop:
            return
        yield kind, content[start + 8 : start + size] if kind not in AROUND else b""
        if kind in AROUND:
            yield from boxes(content, start + 8, start + size)
        start += size
