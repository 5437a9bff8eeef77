"""Move each camera's (or drive's) clips so that their mean is the training clips': `[scoring] relative_to`.

Another camera shifts all embeddings alike, so that every clip of it is far from the training clips. What is
left after the shift is how a clip differs from the others of its camera.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jepamine.mining.drive_clips import row_of_clip, rows_of_bank
from jepamine.mining.drive_context import clean_vector
from jepamine.mining.grouped_clips import GroupedClips, Key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jepamine.mining.bank import Bank
    from jepamine.mining.bank_columns import Place
    from jepamine.mining.drive_clips import Row
    from jepamine.protocols import ClipEmbeddings


class Groups:
    """Clips by the values of `fields` ("camera", "drive"): the training clips and those that were read.

    Takes no memory per clip that is read: see `GroupedClips`.
    """

    def __init__(self, bank: Bank, fields: Sequence[str]) -> None:
        self.fields = fields
        self._bank = bank
        self._known = set(bank.contents)
        self._groups = GroupedClips()
        self._unmoved = 0

    def start(self) -> None:
        """Forget the clips that were read before."""
        self._groups, self._unmoved = self._training(), 0

    def add(self, clip: ClipEmbeddings) -> None:
        """Read a clip; each once. Raises UserError if the temporary file cannot be used."""
        group = self.key(clip)
        self._unmoved += group is None
        if group is not None and clip.content.hex() not in self._known:
            self._groups.add(group, row_of_clip(clip, [clean_vector(clip)]))

    def finish(self) -> None:
        """Count the clips of the groups that have nothing to be compared with."""
        self._unmoved += self._groups.alone()

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

    def _training(self) -> GroupedClips:
        """Return the groups of the training clips alone."""
        groups = GroupedClips()
        for key, row in self._training_rows():
            if key is not None:
                groups.add(key, row)
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
            mean = groups.mean(key, row.content, row.extent)
            if mean is not None:
                moved[number] += (self.centre - mean).astype(np.float32)
        return replace(self._bank, vectors=moved)

    def moved(self, clip: ClipEmbeddings, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return embeddings (N, D) of `clip` at unit length, moved by the mean of its group, float32 (N, D).

        Clips that share frames or time with it are left out of that mean; without others nothing is moved.
        """
        from jepamine.mining.distances import unit

        mean = self._groups.mean(self.key(clip), clip.content, clip.extent)
        scaled = unit(vectors)
        return scaled if mean is None else (scaled + (self.centre - mean)).astype("float32")
