"""Tracks of MP4 and MOV: their lengths and turns, and boxes that do not fit or are missing."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from struct import unpack_from

import pytest

from jepamine.data.movie_box import fits, read_movie
from jepamine.data.movie_track import Track, differ, read_track, track_signs
from jepamine.data.video_index import video_index
from tests.data import written_videos

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")

write = partial(written_videos.write, frames=24)
changed = written_videos.changed


def track(path: Path, number: int = 1) -> Track:
    return read_track(read_movie(path)[0], number)


@pytest.mark.parametrize("options", [{}, {"movflags": "faststart"}, {"use_editlist": "0"}])
@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_the_track_of_a_whole_file_lasts_as_long_as_it_is_shown(tmp_path, name, options):
    write(tmp_path / name, container_options=options, bf="2")
    found = track(tmp_path / name)
    assert found.shown_seconds == pytest.approx(found.seconds, abs=0.1)
    assert found.frames == (pytest.approx(0.96), pytest.approx(0.04), True)
    assert track(tmp_path / name, 7).seconds is None
    assert video_index(tmp_path / name).note == ""


def test_an_edit_shows_its_length_at_its_speed(tmp_path):
    content = write(tmp_path / "a.mp4")
    at = content.find(b"elst") + 4 + 4 + 4 + 8
    assert content[at : at + 4] == b"\0\1\0\0"
    for speed, shown in ((b"\0\0\x80\0", 0.48), (b"\4\1\0\0", 984.0), (b"\0\0\0\0", None)):
        path = tmp_path / "b.mp4"
        path.write_bytes(content[:at] + speed + content[at + 4 :])
        found = track(path).shown_seconds
        assert shown == (None if found is None else round(found, 6))


@pytest.mark.parametrize("kind", [b"tkhd", b"mdhd"])
def test_a_box_that_is_too_short_for_its_version_says_so(tmp_path, kind):
    content = write(tmp_path / "a.mp4")
    at = content.find(kind) + 4
    path = tmp_path / "b.mp4"
    path.write_bytes(content[:at] + b"\1" + content[at + 1 :])
    assert list(track_signs(*read_movie(path), 1, exact=False, cut=False))[:1] == [
        f"a box {kind.decode()!r} of its header is shorter than its version has it"
    ]


def test_the_header_of_fragments_says_nothing_of_lengths(tmp_path):
    path = tmp_path / "a.mp4"
    write(path, container_options={"movflags": "frag_keyframe+empty_moov"})
    assert track(path).frames is None
    assert list(track_signs(*read_movie(path), 1, exact=True, cut=False)) == []


def test_a_damaged_unit_of_time_says_so(tmp_path):
    content = write(tmp_path / "a.mov")
    at = content.find(b"mdhd") + 16
    assert "0.960 s are shown by its header, of 0.0" in changed(tmp_path / "b.mov", content, at + 1, 4)


@pytest.mark.parametrize(
    ("stated", "runs", "found"),
    [
        (1000, [(10, 100)], False),
        # Without the last frame, with one of another length, with the delay of B-frames.
        (900, [(10, 100)], False),
        (951, [(9, 100), (1, 51)], False),
        (1200, [(10, 100)], False),
        (1400, [(10, 100)], True),
        # A damaged interval: the rest is no whole number of frames.
        (1000, [(10, 115)], True),
        (1000, [(10, 164)], True),
        # Frames at an uneven pace.
        (1010, [(5, 90), (5, 110)], False),
        (1000, [(5, 90), (5, 622)], True),
    ],
)
def test_frames_last_as_long_as_their_track_but_for_whole_ones(stated, runs, found):
    assert differ(Track(units=1000, runs=runs).frames, stated / 1000) is found


def test_lengths_may_differ_by_the_unit_of_one():
    frames = Track(units=60, runs=[(61, 1)]).frames
    assert differ(frames, 1.025)
    assert not differ(frames, 1.016, rounding=0.01)


def test_fragments_and_a_recording_that_was_not_finished_do_not_say_how_long_they_last():
    assert Track(units=1000, runs=[]).frames is None
    assert Track(units=1000, lasts=0, runs=[(10, 100)]).seconds is None


def test_a_movie_without_a_box_that_all_have_says_so(tmp_path):
    content = write(tmp_path / "a.mp4", container_options={"movflags": "frag_keyframe+empty_moov"})
    at = content.find(b"mvhd")
    assert "its header lacks a box 'mvhd'" in changed(tmp_path / "b.mp4", content, at, ord("M"))


def test_a_damaged_interval_of_frames_says_so(tmp_path):
    content = write(tmp_path / "a.mp4")
    at = content.find(b"stts") + 4 + 12 + 2
    assert int.from_bytes(content[at - 2 : at + 2]) == 512
    note = changed(tmp_path / "b.mp4", content, at + 1, 64)
    assert "its frames last 1.080 s, by its header 0.960 s" in note


def test_boxes_of_a_movie_fill_those_around_them(tmp_path):
    path = tmp_path / "a.mp4"
    content = write(path)
    assert fits(read_movie(path)[0])
    # The width and height of the track are lost: "tkhd" takes the head of the next box.
    at = content.find(b"tkhd") + 4 + 76
    path.write_bytes(content[:at] + content[at + 8 :])
    assert not fits(read_movie(path)[0])
    assert "boxes of its header reach beyond those around them" in video_index(path).note


@pytest.mark.parametrize(("box", "matrix"), [(b"mvhd", 36), (b"tkhd", 40)], ids=["movie", "track"])
@pytest.mark.parametrize(("entry", "value"), [(0, 0), (0, 1 << 31), (1, 1 << 19), (8, 1 << 29)])
def test_a_matrix_that_turns_by_no_quarter_says_so(tmp_path, box, matrix, entry, value):
    path = tmp_path / "a.mp4"
    content = write(path)
    assert track(path).level
    assert video_index(path).note == ""
    at = content.find(box) + 4 + matrix + 4 * entry
    path.write_bytes(content[:at] + value.to_bytes(4, "big") + content[at + 4 :])
    assert "its header turns the picture by no quarter of a turn" in video_index(path).note


def test_frames_that_an_edit_list_cuts_away_are_counted(tmp_path):
    path = tmp_path / "a.mp4"
    content = write(path, bf="2")
    at = content.find(b"elst") + 4 + 4 + 4 + 4
    (start,) = unpack_from(">i", content, at)
    path.write_bytes(content[:at] + (start + 5 * 512).to_bytes(4, "big") + content[at + 4 :])
    assert " frames are cut away by its edit list" in video_index(path).note


def test_a_key_frame_that_is_not_marked_says_so(tmp_path):
    content = write(tmp_path / "a.mp4", "libx265", **{"x265-params": "log-level=none"})
    at = content.find(b"stss") + 4 + 8 + 3
    assert content[at] == 1
    assert "1 key frames are not marked as such" in changed(tmp_path / "b.mp4", content, at, 3)
