"""Which frames a strip shows, and for how long each stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jepamine.data.clips import Clip
from jepamine.mining.review_page.filmstrip import Span, seconds, spans
from jepamine.places import Moment


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
