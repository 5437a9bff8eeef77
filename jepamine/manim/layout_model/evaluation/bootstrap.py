"""Means with 95 % intervals from a bootstrap over scenes.

Objects of one scene are correlated, so whole scenes are resampled, not objects.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.matching import Floats
from jepamine.statistics.bootstrap import FEWEST_SCENES, RESAMPLES, interval

BINS = 10


class Resampled:
    """Resamples of `scenes` scenes, shared by all measures; without resamples there are no intervals."""

    def __init__(self, scenes: int, seed: int = 0, resamples: int = RESAMPLES) -> None:
        self.scenes = scenes
        self.counts: Floats | None = None
        if scenes >= FEWEST_SCENES and resamples:
            rng = np.random.default_rng(seed)
            drawn = rng.multinomial(scenes, np.full(scenes, 1 / scenes), size=resamples)
            self.counts = drawn.astype(np.float64)

    def mean(self, scene: NDArray[np.int64], values: NDArray[Any]) -> dict[str, Any]:
        """Return the mean of `values` (n,) of the scenes `scene` (n,): {"value", "interval", "count"}.

        The value is None without values, the interval if there are too few scenes.
        """
        return self.ratio(self._sums(scene, values), self._sums(scene, np.ones(len(values)))) | {
            "count": len(values)
        }

    def f1(
        self, hits: NDArray[np.int64], true: NDArray[np.int64], predicted: NDArray[np.int64]
    ) -> dict[str, Any]:
        """Return 2 hits / (true + predicted); each argument holds the scenes of its rows."""
        ones = [self._sums(rows, np.ones(len(rows))) for rows in (hits, true, predicted)]
        return self.ratio(2 * ones[0], ones[1] + ones[2])

    def ratio(self, numerator: Floats, denominator: Floats) -> dict[str, Any]:
        """Return the ratio of two sums over scenes, each (scenes,): {"value", "interval"}."""
        if not denominator.sum():
            return {"value": None, "interval": None}
        spread = None
        if self.counts is not None:
            lower = self.counts @ denominator
            spread = interval((self.counts @ numerator)[lower > 0] / lower[lower > 0])
        return {
            "value": float(numerator.sum() / denominator.sum()),
            "interval": list(spread) if spread else None,
        }

    def calibration(
        self, scene: NDArray[np.int64], confidence: Floats, right: NDArray[np.bool_]
    ) -> dict[str, Any]:
        """Return the expected calibration error (Guo et al. 2017, arXiv:1706.04599) over ten equal bins.

        This is the mean over predictions of |accuracy - mean confidence| of their bin. Resampling noise adds
        to it, so the interval is biased upwards.
        """
        if not len(confidence):
            return {"value": None, "interval": None}
        bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
        # (scenes, bins): correct predictions minus claimed confidence
        gaps = np.zeros((self.scenes, BINS))
        np.add.at(gaps, (scene, bins), right - confidence)
        count = self._sums(scene, np.ones(len(scene)))
        spread = None
        if self.counts is not None:
            total = self.counts @ count
            spread = interval(np.abs(self.counts @ gaps).sum(axis=1)[total > 0] / total[total > 0])
        value = float(np.abs(gaps.sum(axis=0)).sum() / count.sum())
        return {"value": value, "interval": list(spread) if spread else None}

    def _sums(self, scene: NDArray[np.int64], values: NDArray[Any]) -> Floats:
        sums = np.zeros(self.scenes)
        np.add.at(sums, scene, values)
        return sums
