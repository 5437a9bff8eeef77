"""Images in scenes: the pinned Manim and the pinned Pillow must go together for them to be painted."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.manim
CODE = """from manim import *


class GeneratedScene(Scene):
    def construct(self):
        image = ImageMobject(np.uint8([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]]))
        self.add(image.scale_to_fit_height(4))
"""
COLOURS = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]


def test_an_image_is_painted_in_its_colours(opened):
    report = opened.validate(CODE, preview=320)
    assert report.problems == ()
    assert report.objects[0].box == pytest.approx((0, 0, 4, 4))
    painted = np.asarray(Image.open(io.BytesIO(report.preview)).convert("RGB"))
    # The centres of its pixels lie one unit from the middle of the 320 x 180 pixels, 22.5 pixels a unit.
    corners = [painted[90 + y, 160 + x].tolist() for y in (-22, 22) for x in (-22, 22)]
    # Resampling blends neighbours a little.
    assert np.array(corners) == pytest.approx(np.array(COLOURS), abs=16)
    assert painted[5, 160].tolist() == [0, 0, 0]
