"""The empty cells of a frame."""

from __future__ import annotations

import pytest
import torch

from jepamine.manim.layout_model.predictors.dense_module import not_empty


@pytest.mark.parametrize(("ground", "ink"), [(0.0, 1.0), (1.0, 0.0), (0.9, 0.2)])
def test_cells_that_differ_from_the_background_are_not_empty(ground, ink):
    pixels = torch.full((2, 32, 64, 3), ground)
    pixels[0, 10, 3] = ink
    pixels[1, 31, 63, 1] = ink
    seen = not_empty(pixels, torch.zeros(2, 32, 64, 1))
    assert seen.nonzero().tolist() == [[0, 1, 0], [1, 3, 7]]


def test_hidden_cells_are_empty_and_do_not_count_for_the_background():
    pixels = torch.ones(1, 32, 64, 3)
    mask = torch.zeros(1, 32, 64, 1)
    mask[:, :, 16:] = 1
    # Hidden patches are zeroed.
    pixels = pixels * (1 - mask)
    assert not not_empty(pixels, mask).any()
    pixels[0, 4, 4] = 0.3
    assert not_empty(pixels, mask).nonzero().tolist() == [[0, 0, 0]]
