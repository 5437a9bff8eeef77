"""Boxes as tensors."""

from __future__ import annotations

import pytest
import torch

from jepamine.manim.layout_model.targets import giou, iou, layout_of, shown_layout, to_cells, to_units
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.manim.layouts import iou as plain_iou


def test_cells_count_from_the_top_left_corner():
    boxes = torch.tensor([[-FRAME_WIDTH / 2, FRAME_HEIGHT / 2, FRAME_WIDTH, 1.0], [0.0, 0.0, 0.0, 8.0]])
    assert to_cells(boxes, (16, 32)).tolist() == [
        pytest.approx([0, 0, 32, 2], abs=1e-5),
        pytest.approx([16, 8, 0, 16], abs=1e-5),
    ]
    assert torch.allclose(to_units(to_cells(boxes, (18, 32)), (18, 32)), boxes, atol=1e-6)


@pytest.mark.parametrize(
    ("a", "b", "shared", "generalised"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0, 1.0),
        ((0, 0, 2, 2), (1, 0, 2, 2), 1 / 3, 1 / 3),
        ((0, 0, 1, 1), (3, 0, 1, 1), 0.0, -0.5),
        ((0, 0, 2, 0), (0, 0, 2, 0.2), 1.0, 1.0),
    ],
    ids=["same", "half", "apart", "a line"],
)
def test_overlaps_equal_those_of_layouts_and_giou_measures_the_distance(a, b, shared, generalised):
    first, second = torch.tensor(a, dtype=torch.float64), torch.tensor(b, dtype=torch.float64)
    assert iou(first, second).item() == pytest.approx(shared) == plain_iou(a, b)
    assert giou(first, second).item() == pytest.approx(generalised)


def test_a_frame_shows_one_of_an_object_and_its_copy():
    dot = {"type": "dot", "x": 1.0, "y": 0.0, "width": 0.2, "height": 0.2, "confidence": 1.0}
    objects = [dot | {"z": 0, "visible": 0.1}, dot | {"z": 1}]

    class Line:
        place, line = "scenes.jsonl:1", {"layout": {"objects": objects}, "left_out": 3}

    assert [len(read(Line).objects) for read in (layout_of, shown_layout)] == [2, 1]
    assert shown_layout(Line).more
