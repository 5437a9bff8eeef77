"""Pictures within a budget."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from jepamine.data.clips import Clip
from jepamine.mining.review_page.pictures import LADDER, Picture, Pictures, fitted, shrunk, side_by_side


def noise(count: int, size: tuple[int, int] = (640, 360)) -> list[Image.Image]:
    """Frames that JPEG can do nothing with."""
    rng = np.random.default_rng(0)
    return [
        Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)) for _ in range(count)
    ]


@pytest.mark.parametrize("budget", [60_000, 150_000, 400_000])
def test_data_uris_take_no_more_than_the_budget(budget):
    pictures = fitted(noise(5), budget)
    assert pictures is not None
    assert sum(len(picture.uri) for picture in pictures) <= budget
    assert len(pictures) == 5


def test_more_room_gives_larger_pictures():
    small, large = fitted(noise(4), 60_000), fitted(noise(4), 1_000_000)
    assert small and large and small[0].width < large[0].width == 640


def test_frames_that_do_not_fit_at_all_give_nothing():
    assert fitted(noise(4), 1_000) is None


def test_a_small_frame_is_not_made_larger():
    found = fitted([Image.new("RGB", (64, 36))], 100_000)
    assert found and (found[0].width, found[0].height) == (64, 36)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (9000, 2)])
def test_shape_is_kept_and_the_longest_side_is_bounded(size):
    width, height = shrunk(Image.new("RGB", size)).size
    assert max(width, height) == LADDER[0][0]
    assert (width > height) == (size[0] > size[1]) and min(width, height) >= 1


def test_a_uri_is_the_jpeg_and_as_long_as_told():
    found = fitted(noise(1, (33, 17)), 100_000)
    assert found
    content = base64.b64decode(found[0].uri.removeprefix("data:image/jpeg;base64,"))
    assert Image.open(io.BytesIO(content)).size == (33, 17)
    for length in range(4):
        picture = Picture(b"x" * length, 1, 1)
        assert picture.uri_length == len(picture.uri)


def test_cameras_of_a_moment_are_side_by_side_in_the_order_of_the_line(tmp_path):
    colours = {"left": (255, 0, 0), "front": (0, 255, 0), "rear": (0, 0, 255)}
    names = {}
    for camera, colour in colours.items():
        names[camera] = [f"{camera}{number}.png" for number in range(2)]
        for number, name in enumerate(names[camera]):
            Image.new("RGB", (120, 60), tuple(value // (number + 1) for value in colour)).save(
                tmp_path / name
            )
    frames = tuple(tmp_path / name for camera in names for name in names[camera])
    rig = Clip("c", frames, None, None, "m:1", {"cameras": names}, 0, 3)
    [span], pictures = Pictures().strip(rig)
    assert (span.frames, len(pictures)) == ((0, 1), 2)
    for number, picture in enumerate(pictures):
        image = Image.open(io.BytesIO(picture.jpeg)).convert("RGB")
        assert image.size == (360, 60)
        for place, colour in enumerate(colours.values()):
            pixel = image.getpixel((60 + 120 * place, 30))
            assert all(
                abs(value - wanted // (number + 1)) < 12 for value, wanted in zip(pixel, colour, strict=True)
            )


def test_four_cameras_are_two_rows_and_another_shape_is_fitted_into_its_tile():
    wide, high = Image.new("RGB", (100, 50), "white"), Image.new("RGB", (50, 100), "white")
    whole = side_by_side([wide, wide, wide, high])
    assert whole.size == (200, 100)
    # 25 x 50 pixels, in the middle of the last tile.
    assert [whole.getpixel((x, 75)) for x in (110, 150, 190)] == [(0, 0, 0), (255, 255, 255), (0, 0, 0)]
