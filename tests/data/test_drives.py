"""Drives of clips, and times in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jepamine.data.clips import Clip
from jepamine.data.drives import drive_of, order_of, span_of
from jepamine.places import Moment


def clip(scene: str | None = "s", frames: tuple = (Path("a2.jpg"), Path("a10.jpg")), **keys: object) -> Clip:
    line = {"frame_paths": [str(frame) for frame in frames], **keys}
    return Clip("c", frames, scene, None, "m.jsonl:1", line, 0, 1)


@pytest.mark.parametrize(
    ("keys", "drive"),
    [
        ({"drive": "d", "log": "l"}, "d"),
        ({"log": "l"}, "l"),
        ({"drive": 7}, "7"),
        ({"drive": ""}, "s"),
        ({"drive": True}, "s"),
        ({}, "s"),
    ],
)
def test_the_drive_is_the_key_drive_else_log_else_the_scene(keys, drive):
    assert drive_of(clip(**keys)) == drive


def test_a_clip_without_drive_log_and_scene_has_no_drive():
    assert drive_of(clip(scene=None)) is None


def test_the_span_is_that_of_the_timestamps():
    assert span_of(clip(timestamps=[30, 10])) == (10.0, 30.0)


@pytest.mark.parametrize("stamps", [None, [1], [1, "2"], [True, False]])
def test_unusable_timestamps_give_no_span(stamps):
    assert span_of(clip(timestamps=stamps)) is None


def test_the_span_of_a_video_clip_is_that_of_its_moments():
    assert span_of(clip(frames=(Moment(Path("v.mp4"), 500), Moment(Path("v.mp4"), 900)))) == (500.0, 900.0)


def test_clips_without_times_are_ordered_by_the_number_in_their_first_frame():
    later = clip(frames=(Path("a10.jpg"),))
    assert sorted([later, clip()], key=order_of) == [clip(), later]
