"""How boxes lie to each other, and that a block compares them."""

from __future__ import annotations

import pytest
import torch

from jepamine.manim.layout_model.predictors.box_relations import HEADS, Comparison, held_shares, relations


def test_how_boxes_lie_to_each_other():
    boxes = torch.tensor([[[0.0, 0, 2, 2], [0.5, 0, 1, 1]]])
    found = relations(boxes)[0]
    assert found[0, 1].tolist() == pytest.approx([0.125, 0, -0.3466, -0.3466, 0.25, 1.0, 0.25, 0.0], abs=1e-4)
    assert found[0, 0].tolist() == pytest.approx([0, 0, 0, 0, 1, 1, 1, 1])


@torch.no_grad()
def test_a_box_that_is_masked_for_a_frame_changes_nothing_of_the_others():
    torch.manual_seed(0)
    block, features = Comparison(16).eval(), torch.randn(1, 3, 16)
    bias = torch.zeros(1, HEADS, 3, 3)
    bias[..., 2] = -1e4
    other = features.clone()
    other[0, 2] = 9.0
    assert torch.allclose(block(features, bias)[0, :2], block(other, bias)[0, :2], atol=1e-6)


def test_a_line_is_in_the_box_around_it():
    boxes = torch.tensor([[0.0, 0, 2, 0], [0, 0, 4, 4], [5, 0, 1, 1]])
    shares = held_shares(boxes)
    assert shares[0].tolist() == pytest.approx([1.0, 1.0, 0.0])
    assert shares[1, 0].item() == pytest.approx(2.1 * 0.1 / 4.1**2)
