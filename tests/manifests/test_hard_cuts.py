"""Hard cuts between small pictures."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jepamine.data.frames import Frames
from jepamine.manifests.hard_cuts import SIZE, cuts, distances
from jepamine.mining.street.generate import generate

REAL = Path(__file__).parents[2].parent / "shared" / "data"


def drive(place, count, step=3):
    """Pictures of a camera that pans over the landscape number `place`."""
    rng = np.random.default_rng(place)
    coarse = rng.integers(0, 256, (4, 20, 3), dtype=np.uint8)
    wide = Image.fromarray(coarse).resize((640, SIZE[0]), Image.Resampling.BICUBIC)
    return [np.asarray(wide)[:, number * step : number * step + SIZE[1]] for number in range(count)]


def grey(level):
    return np.full((*SIZE, 3), level, np.uint8)


@pytest.mark.parametrize("count", [1, 2, 4, 16])
def test_a_drive_has_no_cut(count):
    assert [cuts(drive(place, count)) for place in range(10)] == [()] * 10


@pytest.mark.parametrize("first", [1, 2, 3, 4, 7])
def test_a_cut_is_found_where_it_is(first):
    assert [cuts(drive(place, first) + drive(place + 50, 8 - first)) for place in range(10)] == [
        (first,)
    ] * 10


def test_two_frames_alone_can_be_of_two_places():
    assert cuts([grey(20), grey(230)]) == (1,)


def test_every_change_between_two_cameras_that_take_turns_is_a_cut():
    left, right = drive(3, 4), drive(50, 4)
    assert cuts([picture for both in zip(left, right, strict=True) for picture in both]) == tuple(range(1, 8))


def test_frames_that_have_nothing_in_common_at_all_are_not_cuts():
    # Nothing then says which of them belong together; tiny made-up frames are like that.
    colours = np.random.default_rng(1).integers(0, 256, (8, 3), dtype=np.uint8)
    assert cuts([np.broadcast_to(colour, (*SIZE, 3)) for colour in colours]) == ()


@pytest.mark.parametrize(
    "change", [lambda p: p * 0.7, lambda p: p * 0.75 + 60, lambda p: 255 * (p / 255) ** 0.6]
)
def test_other_light_is_not_a_cut(change):
    pictures = drive(3, 8)
    assert cuts([*pictures[:3], *(change(picture).astype(np.uint8) for picture in pictures[3:])]) == ()


def test_what_passes_before_the_camera_is_not_a_cut():
    pictures = drive(3, 8)
    pictures[3] = pictures[3].copy()
    pictures[3][:, 20:50] = 40  # a lorry
    assert cuts(pictures) == ()


def test_a_picture_that_cannot_be_read_has_no_neighbours():
    pictures = drive(3, 4)
    assert cuts([*pictures, None, *drive(50, 4)]) == ()
    assert cuts([None, *pictures, *drive(50, 4), None, None]) == (5,)
    assert cuts([None, None]) == cuts([]) == ()


def test_distances_are_of_pixels_and_colours_and_known_near_the_diagonal_only():
    black, white = grey(0), grey(255)
    apart = distances(np.stack([black, white, black, black, black, black, black]))
    assert (apart[0, 1], apart[0, 2], apart[1, 2]) == (1.5, 0.0, 1.5)
    assert apart[0, 5] == 0
    assert np.isinf(apart[0, 6])


@pytest.mark.slow
def test_drawn_street_scenes_have_no_cut_and_spliced_ones_have(tmp_path):
    generate(tmp_path, clips=24, event_rate=0.5, seed=11)
    lines = [json.loads(line) for line in (tmp_path / "manifest.jsonl").read_text().splitlines()]
    frames = Frames(SIZE)
    clips = {
        line["clip_id"]: [frames[tmp_path / path].pixels() for path in line["frame_paths"]] for line in lines
    }
    assert {name: cuts(clip) for name, clip in clips.items() if cuts(clip)} == {}
    scenes = [clip for name, clip in clips.items() if name.endswith("-0")]
    spliced = [(*one[:3], *other[3:]) for one, other in itertools.permutations(scenes, 2)]
    found = sum(cuts(clip) == (3,) for clip in spliced)
    assert found >= 0.9 * len(spliced), f"{found} of {len(spliced)}"


@pytest.fixture(scope="module")
def drives():
    """Small pictures of the real drives, by name."""
    if not (REAL / "driving").is_dir():
        pytest.skip("no real driving clips beside the checkout")
    frames = Frames(SIZE)
    return {
        folder.name: [frames[path].pixels() for path in sorted(folder.glob("*.jpg"))]
        for folder in sorted((REAL / "driving").iterdir())
    }


@pytest.mark.real
@pytest.mark.parametrize("length", [2, 4, 16])
def test_real_drives_have_no_cut(drives, length):
    windows = [
        (name, start, cuts(frames[start : start + length]))
        for name, frames in drives.items()
        for start in range(len(frames) - length + 1)
    ]
    assert [window for window in windows if window[2]] == []


@pytest.mark.real
def test_a_splice_of_two_real_drives_is_found(drives):
    # The four pieces of one city drive, of a frame a second, are not told apart like that: 28 % are found.
    pairs = [
        pair for pair in itertools.permutations(drives, 2) if not all("driveai" in name for name in pair)
    ]
    spliced = [
        (drives[one][start : start + first] + drives[other][start : start + 16 - first], first)
        for one, other in pairs
        for start in (0, 5)
        for first in (1, 3, 7, 11, 15)
    ]
    found = sum(cuts(clip) == (first,) for clip, first in spliced)
    assert found >= 0.97 * len(spliced), f"{found} of {len(spliced)}"
