"""Blobs, strokes and lines of masks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from jepamine.manim.layout_model.predictors.strokes import (
    direction,
    lines,
    opened,
    packed,
    parts,
    square,
    strokes,
    uneven,
    without_lines,
)


def mask(*rectangles):
    lit = np.zeros((100, 160), bool)
    for left, top, right, bottom in rectangles:
        lit[top:bottom, left:right] = True
    return lit


def diagonal(lit, start, steps):
    for step in range(steps):
        lit[start[1] + step, start[0] + step : start[0] + step + 2] = True
    return lit


@pytest.mark.parametrize("side", [3, 5])
def test_an_opening_of_every_bit_is_that_of_scipy(side):
    rng = np.random.default_rng(0)
    masks = [ndimage.binary_dilation(rng.random((60, 80)) < share) for share in (0.1, 0.2, 0.3)]
    kept = opened(packed(masks), square(side))
    for bit, lit in enumerate(masks):
        assert ((kept >> bit & 1) == ndimage.binary_opening(lit, np.ones((side, side)))).all()


def test_parts_know_their_mask_and_how_wide_they_are():
    found = list(parts(packed([mask((10, 10, 40, 12)), mask((50, 20, 60, 30))])))
    assert [(bit, edges) for bit, edges, _ in found] == [(0, (10, 10, 40, 12)), (1, (50, 20, 60, 30))]
    assert [width for _, _, width in found] == pytest.approx([2.0, 7.1], abs=0.1)
    assert list(parts(packed([mask()]))) == []


def test_a_blob_and_what_joins_it_are_apart():
    joined = packed([mask((20, 60, 30, 70), (30, 64, 80, 66))])
    assert {edges for _, edges in strokes(joined)} >= {(20, 60, 30, 70), (31, 64, 80, 66), (30, 63, 81, 67)}


def test_lines_that_cross_are_found_whole_in_every_direction():
    crossed = diagonal(mask((10, 50, 150, 52), (80, 5, 82, 95)), (40, 12), 75)
    found = [edges for _, edges in lines(packed([crossed]))]
    assert {(10, 50, 150, 52), (80, 5, 82, 95)} <= set(found)
    # The longest first; the slanted one to a pixel.
    assert found[0] == (10, 50, 150, 52)
    assert any(np.abs(np.array(edges) - (40, 12, 116, 87)).max() <= 1 for edges in found)


def test_dashes_are_a_line_only_with_gaps():
    dashed = packed([mask(*((left, 40, left + 5, 42) for left in range(20, 100, 10)))])
    assert list(lines(dashed)) == []
    assert (0, (20, 40, 95, 42)) in list(lines(dashed, gaps=True))


def test_what_is_wide_is_no_line():
    assert list(lines(packed([mask((20, 20, 60, 60))]))) == []


def test_what_stands_between_long_lines_is_left():
    table = mask((10, 20, 90, 21), (10, 40, 90, 41), (50, 10, 51, 60), (30, 28, 36, 36))
    assert (without_lines(table) == mask((30, 28, 36, 36))).all()


def test_on_a_fill_only_what_differs_is_uneven():
    pixels = np.zeros((100, 160, 3), np.float32)
    pixels[20:60, 20:60] = (1, 0, 0)
    pixels[38:40, 38:40] = 1
    around = np.zeros((100, 160), bool)
    # The blob, and the pixels beside it.
    around[38:40, 37:41] = around[37:41, 38:40] = True
    assert (uneven(pixels, pixels.max(axis=2) > 0.08, 0.08) == around).all()


def test_a_direction_is_a_line_of_its_length_through_the_middle():
    assert direction(0, 3) == ((0, -1), (0, 0), (0, 1))
    assert direction(4, 3) == ((-1, -1), (0, 0), (1, 1))
    assert direction(8, 3) == ((-1, 0), (0, 0), (1, 0))
