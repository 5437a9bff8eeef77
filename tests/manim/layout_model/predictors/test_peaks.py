"""Removal of duplicate boxes."""

from __future__ import annotations

import torch

from jepamine.manim.layout_model.predictors.peaks import distinct_boxes, whole_boxes
from jepamine.manim.layout_model.targets import to_layout
from jepamine.manim.layouts import TYPES


def kept(boxes, kinds, confidence):
    return distinct_boxes(torch.tensor(boxes), torch.tensor(kinds), torch.tensor(confidence)).tolist()


def test_the_more_confident_of_two_boxes_of_one_object_is_kept():
    boxes = [[0.0, 0, 2, 2], [0.1, 0, 2, 2], [4.0, 0, 2, 2]]
    assert kept(boxes, [1, 1, 1], [0.6, 0.9, 0.5]) == [1, 2]


def test_boxes_of_different_types_may_overlap_more():
    # IoU 0.43
    boxes = [[0.0, 0, 2, 2], [0.8, 0, 2, 2]]
    assert kept(boxes, [1, 1], [0.9, 0.8]) == [0]
    assert kept(boxes, [1, 2], [0.9, 0.8]) == [0, 1]


def test_distinct_boxes_come_with_the_most_confident_first():
    boxes = [[float(x), 0, 0.5, 0.5] for x in range(12)]
    confidences = [0.5 + x / 100 for x in range(12)]
    assert kept(boxes, [0] * 12, confidences) == list(range(11, -1, -1))


def test_of_too_many_objects_the_largest_are_returned_and_the_rest_is_flagged():
    boxes = torch.tensor([[float(x), 0, 0.2 + x / 10, 0.5] for x in range(12)])
    layout = to_layout(boxes, torch.zeros(12, dtype=int), torch.full((12,), 0.9), torch.arange(12), 10)
    assert layout.more
    assert [item.x for item in layout.objects] == list(range(2, 12))
    assert [item.z for item in layout.objects] == list(range(10))
    assert not to_layout(boxes, torch.zeros(12, dtype=int), torch.full((12,), 0.9), torch.arange(12), 12).more


def test_the_letters_of_a_text_are_not_objects_but_what_lies_in_a_figure_is():
    # A text, two of its letters, one surer than all of it, and a word in a square.
    boxes = torch.tensor(
        [[0.0, 0, 4, 0.5], [-1.8, 0, 0.3, 0.4], [1.8, 0, 0.3, 0.4], [5, 0, 2, 2], [5, 0, 1, 0.4]]
    )
    text, square = TYPES.index("text"), TYPES.index("square")
    kinds = torch.tensor([text, text, text, square, text])
    confidence = torch.tensor([0.8, 0.85, 0.6, 0.9, 0.7])
    assert whole_boxes(boxes, kinds, confidence).tolist() == [3, 0, 4]
    assert whole_boxes(boxes, kinds, confidence / 2).tolist() == [3, 0]
    assert whole_boxes(boxes[:0], kinds[:0], confidence[:0]).tolist() == []
