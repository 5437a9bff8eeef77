"""Lit pixels in boxes, and shared by them."""

from __future__ import annotations

import pytest
import torch

from jepamine.manim.layout_model.predictors.lit_pixels import (
    counted,
    edges_in_pixels,
    shared_pixels,
    summed,
)
from jepamine.manim.layouts import FRAME_WIDTH

UNIT = FRAME_WIDTH / 256


def test_edges_are_a_pixel_further_out_and_within_the_frame():
    boxes = torch.tensor([[0.0, 0.0, 9 * UNIT, 3 * UNIT], [-FRAME_WIDTH / 2, 0.0, 19 * UNIT, UNIT]])
    assert edges_in_pixels(boxes, 144, 256).tolist() == [[122, 69, 134, 75], [0, 70, 11, 74]]


def test_boxes_hold_the_pixels_within_their_edges():
    lit = torch.zeros(1, 4, 6, dtype=torch.bool)
    lit[0, 1, 2:5] = True
    edges = torch.tensor([[[0, 0, 6, 4], [2, 1, 3, 2], [0, 2, 6, 4], [4, 0, 2, 4]]])
    assert counted(summed(lit), edges).tolist() == [[3.0, 1.0, 0.0, 0.0]]


def test_a_word_holds_the_pixels_of_its_letters_and_of_nothing_else():
    # Two letters of 10 x 10 pixels, 20 apart: the word is the box around both.
    lit = torch.zeros(1, 144, 256, dtype=torch.bool)
    lit[0, 67:77, 100:110] = lit[0, 67:77, 130:140] = True

    def box(left: int, right: int) -> list[float]:
        return [(left + right - 256) / 2 * UNIT, 0.0, (right - left) * UNIT, 10 * UNIT]

    boxes = torch.tensor([[box(100, 140), box(100, 110), box(130, 140)]])
    shares = shared_pixels(boxes, summed(lit))[0]
    assert shares.shape == (3, 3, 3)
    assert shares[0, 1].tolist() == pytest.approx([0.5, 1.0, 0.5])
    assert shares[1, 0].tolist() == pytest.approx([1.0, 0.5, 0.5])
    assert shares[1, 2].tolist() == [0.0, 0.0, 0.0]
    assert shares[0, 0].tolist() == [1.0, 1.0, 1.0]


def test_an_empty_box_shares_nothing():
    shares = shared_pixels(
        torch.tensor([[[0.0, 0, 1, 1]]]), summed(torch.zeros(1, 144, 256, dtype=torch.bool))
    )
    assert shares[0, 0, 0].tolist() == [0.0, 0.0, 0.0]
