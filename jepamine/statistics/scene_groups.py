"""Clips grouped by scene, with the positives and negatives of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Ints = NDArray[np.int64]

# An interval needs at least this many scenes with a positive, and this many with a negative.
FEWEST_SCENES = 3


@dataclass(frozen=True)
class Scenes:
    """`number` int64 (n,): each clip's scene, 0 to S - 1; `positives`, `negatives` float64 (S,)."""

    number: Ints
    positives: Floats
    negatives: Floats

    @property
    def count(self) -> int:
        return len(self.positives)

    @property
    def with_positives(self) -> int:
        return int((self.positives > 0).sum())

    @property
    def allow_intervals(self) -> bool:
        """Whether enough scenes hold each label for the variance between scenes to be estimated."""
        return min(self.with_positives, int((self.negatives > 0).sum())) >= FEWEST_SCENES


def group_by_scene(scenes: Sequence[str] | Ints, labels: Ints) -> Scenes:
    """Return the `Scenes` of clips with the scene names `scenes` (n,) and the 0/1 `labels` (n,)."""
    _, number = np.unique(np.asarray(scenes), return_inverse=True)
    number = number.reshape(-1).astype(np.int64)
    count = int(number.max()) + 1
    positives = np.bincount(number, weights=labels, minlength=count).astype(np.float64)
    return Scenes(number, positives, np.bincount(number, minlength=count).astype(np.float64) - positives)
