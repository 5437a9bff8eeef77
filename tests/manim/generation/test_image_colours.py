"""The colours of what was seen."""

from __future__ import annotations

import numpy as np

from jepamine.manim.generation.image import coloured
from jepamine.manim.layouts import Layout, Object


def test_an_object_has_the_colour_of_its_pixels_and_keeps_one_that_it_has():
    frame = np.zeros((72, 128, 3), np.uint8)
    frame[30:42, 20:40] = (252, 98, 85)
    # An edge that is half as bright does not count.
    frame[29, 20:40] = (126, 49, 42)
    x, y = (30 - 64) / 9, 0.0
    red = Object("square", x, y, 0, 20 / 9, 12 / 9)
    there = coloured(
        Layout((red, Object("dot", 3, 0, 1, 1, 1), Object("dot", x, y, 2, 1, 1, color="#000001"))), frame
    )
    assert [item.color for item in there.objects] == ["#FC6255", None, "#000001"]


def test_an_object_outside_of_the_frame_has_no_colour():
    frame = np.full((72, 128, 3), 9, np.uint8)
    (item,) = coloured(Layout((Object("dot", 40, 30, 0, 1, 1),)), frame).objects
    assert item.color is None
