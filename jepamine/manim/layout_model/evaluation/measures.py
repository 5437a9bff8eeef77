"""Measures of compared scenes, overall and by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import Comparison
from jepamine.manim.layouts import TYPES
from jepamine.manim.validation.adherence import HALF

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
