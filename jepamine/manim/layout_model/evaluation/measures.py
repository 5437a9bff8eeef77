"""Measures of compared scenes, overall and by group, with intervals from a bootstrap over scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.matching import Comparison, Floats
from jepamine.manim.layouts import TYPES
from jepamine.manim.validation.adherence import HALF
from jepamine.statistics.intervals import RESAMPLES, percentile_interval
from jepamine.statistics.scene_auroc import FEWEST_SCENES

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
            spread = percentile_interval((self.counts @ numerator)[lower > 0] / lower[lower > 0])
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
            spread = percentile_interval(np.abs(self.counts @ gaps).sum(axis=1)[total > 0] / total[total > 0])
        value = float(np.abs(gaps.sum(axis=0)).sum() / count.sum())
        return {"value": value, "interval": list(spread) if spread else None}

    def _sums(self, scene: NDArray[np.int64], values: NDArray[Any]) -> Floats:
        sums = np.zeros(self.scenes)
        np.add.at(sums, scene, values)
        return sums


#: The meaning of each measure, in the order of the report.
MEANINGS = {
    "mean_iou": "mean IoU of true objects with their matches; 0 if unmatched",
    "f1": "F1 of finding objects: IoU of 0.5 or more, any type",
    "precision": "share of predicted objects that match a true one, IoU of 0.5 or more",
    "recall": "share of true objects found, IoU of 0.5 or more",
    "false_positives": "predicted objects per scene that match no true one",
    "type_accuracy": "share of matched objects of the right type",
    "centre_error": "mean distance of the centres of matched objects, Manim units",
    "within_half_unit": "share of true objects whose match is within 0.5 units",
    "relations": "share of pairs of matched objects with the right relation left of or above",
    "drawing_order": "share of overlapping matched pairs in the right drawing order",
    "calibration_error": "mean gap between confidence and the share of correct predictions",
    "more_flag": "share of scenes where the flag 'more objects than these' is right",
}
#: Bands of the share of an object that no other object covers.
COVERED = (("whole", 1.0, 2.0), ("half or more", 0.5, 1.0), ("less than half", -1.0, 0.5))


def measures(
    comparison: Comparison, resampled: Resampled, scenes: NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    """Return all `MEANINGS`, over all scenes or those where `scenes`, bool (scenes,), is True."""
    pick = np.ones(comparison.scenes, bool) if scenes is None else scenes
    objects, predictions, pairs = comparison.objects, comparison.predictions, comparison.pairs
    own, predicted, related = pick[objects["scene"]], pick[predictions["scene"]], pick[pairs["scene"]]
    found = own & objects["found"]
    order = pairs["relation"] == "drawn_first"
    place = predictions["scene"]
    wrong = np.bincount(place[predicted & ~predictions["found"]], minlength=comparison.scenes).astype(float)
    error = np.nan_to_num(objects["error"], nan=np.inf)

    def mean(rows: NDArray[np.bool_], values: NDArray[Any], of: Any = objects) -> dict[str, Any]:
        return resampled.mean(of["scene"][rows], values[rows])

    return {
        "mean_iou": mean(own, objects["iou"]),
        "f1": resampled.f1(objects["scene"][found], objects["scene"][own], place[predicted]),
        "precision": mean(predicted, predictions["found"], predictions),
        "recall": mean(own, objects["found"]),
        "false_positives": resampled.ratio(wrong, pick.astype(float)),
        "type_accuracy": mean(own & objects["matched"], objects["type_right"]),
        "centre_error": mean(own & objects["matched"], error),
        "within_half_unit": mean(own, error <= HALF),
        "relations": mean(related & ~order, pairs["right"], pairs),
        "drawing_order": mean(related & order, pairs["right"], pairs),
        "calibration_error": resampled.calibration(
            place[predicted], predictions["confidence"][predicted], predictions["right"][predicted]
        ),
        "more_flag": resampled.mean(np.flatnonzero(pick), comparison.more_right[pick]),
    }


def of_objects(comparison: Comparison, resampled: Resampled, rows: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the measures of a subset of true objects; `rows` is bool (objects,)."""
    objects = comparison.objects
    matched = rows & objects["matched"]
    scene, error = objects["scene"], np.nan_to_num(objects["error"], nan=np.inf)
    return {
        "objects": int(rows.sum()),
        "mean_iou": resampled.mean(scene[rows], objects["iou"][rows]),
        "recall": resampled.mean(scene[rows], objects["found"][rows]),
        "type_accuracy": resampled.mean(scene[matched], objects["type_right"][matched]),
        "within_half_unit": resampled.mean(scene[rows], error[rows] <= HALF),
    }


def by_type(comparison: Comparison, resampled: Resampled) -> dict[str, Any]:
    """Return `of_objects` of each type that occurs."""
    types = comparison.objects["type"]
    return {name: of_objects(comparison, resampled, types == name) for name in TYPES if (types == name).any()}


def by_family(comparison: Comparison, resampled: Resampled, families: Sequence[str]) -> dict[str, Any]:
    """Return `measures` of the scenes of each family; `families` has one name per scene."""
    names = np.array(families)
    return {
        name: {"scenes": int((names == name).sum())} | measures(comparison, resampled, names == name)
        for name in sorted(set(families))
    }


def by_visibility(comparison: Comparison, resampled: Resampled) -> dict[str, Any]:
    """Return `of_objects` by the share of an object that no other object covers."""
    visible = comparison.objects["visible"]
    return {
        name: of_objects(comparison, resampled, (visible >= low) & (visible < high))
        for name, low, high in COVERED
    }


#: "visible": at least half of the box's area is in visible patches; "hidden": none of it.
SEEN = ("visible", "partly", "hidden")


def by_seen(comparison: Comparison, resampled: Resampled) -> dict[str, Any]:
    """Return `of_objects` by the visible share of an object's box, and the mean of that share."""
    return {name: _band(comparison, resampled, rows) for name, rows in _bands(comparison).items()}


def by_seen_and_family(
    comparison: Comparison, resampled: Resampled, families: Sequence[str]
) -> dict[str, Any]:
    """Return `by_seen` for each family: `{family: {band: ...}}`; `families` has one name per scene."""
    names = np.array(families)[comparison.objects["scene"]]
    return {
        family: {
            name: _band(comparison, resampled, rows & (names == family))
            for name, rows in _bands(comparison).items()
        }
        for family in sorted(set(families))
    }


def _bands(comparison: Comparison) -> dict[str, NDArray[np.bool_]]:
    seen = comparison.objects["seen"]
    return {"visible": seen >= 0.5, "partly": (seen > 0) & (seen < 0.5), "hidden": seen == 0}


def _band(comparison: Comparison, resampled: Resampled, rows: NDArray[np.bool_]) -> dict[str, Any]:
    seen = comparison.objects["seen"][rows]
    return of_objects(comparison, resampled, rows) | {
        "mean_seen_share": float(seen.mean()) if len(seen) else None
    }
