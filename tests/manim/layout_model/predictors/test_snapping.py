"""Boxes snapped to pixels."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.manim.layout_model.predictors.proposals import contrast
from jepamine.manim.layout_model.predictors.snapping import by_sides, snapped
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, TYPES

UNIT = 256 / FRAME_WIDTH
NOTHING_HIDDEN = np.zeros((144, 256), bool)


def frame(*rectangles, ground=0.0, ink=1.0):
    pixels = np.full((144, 256, 3), ground, np.float32)
    for left, top, right, bottom in rectangles:
        pixels[top:bottom, left:right] = ink
    return pixels


def box(left, top, right, bottom):
    return np.array(
        [
            (left + right) / 2 / UNIT - FRAME_WIDTH / 2,
            FRAME_HEIGHT / 2 - (top + bottom) / 2 / UNIT,
            (right - left) / UNIT,
            (bottom - top) / UNIT,
        ]
    )


def snap(pixels, *boxes, kind="text", hidden=NOTHING_HIDDEN):
    kinds = np.full(len(boxes), TYPES.index(kind))
    return snapped(pixels, hidden, np.array(boxes), kinds)


@pytest.mark.parametrize(("ground", "ink"), [(0.0, 1.0), (1.0, 0.2)])
def test_a_box_that_is_about_right_becomes_that_of_the_pixels(ground, ink):
    pixels = frame((100, 60, 130, 70), ground=ground, ink=ink)
    assert snap(pixels, box(98, 61, 133, 71))[0] == pytest.approx(box(100, 60, 130, 70))


def test_the_parts_of_a_text_are_taken_together_and_neighbours_left_out():
    letters = frame((100, 60, 104, 70), (106, 60, 110, 70), (112, 62, 116, 70), (124, 60, 128, 70))
    assert snap(letters, box(99, 59, 117, 71))[0] == pytest.approx(box(100, 60, 116, 70))


def test_a_half_bright_edge_is_half_a_pixel_of_the_object():
    pixels = frame((100, 60, 130, 70))
    pixels[60:70, 99] = 0.5
    assert snap(pixels, box(98, 60, 131, 70))[0] == pytest.approx(box(99.5, 60, 130, 70))


def test_half_the_stroke_of_an_outline_is_outside_of_its_box():
    width, height = snap(frame((100, 60, 130, 90)), box(99, 60, 131, 91), kind="square")[0, 2:]
    assert (width, height) == pytest.approx((30 / UNIT - 0.04, 30 / UNIT - 0.04))


def test_boxes_stay_where_objects_cross_or_are_hidden_or_the_ground_is_a_photograph():
    near = box(98, 61, 133, 71)
    crossed = frame((100, 60, 130, 70), (110, 0, 112, 144))
    assert snap(crossed, near)[0] == pytest.approx(near)
    hidden = NOTHING_HIDDEN.copy()
    hidden[64:80, 96:112] = True
    assert snap(frame((100, 60, 130, 70)), near, hidden=hidden)[0] == pytest.approx(near)
    noise = np.random.default_rng(0).random((144, 256, 3)).astype(np.float32)
    assert snap(noise, near)[0] == pytest.approx(near)


def test_an_empty_box_stays():
    assert snap(frame(), box(10, 10, 20, 20))[0] == pytest.approx(box(10, 10, 20, 20))


def test_hidden_pixels_have_no_contrast():
    hidden = NOTHING_HIDDEN.copy()
    hidden[:16] = True
    pixels = frame(ground=1.0)
    pixels[:16] = 0
    assert contrast(pixels, hidden).max() == 0


@pytest.mark.parametrize(
    ("kind", "box", "settled"),
    [
        ("rectangle", (0, 0, 2, 1.97), "square"),
        ("square", (0, 0, 2, 1.96), "square"),
        ("square", (0, 0, 2, 1.2), "rectangle"),
        ("rectangle", (0, 0, 2, 1.8), "rectangle"),
        ("ellipse", (1, 1, 3, 3.02), "circle"),
        ("circle", (1, 1, 3, 2.0), "ellipse"),
        ("circle", (0, 3.5, 2, 1.0), "circle"),  # cut by the frame's edge
        ("polygon", (0, 0, 2, 2), "polygon"),
    ],
)
def test_equal_sides_make_a_square_or_a_circle_and_unequal_ones_none(kind, box, settled):
    kinds = by_sides(np.array([box], float), np.array([TYPES.index(kind)]))
    assert TYPES[kinds[0]] == settled
