"""Measures of layouts, on scenes small enough for a calculation by hand."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.manim.layout_model.evaluation.layout_report import describe, report
from jepamine.manim.layout_model.evaluation.matching import compare
from jepamine.manim.layout_model.evaluation.measures import (
    MEANINGS,
    Resampled,
    by_family,
    by_seen,
    by_seen_and_family,
    by_type,
    by_visibility,
    measures,
)
from jepamine.manim.layouts import Layout, Object


def item(type_="circle", x=0.0, y=0.0, side=2.0, z=0, confidence=1.0, visible=1.0):
    return Object(type_, x, y, z, side, side, confidence=confidence, visible=visible)


def layout(*objects):
    return Layout(tuple(objects))


# In the first scene one of two objects is found, with one false positive; in the second both, one of the
# wrong type.
TRUE = [
    layout(item("circle", -4), item("dot", 4, side=0.2)),
    layout(item("square", -2, 1), item("text", 2, -1, z=1, visible=0.4)),
]
PREDICTED = [
    layout(item("circle", -3.5), item("star", 0, 3, confidence=0.4)),
    layout(item("square", -2, 1, confidence=0.9), item("arrow", 2, -1, confidence=0.8)),
]


def values(result):
    return {name: measure["value"] for name, measure in result.items() if isinstance(measure, dict)}


def test_every_measure_equals_its_calculation_by_hand():
    result = values(measures(compare(TRUE, PREDICTED), Resampled(2)))
    assert list(result) == list(MEANINGS)
    assert result == {
        "mean_iou": pytest.approx((1.5 / 2.5 + 0 + 1 + 1) / 4),
        "f1": pytest.approx(2 * 3 / (4 + 4)),
        "precision": 3 / 4,
        "recall": 3 / 4,
        "false_positives": 1 / 2,
        "type_accuracy": pytest.approx(2 / 3),
        "centre_error": pytest.approx(0.5 / 3),
        "within_half_unit": 3 / 4,
        "relations": 1.0,
        "drawing_order": None,
        # Bins 0.4, 0.8, 0.9 and 1.0: gaps of 0.4, 0.8, 0.1 and 0.
        "calibration_error": pytest.approx((0.4 + 0.8 + 0.1 + 0) / 4),
        "more_flag": 1.0,
    }


def test_a_relation_is_wrong_if_objects_swap_sides():
    true = layout(item(x=-0.3, side=4), item(x=0.3, side=2))
    swapped = layout(item(x=0.3, side=4), item(x=-0.3, side=2))
    assert values(measures(compare([true, true], [true, swapped]), Resampled(2)))["relations"] == 0.5


def test_neighbours_at_the_same_height_are_neither_above_nor_below():
    pairs = compare([layout(item(x=-3), item(x=3, y=0.2))], [layout(item(x=-3, y=0.1), item(x=3))]).pairs
    assert (pairs["relation"].tolist(), pairs["right"].tolist()) == (["left"], [True])


def test_the_drawing_order_is_compared_for_overlapping_boxes_only():
    true = layout(item(x=0, z=0), item(x=0.2, z=1), item(x=5, z=2))
    wrong = layout(item(x=0, z=2), item(x=0.2, z=1), item(x=5, z=0))
    assert values(measures(compare([true], [true]), Resampled(1)))["drawing_order"] == 1.0
    pairs = compare([true], [wrong]).pairs
    assert pairs["right"][pairs["relation"] == "drawn_first"].tolist() == [False]


def test_groups_hold_only_their_own_objects():
    comparison, resampled = compare(TRUE, PREDICTED), Resampled(2)
    types = by_type(comparison, resampled)
    assert list(types) == ["circle", "square", "dot", "text"]
    assert types["text"]["type_accuracy"]["value"] == 0.0
    assert types["dot"]["mean_iou"]["value"] == 0.0
    assert types["dot"]["type_accuracy"]["value"] is None
    families = by_family(comparison, resampled, ["random", "structured"])
    assert families["random"]["f1"]["value"] == pytest.approx(2 / 4)
    assert families["structured"]["f1"]["value"] == 1.0
    assert families["structured"]["false_positives"]["value"] == 0.0
    covered = by_visibility(comparison, resampled)
    assert [row["objects"] for row in covered.values()] == [3, 0, 1]


def test_hidden_objects_are_measured_separately():
    hidden = np.zeros((9, 16), bool)
    hidden[:, 8:] = True  # the right half: the dot, and the text
    comparison = compare(TRUE, PREDICTED, [hidden, hidden])
    bands = by_seen(comparison, Resampled(2))
    assert {name: row["objects"] for name, row in bands.items()} == {"visible": 2, "partly": 0, "hidden": 2}
    assert bands["hidden"]["mean_iou"]["value"] == 0.5
    assert bands["visible"]["mean_seen_share"] == 1.0
    families = by_seen_and_family(comparison, Resampled(2), ["random", "structured"])
    assert families["random"]["hidden"]["mean_iou"]["value"] == 0.0
    assert families["structured"]["hidden"]["mean_iou"]["value"] == 1.0


def test_intervals_contain_the_value_and_shrink_with_more_scenes():
    few, many = (measures(compare(TRUE * n, PREDICTED * n), Resampled(2 * n))["mean_iou"] for n in (5, 100))
    assert few["value"] == pytest.approx(many["value"])
    for measure in (few, many):
        assert measure["interval"][0] < measure["value"] < measure["interval"][1]
    assert np.ptp(many["interval"]) < np.ptp(few["interval"]) / 3


def test_two_scenes_have_no_interval():
    assert measures(compare(TRUE, PREDICTED), Resampled(2))["f1"]["interval"] is None


def test_a_well_calibrated_predictor_has_no_calibration_error():
    scene = np.arange(10)
    right = np.arange(10) < 7
    resampled = Resampled(10)
    assert resampled.calibration(scene, np.full(10, 0.7), right)["value"] == pytest.approx(0)
    assert resampled.calibration(scene, np.full(10, 0.95), right)["value"] == pytest.approx(0.25)


def test_the_report_covers_clean_and_masked_frames_and_formats_as_text():
    hidden = [np.zeros((9, 16), bool)] * 2
    result = report(TRUE, ["random", "structured"], PREDICTED, PREDICTED, hidden)
    assert (result["scenes"], result["objects"]) == (2, 4)
    assert result["masked"]["measures"]["mean_iou"] == result["clean"]["measures"]["mean_iou"]
    text = describe(result)
    assert "0% of patches hidden" in text
    assert "structured, hidden" in text


def test_only_the_largest_objects_are_expected_and_smaller_ones_do_not_count_as_wrong():
    true = layout(item(x=-4, side=3), item(x=0, side=0.5), item(x=4, side=2))
    predicted = Layout((item(x=-4, side=3), item(x=0, side=0.5)), more=True)
    result = values(measures(compare([true], [predicted], limit=2), Resampled(1)))
    # The large one is found, the one of side 2 is not; the small one is neither expected nor wrong.
    assert (result["recall"], result["precision"], result["false_positives"]) == (0.5, 1.0, 0.0)
    assert result["more_flag"] == 1.0
    assert values(measures(compare([true], [predicted]), Resampled(1)))["more_flag"] == 0.0


def test_unmatched_predictions_are_not_wrong_if_the_true_layout_leaves_objects_out():
    true, predicted = Layout((item(x=-4),), more=True), layout(item(x=-4), item(x=4))
    result = values(measures(compare([true], [predicted]), Resampled(1)))
    assert (result["precision"], result["false_positives"], result["more_flag"]) == (1.0, 0.0, 0.0)
