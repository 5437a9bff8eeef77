"""95 % intervals of ranking metrics with the scene as the unit; None where too few scenes hold a label.

Each was chosen by simulation for its coverage with 4 to 60 scenes and clustered labels (docs/statistics.md).
"""

from __future__ import annotations

import numpy as np

from jepamine.statistics.scenes import Floats, Influence, Scenes, cluster_variance

Interval = tuple[float, float]

# Lift and precision vary too much with fewer scenes that hold a positive to be of use.
FEWEST_FOR_SHARES = 5


def auroc_interval(influence: Influence, scenes: Scenes) -> Interval | None:
    """Return logit(AUROC) -+ t * SD, back on the scale of the AUROC.

    The SD is the cluster-robust one, but at least Hanley and McNeil's (1982) at an AUROC half a positive
    further in: near 1 a sample without a wrong pair shows no variance at all. They take the positives for
    independent; their number here is the geometric mean of the positives and of the effective number of
    scenes, (sum p)^2 / sum p^2.
    """
    if not scenes.allow_intervals:
        return None
    positives, negatives = float(scenes.positives.sum()), float(scenes.negatives.sum())
    pairs = positives * negatives
    centre = (influence.auroc * pairs + 0.5) / (pairs + 1)
    effective = (positives**3 / float((scenes.positives**2).sum())) ** 0.5
    inner = (influence.auroc * effective + 0.5) / (effective + 1)
    variance = cluster_variance(influence.positives, influence.negatives, scenes)
    between = variance**0.5 / (centre * (1 - centre))
    least = _hanley_mcneil(inner, effective, negatives) ** 0.5 / (inner * (1 - inner))
    return _logit_t(centre, max(between, least), scenes.with_positives - 1)


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
    return _logit_t(centre, deviation, scenes.with_positives - 1)


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
    from scipy.stats import t as student

    if scenes.with_positives < FEWEST_FOR_SHARES or not scenes.allow_intervals:
        return None
    edge = 0.5 / (trials + 1)
    binomial = max(value * (1 - value), edge * (1 - edge)) / trials
    size = trials / max(float(resampled.var()) / binomial, 1.0)
    quantile = float(student.ppf(0.975, scenes.with_positives))
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


def _logit_t(centre: float, deviation: float, freedom: int) -> Interval:
    from scipy.stats import t as student

    middle = np.log(centre / (1 - centre))
    half = float(student.ppf(0.975, freedom)) * deviation
    low, high = 1 / (1 + np.exp(-np.clip([middle - half, middle + half], -30, 30)))
    return float(low), float(high)
