"""When two clips show the same thing: they share frames, their times overlap, or they are near-duplicates.

Windows cut from one drive overlap, and several cameras film the same moment. Such clips are alike whatever
they show, so scorers leave them out of what a clip is compared with.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jepamine.data.clips import Clip
from jepamine.data.drives import drive_of, span_of, video_start
from jepamine.places import Moment
from jepamine.protocols import Extent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# Bytes of a frame's hash that are kept: enough for 10^8 frames with a chance of 3 in 10,000 of a collision.
DIGEST = 8


def extent_of(clip: Clip, digests: Sequence[bytes]) -> Extent:
    """Return what a clip covers; `digests` are its frames' hashes.

    Its timeline is its video, or its drive if the line has `timestamps` (microseconds) or `video_start`.
    """
    frames = b"".join(digest[:DIGEST] for digest in digests)
    span, drive = span_of(clip), drive_of(clip)
    first = clip.frames[0]
    if isinstance(first, Moment) and video_start(clip) is None:
        timeline: str | None = f"video {first.file.absolute()}"
    elif drive is None or drive == clip.scene:
        timeline = None if drive is None else f"scene {drive}"
    else:
        timeline = f"drive {drive}"
    return Extent(frames) if timeline is None or span is None else Extent(frames, timeline, *span)


class ExtentIndex:
    """Finds which of many clips overlap a given one, without comparing it with each."""

    def __init__(self, extents: Iterable[Extent]) -> None:
        import numpy as np

        # One pass, and no object a clip: they may be many, and made as they are asked for.
        frames, counts = bytearray(), array("i")
        timed: dict[str, array[float]] = defaultdict(lambda: array("d"))
        for row, extent in enumerate(extents):
            frames += extent.frames
            counts.append(len(extent.frames) // DIGEST)
            if extent.timeline is not None:
                timed[extent.timeline].extend((row, extent.start, extent.end))
        digests = np.frombuffer(frames, dtype="<u8")
        order = np.argsort(digests, kind="stable")
        self._digests = digests[order]
        self._rows = np.repeat(np.arange(len(counts), dtype=np.int32), counts)[order]
        self._timed = {
            timeline: np.frombuffer(rows, dtype=np.float64).reshape(-1, 3).T
            for timeline, rows in timed.items()
        }

    def overlapping(self, extent: Extent) -> NDArray[np.int64]:
        """Return the rows, sorted, that share a frame with `extent` or a moment of its timeline."""
        import numpy as np

        keys = np.frombuffer(extent.frames, dtype="<u8")
        starts = np.searchsorted(self._digests, keys, "left")
        ends = np.searchsorted(self._digests, keys, "right")
        rows = [self._rows[start:end] for start, end in zip(starts, ends, strict=True)]
        if extent.timeline is not None and extent.timeline in self._timed:
            numbers, firsts, lasts = self._timed[extent.timeline]
            rows.append(numbers[(firsts <= extent.end) & (extent.start <= lasts)].astype(np.int64))
        return np.unique(np.concatenate(rows)).astype(np.int64) if rows else np.empty(0, dtype=np.int64)
