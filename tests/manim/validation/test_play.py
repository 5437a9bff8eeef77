"""A scene is filmed in its sandbox: the video shows what happens, as long as it takes."""

from __future__ import annotations

import base64
import io
import zlib

import numpy as np
import pytest

from jepamine.errors import UserError
from jepamine.manim.validation.play import SIZE, mp4

av = pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")


def pictures(video):
    """Return the frames of a video as RGB arrays."""
    with av.open(io.BytesIO(video)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def packed(pixels):
    """Return a frame as the sandbox hands it out."""
    return base64.b64encode(zlib.compress(pixels)).decode()


@pytest.mark.manim
def test_a_scene_is_filmed(opened):
    video = opened.film(
        "from manim import *\nclass A(Scene):\n    def construct(self):\n"
        "        dot = Square(side_length=2, color=RED, fill_opacity=1).shift(4 * LEFT)\n"
        "        self.add(dot)\n        self.wait(1)\n"
        "        self.play(dot.animate.shift(8 * RIGHT), run_time=2)\n"
    )
    frames = pictures(video)
    red = [np.flatnonzero((frame[..., 0] > 150).any(axis=0)).mean() / SIZE[0] for frame in frames]
    assert len(frames) == 45
    assert red[0] == red[14] == pytest.approx(0.5 - 4 / 14.222, abs=0.01)
    assert red == sorted(red)
    assert red[-1] > 0.75


def test_frames_are_bytes_of_one_size():
    whole = bytes(SIZE[0] * SIZE[1] * 3)
    assert len(pictures(mp4([(2, packed(whole)), (1, packed(whole))]))) == 3
    for broken in (packed(whole + b"0"), packed(whole[1:]), "no base64!", base64.b64encode(b"x").decode()):
        with pytest.raises(UserError, match="another size"):
            mp4([(1, broken)])
    with pytest.raises(UserError, match="nothing to film"):
        mp4([])


@pytest.mark.manim
def test_code_that_fails_is_an_error(opened):
    with pytest.raises(UserError, match=r"the video cannot be made: .*Cirlce"):
        opened.film("from manim import *\nclass A(Scene):\n    def construct(self):\n        Cirlce()\n")


NOISE = """for seed in range(40):
            pixels = np.random.default_rng(seed).integers(0, 255, (240, 426, 3)).astype("uint8")
            self.add(ImageMobject(pixels).scale_to_fit_height(8))
            self.wait(0.1)"""


@pytest.mark.slow
@pytest.mark.manim
@pytest.mark.parametrize(
    ("lines", "limits", "message"),
    [
        ("while True: pass", {"seconds": 1.0}, r"the video cannot be made: still running after 1 s"),
        (NOISE, {"megabytes": 1}, r"the video cannot be made: its answer is larger than 1 MiB"),
        ("import os", {}, r"the video cannot be made: import os: only manim"),
    ],
)
def test_filming_has_limits(opened, lines, limits, message):
    head = "from manim import *\nimport numpy as np\nclass A(Scene):\n    def construct(self):\n"
    with pytest.raises(UserError, match=message) as error:
        opened.film(f"{head}        {lines}\n", **limits)
    assert "\n" not in str(error.value)
