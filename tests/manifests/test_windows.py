"""Windows: frames cut into clips of whole tubelets."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jepamine.errors import UserError
from jepamine.manifests.windows import Cutter, are_uneven, numbered_stretches, stretches, windows


@pytest.mark.parametrize(
    ("frames", "window", "stride", "expected"),
    [
        (8, 4, 4, [(0, 4), (4, 8)]),
        (8, 5, 4, [(0, 4), (4, 8)]),
        (11, 4, 4, [(0, 4), (4, 8), (8, 10)]),
        (8, 4, 2, [(0, 4), (2, 6), (4, 8)]),
        (9, 4, 2, [(0, 4), (2, 6), (4, 8)]),
        (12, 4, 6, [(0, 4), (6, 10)]),
        (3, 16, 16, [(0, 2)]),
        (1, 16, 16, []),
        (0, 16, 16, []),
    ],
)
def test_frames_are_cut_every_stride_and_the_rest_is_a_shorter_clip(frames, window, stride, expected):
    assert [(span.start, span.stop) for span in windows(frames, window, stride)] == expected


def test_a_window_below_a_tubelet_is_an_error():
    with pytest.raises(UserError) as raised:
        windows(8, 1, 1)
    assert str(raised.value) == "window: 1 frames are less than a tubelet of 2"


def test_a_gap_is_longer_than_max_gap_not_equal_to_it():
    second = 1_000_000
    times = [0, second, 2 * second, 3 * second + 1, 5 * second]
    assert stretches(times, 1.0) == [range(3), range(3, 4), range(4, 5)]
    assert stretches([], 1.0) == []


@given(st.lists(st.integers(0, 3_000_000), max_size=30), st.floats(0.1, 2.5))
def test_stretches_hold_every_frame_once_and_no_gap(steps, max_gap):
    times = [sum(steps[: number + 1]) for number in range(len(steps))]
    found = stretches(times, max_gap)
    assert [number for stretch in found for number in stretch] == list(range(len(times)))
    for stretch in found:
        assert all(times[n] - times[n - 1] <= max_gap * 1e6 for n in stretch[1:])
    for before, after in itertools.pairwise(found):
        assert times[after[0]] - times[before[-1]] > max_gap * 1e6


def saved(folder, sizes):
    """Write an image of each (width, height), and return the paths."""
    paths = [str(folder / f"{number:03d}.png") for number in range(len(sizes))]
    for path, size in zip(paths, sizes, strict=True):
        Image.new("RGB", size).save(path)
    return paths


def test_no_clip_spans_a_change_of_the_images_size(tmp_path, capsys):
    cutter = Cutter(window=8, stride=8, max_gap=1.0)
    paths = saved(tmp_path, [(16, 9)] * 13 + [(16, 12)] * 19)
    assert cutter.cut(paths) == [range(8), range(8, 12), range(13, 21), range(21, 29), range(29, 31)]
    cutter.notify()
    assert "the size of images changes: 1; no clip spans a change\n" in capsys.readouterr().err


def test_a_change_at_a_gap_is_no_further_change(tmp_path, capsys):
    cutter = Cutter(window=8, stride=8, max_gap=1.0)
    paths = saved(tmp_path, [(16, 9)] * 8 + [(16, 12)] * 24)
    times = [number * 100_000 + 5_000_000 * (number > 7) for number in range(32)]
    assert cutter.cut(paths, times) == [range(8), range(8, 16), range(16, 24), range(24, 32)]
    cutter.notify()
    assert capsys.readouterr().err == "time gaps of more than 1 s: 1; no clip spans one\n"


def test_single_pictures_of_many_sizes_are_not_divided(tmp_path, capsys):
    cutter = Cutter(window=4, stride=4, max_gap=1.0)
    paths = saved(tmp_path, [(16, 9 + number % 3) for number in range(16)])
    assert cutter.cut(paths) == [range(4), range(4, 8), range(8, 12), range(12, 16)]
    cutter.notify()
    assert "images of different sizes are one clip where sizes often change, as at" in capsys.readouterr().err


def test_a_turned_image_has_the_size_that_it_is_shown_with(tmp_path):
    paths = saved(tmp_path, [(16, 9)] * 20)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (9, 16)).save(paths[-1], exif=exif)
    assert Cutter(window=4, stride=4, max_gap=1.0).cut(paths)[-1] == range(16, 20)


def test_what_falls_away_is_reported_once_for_all_tracks(capsys):
    cutter = Cutter(window=4, stride=4, max_gap=1.0)
    times = [0, 500_000, 1_000_000, 9_000_000, 9_500_000]
    assert cutter.cut(["a", "b", "c", "d", "e"], times) == [range(2), range(3, 5)]
    assert cutter.cut(["f", "g", "h"]) == [range(2)]
    cutter.notify()
    assert capsys.readouterr().err == (
        "time gaps of more than 1 s: 1; no clip spans one\n"
        "frames skipped: 2 (less than a tubelet at the end of a stretch), the first c\n"
    )


def test_frames_between_windows_are_reported_too(capsys):
    cutter = Cutter(window=5, stride=6, max_gap=1.0)
    assert cutter.cut(list("abcdef")) == [range(4)]
    cutter.notify()
    assert capsys.readouterr().err == (
        "frames skipped: 2 (less than a tubelet at the end of a stretch, or between windows), the first e\n"
    )


def test_a_hole_in_the_numbers_ends_a_stretch():
    assert numbered_stretches([1, 2, 3, 500, 501], 5) == [range(3), range(3, 5)]
    assert numbered_stretches([0, 30, 60, 150], 4) == [range(4)]
    assert numbered_stretches([1, 2, 9, 10, 11, 100], 6) == [range(6)]
    assert numbered_stretches([1, 1, 900], 3) == [range(3)]
    assert numbered_stretches([*range(9), *range(5, 14)], 18) == [range(9), range(9, 18)]
    assert numbered_stretches([1, None, 900], 3) == [range(3)]
    assert numbered_stretches([], 0) == [range(0)]


@pytest.mark.parametrize(
    ("numbers", "uneven"),
    [
        ((0, 5, 10, 15), False),
        # 20 and 12 of 30 frames per second, and one frame lost.
        ((0, 1, 3, 4, 6, 7), False),
        ((0, 2, 5, 7, 10, 12), False),
        ((1, 2, 3, 5, 6, 7), False),
        ((10, 16, 17, 19), True),
        ((1, 2, 4, 6, 7, 8), True),
        ((1, 2, 9, 10), True),
        # Recordings one after the other, and names without a number.
        ((7, 8, 1, 3), False),
        ((1, None, 9, 10), False),
        ((), False),
    ],
)
def test_numbers_are_uneven_if_no_interval_fits_them(numbers, uneven):
    assert are_uneven(numbers) is uneven
