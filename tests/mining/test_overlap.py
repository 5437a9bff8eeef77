"""Which clips share frames or time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jepamine.data.clips import Clip
from jepamine.mining.overlap import ExtentIndex, extent_of
from jepamine.places import Moment
from jepamine.protocols import Extent


def clip(names: str, scene: str | None = "s", **line: object) -> Clip:
    frames = tuple(Path(name) for name in names)
    return Clip(names, frames, scene, None, "m:1", dict(line), 0, len(frames))


def film(start: int, end: int, video: str = "v.mp4") -> Clip:
    moments = tuple(Moment(Path(video), time) for time in range(start, end))
    return Clip(f"{start}", moments, None, None, "m:1", {}, 0, len(moments))


def extent(item: Clip) -> Extent:
    return extent_of(item, [hashlib.sha256(str(frame).encode()).digest() for frame in item.frames])


def overlapping(items: list[Clip], item: Clip) -> list[int]:
    return ExtentIndex([extent(other) for other in items]).overlapping(extent(item)).tolist()


def test_windows_that_share_a_frame_overlap_whatever_their_scene():
    assert overlapping([clip("abcd"), clip("cdef", "t"), clip("efgh")], clip("xd")) == [0, 1]


def test_clips_of_one_video_overlap_where_their_times_do():
    clips = [film(0, 10), film(5, 15), film(10, 20), film(5, 15, "other.mp4")]
    assert overlapping(clips, film(9, 12)) == [0, 1, 2]
    assert overlapping(clips, film(16, 30)) == [2]


def test_cameras_that_film_the_same_moment_of_a_scene_overlap():
    front, left, later = (
        clip("ab", timestamps=[0, 100]),
        clip("cd", timestamps=[50, 150]),
        clip("ef", timestamps=[200, 300]),
    )
    assert overlapping([front, left, later], front) == [0, 1]
    assert overlapping([front], clip("gh", scene="t", timestamps=[0, 100])) == []


def test_windows_that_follow_each_other_do_not_overlap():
    assert overlapping([clip("ab", timestamps=[0, 100])], clip("cd", timestamps=[200, 300])) == []


def test_timestamps_without_a_scene_or_for_some_frames_only_are_ignored():
    assert extent(clip("ab", scene=None, timestamps=[0, 100])).timeline is None
    assert extent(clip("ab", timestamps=[0])).timeline is None
    assert extent(clip("ab", timestamps=[0, "x"])).timeline is None


def test_nothing_known_overlaps_nothing():
    assert ExtentIndex([Extent(), Extent()]).overlapping(Extent()).tolist() == []
    assert ExtentIndex([]).overlapping(Extent(b"12345678", "s", 0, 1)).tolist() == []


extents = st.builds(
    Extent,
    st.lists(st.sampled_from([b"frame--1", b"frame--2", b"frame--3"]), max_size=3).map(b"".join),
    st.sampled_from([None, "s", "t"]),
    st.integers(0, 3).map(float),
    st.integers(3, 6).map(float),
)


@given(st.lists(extents, max_size=8), extents)
def test_the_index_finds_what_comparing_with_each_finds(items, item):
    def overlap(a: Extent, b: Extent) -> bool:
        frames = [{e.frames[at : at + 8] for at in range(0, len(e.frames), 8)} for e in (a, b)]
        times = a.timeline is not None and a.timeline == b.timeline and a.start <= b.end and b.start <= a.end
        return bool(frames[0] & frames[1]) or times

    expected = [row for row, other in enumerate(items) if overlap(other, item)]
    rows = ExtentIndex(items).overlapping(item)
    assert (rows.tolist(), rows.dtype) == (expected, np.int64)
