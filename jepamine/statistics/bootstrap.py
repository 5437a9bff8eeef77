"""Bootstrap resamples of whole scenes, because clips of one scene resemble each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jepamine.statistics.metrics import CUTOFFS, average_precision, average_precision_over_ties, cumulate
from jepamine.statistics.scenes import FEWEST_SCENES, Floats, Ints, Scenes

__all__ = ["FEWEST_SCENES", "RESAMPLES", "draw", "interval", "resampled"]

RESAMPLES, _FEWEST_RESAMPLES = 1000, 200
# Cells (resamples times clips) that are computed in all, and held at a time.
_BUDGET, _CELLS = 30_000_000, 500_000


def draw(scenes: Scenes, rng: np.random.Generator, resamples: int | None = None) -> Ints:
    """Return how often each scene is drawn, int64 (R, S); draws without both labels are drawn again.

    R is 1000, fewer for very many clips, at least 200. Needs `scenes.allow_intervals`.
    """
    clips = int(scenes.positives.sum() + scenes.negatives.sum())
    wanted = resamples or max(_FEWEST_RESAMPLES, min(RESAMPLES, _BUDGET // clips))
    kept: list[Ints] = []
    while sum(map(len, kept)) < wanted:
        counts = rng.multinomial(scenes.count, np.full(scenes.count, 1 / scenes.count), size=wanted)
        kept.append(counts[(counts @ scenes.positives > 0) & (counts @ scenes.negatives > 0)])
    return np.concatenate(kept)[:wanted]


def resampled(
    scores: Floats, labels: Ints, scenes: Scenes, counts: Ints, cutoffs: tuple[int, ...] = CUTOFFS
) -> dict[str, Floats]:
    """Return metrics of one scorer in each resample `counts` (R, S), each float64 (R,).

    "average_precision", "average_precision_over_ties", and "precision_at_k", "recall_at_k" for each k of
    `cutoffs` up to the number of clips.
    """
    # Sorted once, so that the sorting for each part of the rows is quick.
    order = np.argsort(-scores, kind="stable")
    scores, labels, number = scores[order], labels[order], scenes.number[order]
    rows = max(1, _CELLS // len(labels))
    tied = bool((np.diff(scores) == 0).any())
    parts: dict[str, list[Floats]] = {}
    for start in range(0, len(counts), rows):
        weights = counts[start : start + rows][:, number]
        ranked = cumulate(scores, labels, weights)
        values = {"average_precision": average_precision(ranked)}
        values["average_precision_over_ties"] = (
            average_precision_over_ties(ranked) if tied else values["average_precision"]
        )
        positives = ranked.positives[:, -1]
        for k in cutoffs:
            if k <= len(labels):
                hits = _hits(ranked.totals, ranked.positives, k)
                values |= {f"precision_at_{k}": hits / k, f"recall_at_{k}": hits / positives}
        for name, column in values.items():
            parts.setdefault(name, []).append(column)
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def _hits(totals: Ints, positives: Ints, k: int) -> Floats:
    """Return the positives among the first k of each row, interpolated within the block that straddles k."""
    after = np.minimum((totals < k).sum(axis=1), totals.shape[1] - 1)
    row = np.arange(len(totals))
    low, high = totals[row, after - 1], totals[row, after]
    share = np.clip((k - low) / np.maximum(high - low, 1), 0, 1)
    before = positives[row, after - 1]
    hits: Floats = before + share * (positives[row, after] - before)
    return hits


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % percentile interval of `values` (R,)."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
