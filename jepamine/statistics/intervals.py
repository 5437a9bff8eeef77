"""Bootstrap over scenes, and 95 % intervals of ranking metrics; None where too few scenes hold a label.

Each was chosen by simulation for its coverage with 4 to 60 scenes and clustered labels (docs/statistics.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jepamine.statistics.metrics import CUTOFFS, average_precision, average_precision_over_ties, cumulate
from jepamine.statistics.scene_auroc import Floats, Influence, Ints, Scenes, cluster_variance

RESAMPLES, _FEWEST_RESAMPLES = 1000, 200
# Cells (resamples times clips) that are computed in all, and held at a time.
_BUDGET, _CELLS = 30_000_000, 500_000


def draw_scenes(scenes: Scenes, rng: np.random.Generator, resamples: int | None = None) -> Ints:
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


def resampled_metrics(
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


def percentile_interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % percentile interval of `values` (R,)."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


Interval = tuple[float, float]

# Lift and precision vary too much with fewer scenes that hold a positive to be of use.
FEWEST_FOR_SHARES = 5


def auroc_interval(influence: Influence, scenes: Scenes) -> Interval | None:
    """Return logit(AUROC) -+ the larger of two half-widths, back on the scale of the AUROC, which it holds.

    One is t * SD, cluster-robust. Near 1 a sample with hardly a wrong pair shows no variance, so the other is
    t times Hanley and McNeil's SD (1982) for as many independent clips as the clustered ones are worth, at an
    AUROC one positive further in. How alike clips of a scene are is seen in the scores of the more frequent
    label, however well the labels are told apart. t has (scenes with a positive) - 1 degrees of freedom, in
    the second as many as the positives are worth.
    """
    if not scenes.allow_intervals:
        return None
    positives = _worth(scenes.positives, influence.correlation)
    negatives = _worth(scenes.negatives, influence.correlation)
    # Half a wrong pair more. With the negatives' own number it would be too far out where scenes are alike
    # inside; simulated coverage is closest to 0.95 with the root of it.
    weight = positives * negatives**0.5
    centre = (influence.auroc * weight + 0.5) / (weight + 1)
    inner = (influence.auroc * positives + 1) / (positives + 2)
    between = cluster_variance(influence.positives, influence.negatives, scenes) ** 0.5
    freedom = scenes.with_positives - 1
    seen = _quantile(freedom) * between / (centre * (1 - centre))
    least = _quantile(max(freedom, positives)) * _hanley_mcneil(inner, positives, negatives) ** 0.5
    low, high = _around(centre, max(seen, least / (inner * (1 - inner))))
    return min(low, influence.auroc), max(high, influence.auroc)


def precision_interval(value: float, resampled: Floats, scenes: Scenes) -> Interval | None:
    """Return logit(AP) -+ t * SD of the resamples' logits, with a least SD near 1 as for the AUROC.

    `resampled` (R,): the AP in each bootstrap resample of scenes.
    """
    if not scenes.allow_intervals:
        return None
    positives = float(scenes.positives.sum())
    clipped = np.clip(resampled, 0.02, 0.98)
    inner = (value * positives + 0.5) / (positives + 1)
    least = value / ((positives + 1) * (1 - inner)) ** 0.5
    deviation = max(float(np.log(clipped / (1 - clipped)).std()), least)
    centre = min(max(value, 0.005), 1 - 0.5 / (positives + 1))
    return _around(centre, _quantile(scenes.with_positives - 1) * deviation)


def lift_interval(value: float, chance: float, resampled: Floats, scenes: Scenes) -> Interval | None:
    """Return the interval of AP, divided by the AP `chance` of random orders of these clips."""
    if scenes.with_positives < FEWEST_FOR_SHARES:
        return None
    ends = precision_interval(value, resampled, scenes)
    return None if ends is None else (ends[0] / chance, ends[1] / chance)


def share_interval(value: float, trials: int, resampled: Floats, scenes: Scenes) -> Interval | None:
    """Return Wilson's interval of precision at k (`trials` = k) or recall at k (`trials` = positives).

    The effective size is `trials` over the design effect, the bootstrap variance of `resampled` (R,) over
    the binomial one (Kish 1965); t with as many degrees of freedom as scenes hold a positive.
    """
    if scenes.with_positives < FEWEST_FOR_SHARES or not scenes.allow_intervals:
        return None
    edge = 0.5 / (trials + 1)
    binomial = max(value * (1 - value), edge * (1 - edge)) / trials
    size = trials / max(float(resampled.var()) / binomial, 1.0)
    quantile = _quantile(scenes.with_positives)
    scale = size + quantile**2
    centre = (value * size + quantile**2 / 2) / scale
    half = quantile / scale * (value * (1 - value) * size + quantile**2 / 4) ** 0.5
    return max(centre - half, 0.0), min(centre + half, 1.0)


def _hanley_mcneil(auroc: float, positives: float, negatives: float) -> float:
    first, second = auroc / (2 - auroc), 2 * auroc**2 / (1 + auroc)
    spread = (
        auroc * (1 - auroc) + (positives - 1) * (first - auroc**2) + (negatives - 1) * (second - auroc**2)
    )
    return spread / (positives * negatives)


def _worth(counts: Floats, correlation: float) -> float:
    """Return how many independent clips scenes of `counts` (S,) clips are worth (Kish 1965)."""
    held = counts[counts > 0]
    return float((held / (1 + (held - 1) * correlation)).sum())


def _quantile(freedom: float) -> float:
    from scipy.stats import t as student

    return float(student.ppf(0.975, freedom))


def _around(centre: float, half: float) -> Interval:
    """Return logit(centre) -+ half, back on the scale of `centre`."""
    middle = np.log(centre / (1 - centre))
    low, high = 1 / (1 + np.exp(-np.clip([middle - half, middle + half], -30, 30)))
    return float(low), float(high)
