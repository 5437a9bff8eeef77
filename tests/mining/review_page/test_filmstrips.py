"""Pictures within a budget."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jepamine.data.clips import Clip
from jepamine.mining.review_page.filmstrips import (
    LADDER,
    Picture,
    Pictures,
    Span,
    fitted,
    seconds,
    shrunk,
    side_by_side,
    spans,
)
from jepamine.places import Moment


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


def clip(frames: int, tubelet: int = 2, **line: object) -> Clip:
    paths = tuple(Path(f"{number}.jpg") for number in range(frames))
    return Clip("c", paths, None, None, "m:1", dict(line), 0, frames // tubelet)


def test_a_cell_is_a_tubelet_with_its_frames():
    assert spans(clip(6), 64) == [Span(0, 0, (0, 1)), Span(1, 1, (2, 3)), Span(2, 2, (4, 5))]


def test_a_long_clip_is_shown_by_the_first_frames_of_runs_of_tubelets():
    assert spans(clip(12), 3) == [Span(0, 1, (0,)), Span(2, 3, (4,)), Span(4, 5, (8,))]


@given(st.integers(1, 60), st.integers(1, 4), st.integers(1, 64))
def test_every_tubelet_is_in_one_cell_and_no_more_frames_than_asked_for_are_shown(tubelets, size, most):
    cut = spans(clip(tubelets * size, size), most)
    covered = [number for span in cut for number in range(span.first, span.last + 1)]
    assert covered == list(range(tubelets))
    assert sum(len(span.frames) for span in cut) <= most
    assert all(span.first * size <= number < (span.last + 1) * size for span in cut for number in span.frames)


def test_frames_are_as_long_as_timestamps_say_and_the_last_one_as_long_as_most():
    assert seconds(clip(4, timestamps=[0, 100_000, 300_000, 400_000])) == ([0.1, 0.2, 0.1, 0.1], True)


def test_a_video_clip_is_timed_by_its_moments():
    moments = tuple(Moment(Path("v.mp4"), number * 40_000) for number in range(4))
    found = Clip("c", moments, None, None, "m:1", {}, 0, 2)
    assert seconds(found) == ([0.04] * 4, True)


def test_a_long_gap_is_cut_short():
    assert seconds(clip(4, timestamps=[0, 500_000, 1_000_000, 61_000_000]))[0] == [0.5, 0.5, 2.0, 0.5]


@pytest.mark.parametrize(
    "times", [None, [], [0, 1, 2], [0, 100, 100, 200], [300, 200, 100, 0], ["a", "b", "c", "d"], "0123"]
)
def test_without_rising_times_all_frames_are_equally_long(times):
    assert seconds(clip(4, timestamps=times)) == ([0.125] * 4, False)


def test_several_cameras_are_one_frame_a_moment():
    cameras = {camera: [f"{camera}{number}.jpg" for number in range(4)] for camera in ("front", "left")}
    frames = tuple(Path(name) for names in cameras.values() for name in names)
    line = {"cameras": cameras, "timestamps": [0, 100_000, 300_000, 400_000]}
    rig = Clip("c", frames, None, None, "m:1", line, 0, 4)
    assert seconds(rig) == ([0.1, 0.2, 0.1, 0.1], True)
    assert spans(rig, 64) == [Span(0, 0, (0, 1)), Span(1, 1, (2, 3))]
    assert spans(rig, 1) == [Span(0, 1, (0,))]
