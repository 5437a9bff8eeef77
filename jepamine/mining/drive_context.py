"""Compare a clip with the other clips of its drive: never with itself or with clips that overlap it.

Legend of shapes: M clips of a drive, R of them that do not overlap a clip, D dimensions of a vector.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from jepamine.mining.drive_clips import (
    Drive,
    Row,
    decode_row,
    drive_of_rows,
    encode_row,
    row_of_clip,
    rows_of_bank,
)
from jepamine.utils.spilled_groups import SpilledGroups

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jepamine.mining.bank import Bank
    from jepamine.mining.distances import Whitening
    from jepamine.protocols import ClipEmbeddings

    Column = Callable[[ClipEmbeddings], NDArray[np.float32]]

# Training clips that the whitening is fitted to at most, spread evenly over the bank.
FITTED = 20_000


class DriveContext:
    """One or more vectors per clip, by drive: `columns` maps a name to what computes it, float32 (D,).

    Read once for all scorers that use it, over all clips of the manifest. Takes 4 D bytes per clip and
    column, and 8 D more for one that clips are compared by, one with another: in memory of the drives in use,
    else in a temporary file, see `SpilledGroups`.
    """

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.columns: dict[str, Column] = {}
        self.start()

    def start(self) -> None:
        """Forget the clips that were read before."""
        self._drives, self._without = SpilledGroups(self._drive), 0

    def add(self, clip: ClipEmbeddings) -> None:
        """Read a clip; each once."""
        import numpy as np

        if clip.drive is None:
            self._without += 1
            return
        vectors = [np.asarray(compute(clip), dtype=np.float32) for compute in self.columns.values()]
        self._drives.add(clip.drive, encode_row(row_of_clip(clip, vectors)))

    def finish(self) -> None:
        """Do nothing: a drive is made of its clips when it is asked for."""

    def _drive(self, rows: list[bytes]) -> Drive:
        return drive_of_rows([decode_row(row) for row in rows], list(self.columns))

    def mean(self, column: str, clip: ClipEmbeddings) -> NDArray[np.float64] | None:
        """Return the mean of its drive's clips that do not overlap it, float64 (D,); None without any."""
        drive = self._drives.get(clip.drive)
        return None if drive is None else drive.mean(column, clip.content, clip.extent)

    def others(self, column: str, clip: ClipEmbeddings) -> NDArray[np.float32] | None:
        """Return the vectors of its drive's clips that do not overlap it, float32 (R, D); None if none."""
        drive = self._drives.get(clip.drive)
        return None if drive is None else drive.others(column, clip.content, clip.extent)

    def distances(
        self, column: str, clip: ClipEmbeddings
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Return how far a clip is from each of its drive's clips that do not overlap it, and their gaps.

        Both float64 (R,). Distances are whitened; gaps in time are in lengths of the drive's median clip, or
        in clips where times are unknown. None without any.
        """
        drive = self._drives.get(clip.drive)
        if drive is None:
            return None
        return drive.distances(column, self.columns[column](clip), clip, self.whitening)

    def alone(self) -> int:
        """Return the number of clips with nothing to be compared with."""
        return self._without + sum(drive.alone() for drive in self._drives)

    def warning(self) -> str:
        """Return a warning with the number of clips that have nothing to be compared with; else empty."""
        alone = self.alone()
        if not alone:
            return ""
        return (
            f"{alone} clips have no drive, or no other clip in it that does not overlap them: the scorers "
            "that compare within a drive have nothing to compare them with and score them 0"
        )

    @functools.cached_property
    def training(self) -> list[Drive]:
        """Return the training clips by drive, with the column "clean"; empty for the bank of an older run."""
        rows: dict[str, list[Row]] = defaultdict(list)
        for place, row in rows_of_bank(self.bank):
            if place.drive is not None:
                rows[place.drive].append(row)
        return [drive_of_rows(listed, ["clean"]) for _, listed in sorted(rows.items())]

    @functools.cached_property
    def whitening(self) -> Whitening:
        """Return the whitening by the training clips' deviations from their drives' means.

        By their deviations from the bank's mean if fewer than two training clips share a drive.
        """
        import numpy as np

        from jepamine.mining.distances import fit_whitening

        parts = [drive.deviations("clean") for drive in self.training]
        deviations = np.concatenate([*parts, np.empty((0, self.bank.vectors.shape[1]))])
        if len(deviations) < 2:
            deviations = self.bank.unit.astype(np.float64) - self.bank.unit.mean(axis=0, dtype=np.float64)
        step = -(-len(deviations) // FITTED)

        return fit_whitening(deviations[::step])


def clean_vector(clip: ClipEmbeddings) -> NDArray[np.float32]:
    """Return a clip's mean clean embedding at unit length, float32 (D,)."""
    from jepamine.mining.distances import unit

    vector: NDArray[np.float32] = unit(clip.clean.mean(axis=0)[None])[0]
    return vector
