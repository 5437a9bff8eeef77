"""Targets of the refinement."""

from __future__ import annotations

import math

import pytest
import torch

from jepamine.manim.layout_model.predictors.dense_loss import _confidence, _hottest, drawing_order_loss
from jepamine.manim.layout_model.targets import NOTHING

TRUTH = {
    "boxes": torch.tensor([[[0.0, 0, 2, 2], [9.0, 9, 9, 9]], [[3.0, 0, 1, 1], [0.0, 0, 2, 2]]]),
    "types": torch.tensor([[4, NOTHING], [4, 5]]),
}


def test_the_confidence_target_is_the_overlap_with_an_object_of_the_same_scene():
    boxes = torch.tensor([[0.0, 0, 2, 2], [9.0, 9, 9, 9], [1.0, 0, 2, 2], [0.0, 0, 2, 1], [3.0, 0, 1, 1]])
    # IoU 1; an empty row; 1/3; 1/2; an object of the other scene.
    scene = torch.tensor([0, 0, 0, 0, 0])
    assert _confidence(boxes, scene, TRUTH).tolist() == pytest.approx([1, 0, 1 / 12, 0.5, 0])
    assert _confidence(boxes[4:], torch.tensor([1]), TRUTH).tolist() == [1]


def test_the_later_drawn_of_two_overlapping_objects_has_the_greater_depth():
    boxes = torch.tensor([[0.0, 0, 2, 2], [1.0, 0, 2, 2], [9.0, 0, 2, 2]])
    scene, z = torch.tensor([0, 0, 0]), torch.tensor([0.0, 1, 2])
    right = drawing_order_loss(torch.tensor([0.0, 2, -5]), boxes, scene, z).item()
    wrong = drawing_order_loss(torch.tensor([2.0, 0, -5]), boxes, scene, z).item()
    assert right == pytest.approx(math.log1p(math.exp(-2)))
    assert wrong == pytest.approx(math.log1p(math.exp(2)))


def test_disjoint_objects_and_those_of_two_scenes_have_no_order():
    boxes = torch.tensor([[0.0, 0, 2, 2], [1.0, 0, 2, 2]])
    z = torch.tensor([0.0, 1])
    assert drawing_order_loss(torch.tensor([3.0, 0]), boxes, torch.tensor([0, 1]), z).item() == 0


def test_the_hottest_cells_are_used_or_drawn_from():
    heat = torch.zeros(2, 6, 10)
    heat[0, 1, 2], heat[0, 3, 4], heat[0, 5, 9], heat[0, 0, 0] = 4, 3, 2, 1
    scene, row, column = _hottest(heat, drawn=False)
    assert scene.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert list(zip(row.tolist(), column.tolist(), strict=True))[:4] == [(1, 2), (3, 4), (5, 9), (0, 0)]
    torch.manual_seed(0)
    drawn = [tuple(part.tolist()) for part in _hottest(heat, drawn=True)]
    torch.manual_seed(0)
    assert drawn == [tuple(part.tolist()) for part in _hottest(heat, drawn=True)]
    assert len(set(zip(*drawn, strict=True))) == 8
