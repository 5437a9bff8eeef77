"""Edges in a frame's own size."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from jepamine.manim.layout_model.full_size import at_full_size
from jepamine.manim.layouts import FRAME_WIDTH, Layout, Object

WIDTH = 480
UNIT = WIDTH / FRAME_WIDTH


def frame(*boxes, width=WIDTH):
    """Return a black frame with white boxes (left, top, right, bottom), in pixels of `WIDTH`."""
    finer = Image.new("L", (4 * WIDTH, 4 * WIDTH * 9 // 16))
    for box in boxes:
        left, top, right, bottom = (round(4 * value) for value in box)
        ImageDraw.Draw(finer).rectangle((left, top, right - 1, bottom - 1), fill=255)
    return np.asarray(finer.resize((width, width * 9 // 16), Image.Resampling.BOX).convert("RGB"))


def text(left, top, right, bottom):
    x, y = (left + right) / 2 / UNIT - FRAME_WIDTH / 2, 4 - (top + bottom) / 2 / UNIT
    return Object("text", x, y, 0, (right - left) / UNIT, (bottom - top) / UNIT, 0.75, "words")


def edges(item):
    x, y = (item.x + FRAME_WIDTH / 2) * UNIT, (4 - item.y) * UNIT
    wide, high = item.width / 2 * UNIT, item.height / 2 * UNIT
    return [x - wide, y - high, x + wide, y + high]


@pytest.mark.parametrize(
    ("width", "exact"), [(WIDTH, 0.02), (4 * WIDTH, 0.15)], ids=["480", "1920, which is made smaller"]
)
def test_edges_move_to_where_the_object_ends(width, exact):
    shown = (100.25, 50.5, 180.75, 62.5)
    read = Layout((text(98.6, 52, 182, 61),), more=True)
    (item,) = at_full_size(read, frame(shown, width=width), 256).objects
    assert edges(item) == pytest.approx(shown, abs=exact)
    assert (item.type, item.confidence, item.text) == ("text", 0.75, "words")
    assert at_full_size(read, frame(shown), 256).more


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (((100, 50, 180, 62), (180, 50, 200, 62)), (100, 50, 179, 62)),
        (((100, 50, 150, 62),), (100, 50, 179, 62)),
        (((100, 50, 180, 62), (60, 53, 98, 59)), (100, 50, 180, 62)),
        ((), (101.5, 51, 179, 61)),
    ],
    ids=["touched on the right", "ends far away", "another near it", "nothing there"],
)
def test_an_edge_stays_where_the_ground_does_not_begin_beyond_it(shown, expected):
    (item,) = at_full_size(Layout((text(101.5, 51, 179, 61),)), frame(*shown), 256).objects
    assert edges(item) == pytest.approx(expected, abs=0.05)


def test_half_a_stroke_of_an_outline_is_outside_of_its_box():
    stroke = 0.02 * UNIT
    read = Layout((Object("square", 0.0, 0.0, 0, 2.0, 2.0),))
    shown = (240 - 33 - stroke, 135 - 33 - stroke, 240 + 33 + stroke, 135 + 33 + stroke)
    (item,) = at_full_size(read, frame(shown), 256).objects
    assert (item.width, item.height) == pytest.approx((66 / UNIT, 66 / UNIT), abs=0.01)


def test_a_frame_of_the_size_that_was_read_changes_nothing():
    read = Layout((text(98.6, 52, 182, 61),))
    assert at_full_size(read, frame((100, 50, 180, 62), width=256), 256) is read
    assert at_full_size(Layout(()), frame(), 256) == Layout(())


def test_objects_at_the_edge_of_the_frame_stay():
    read = Layout((text(0, 100, 80, 110), text(440, 260, 480, 270)))
    found = at_full_size(read, frame((0, 100.5, 80, 110), (440, 260.5, 480, 270)), 256).objects
    assert [edges(item) for item in found] == [
        pytest.approx((0, 100.5, 80, 110), abs=0.05),
        pytest.approx((440, 260.5, 480, 270), abs=0.05),
    ]
