"""Compare what the movie box of an MP4 or MOV file says of a track: its turn, and three lengths.

Source: ISO/IEC 14496-12 (8.2.2, 8.3.2, 8.4.2, 8.6.1.2, 8.6.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error as StructError
from struct import iter_unpack, unpack_from

from jepamine.data.movie_box import boxes, fits, is_fragmented, missing_box

UNKNOWN = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
# The number 1 in a matrix, and in a speed.
ONE = 1 << 16
Matrix = tuple[int, ...]
# Bytes of boxes of version 0, and of later ones.
LEAST = {b"mvhd": (100, 112), b"tkhd": (84, 96), b"mdhd": (24, 36)}
# By so many frames may the lengths of a track differ (the last one, the first one's delay), and at an uneven
# pace by this share. What rounding makes of a whole number of frames.
FRAMES_APART, SHARE_APART, ROUNDED = 3, 0.05, 0.05


@dataclass
class Track:
    """What a movie says of a track: `shown` is how much of it, in units of the movie, `scale` in a second.

    `edits` are (length in these units, start, speed). `lasts` is in units of the track, `units` in a second;
    `runs` are (frames, duration of each). `matrices` are those of the movie and of the track.
    """

    scale: int = 0
    shown: int = 0
    edits: list[tuple[int, int, int]] = field(default_factory=list)
    units: int = 0
    lasts: int = 0
    runs: list[tuple[int, int]] = field(default_factory=list)
    matrices: list[Matrix] = field(default_factory=list)

    @property
    def level(self) -> bool:
        """Whether it is turned by quarters or not at all, and scaled by 8 at most."""
        return all(map(_by_quarters, self.matrices))

    @property
    def shown_seconds(self) -> float | None:
        """How much of it is shown, by its only edit or its header (s); None if it does not say."""
        real = [(length, speed) for length, start, speed in self.edits if start != -1]
        if self.edits and (len(real) != 1 or real[0][1] <= 0):
            return None
        shown = real[0][0] * real[0][1] / ONE if real else self.shown
        return None if self.shown in UNKNOWN or not shown or not self.scale else shown / self.scale

    @property
    def seconds(self) -> float | None:
        """How long it lasts by its header (s); None if it does not say."""
        return self.lasts / self.units if self.units and self.lasts not in UNKNOWN else None

    @property
    def frames(self) -> tuple[float, float, bool] | None:
        """How long its frames last, how long one of them (s), and whether all but one do; None for none."""
        count, total = sum(many for many, _ in self.runs), sum(many * step for many, step in self.runs)
        if not self.units or not total:
            return None
        most, usual = max(self.runs)
        even = usual > 0 and most >= count - 1
        return total / self.units, (usual if even else total / count) / self.units, even


def track_signs(movie: bytes, length: int, track: int, *, exact: bool, cut: bool) -> Iterator[str]:
    """Yield what is wrong with a movie box, of `length` bytes by its head, and with its track of this id.

    `exact`: its writer is known to state lengths to the frame. `cut`: an edit list cuts frames away.
    """
    if len(movie) < length or not fits(movie):
        yield "boxes of its header reach beyond those around them"
    missing = missing_box(movie)
    if missing:
        yield f"its header lacks a box {missing!r}"
    short = next((kind for kind, box in boxes(movie) if len(box) < _least(kind, box)), None)
    if short:
        yield f"a box {short.decode()!r} of its header is shorter than its version has it"
    try:
        found = read_track(movie, track)
    except StructError:
        return
    if not found.level:
        yield "its header turns the picture by no quarter of a turn"
    if is_fragmented(movie):
        return
    shown, lasts, frames = found.shown_seconds, found.seconds, found.frames
    if shown and lasts:
        allowed = lasts + frames[1] / 2 if exact and frames else 1.1 * lasts + 0.5
        if shown > allowed:
            yield f"{shown:.3f} s are shown by its header, of {lasts:.3f} s"
    unit = 1 / found.scale if found.scale else 0.0
    for stated, rounding in ((lasts, 0.0), (shown if exact and not cut else None, unit)):
        if stated and frames and differ(frames, stated, rounding):
            yield f"its frames last {frames[0]:.3f} s, by its header {stated:.3f} s"


def _least(kind: bytes, box: bytes) -> int:
    """Return the fewest bytes that a box of this kind and version has; readers read on behind others."""
    return LEAST[kind][min(box[0], 1)] if kind in LEAST and box else 0


def differ(frames: tuple[float, float, bool], stated: float, rounding: float = 0.0) -> bool:
    """Return whether frames, (all, one of them (s), at an even pace), do not last as long as `stated` s.

    `rounding` is the unit of the latter (s). Writers leave out whole frames, so that at an even pace nothing
    else is between the two.
    """
    total, step, even = frames
    apart = abs(total - stated)
    if even:
        count = apart / step
        return count > FRAMES_APART or abs(count - round(count)) > ROUNDED + rounding / step
    return apart > max(FRAMES_APART * step, SHARE_APART * stated)


def read_track(movie: bytes, track: int) -> Track:
    """Return what a movie says of the track with this id, empty for an unknown one.

    Raises struct.error for a box that is too short.
    """
    found, own = Track(), False
    for kind, box in boxes(movie):
        wide = box[:1] == b"\1"
        if kind == b"mvhd":
            (found.scale,) = unpack_from(">I", box, 20 if wide else 12)
            found.matrices.append(unpack_from(">9i", box, 48 if wide else 36))
        elif kind == b"tkhd":
            own = unpack_from(">I", box, 20 if wide else 12)[0] == track
            if own:
                (found.shown,) = unpack_from(">Q" if wide else ">I", box, 28 if wide else 20)
                found.matrices.append(unpack_from(">9i", box, 52 if wide else 40))
        elif kind == b"elst" and own:
            form, size = (">Qqi", 20) if wide else (">Iii", 12)
            found.edits = [unpack_from(form, box, at) for at in range(8, len(box) - 11, size)]
        elif kind == b"mdhd" and own:
            found.units, found.lasts = unpack_from(">IQ" if wide else ">II", box, 20 if wide else 12)
        elif kind == b"stts" and own:
            found.runs = list(iter_unpack(">II", box[8 : 8 + (len(box) - 8) // 8 * 8]))
    return found


def _by_quarters(matrix: Matrix) -> bool:
    a, b, u, c, d, v, _, _, w = matrix
    level = (a and d and not b and not c) or (b and c and not a and not d)
    scales = [abs(each) / ONE for each in (a, b, c, d) if each]
    return bool(level) and all(1 / 8 <= scale <= 8 for scale in scales) and (u, v, w) == (0, 0, 1 << 30)
