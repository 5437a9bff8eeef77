"""Boxes that pixels propose."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from jepamine.manim.layout_model.predictors.proposals import contrast_from_ground, proposals, proposed

NOTHING_HIDDEN = np.zeros((144, 256), bool)


def edges(pixels, hidden=NOTHING_HIDDEN):
    """Return the proposals as (left, top, right, bottom) in pixels."""
    x, y, width, height = (proposed(pixels, hidden) * 18).T
    left, top = x - width / 2 + 128, 72 - y - height / 2
    return {
        tuple(box)
        for box in np.stack([left, top, left + width, top + height], 1).round().astype(int).tolist()
    }


def frame(*rectangles):
    pixels = np.zeros((144, 256, 3), np.float32)
    for left, top, right, bottom, colour in rectangles:
        pixels[top:bottom, left:right] = colour
    return pixels


def test_letters_words_and_lines_are_proposed():
    white = (1, 1, 1)
    text = frame((20, 30, 24, 38, white), (26, 30, 30, 38, white), (37, 30, 41, 38, white))
    assert edges(text) >= {(20, 30, 24, 38), (20, 30, 30, 38), (20, 30, 41, 38)}


def test_objects_that_cross_are_proposed_by_their_colours():
    crossed = frame((20, 60, 120, 63, (1, 0, 0)), (60, 20, 63, 100, (0, 1, 0)))
    found = edges(crossed)
    assert (20, 20, 120, 100) in found
    # What lies below is cut in two, and closed over a gap of three pixels.
    assert {(20, 60, 120, 63), (60, 20, 63, 100)} <= found


def test_nothing_is_proposed_where_nothing_is_seen():
    assert edges(frame()) == set()
    hidden = np.ones((144, 256), bool)
    assert edges(frame((20, 60, 120, 63, (1, 0, 0))), hidden) == set()


def test_the_boxes_of_several_pictures_know_theirs():
    white = frame((20, 30, 24, 38, (1, 1, 1)))
    pictures = np.concatenate([np.stack([white, frame(), white]), np.zeros((3, 144, 256, 1))], axis=3)
    scene, boxes = proposals(torch.from_numpy(pictures).float())
    assert scene.unique().tolist() == [0, 2]
    assert len(boxes) == len(scene)


@pytest.mark.parametrize("shade", [0.0, 0.6])
def test_shade_over_the_ground_is_not_lit(shade):
    ground = 1 - shade * np.linspace(0, 1, 256, dtype=np.float32)[None, :, None] * np.ones(
        (144, 1, 3), np.float32
    )
    ground[60:80, 120:123] = 0
    lit, least = contrast_from_ground(ground, NOTHING_HIDDEN)
    seen = lit > least
    assert seen[60:80, 120:123].all()
    assert seen.sum() < 80


def test_a_figure_that_fills_half_of_a_flat_ground_is_proposed():
    assert (60, 20, 230, 124) in edges(frame((60, 20, 230, 124, (1, 0, 0))))
