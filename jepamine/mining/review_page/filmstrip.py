"""A clip's filmstrip: which frames are shown, in which cells, and for how long when played."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from jepamine.data.clips import Clip
from jepamine.data.drives import frame_times
from jepamine.data.rigs import cameras_of
from jepamine.data.timestamps import unit_of
from jepamine.places import Moment

# Used if a manifest has no times.
FRAMES_PER_SECOND = 8
# A gap in a clip is visible, but no viewer waits for minutes.
LONGEST = 2.0
SHORTEST = 1 / 120


@dataclass(frozen=True)
class Span:
    """Tubelets `first` to `last` of a clip, and the frames shown of them; all numbers from 0."""

    first: int
    last: int
    frames: tuple[int, ...]


def views(clip: Clip) -> int:
    """Return the number of cameras of a clip's moments; its frames are those of one after the other."""
    return max(len(cameras_of(clip.line, clip.place)), 1)


def spans(clip: Clip, most: int) -> list[Span]:
    """Return the cells of a strip that shows at most `most` frames; several cameras are one frame a moment.

    A cell is a tubelet with all its frames, or, of a clip with more frames than `most`, a run of tubelets
    with the first frame of them.
    """
    frames, tubelets = len(clip.frames) // views(clip), clip.tubelets // views(clip)
    size = frames // tubelets
    if frames <= most:
        return [
            Span(number, number, tuple(range(number * size, (number + 1) * size)))
            for number in range(tubelets)
        ]
    count = min(most, tubelets)
    edges = [round(number * tubelets / count) for number in range(count + 1)]
    return [Span(start, end - 1, (start * size,)) for start, end in pairwise(edges)]


def seconds(clip: Clip) -> tuple[list[float], bool]:
    """Return (how long each frame of a clip is shown, in seconds; whether the manifest has the times).

    Several cameras are one frame a moment. A frame is shown until the next one's time, the last one as long
    as most are; none longer than LONGEST. Without times that rise from frame to frame all are shown as long
    as FRAMES_PER_SECOND implies.
    """
    count = len(clip.frames) // views(clip)
    times = frame_times(clip)[:count]
    unit = 1.0 if isinstance(clip.frames[0], Moment) else unit_of([times]).microseconds
    gaps = [(later - earlier) * unit / 1e6 for earlier, later in pairwise(times)]
    if not gaps or min(gaps) <= 0:
        return [1 / FRAMES_PER_SECOND] * count, False
    return [min(max(gap, SHORTEST), LONGEST) for gap in (*gaps, median(gaps))], True
