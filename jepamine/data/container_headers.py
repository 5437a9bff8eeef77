"""Read what the headers of WMV, AVI, MP4 and MOV files state, and where they contradict themselves.

Sources: AVI RIFF File Reference (AVIMAINHEADER, AVISTREAMHEADER), ASF (3.2), ISO/IEC 14496-12 (8.2.2, 8.3.2,
8.4.2, 8.6.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from struct import error as StructError
from struct import unpack_from
from typing import BinaryIO

# Bytes of a header in which the file's size is looked for, and the GUID of the file properties of ASF.
HEAD = 1 << 16
PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
BROADCAST = 1
# Boxes of MP4 that hold boxes on the way to a track's times.
AROUND = {b"trak", b"mdia", b"edts"}
# Further boxes that are filled by boxes.
WITHIN = {b"minf", b"stbl"}
# A movie box is not read beyond this.
LARGEST = 1 << 28
UNKNOWN = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}


def stated_size(path: Path, form: str) -> int | None:
    """Return the size in bytes that a WMV or AVI file says it has; None if it does not say."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if form == "avi" and head[:4] == b"RIFF":
        # Recorders that were stopped leave 0 or the largest number.
        size = int.from_bytes(head[4:8], "little")
        return size + 8 if 0 < size < 0xFFFFFFF0 else None
    place = head.find(PROPERTIES) if form == "asf" else -1
    if place < 0 or len(head) < place + 92:
        return None
    live = int.from_bytes(head[place + 88 : place + 92], "little") & BROADCAST
    return None if live else int.from_bytes(head[place + 40 : place + 48], "little") or None


def avi_intervals(path: Path) -> tuple[float, float] | None:
    """Return the interval of frames (s) by the main header of an AVI, and by that of its only video stream.

    None if it has several, or a header states none: less than a millisecond is a unit of time, which FFmpeg
    writes where it knows no rate.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
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


def track_lengths(path: Path, track: int) -> tuple[float, float] | None:
    """Return how much (s) of the track with id `track` of an MP4 or MOV is shown, and how long it lasts.

    Its only edit is shown, at its speed, or what its header says. None for fragments, several edits, a frame
    that stands still, and where something is not stated.
    """
    with path.open("rb") as file:
        movie, _ = _movie(file)
    try:
        return _lengths(movie, track)
    # A box that is shorter than its version has it: damaged, and not what FFmpeg read.
    except StructError:
        return None


def _lengths(movie: bytes, track: int) -> tuple[float, float] | None:
    boxes = list(_boxes(movie, 0, len(movie)))
    if any(kind == b"mvex" for kind, _ in boxes):
        return None
    scale, own, shown = 0, False, 0.0
    for kind, box in boxes:
        wide = box[:1] == b"\1"
        if kind == b"mvhd":
            (scale,) = unpack_from(">I", box, 20 if wide else 12)
        elif kind == b"tkhd":
            own = unpack_from(">I", box, 20 if wide else 12)[0] == track
            (shown,) = unpack_from(">Q" if wide else ">I", box, 28 if wide else 20)
        elif kind == b"elst" and own:
            edits = [
                unpack_from(">Qqi" if wide else ">Iii", box, at)
                for at in range(8, len(box) - 11, 20 if wide else 12)
            ]
            real = [(length, speed) for length, media, speed in edits if media != -1]
            if len(real) != 1 or real[0][1] <= 0:
                return None
            shown = real[0][0] * real[0][1] / (1 << 16)
        elif kind == b"mdhd" and own:
            units, lasts = unpack_from(">IQ" if wide else ">II", box, 20 if wide else 12)
            known = scale and units and not {shown, lasts} & UNKNOWN
            return (shown / scale, lasts / units) if known else None
    return None


def turns_by_quarters(path: Path, track: int) -> bool:
    """Return whether the matrix of a track of an MP4 or MOV shows upright rectangles; True where none is."""
    with path.open("rb") as file:
        movie, _ = _movie(file)
    for kind, box in _boxes(movie, 0, len(movie)):
        wide = box[:1] == b"\1"
        if kind == b"tkhd" and len(box) >= (88 if wide else 76):
            a, b, u, c, d, v, _, _, w = unpack_from(">9i", box, 52 if wide else 40)
            if unpack_from(">I", box, 20 if wide else 12)[0] == track:
                level = (a and d and not b and not c) or (b and c and not a and not d)
                return bool(level) and (u, v, w) == (0, 0, 1 << 30)
    return True


def movie_fits(path: Path) -> bool:
    """Return whether the file holds all of the movie box of an MP4 or MOV, and boxes fill those around them.

    True where there is none.
    """
    with path.open("rb") as file:
        movie, length = _movie(file)
    return len(movie) == length and _fits(movie, 0, len(movie))


def _fits(content: bytes, start: int, stop: int) -> bool:
    while start + 8 <= stop:
        size, kind = unpack_from(">I4s", content, start)
        if size < 2:  # the end of a list, or a length of 64 bits
            return True
        if size < 8 or start + size > stop:
            return False
        if kind in AROUND | WITHIN and not _fits(content, start + 8, start + size):
            return False
        start += size
    return True


def _movie(file: BinaryIO) -> tuple[bytes, int]:
    """Return the content of the movie box, and its length by its head; (b"", 0) if there is none.

    Nor is one that is too large to be read.
    """
    while len(head := file.read(8)) == 8:
        size, kind = unpack_from(">I4s", head)
        skip = size - 8
        if size == 1:
            skip = int.from_bytes(file.read(8)) - 16
        if kind == b"moov":
            return (file.read(skip), skip) if 0 <= skip < LARGEST else (b"", 0)
        if skip < 0:
            break
        file.seek(skip, 1)
    return b"", 0


def _boxes(content: bytes, start: int, stop: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, content) of the boxes of a movie and its tracks, one after the other."""
    while start + 8 <= stop:
        size, kind = unpack_from(">I4s", content, start)
        if size < 8 or start + size > stop:
            return
        yield kind, content[start + 8 : start + size] if kind not in AROUND else b""
        if kind in AROUND:
            yield from _boxes(content, start + 8, start + size)
        start += size
