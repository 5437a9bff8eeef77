"""Move each camera's (or drive's) clips so that their mean is the training clips': `[scoring] relative_to`.

Another camera shifts all embeddings alike, so that every clip of it is far from the training clips. What is
left after the shift is how a clip differs from the others of its camera.
"""

from __future__ import annotations

import functools
import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jepamine.mining.drive_clips import rows_of_bank
from jepamine.mining.drive_context import clean_vector
from jepamine.mining.overlap import DIGEST, ExtentIndex
from jepamine.protocols import Extent
from jepamine.utils.columns import Column, Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jepamine.mining.bank import Bank
    from jepamine.mining.bank_columns import Place
    from jepamine.mining.drive_clips import Row
    from jepamine.protocols import ClipEmbeddings

Key = tuple[str, ...]
# Components of unit vectors are summed as integers of this step, so that no bit of a sum depends on the order
# of the manifest: half a step, 7e-12, is far below what float32 resolves, and 10^8 clips fit into 64 bits.
STEP = 2.0**-36


class Groups:
    """Clips by the values of `fields` ("camera", "drive"): the training clips and those that were read.

    Takes 36 bytes of memory per clip and 12 for each of its frames; vectors are in temporary files.
    """

    def __init__(self, bank: Bank, fields: Sequence[str]) -> None:
        self.fields = fields
        self._bank = bank
        self._known = set(bank.contents)
        self._groups: dict[Key, Members] = {}
        self._unmoved = 0

    def start(self) -> None:
        """Forget the clips that were read before."""
        self._groups, self._unmoved = self._training(), 0

    def add(self, clip: ClipEmbeddings) -> None:
        """Read a clip; each once. Raises UserError if the temporary file cannot be used."""
        group = self.key(clip)
        self._unmoved += group is None
        if group is not None and clip.content.hex() not in self._known:
            members = self._groups.setdefault(group, Members())
            members.add(clip.content, clip.extent, clean_vector(clip))

    def finish(self) -> None:
        """Count the clips of the groups that have nothing to be compared with."""
        self._unmoved += sum(group.alone() for group in self._groups.values())

    def key(self, clip: ClipEmbeddings | Place) -> Key | None:
        """Return the values that a clip shares with its group; None if it lacks one."""
        values = tuple(getattr(clip, field) for field in self.fields)
        return None if None in values else values

    def warning(self) -> str:
        """Return a warning with the number of clips that could not be moved; else empty."""
        if not self._unmoved:
            return ""
        return (
            f"{self._unmoved} clips have no {' or '.join(self.fields)}, or no other clip in it that does not "
            "overlap them: [scoring] relative_to leaves them as they are"
        )

    def _training(self) -> dict[Key, Members]:
        """Return the groups of the training clips alone."""
        groups: dict[Key, Members] = {}
        for key, row in self._training_rows():
            if key is not None:
                groups.setdefault(key, Members()).add(row.content, row.extent, row.vectors[0])
        return groups

    def _training_rows(self) -> Iterator[tuple[Key | None, Row]]:
        return ((self.key(place), row) for place, row in rows_of_bank(self._bank))

    @functools.cached_property
    def centre(self) -> NDArray[np.float64]:
        """Return the mean of the training clips at unit length, float64 (D,)."""
        centre: NDArray[np.float64] = self._bank.unit.mean(axis=0, dtype="float64")
        return centre

    @functools.cached_property
    def bank(self) -> Bank:
        """Return the bank with each training clip at unit length, moved by the mean of its own group."""
        import numpy as np

        moved, groups = self._bank.unit.copy(), self._training()
        for number, (key, row) in enumerate(self._training_rows()):
            mean = None if key is None else groups[key].mean(row.content, row.extent)
            if mean is not None:
                moved[number] += (self.centre - mean).astype(np.float32)
        return replace(self._bank, vectors=moved)

    def moved(self, clip: ClipEmbeddings, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return embeddings (N, D) of `clip` at unit length, moved by the mean of its group, float32 (N, D).

        Clips that share frames or time with it are left out of that mean; without others nothing is moved.
        """
        from jepamine.mining.distances import unit

        key = self.key(clip)
        group = None if key is None else self._groups.get(key)
        mean = None if group is None else group.mean(clip.content, clip.extent)
        scaled = unit(vectors)
        return scaled if mean is None else (scaled + (self.centre - mean)).astype("float32")


class Members:
    """The clips of one group: what they cover, the sum of their vectors, and these in a temporary file."""

    def __init__(self) -> None:
        self._sum: NDArray[np.int64] | int = 0
        self._vectors, self._frames = Column(), Column()
        self._ends, self._spans, self._timelines = array("q", [0]), array("d"), array("i")
        self._names: dict[str | None, int] = {}
        self._listed: list[str | None] = []

    def add(self, content: bytes, extent: Extent, vector: NDArray[np.float32]) -> None:
        """Append a clip; `vector` is of unit length, float32 (D,)."""
        vars(self).pop("_index", None)
        self._vectors.add(vector.tobytes())
        self._sum = self._sum + _whole(vector)
        self._frames.add(_known_by(content, extent).frames)
        self._ends.append(self._frames.size)
        self._spans.extend((extent.start, extent.end))
        if extent.timeline not in self._names:
            self._names[extent.timeline] = len(self._names)
            self._listed.append(extent.timeline)
        self._timelines.append(self._names[extent.timeline])

    def mean(self, content: bytes, extent: Extent) -> NDArray[np.float64] | None:
        """Return the mean of the clips that do not overlap the given one, float64 (D,); None without any."""
        import numpy as np

        rows = self._index.overlapping(_known_by(content, extent))
        count = len(self._timelines) - len(rows)
        if not count:
            return None
        size = self._vectors.size // len(self._timelines)
        own = [np.frombuffer(self._vectors.read(row * size, size), np.float32) for row in rows.tolist()]
        rest = self._sum - sum(map(_whole, own))
        return np.asarray(rest, dtype=np.float64) * STEP / count

    def alone(self) -> int:
        """Return the number of clips that all others overlap."""
        # Each of them overlaps the first, too.
        candidates = self._index.overlapping(self._extent(0)).tolist()
        found = (self._index.overlapping(self._extent(row)) for row in candidates)
        return sum(len(rows) == len(self._timelines) for rows in found)

    @functools.cached_property
    def _index(self) -> ExtentIndex:
        return ExtentIndex(Rows(len(self._timelines), self._extent))

    def _extent(self, row: int) -> Extent:
        start, end = self._ends[row : row + 2]
        timeline = self._listed[self._timelines[row]]
        return Extent(self._frames.read(start, end - start), timeline, *self._spans[2 * row : 2 * row + 2])


def _known_by(content: bytes, extent: Extent) -> Extent:
    """Return the extent with the clip's content as one more frame: a bank of an older run has no frames."""
    own = hashlib.blake2b(content, digest_size=DIGEST).digest()
    return replace(extent, frames=extent.frames + own)


def _whole(vector: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return a vector (D,) in whole steps."""
    import numpy as np

    return np.rint(vector.astype(np.float64) / STEP).astype(np.int64)
