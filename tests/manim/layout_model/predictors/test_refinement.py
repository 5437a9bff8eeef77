"""Crops of pictures, resampled to one size."""

from __future__ import annotations

import pytest
import torch

from jepamine.manim.layout_model.predictors.refinement import crop


def test_a_crop_holds_the_means_of_its_parts():
    picture = torch.arange(2 * 8 * 8, dtype=torch.float32).view(2, 8, 8, 1)
    crops = crop(picture, torch.tensor([1, 0]), torch.tensor([[4.0, 4, 8, 8], [2.0, 2, 4, 4]]), 2)
    assert crops.shape == (2, 1, 2, 2)
    quarters = picture[1, :, :, 0].view(2, 4, 2, 4).mean(dim=(1, 3))
    assert torch.allclose(crops[0, 0], quarters)
    assert torch.allclose(crops[1, 0], picture[0, :4, :4, 0].view(2, 2, 2, 2).mean(dim=(1, 3)))


def test_partly_covered_pixels_are_weighted_by_their_share():
    picture = torch.zeros(1, 4, 4, 1)
    picture[0, 1, 1] = 1.0
    (cropped,) = crop(picture, torch.tensor([0]), torch.tensor([[1.25, 1.5, 1.0, 1.0]]), 1)
    assert cropped.item() == pytest.approx(0.75)


def test_pixels_outside_are_zero():
    picture = torch.ones(1, 4, 4, 2)
    (cropped,) = crop(picture, torch.tensor([0]), torch.tensor([[0.0, 2.0, 4.0, 4.0]]), 2)
    assert cropped.tolist() == [[[0, 1], [0, 1]], [[0, 1], [0, 1]]]


def test_a_line_one_pixel_thin_is_visible_in_a_small_crop():
    picture = torch.zeros(1, 64, 64, 1)
    picture[0, 17] = 1.0
    (cropped,) = crop(picture, torch.tensor([0]), torch.tensor([[32.0, 32.0, 64.0, 64.0]]), 4)
    assert cropped[0, 1].tolist() == pytest.approx([1 / 16] * 4)
    assert cropped[0, [0, 2, 3]].abs().max() == 0
