"""Matching of predicted and true boxes, and the visible share of boxes under a mask."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.manim.layout_model.evaluation.matching import iou_matrix, match, visible_shares
from jepamine.manim.layouts import FRAME_WIDTH, iou


def test_the_matrix_holds_the_iou_of_every_pair_of_boxes():
    rng = np.random.default_rng(0)
    a, b = rng.uniform(-2, 2, (5, 4)), rng.uniform(-2, 2, (7, 4))
    a[:, 2:], b[:, 2:] = abs(a[:, 2:]), abs(b[:, 2:])
    a[0, 3] = 0.0
    expected = [[iou(row, column) for column in b] for row in a]
    assert iou_matrix(a, b) == pytest.approx(np.array(expected))


def test_the_matching_maximizes_the_sum_of_ious():
    true = np.array([[0, 0, 2, 2], [1, 0, 2, 2]], dtype=float)
    # Greedy matching would give the first true box the first prediction.
    predicted = np.array([[0.9, 0, 2, 2], [-1.4, 0, 2, 2]], dtype=float)
    place, overlap = match(true, predicted)
    assert place.tolist() == [1, 0]
    assert overlap == pytest.approx([0.6 / 3.4, 1.9 / 2.1])


def test_disjoint_boxes_do_not_match():
    place, overlap = match(np.array([[0, 0, 1, 1.0]]), np.array([[3, 0, 1, 1.0]]))
    assert (place.tolist(), overlap.tolist()) == ([-1], [0.0])


def test_without_predictions_nothing_matches():
    place, overlap = match(np.zeros((2, 4)), np.zeros((0, 4)))
    assert (place.tolist(), overlap.tolist()) == ([-1, -1], [0.0, 0.0])


def test_the_visible_share_is_measured_by_area():
    hidden = np.zeros((9, 16), bool)
    hidden[:, :8] = True  # the left half
    boxes = np.array([[1, 0, 1, 1], [-1, 0, 1, 1], [0.25, 2, 1, 1], [FRAME_WIDTH, 0, 1, 1]])
    assert visible_shares(boxes, hidden) == pytest.approx([1, 0, 0.75, 0])


def test_a_line_without_height_has_a_visible_share():
    hidden = np.zeros((9, 16), bool)
    hidden[4, 8:] = True  # the middle row's right half
    assert visible_shares(np.array([[0, 0, 4, 0]]), hidden) == pytest.approx([0.5])
