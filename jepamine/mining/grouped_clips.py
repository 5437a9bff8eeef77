"""Means of groups of clips, each without a given clip and those that overlap it; their vectors are on disk.

Legend of shapes: D dimensions of a vector.
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jepamine.mining.drive_clips import Row, decode_row, encode_row
from jepamine.mining.overlap import DIGEST
from jepamine.protocols import Extent
from jepamine.utils.spilled import TemporaryDatabase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Key = tuple[str, ...]
# Components of unit vectors are summed as integers of this step, so that no bit of a sum depends on the order
# of the manifest: half a step, 7e-12, is far below what float32 resolves, and 10^8 clips fit into 64 bits.
STEP = 2.0**-36
# Clips that are written together.
TOGETHER = 500


@dataclass
class Group:
    """A group: number, clips, their sum, int64 (D,), its first and last clip, and the longest time of one."""

    number: int
    count: int
    total: NDArray[np.int64] | int
    first: Row
    last: Row
    longest: float = 0.0


class GroupedClips:
    """Clips by group: their sums in memory; extents and vectors in a temporary file, which finds overlaps.

    Takes 8 D bytes of memory per group, and none per clip. Raises UserError if the file cannot be used.
    """

    def __init__(self) -> None:
        self._groups: dict[Key, Group] = {}
        self._recent: list[tuple[int, Row]] = []
        self._written, self._indexed = 0, False
        self._database = TemporaryDatabase("clips(clip INTEGER PRIMARY KEY, row)")

    def add(self, key: Key, row: Row) -> None:
        """Append a clip of one vector at unit length to a group."""
        group = self._groups.setdefault(key, Group(len(self._groups), 0, 0, row, row))
        group.count += 1
        group.total = group.total + _whole(row.vectors[0])
        group.last = row
        group.longest = max(group.longest, row.extent.end - row.extent.start)
        self._recent.append((group.number, row))
        if len(self._recent) == TOGETHER:
            self._write()

    def mean(self, key: Key | None, content: bytes, extent: Extent) -> NDArray[np.float64] | None:
        """Return the mean of a group's clips that do not overlap the given one, float64 (D,); else None."""
        import numpy as np

        group = None if key is None else self._groups.get(key)
        own = [] if group is None else self._overlapping(group, content, extent)
        if group is None or len(own) == group.count:
            return None
        vectors = (self._row(clip).vectors[0] for clip in own)
        rest = group.total - sum(map(_whole, vectors))
        return np.asarray(rest, dtype=np.float64) * STEP / (group.count - len(own))

    def alone(self) -> int:
        """Return the number of clips that all others of their groups overlap."""
        return sum(map(self._alone, self._groups.values()))

    def _alone(self, group: Group) -> int:
        # Each of them overlaps the first and the last, too: few do.
        first, last = (self._overlapping(group, row.content, row.extent) for row in (group.first, group.last))
        rows = map(self._row, first & last)
        return sum(len(self._overlapping(group, row.content, row.extent)) == group.count for row in rows)

    def _overlapping(self, group: Group, content: bytes, extent: Extent) -> set[int]:
        """Return the clips of a group that have the content or a frame of a clip, or a moment of its time."""
        self._write()
        if not self._indexed:  # after all clips: an index that grows with them takes longer
            self._database("CREATE INDEX by_frame ON frames(owner, digest, clip)")
            self._database("CREATE INDEX by_time ON spans(owner, timeline, start, stop, clip)")
            self._indexed = True
        by_frame, by_time = (
            "SELECT clip FROM frames WHERE owner = ? AND digest = ?",
            "SELECT clip FROM spans WHERE owner = ? AND timeline = ? AND start BETWEEN ? AND ? AND stop >= ?",
        )
        found = {
            clip
            for digest in _digests(content, extent)
            for (clip,) in self._database(by_frame, (group.number, digest))
        }
        if extent.timeline is not None:
            # None that starts earlier lasts until then, whatever rounding does.
            earliest = extent.start - 2 * group.longest
            wanted = (group.number, _text(extent.timeline), earliest, extent.end, extent.start)
            found.update(clip for (clip,) in self._database(by_time, wanted))
        return found

    def _row(self, clip: int) -> Row:
        ((encoded,),) = self._database("SELECT row FROM clips WHERE clip = ?", (clip,)).fetchall()
        return decode_row(encoded)

    def _write(self) -> None:
        if not self._recent:
            return
        if not self._written:
            self._database("CREATE TABLE frames(owner, digest, clip)")
            self._database("CREATE TABLE spans(owner, timeline, start, stop, clip)")
        numbered = [(clip, *item) for clip, item in enumerate(self._recent, self._written)]
        clips = ((clip, encode_row(row)) for clip, _, row in numbered)
        self._database.write("INSERT INTO clips VALUES (?, ?)", clips)
        frames = (
            (owner, digest, clip)
            for clip, owner, row in numbered
            for digest in _digests(row.content, row.extent)
        )
        self._database.write("INSERT INTO frames VALUES (?, ?, ?)", frames)
        spans = (
            (owner, _text(row.extent.timeline), row.extent.start, row.extent.end, clip)
            for clip, owner, row in numbered
            if row.extent.timeline is not None
        )
        self._database.write("INSERT INTO spans VALUES (?, ?, ?, ?, ?)", spans)
        self._written += len(self._recent)
        self._recent.clear()


def _digests(content: bytes, extent: Extent) -> set[int]:
    """Return a clip's frames, with its content as one more: a bank of an older run has no frames."""
    return {*array("q", extent.frames), *array("q", hashlib.blake2b(content, digest_size=DIGEST).digest())}


def _text(name: str) -> bytes:
    # A name may hold bytes that are not UTF-8.
    return name.encode("utf-8", "surrogatepass")


def _whole(vector: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return a vector (D,) in whole steps."""
    import numpy as np

    return np.rint(vector.astype(np.float64) / STEP).astype(np.int64)
