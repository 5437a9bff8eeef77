"""The clips of one drive, or of one camera: means, vectors and distances without a clip's own time.

Legend of shapes: M clips, R of them that do not overlap a clip, D dimensions of a vector.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jepamine.mining.overlap import ExtentIndex
from jepamine.protocols import Extent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jepamine.mining.bank import Bank
    from jepamine.mining.bank_columns import Place
    from jepamine.mining.distances import Whitening
    from jepamine.protocols import ClipEmbeddings


@dataclass(frozen=True)
class Row:
    """A clip of a drive: `content` hashes its frames, `vectors` are float32 (D,), one a column."""

    content: bytes
    extent: Extent
    order: str
    vectors: list[NDArray[np.float32]]


def row_of_clip(clip: ClipEmbeddings, vectors: list[NDArray[np.float32]]) -> Row:
    """Return the row of a clip."""
    return Row(clip.content, clip.extent, clip.order, vectors)


def encode_row(row: Row) -> bytes:
    """Return a row as bytes, exact."""
    extent = row.extent
    times = (extent.timeline, extent.start, extent.end)
    head = (row.content.hex(), extent.frames.hex(), *times, row.order, [len(one) for one in row.vectors])
    return json.dumps(head).encode() + b"\n" + b"".join(vector.tobytes() for vector in row.vectors)


def decode_row(encoded: bytes) -> Row:
    """Return the row of `encode_row`."""
    import numpy as np

    head, _, tensors = encoded.partition(b"\n")
    content, frames, timeline, start, end, order, lengths = json.loads(head)
    whole = np.frombuffer(tensors, np.float32)
    ends = np.cumsum(lengths)
    vectors = [whole[last - length : last] for last, length in zip(ends, lengths, strict=True)]
    return Row(bytes.fromhex(content), Extent(bytes.fromhex(frames), timeline, start, end), order, vectors)


def rows_of_bank(bank: Bank) -> Iterator[tuple[Place, Row]]:
    """Yield place and row, of one vector at unit length, of each training clip; none of an older run."""
    extents = bank.extents or [Extent()] * len(bank.clip_ids)
    for number, place in enumerate(bank.places):
        content = bytes.fromhex(bank.contents[number])
        yield place, Row(content, extents[number], place.order, [bank.unit[number]])


def drive_of_rows(rows: Sequence[Row], names: Sequence[str]) -> Drive:
    """Return the drive of `rows`, whose vectors are called `names`."""
    import numpy as np

    # In an order that does not depend on the manifest's, so that sums do not either.
    rows = sorted(rows, key=lambda row: (row.extent.start, row.order, row.content))
    columns = {name: np.stack([row.vectors[index] for row in rows]) for index, name in enumerate(names)}
    return Drive([row.content for row in rows], [row.extent for row in rows], columns)


class Drive:
    """The clips of one drive in the order of time: `columns` maps a name to vectors float32 (M, D)."""

    def __init__(
        self, contents: Sequence[bytes], extents: Sequence[Extent], columns: dict[str, NDArray[np.float32]]
    ) -> None:
        import numpy as np

        self.contents, self.extents, self.columns = contents, extents, columns
        self._rows: dict[bytes, list[int]] = defaultdict(list)
        for row, content in enumerate(contents):
            self._rows[content].append(row)
        self._index = ExtentIndex(extents)
        self._whitened: dict[str, NDArray[np.float64]] = {}
        self._sums = {name: vectors.sum(axis=0, dtype="float64") for name, vectors in columns.items()}
        middles = np.array([(extent.start + extent.end) / 2 for extent in extents])
        lengths = np.array([extent.end - extent.start for extent in extents])
        timed = all(extent.timeline is not None for extent in extents) and float(np.median(lengths)) > 0
        self._length = float(np.median(lengths)) if timed else None
        self.positions: NDArray[np.float64] = (
            middles / self._length if self._length else np.arange(len(extents), dtype=np.float64)
        )

    def overlapping(self, content: bytes, extent: Extent) -> NDArray[np.int64]:
        """Return the rows that are the clip itself or overlap it."""
        import numpy as np

        own = np.array(self._rows.get(content, []), dtype=np.int64)
        return np.union1d(own, self._index.overlapping(extent))

    def mean(self, column: str, content: bytes, extent: Extent) -> NDArray[np.float64] | None:
        """Return the mean of the clips that do not overlap the given one, float64 (D,); None without any."""
        rows = self.overlapping(content, extent)
        count = len(self.contents) - len(rows)
        left_out = self.columns[column][rows].sum(axis=0, dtype="float64")
        return (self._sums[column] - left_out) / count if count else None

    def others(self, column: str, content: bytes, extent: Extent) -> NDArray[np.float32] | None:
        """Return the vectors of the clips that do not overlap the given one, float32 (R, D); else None."""
        import numpy as np

        left = np.setdiff1d(np.arange(len(self.contents)), self.overlapping(content, extent))
        vectors: NDArray[np.float32] = self.columns[column][left]
        return vectors if len(left) else None

    def distances(
        self, column: str, vector: NDArray[np.float32], clip: ClipEmbeddings, whitening: Whitening
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Return the distances from a clip's `vector` as `DriveContext.distances` does."""
        import numpy as np

        content, extent = clip.content, clip.extent
        left = np.setdiff1d(np.arange(len(self.contents)), self.overlapping(content, extent))
        if self._length and extent.timeline is not None:
            position = (extent.start + extent.end) / 2 / self._length
        elif content in self._rows:
            position = self.positions[self._rows[content][0]]
        else:
            return None
        if not len(left):
            return None
        whitened = self.whitened(column, whitening)
        rows = self._rows.get(content)
        own = whitened[rows[0]] if rows else whitening.apply(vector - self._centre(column))
        return np.linalg.norm(whitened[left] - own, axis=1), np.abs(self.positions[left] - position)

    def whitened(self, column: str, whitening: Whitening) -> NDArray[np.float64]:
        """Return the clips' vectors less the drive's mean, whitened, float64 (M, D); computed once."""
        if column not in self._whitened:
            self._whitened[column] = whitening.apply(self.columns[column] - self._centre(column))
        return self._whitened[column]

    def _centre(self, column: str) -> NDArray[np.float64]:
        centre: NDArray[np.float64] = self._sums[column] / len(self.contents)
        return centre

    def deviations(self, column: str) -> NDArray[np.float64]:
        """Return each clip's deviation from the mean of those that do not overlap it, float64 (R, D)."""
        import numpy as np

        vectors = self.columns[column].astype(np.float64)
        means = [self.mean(column, *clip) for clip in zip(self.contents, self.extents, strict=True)]
        kept = [row for row, mean in enumerate(means) if mean is not None]
        kept_means = np.array([mean for mean in means if mean is not None]).reshape(-1, vectors.shape[1])
        deviations: NDArray[np.float64] = vectors[kept] - kept_means
        return deviations

    def alone(self) -> int:
        """Return the number of clips that all others overlap."""
        clips = zip(self.contents, self.extents, strict=True)
        return sum(len(self.overlapping(*clip)) == len(self.contents) for clip in clips)
