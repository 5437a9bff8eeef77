"""AP and AUROC of random rankings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS, _FEWEST_PERMUTATIONS = 40_000, 2_000
# Places that are drawn in all, and held in memory at a time.
_BUDGET, _CELLS = 40_000_000, 1_000_000


@dataclass(frozen=True)
class Chance:
    """A metric over random rankings: mean and central 95 % of the permutations, and its exact expectation."""

    mean: float
    low: float
    high: float
    exact: float


def expected_average_precision(clips: int, positives: int) -> float:
    """Return the exact expectation of AP over all orders of `clips` clips, `positives` >= 1 of them positive.

    It is above the positive rate, and far above it where positives are few. A positive is at place k with
    probability P/n; then (k-1)(P-1)/(n-1) positives are expected before it. So
    E[AP] = 1/n sum_k (1 + (k-1)(P-1)/(n-1)) / k = (H_n + (P-1)/(n-1) (n - H_n)) / n.
    """
    harmonic = float(np.sum(1.0 / np.arange(1, clips + 1)))
    return (harmonic + (positives - 1) / max(clips - 1, 1) * (clips - harmonic)) / clips


def chance(
    clips: int, positives: int, rng: np.random.Generator, permutations: int | None = None
) -> dict[str, Chance]:
    """Return "average_precision" and "auroc" of random rankings without ties; 1 <= `positives` < `clips`.

    40,000 rankings, fewer for very many positives, at least 2,000. The band runs from the 2.5th to the 97.5th
    percentile. Every second ranking is the one before it read backwards: as likely, cheaper, and with AUROCs
    that cancel out around 0.5.
    """
    precisions, areas = [], []
    step = max(1, _CELLS // (positives if 2 * positives <= clips else clips))
    hits = np.arange(1, positives + 1)
    wanted = permutations or max(_FEWEST_PERMUTATIONS, min(PERMUTATIONS, _BUDGET // positives))
    for start in range(0, wanted // 2, step):
        drawn = _places(clips, positives, rng, min(step, wanted // 2 - start))
        places = np.concatenate([drawn, clips + 1 - drawn[:, ::-1]])
        precisions.append((hits / places).mean(axis=1))
        before = places.sum(axis=1) - hits.sum()
        areas.append(1 - before / (positives * (clips - positives)))
    return {
        "average_precision": _band(np.concatenate(precisions), expected_average_precision(clips, positives)),
        "auroc": _band(np.concatenate(areas), 0.5),
    }


def _places(clips: int, positives: int, rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """Return places, from 1, of the positives of `rows` random rankings, rising, int64 (rows, positives).

    Places are drawn with replacement and those drawn twice again, which takes time for the positives only;
    the label with fewer clips is drawn.
    """
    if 2 * positives > clips:
        others = _places(clips, clips - positives, rng, rows)
        free = np.ones((rows, clips + 1), dtype=bool)
        free[:, 0] = False
        np.put_along_axis(free, others, False, axis=1)
        return np.nonzero(free)[1].reshape(rows, positives)
    places = np.sort(rng.integers(1, clips + 1, (rows, positives)), axis=1)
    while (repeated := places[:, 1:] == places[:, :-1]).any():
        row, column = np.nonzero(repeated)
        places[row, column + 1] = rng.integers(1, clips + 1, len(row))
        changed = np.unique(row)
        places[changed] = np.sort(places[changed], axis=1)
    return places


def _band(values: NDArray[np.float64], exact: float) -> Chance:
    low, high = np.percentile(values, [2.5, 97.5])
    return Chance(float(values.mean()), float(low), float(high), exact)
