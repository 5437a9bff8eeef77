"""Measures of matched scenes, overall and by groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import Judged
from jepamine.manim.layouts import TYPES

#: The meaning of each measure, in the order of the report.
MEANINGS = {
    "mean_iou": "mean IoU of true objects and what was matched with them; 0 where nothing was",
    "f1": "F1: an object counts as found from IoU 0.5 on, whatever its type",
    "precision": "share of predicted objects that are one of the true objects, IoU of 0.5 or more",
    "recall": "share of true objects that were found, IoU of 0.5 or more",
    "false_positives": "predicted objects a scene that are none of the true ones",
    "type_accuracy": "share of matched objects whose type is right",
    "centre_error": "mean distance of matched objects' centres, Manim units",
    "within_half_unit": "share of true objects whose centre was placed within 0.5 units; unmatched: no",
    "relations": "share of relations left of and above that are right, of pairs of matched objects",
    "drawing_order": "share of matched pairs whose boxes meet that are drawn in the right order",
    "calibration_error": "mean gap between confidence and the share of predictions that are right",
}
#: Centres this near count as placed well.
NEAR = 0.5
#: Bands of how much of an object no other covers.
COVERED = (("whole", 1.0, 2.0), ("half or more", 0.5, 1.0), ("less than half", -1.0, 0.5))


def measures(judged: Judged, resampled: Resampled, scenes: NDArray[np.bool_] | None = None) -> dict[str, Any]:
    """Return every measure of `MEANINGS`, over all scenes or those selected by `scenes` bool (scenes,)."""
    pick = np.ones(judged.scenes, bool) if scenes is None else scenes
    objects, predictions, pairs = judged.objects, judged.predictions, judged.pairs
    mine, guesses, related = pick[objects["scene"]], pick[predictions["scene"]], pick[pairs["scene"]]
    hits = mine & objects["found"]
    order = pairs["relation"] == "drawn_first"
    place = predictions["scene"]
    wrong = np.bincount(place[guesses & ~predictions["found"]], minlength=judged.scenes).astype(float)
    error = np.nan_to_num(objects["error"], nan=np.inf)

    def mean(rows: NDArray[np.bool_], values: NDArray[Any], of: Any = objects) -> dict[str, Any]:
        return resampled.mean(of["scene"][rows], values[rows])

    return {
        "mean_iou": mean(mine, objects["iou"]),
        "f1": resampled.f1(objects["scene"][hits], objects["scene"][mine], place[guesses]),
        "precision": mean(guesses, predictions["found"], predictions),
        "recall": mean(mine, objects["found"]),
        "false_positives": resampled.ratio(wrong, pick.astype(float)),
        "type_accuracy": mean(mine & objects["matched"], objects["type_right"]),
        "centre_error": mean(mine & objects["matched"], error),
        "within_half_unit": mean(mine, error <= NEAR),
        "relations": mean(related & ~order, pairs["right"], pairs),
        "drawing_order": mean(related & order, pairs["right"], pairs),
        "calibration_error": resampled.calibration(
            place[guesses], predictions["confidence"][guesses], predictions["right"][guesses]
        ),
    }


def of_objects(judged: Judged, resampled: Resampled, rows: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the measures of some true objects by themselves; `rows` is bool (objects,)."""
    objects = judged.objects
    matched = rows & objects["matched"]
    scene, error = objects["scene"], np.nan_to_num(objects["error"], nan=np.inf)
    return {
        "objects": int(rows.sum()),
        "mean_iou": resampled.mean(scene[rows], objects["iou"][rows]),
        "recall": resampled.mean(scene[rows], objects["found"][rows]),
        "type_accuracy": resampled.mean(scene[matched], objects["type_right"][matched]),
        "within_half_unit": resampled.mean(scene[rows], error[rows] <= NEAR),
    }


def by_type(judged: Judged, resampled: Resampled) -> dict[str, Any]:
    """Return `of_objects` of each type that occurs."""
    types = judged.objects["type"]
    return {name: of_objects(judged, resampled, types == name) for name in TYPES if (types == name).any()}


def by_family(judged: Judged, resampled: Resampled, families: Sequence[str]) -> dict[str, Any]:
    """Return `measures` of the scenes of each family; `families` has one name per scene."""
    names = np.array(families)
    return {
        name: {"scenes": int((names == name).sum())} | measures(judged, resampled, names == name)
        for name in sorted(set(families))
    }


def by_visibility(judged: Judged, resampled: Resampled) -> dict[str, Any]:
    """Return `of_objects` by how much of an object no other object covers."""
    visible = judged.objects["visible"]
    return {
        name: of_objects(judged, resampled, (visible >= low) & (visible < high))
        for name, low, high in COVERED
    }
