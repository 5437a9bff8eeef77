"""What is seen of a proposed box."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from jepamine.manim.layout_model.predictors.proposal_crops import (
    Candidates,
    candidate_tensors,
    candidates,
    shown_as_floats,
)

NOTHING_HIDDEN = np.zeros((144, 256), bool)


def square(ground, colour):
    pixels = np.full((144, 256, 3), ground, np.float32)
    pixels[63:81, 119:137] = colour
    return pixels


def only(found: Candidates):
    assert len(found.boxes) == 1
    return found


def test_a_square_of_one_unit_in_the_middle_has_that_box_and_is_filled():
    found = only(candidates(square(0.0, (1, 0, 0)), NOTHING_HIDDEN))
    assert found.boxes[0].tolist() == pytest.approx([0, 0, 1, 1])
    assert found.filled.tolist() == [1.0]
    # 18 x 1.3 + 4 pixels are shown, of which the square takes the middle 66 %.
    assert (found.near[0, ..., 3] > 127).mean() == pytest.approx((18 / 27.4) ** 2, abs=0.05)
    assert found.near[0, 12, 12].tolist() == [255, 128, 128, 255]


def test_black_on_white_looks_as_white_on_black_with_the_sign_changed():
    light, dark = (
        only(candidates(square(*shades), NOTHING_HIDDEN)).near.astype(int)
        for shades in ((0.0, (1, 1, 1)), (1.0, (0, 0, 0)))
    )
    assert (light[..., 3] == dark[..., 3]).all()
    assert np.abs(light[..., :3] - 128 + dark[..., :3] - 128).max() <= 1


def test_frames_without_proposals_have_rows_that_are_not_present():
    found = [candidates(square(0.0, (1, 1, 1)), NOTHING_HIDDEN), candidates(square(0.0, 0.0), NOTHING_HIDDEN)]
    tensors = candidate_tensors(found)
    assert tensors["present"].tolist() == [[True], [False]]
    assert {name: tuple(tensor.shape) for name, tensor in tensors.items()} == {
        "near": (2, 1, 24, 24, 4), "wide": (2, 1, 16, 16, 4), "places": (2, 1, 4), "marks": (2, 1, 26),
        "filled": (2, 1), "present": (2, 1), "lit": (2, 144, 256),
    }  # fmt: skip


def test_a_box_at_the_edge_of_the_frame_shows_ground_beyond_it():
    pixels = np.zeros((144, 256, 3), np.float32)
    pixels[0:10, 0:30] = 1
    found = only(candidates(pixels, NOTHING_HIDDEN))
    assert (found.wide[0, 0, 0].tolist(), found.wide[0, -1, -1].tolist()) == ([128, 128, 128, 0],) * 2


def test_bytes_become_differences_and_contrast():
    crop = torch.tensor([[[[255, 1, 128, 51]]]], dtype=torch.uint8)
    assert shown_as_floats(crop).flatten().tolist() == pytest.approx([1, -1, 0, 0.2])
