"""Read the movie box, the header of MP4 and MOV files, and what in it contradicts the rest.

Sources: ISO/IEC 14496-12 (8.2.2, 8.3.2, 8.4.2, 8.6.6).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from struct import error as StructError
from struct import iter_unpack, unpack_from

# Boxes that are filled by boxes on the way to a track's times.
AROUND = {b"trak", b"mdia", b"edts", b"minf", b"stbl", b"traf"}
# By so many frames may the lengths of a track differ (the last one, the first one's delay), and at an uneven
# pace by this share. What rounding makes of a whole number of frames.
FRAMES_APART, SHARE_APART, ROUNDED = 3, 0.05, 0.05
# Boxes that every track has.
OF_TRACKS = (b"tkhd", b"mdhd", b"stbl")
# A movie box is not read beyond this.
LARGEST = 1 << 28
UNKNOWN = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}


def movie_signs(path: Path, track: int) -> Iterator[str]:
    """Yield what is wrong with the movie box of a file, and with its track of this id."""
    movie, length = read_movie(path)
    if len(movie) < length or not fits(movie):
        yield "boxes of its header reach beyond those around them"
    missing = missing_box(movie)
    if missing:
        yield f"its header lacks a box {missing!r}"
    # A box that is shorter than its version has it: damaged, and not what FFmpeg read.
    with suppress(StructError):
        if not is_level(movie, track):
            yield "its header turns the picture by no quarter of a turn"
    with suppress(StructError):
        lengths = track_lengths(movie, track)
        if lengths and lengths[0] > 1.1 * lengths[1] + 0.5:
            yield f"{lengths[0]:.3f} s are shown by its header, of {lengths[1]:.3f} s"
    with suppress(StructError):
        lasts = frames_last(movie, track)
        if lasts:
            yield f"its frames last {lasts[0]:.3f} s, by its header {lasts[1]:.3f} s"


def is_level(movie: bytes, track: int) -> bool:
    """Return whether the matrices of the movie and of a track turn by quarters or not at all.

    FFmpeg multiplies them. True for an unknown track. Raises struct.error for a box that is too short.
    """
    for kind, box in _boxes(movie, 0, len(movie)):
        wide = box[:1] == b"\1"
        if kind == b"mvhd" and not _by_quarters(unpack_from(">9i", box, 48 if wide else 36)):
            return False
        if kind == b"tkhd" and unpack_from(">I", box, 20 if wide else 12)[0] == track:
            return _by_quarters(unpack_from(">9i", box, 52 if wide else 40))
    return True


def _by_quarters(matrix: tuple[int, ...]) -> bool:
    a, b, u, c, d, v, _, _, w = matrix
    level = (a and d and not b and not c) or (b and c and not a and not d)
    return bool(level) and (u, v, w) == (0, 0, 1 << 30)


def track_lengths(movie: bytes, track: int) -> tuple[float, float] | None:
    """Return how much (s) of the track with this id is shown, and how long it lasts.

    Its only edit is shown, at its speed, or what its header says. None for fragments, several edits, a frame
    that stands still, and where something is not stated. Raises struct.error for a box that is too short.
    """
    boxes = list(_boxes(movie, 0, len(movie)))
    if is_fragmented(movie):
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


def missing_box(movie: bytes) -> str:
    """Return the kind of a box that every movie, or each of its tracks, has and this one lacks; or ""."""
    counts = Counter(kind for kind, _ in _boxes(movie, 0, len(movie)))
    if not counts or counts[b"cmov"]:  # compressed
        return ""
    wanted = {b"mvhd": 1, **dict.fromkeys(OF_TRACKS, counts[b"trak"])}
    return next((kind.decode() for kind, count in wanted.items() if counts[kind] < count), "")


def is_fragmented(movie: bytes) -> bool:
    """Return whether frames are in fragments behind the movie box."""
    return any(kind == b"mvex" for kind, _ in _boxes(movie, 0, len(movie)))


def frames_last(movie: bytes, track: int) -> tuple[float, float] | None:
    """Return how long (s) the frames of a track last, and how long it lasts by its header, if these differ.

    Writers leave out whole frames, so that at an even pace nothing else is between the two. None where they
    agree, or one is not stated. Raises struct.error for a box that is too short.
    """
    own, units, stated = False, 0, 0
    for kind, box in _boxes(movie, 0, len(movie)):
        wide = box[:1] == b"\1"
        if kind == b"tkhd":
            own = unpack_from(">I", box, 20 if wide else 12)[0] == track
        elif kind == b"mdhd" and own:
            units, stated = unpack_from(">IQ" if wide else ">II", box, 20 if wide else 12)
        elif kind == b"stts" and own:
            runs = list(iter_unpack(">II", box[8 : 8 + (len(box) - 8) // 8 * 8]))
            count, total = sum(many for many, _ in runs), sum(many * step for many, step in runs)
            if not (units and total) or stated in UNKNOWN:
                return None
            (most, usual), apart = max(runs), abs(total - stated)
            if usual and most >= count - 1:
                frames = apart / usual
                differ = frames > FRAMES_APART or abs(frames - round(frames)) > ROUNDED
            else:
                differ = apart > max(FRAMES_APART * total / count, SHARE_APART * stated)
            return (total / units, stated / units) if differ else None
    return None


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


def read_movie(path: Path) -> tuple[bytes, int]:
    """Return the content of a file's movie box, which may be cut, and its length by its head.

    (b"", 0) if there is none, or it is too large to be read.
    """
    with path.open("rb") as file:
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
