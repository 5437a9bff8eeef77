"""Heat maps of the frames that a page shows."""

from __future__ import annotations

import base64

import numpy as np

from jepamine.mining.heat_maps import HeatMap
from jepamine.mining.review_page.heat import Heat, as_json, scale, shown


def numbered(tubelets: int, each: int) -> HeatMap:
    """A heat map whose maps, of 1 x 1 cell, are their own numbers."""
    maps = np.arange(tubelets * each, dtype=np.float32).reshape(tubelets, each, 1, 1)
    return HeatMap(maps, (0.0, 0.0, 1.0, 1.0))


def test_a_frame_has_the_map_of_its_tubelet_and_place():
    frames = [0, 1, 2, 5]
    assert shown(numbered(3, 2), 2, frames).maps.ravel().tolist() == [0, 1, 2, 5]
    # One map for both frames of a tubelet.
    assert shown(numbered(3, 1), 2, frames).maps.ravel().tolist() == [0, 0, 1, 2]
    assert shown(numbered(2, 2), 4, [0, 1, 2, 3, 7]).maps.ravel().tolist() == [0, 0, 1, 1, 3]


def test_colours_begin_at_the_median_of_the_page_and_end_near_its_largest():
    first = Heat(np.arange(500, dtype=np.float32).reshape(5, 10, 10), (0.0, 0.0, 1.0, 1.0))
    second = Heat(first.maps + 500, first.view)
    low, high = scale([first, second]) or (0, 0)
    assert (round(low, 1), round(high, 1)) == (499.5, 994.0)
    assert scale([]) is None


def test_the_script_gets_bytes_from_0_at_the_low_end_to_255_at_the_high_one():
    maps = np.array([[[0.0, 0.5, 0.75, 1.0, 2.0]]], dtype=np.float32)
    value = as_json(Heat(maps, (0.1, 0.0, 0.9, 1.0)), 0.5, 1.0)
    assert list(base64.b64decode(value.pop("maps"))) == [0, 0, 128, 255, 255]
    assert value == {"rows": 1, "columns": 5, "view": [0.1, 0.0, 0.9, 1.0]}
