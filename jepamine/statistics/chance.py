"""What AP and AUROC are when clips are ranked at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS = 40_000
# So many random places are held in memory at a time.
_CELLS = 5_000_000


@dataclass(frozen=True)
class Chance:
    """A metric over random rankings: mean and central 95 % of the permutations, and its exact expectation."""

    mean: float
    low: float
    high: float
    exact: float


def expected_average_precision(clips: int, positives: int) -> float:
    """The exact expectation of AP over all orders of `clips` >= 1 clips, `positives` >= 1 of them positive.

    It is above the positive rate, and far above it where positives are few. A positive is at place k with
    probability P/n; then (k-1)(P-1)/(n-1) positives are expected before it. So
    E[AP] = 1/n sum_k (1 + (k-1)(P-1)/(n-1)) / k = (H_n + (P-1)/(n-1) (n - H_n)) / n.
    """
    harmonic = float(np.sum(1.0 / np.arange(1, clips + 1)))
    return (harmonic + (positives - 1) / max(clips - 1, 1) * (clips - harmonic)) / clips


def chance(
    clips: int, positives: int, rng: np.random.Generator, permutations: int = PERMUTATIONS
) -> dict[str, Chance]:
    """ "average_precision" and "auroc" over random rankings without ties; 1 <= `positives` < `clips`.

    The band runs from the 2.5th to the 97.5th percentile of the permutations. Every second one is the one
    before it read backwards: as likely, cheaper, and with AUROCs that cancel out around 0.5.
    """
    precisions, areas = [], []
    step = max(1, _CELLS // clips)
    hits = np.arange(1, positives + 1)
    for start in range(0, permutations // 2, step):
        drawn = _places(clips, positives, rng, min(step, permutations // 2 - start))
        places = np.concatenate([drawn, clips + 1 - drawn[:, ::-1]])
        precisions.append((hits / places).mean(axis=1))
        before = places.sum(axis=1) - hits.sum()
        areas.append(1 - before / (positives * (clips - positives)))
    return {
        "average_precision": _band(np.concatenate(precisions), expected_average_precision(clips, positives)),
        "auroc": _band(np.concatenate(areas), 0.5),
    }


def _places(clips: int, positives: int, rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """Places, from 1, of the positives of `rows` random rankings, rising, int64 (rows, positives)."""
    ranking = np.zeros(clips, dtype=np.uint8)
    ranking[:positives] = 1
    shuffled = rng.permuted(np.tile(ranking, (rows, 1)), axis=1)
    return np.nonzero(shuffled)[1].reshape(rows, positives) + 1


def _band(values: NDArray[np.float64], exact: float) -> Chance:
    low, high = np.percentile(values, [2.5, 97.5])
    return Chance(float(values.mean()), float(low), float(high), exact)
