"""Pixel statistics: exact values of pictures whose values are known."""

import numpy as np
import pytest

from jepamine.data.pixel_statistics import NAMES, pixel_statistics


def clip(*greys: int) -> np.ndarray:
    """Return frames of even greys as tubelets of two, (N, 2, 8, 8, 3)."""
    frames = [np.full((8, 8, 3), grey, dtype=np.uint8) for grey in greys]
    return np.stack(frames).reshape(-1, 2, 8, 8, 3)


def test_black_is_1_and_white_is_0_dark_and_neither_has_contrast_or_motion():
    statistics = pixel_statistics(clip(0, 0, 255, 255))
    assert NAMES[:3] == ("darkness", "contrast", "frame-difference")
    assert statistics[0, :3] == pytest.approx([1.0, 0.0, 0.0])
    # The first frame of the second tubelet differs from the black before it by 1, the other by 0.
    assert statistics[1, :3] == pytest.approx([0.0, 0.0, 0.5], abs=1e-6)


def test_half_black_half_white_has_the_contrast_of_one_half():
    pixels = clip(0, 0)
    pixels[:, :, :, 4:] = 255
    assert pixel_statistics(pixels)[0, :3] == pytest.approx([0.5, 0.5, 0.0], abs=1e-6)


def test_noise_takes_more_bytes_than_an_even_grey():
    noise = np.random.default_rng(0).integers(0, 256, (1, 2, 64, 64, 3), dtype=np.uint8)
    even = np.full((1, 2, 64, 64, 3), 128, dtype=np.uint8)
    assert pixel_statistics(noise)[0, 3] > 2 * pixel_statistics(even)[0, 3]


def test_the_first_frame_is_compared_with_the_one_after_it():
    assert pixel_statistics(clip(0, 51))[0, 2] == pytest.approx(0.2, abs=1e-6)
