"""Clips grouped by scene: their AUROC, the part that each scene has in it, and its variance by clusters."""

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


@dataclass(frozen=True)
class Influence:
    """An AUROC and the part that the positives and the negatives of each scene have in it, float64 (S,).

    Each of the parts sums to 0. `correlation`: how alike the scores of a scene are, 0 to 1.
    """

    auroc: float
    positives: Floats
    negatives: Floats
    correlation: float


def auroc_influence(scores: Floats, labels: Ints, scenes: Scenes) -> Influence:
    """Return the AUROC of `scores` (n,) and the influence of each scene on it.

    DeLong's placements: for a positive, the share of negatives ranked below it; for a negative, the share of
    positives ranked above it; ties count half (DeLong et al. 1988; for clusters Obuchowski 1997).
    """
    from scipy.stats import rankdata

    positive = labels == 1
    own = np.empty(len(scores))
    own[positive], own[~positive] = rankdata(scores[positive]), rankdata(scores[~positive])
    below = rankdata(scores) - own
    positives = int(positive.sum())
    placements = np.where(positive, below / (len(labels) - positives), 1 - below / positives)
    auroc = float(placements[positive].mean())
    centred = placements - auroc
    upper = np.bincount(scenes.number, weights=centred * labels, minlength=scenes.count)
    lower = np.bincount(scenes.number, weights=centred * (1 - labels), minlength=scenes.count)
    frequent = ~positive if 2 * positives <= len(labels) else positive
    alike = intraclass_correlation(own[frequent], scenes.number[frequent])
    return Influence(auroc, upper / scenes.positives.sum(), lower / scenes.negatives.sum(), alike)


def intraclass_correlation(ranks: Floats, groups: Ints) -> float:
    """Return the correlation within groups of the normal scores of `ranks` (n,) 1 to n, from 0 to 1.

    By one-way analysis of variance (Donner 1986); 1 where no group has two members, which shows nothing.
    """
    from scipy.special import ndtri

    values = ndtri((ranks - 0.5) / len(ranks))
    sizes = np.bincount(groups).astype(np.float64)
    sums, sizes = np.bincount(groups, weights=values)[sizes > 0], sizes[sizes > 0]
    count, total = len(sizes), sizes.sum()
    if count < 2 or total == count:
        return 1.0
    explained = float((sums**2 / sizes).sum())
    within = (float((values**2).sum()) - explained) / (total - count)
    between = (explained - total * float(values.mean()) ** 2) / (count - 1)
    size = (total - (sizes**2).sum() / total) / (count - 1)
    shared = max((between - within) / size, 0.0)
    return float(shared / (shared + within)) if shared > 0 else 0.0


def cluster_variance(positives: Floats, negatives: Floats, scenes: Scenes) -> float:
    """Return the cluster-robust variance of an AUROC, or of a difference of two, from scene influences.

    CR2-like (Bell and McCaffrey 2002): a scene's influence is divided by the root of 1 minus its share of the
    positives, and of the negatives, because a scene pulls the estimate towards itself.
    """
    up = np.sqrt(np.maximum(1 - scenes.positives / scenes.positives.sum(), 1e-9))
    down = np.sqrt(np.maximum(1 - scenes.negatives / scenes.negatives.sum(), 1e-9))
    return float(((positives / up + negatives / down) ** 2).sum())
