"""Headers of AVI, MP4 and MOV that contradict themselves, or the numbers of the pictures."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from struct import unpack_from

import pytest

from jepamine.data.container_headers import avi_intervals, movie_fits, track_lengths, turns_by_quarters
from jepamine.data.video_index import load_av, video_index
from tests.data import written_videos

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
from av.bitstream import BitStreamFilterContext

av = load_av()
QUIET = {"x265-params": "log-level=none"}
write = partial(written_videos.write, frames=24)
changed = written_videos.changed


def test_an_avi_with_two_intervals_says_so(tmp_path):
    path = tmp_path / "a.avi"
    content = write(path, bf="2")
    assert avi_intervals(path) == (0.04, 0.04)
    # The rate of the stream is 25 a second, in units of 1.
    at = content.find(b"strh") + 28
    note = changed(tmp_path / "b.avi", content, at, 5)
    assert "its frames are 0.040 s apart by its header, 0.200 s by that of the stream" in note


def test_an_avi_that_states_no_interval_does_not_contradict_itself(tmp_path):
    content = write(tmp_path / "a.avi", "mpeg4")
    at = content.find(b"avih") + 8
    path = tmp_path / "b.avi"
    path.write_bytes(content[:at] + bytes(4) + content[at + 4 :])
    assert avi_intervals(path) is None
    assert video_index(path).note == ""


def test_an_avi_whose_last_packet_of_b_frames_is_followed_by_an_empty_one_is_whole(tmp_path):
    write(tmp_path / "a.mp4", bf="2")
    path = tmp_path / "b.avi"
    with av.open(str(tmp_path / "a.mp4")) as source, av.open(str(path), "w") as copy:
        own = copy.add_stream_from_template(source.streams.video[0])
        own.time_base = Fraction(1, 50)
        starts = BitStreamFilterContext("h264_mp4toannexb", source.streams.video[0])
        for packet in source.demux(video=0):
            for each in starts.filter(packet) if packet.dts is not None else ():
                each.stream = own
                copy.mux(each)
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        last = max(packet.dts for packet in container.demux(video) if packet.dts is not None)
        assert last + 2 == video.frames
    assert video_index(path).note == ""


@pytest.mark.parametrize("options", [{}, {"movflags": "faststart"}, {"use_editlist": "0"}])
@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_the_track_of_a_whole_file_lasts_as_long_as_it_is_shown(tmp_path, name, options):
    write(tmp_path / name, container_options=options, bf="2")
    shown, lasts = track_lengths(tmp_path / name, 1)
    assert shown == pytest.approx(lasts, abs=0.1)
    assert track_lengths(tmp_path / name, 7) is None
    assert video_index(tmp_path / name).note == ""


def test_an_edit_shows_its_length_at_its_speed(tmp_path):
    content = write(tmp_path / "a.mp4")
    at = content.find(b"elst") + 4 + 4 + 4 + 8
    assert content[at : at + 4] == b"\0\1\0\0"
    for speed, shown in ((b"\0\0\x80\0", 0.48), (b"\4\1\0\0", 984.0), (b"\0\0\0\0", None)):
        path = tmp_path / "b.mp4"
        path.write_bytes(content[:at] + speed + content[at + 4 :])
        found = track_lengths(path, 1)
        assert shown == (None if found is None else round(found[0], 6))


@pytest.mark.parametrize("kind", [b"tkhd", b"mdhd"])
def test_a_box_that_is_too_short_for_its_version_states_nothing(tmp_path, kind):
    content = write(tmp_path / "a.mp4")
    at = content.find(kind) + 4
    path = tmp_path / "b.mp4"
    path.write_bytes(content[:at] + b"\1" + content[at + 1 :])
    assert track_lengths(path, 1) is None


def test_fragments_have_no_length(tmp_path):
    write(tmp_path / "a.mp4", container_options={"movflags": "frag_keyframe+empty_moov"})
    assert track_lengths(tmp_path / "a.mp4", 1) is None


def test_a_damaged_unit_of_time_says_so(tmp_path):
    content = write(tmp_path / "a.mov")
    at = content.find(b"mdhd") + 16
    assert "0.960 s are shown by its header, of 0.0" in changed(tmp_path / "b.mov", content, at + 1, 4)


def test_times_in_another_order_than_that_of_the_pictures_say_so(tmp_path):
    content = write(tmp_path / "a.mov", "libx265", **QUIET)
    # The second entry of the table of display times holds for 257 pictures more.
    at = content.find(b"ctts") + 12 + 8
    note = changed(tmp_path / "b.mov", content, at + 2, 1)
    assert "frames have times in another order than their numbers in the stream" in note


def test_a_frame_after_the_next_key_frame_says_so(tmp_path):
    content = write(tmp_path / "a.mkv", bf="0")
    packets = {}
    with av.open(str(tmp_path / "a.mkv")) as container:
        packets = {packet.pts: bytes(packet) for packet in container.demux(video=0) if packet.size}
    # The relative time of the frame at 0.4 s becomes 0.528 s, later than the key frame at 0.48 s.
    at = content.find(packets[400]) - 3
    assert content[at : at + 2] == (400).to_bytes(2)
    assert "1 frames have times in another order" in changed(tmp_path / "b.mkv", content, at, 2)


def test_a_packet_of_hevc_without_the_first_slice_of_a_picture_says_so(tmp_path):
    content = write(tmp_path / "a.mov", "libx265", **QUIET)
    with av.open(str(tmp_path / "a.mov")) as container:
        first = next(bytes(packet) for packet in container.demux(video=0) if packet.size)
    # The last unit of the packet is the slice: four bytes of its size and two of its head come first.
    start, place = 0, content.find(first)
    while start + 4 + int.from_bytes(first[start : start + 4]) < len(first):
        start += 4 + int.from_bytes(first[start : start + 4])
    at = place + start + 6
    assert "1 packets have no picture" in changed(tmp_path / "b.mov", content, at, content[at] & 127)


def test_boxes_of_a_movie_fill_those_around_them(tmp_path):
    path = tmp_path / "a.mp4"
    content = write(path)
    assert movie_fits(path)
    # The width and height of the track are lost: "tkhd" takes the head of the next box.
    at = content.find(b"tkhd") + 4 + 76
    path.write_bytes(content[:at] + content[at + 8 :])
    assert not movie_fits(path)
    assert "boxes of its header reach beyond those around them" in video_index(path).note


@pytest.mark.parametrize(("entry", "value"), [(0, 0), (1, 1 << 19), (8, 1 << 29)])
def test_a_matrix_that_turns_by_no_quarter_says_so(tmp_path, entry, value):
    path = tmp_path / "a.mp4"
    content = write(path)
    assert turns_by_quarters(path, 1)
    assert video_index(path).note == ""
    at = content.find(b"tkhd") + 4 + 40 + 4 * entry
    path.write_bytes(content[:at] + value.to_bytes(4, "big") + content[at + 4 :])
    assert "its header turns the picture by no quarter of a turn" in video_index(path).note


def test_frames_that_an_edit_list_cuts_away_are_counted(tmp_path):
    path = tmp_path / "a.mp4"
    content = write(path, bf="2")
    at = content.find(b"elst") + 4 + 4 + 4 + 4
    (start,) = unpack_from(">i", content, at)
    path.write_bytes(content[:at] + (start + 5 * 512).to_bytes(4, "big") + content[at + 4 :])
    assert " frames are cut away by its edit list" in video_index(path).note
