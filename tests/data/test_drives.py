"""Drives of clips, and times in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jepamine.data.clips import Clip
from jepamine.data.drives import (
    MICROSECONDS,
    MILLISECONDS,
    NANOSECONDS,
    SECONDS,
    drive_of,
    order_of,
    span_of,
    unit_of,
)
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


EPOCH = 1_532_402_927
LENGTHS = {SECONDS: 1, MILLISECONDS: 10**3, MICROSECONDS: 10**6, NANOSECONDS: 10**9}


def drive(per_second, begin, unit, count=20):
    """Times of consecutive frames, from `begin` seconds on."""
    return [(begin + number / per_second) * LENGTHS[unit] for number in range(count)]


@pytest.mark.parametrize("unit", LENGTHS, ids=lambda unit: unit.name)
@pytest.mark.parametrize("per_second", [0.5, 2, 10, 30, 60])
@pytest.mark.parametrize("begin", [EPOCH, 0, 37.25], ids=["since 1970", "from 0", "from 37 s"])
def test_the_unit_of_a_camera_is_recognised_on_either_clock(unit, per_second, begin):
    times = drive(per_second, begin, unit)
    assert unit_of([times[:4], times[4:8], times[8:]]) == unit
    assert unit_of([[round(time) for time in times]]) == unit or unit is SECONDS


@pytest.mark.parametrize("unit", LENGTHS, ids=lambda unit: unit.name)
def test_a_gap_of_thirty_seconds_does_not_change_the_unit(unit):
    times = drive(10, EPOCH, unit, 8)
    gap = 30 * LENGTHS[unit]
    assert unit_of([[*times[:4], *(time + gap for time in times[4:])]]) == unit


@pytest.mark.parametrize("unit", [MILLISECONDS, MICROSECONDS, NANOSECONDS], ids=lambda unit: unit.name)
def test_a_time_lapse_and_single_frames_since_1970_keep_the_unit_of_their_size(unit):
    assert unit_of([drive(1 / 60, EPOCH, unit)]) == unit
    assert unit_of([drive(10, EPOCH, unit, 1)]) == unit


@pytest.mark.parametrize("clips", [[], [[]], [[0]], [[5, 5, 5]], [[3_000_000, 2_000_000]]])
def test_without_a_rising_time_they_are_microseconds(clips):
    assert unit_of(clips) == MICROSECONDS


def test_an_hour_of_a_relative_clock_is_still_microseconds():
    assert unit_of([drive(12, 3600 * hour, MICROSECONDS) for hour in range(24)]) == MICROSECONDS
