"""The unit of timestamps, from their size and intervals."""

import pytest

from jepamine.data.time_units import MICROSECONDS, MILLISECONDS, NANOSECONDS, SECONDS, unit_of

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
