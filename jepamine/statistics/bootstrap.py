"""Intervals from a bootstrap over scenes, and paired differences on the same resamples.

Clips of one scene resemble each other, so whole scenes are drawn with replacement, not clips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.statistics import metrics as weighted

RESAMPLES = 1000
# Resamples of one or two scenes are hardly anything but these scenes again: their spread says nothing.
FEWEST_SCENES = 3
# So many weights are held in memory at a time.
_CELLS = 2_000_000


@dataclass(frozen=True)
class Resamples:
    """`counts` int64 (R, S): how often each scene was drawn; `scene_of` int64 (n,): each clip's scene."""

    counts: NDArray[np.int64]
    scene_of: NDArray[np.int64]


def draw(
    scenes: Sequence[str], labels: NDArray[np.int64], rng: np.random.Generator, resamples: int = RESAMPLES
) -> Resamples | None:
    """`resamples` resamples of as many scenes as there are; None for fewer than `FEWEST_SCENES` scenes.

    Resamples without both labels are dropped and drawn anew. `scenes` and `labels` (n,) with both labels; the
    order of the clips does not matter.
    """
    names = {name: number for number, name in enumerate(sorted(set(scenes)))}
    count = len(names)
    if count < FEWEST_SCENES:
        return None
    scene_of = np.array([names[name] for name in scenes], dtype=np.int64)
    positives = np.bincount(scene_of, weights=labels, minlength=count)
    negatives = np.bincount(scene_of, weights=1 - labels, minlength=count)
    kept: list[NDArray[np.int64]] = []
    # From three scenes on more than half of the draws hold both labels, so this ends after a few rounds.
    while sum(map(len, kept)) < resamples:
        counts = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
        kept.append(counts[(counts @ positives > 0) & (counts @ negatives > 0)])
    return Resamples(np.concatenate(kept)[:resamples], scene_of)


def resampled(
    scores: NDArray[np.float64], labels: NDArray[np.int64], drawn: Resamples
) -> dict[str, NDArray[np.float64]]:
    """ "average_precision", "auroc" and "lift" of one scorer in each resample, float64 (R,).

    The lift divides by the AP that a random ranking of the very resample would have, because the share of
    positives, and chance AP with it, differs between resamples.
    """
    rows = max(1, _CELLS // len(labels))
    parts: dict[str, list[NDArray[np.float64]]] = {"average_precision": [], "auroc": [], "lift": []}
    for start in range(0, len(drawn.counts), rows):
        weights = drawn.counts[start : start + rows][:, drawn.scene_of]
        found = weighted.cumulate(scores, labels, weights)
        parts["average_precision"].append(weighted.average_precision(found))
        parts["auroc"].append(weighted.auroc(found))
        # All clips in one block: the AP of an order that knows nothing.
        ends = weighted.Cumulated(found.positives[:, [0, -1]], found.totals[:, [0, -1]])
        by_chance = weighted.average_precision_over_ties(ends)
        parts["lift"].append(weighted.average_precision_over_ties(found) / by_chance)
    return {name: np.concatenate(values) for name, values in parts.items()}


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % percentile interval: the 2.5th and 97.5th percentile of `values` (R,)."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
