"""Paired differences between two scorers, or two models, on the same clips.

The unit is the scene: clips of one scene resemble each other. Intervals are t intervals with one degree of
freedom less than there are scenes with a positive (for a mean: than there are scenes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jepamine.statistics.metrics import average_precision, cumulate
from jepamine.statistics.scene_auroc import (
    FEWEST_SCENES,
    Floats,
    Influence,
    Ints,
    Scenes,
    auroc_influence,
    cluster_variance,
    group_by_scene,
)

_MOST_GROUPS, _FEWEST_GROUPS = 500, 100
# Cells (groups times clips) that the jackknife may compute in all, and hold at a time.
_BUDGET, _CELLS = 30_000_000, 500_000


@dataclass(frozen=True)
class Difference:
    """First minus second, its 95 % interval and two-sided p; these are None with too few scenes."""

    difference: float
    low: float | None = None
    high: float | None = None
    p: float | None = None


def paired_differences(
    first: Floats, second: Floats, labels: Ints, scenes: Sequence[str]
) -> dict[str, Difference]:
    """Return the differences "average_precision" and "auroc" of two scorers of the same clips.

    `first`, `second` float64 (n,); `labels` int64 (n,), 0 or 1, both present; `scenes` (n,).
    """
    grouped = group_by_scene(scenes, labels)
    kept = leave_out(grouped)
    precisions = [leave_out_precisions(scores, labels, grouped, kept) for scores in (first, second)]
    influences = [auroc_influence(scores, labels, grouped) for scores in (first, second)]
    return {
        "average_precision": precision_difference(precisions[0], precisions[1], grouped),
        "auroc": auroc_difference(influences[0], influences[1], grouped),
    }


def auroc_difference(first: Influence, second: Influence, scenes: Scenes) -> Difference:
    """Return the difference of two AUROCs, its variance from the differences of the scenes' influences."""
    difference = first.auroc - second.auroc
    if not scenes.allow_intervals:
        return Difference(difference)
    variance = cluster_variance(
        first.positives - second.positives, first.negatives - second.negatives, scenes
    )
    return _t_interval(difference, variance, scenes.with_positives - 1, limit=1.0)


def leave_out(scenes: Scenes, seed: int = 0) -> Ints:
    """Return scene weights for a delete-one jackknife, int64 (G + 1, S): row 0 keeps all scenes.

    The other rows leave out one scene each or, with more than 500 scenes, one random group of scenes. Rows
    that would not hold both labels are dropped.
    """
    clips = int(scenes.positives.sum() + scenes.negatives.sum())
    most = max(_FEWEST_GROUPS, min(_MOST_GROUPS, _BUDGET // clips))
    groups = min(most, scenes.count)
    member = np.arange(scenes.count)
    if groups < scenes.count:
        member = np.random.default_rng([seed, 6]).permutation(scenes.count) % groups
    kept = (member[None] != np.arange(-1, groups)[:, None]).astype(np.int64)
    usable: Ints = kept[(kept @ scenes.positives > 0) & (kept @ scenes.negatives > 0)]
    return usable


def leave_out_precisions(scores: Floats, labels: Ints, scenes: Scenes, kept: Ints) -> Floats:
    """Return the average precision for each row of scene weights `kept` (G + 1, S), float64 (G + 1,)."""
    order = np.argsort(-scores, kind="stable")
    scores, labels, number = scores[order], labels[order], scenes.number[order]
    rows = max(1, _CELLS // len(labels))
    parts = [
        average_precision(cumulate(scores, labels, kept[start : start + rows][:, number]))
        for start in range(0, len(kept), rows)
    ]
    return np.concatenate(parts)


def precision_difference(first: Floats, second: Floats, scenes: Scenes) -> Difference:
    """Return the difference of two APs from their `leave_out_precisions` (G + 1,), by the jackknife."""
    differences = first - second
    estimate, without = float(differences[0]), differences[1:]
    if not scenes.allow_intervals:
        return Difference(estimate)
    groups = len(without)
    variance = (groups - 1) / groups * float(((without - without.mean()) ** 2).sum())
    return _t_interval(estimate, variance, scenes.with_positives - 1, limit=1.0)


def mean_difference(first: Floats, second: Floats, scenes: Sequence[str]) -> Difference:
    """Return the mean of `first` - `second` (n,), clustered by scene; no interval under 3 scenes."""
    _, number = np.unique(np.asarray(scenes), return_inverse=True)
    differences = first - second
    estimate = float(differences.mean())
    sizes = np.bincount(number.reshape(-1))
    if len(sizes) < FEWEST_SCENES:
        return Difference(estimate)
    residuals = np.bincount(number.reshape(-1), weights=differences - estimate) / len(differences)
    variance = float((residuals**2 / (1 - sizes / len(differences))).sum())
    return _t_interval(estimate, variance, len(sizes) - 1)


def _t_interval(estimate: float, variance: float, freedom: int, limit: float = np.inf) -> Difference:
    from scipy.stats import t as student

    deviation = variance**0.5
    half = float(student.ppf(0.975, freedom)) * deviation
    if deviation > 0:
        p = float(2 * student.sf(abs(estimate) / deviation, freedom))
    else:
        p = 1.0 if estimate == 0 else 0.0
    return Difference(estimate, max(estimate - half, -limit), min(estimate + half, limit), p)
