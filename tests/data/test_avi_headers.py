"""Headers of AVI files that contradict themselves, or state nothing."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest

from jepamine.data.avi_chunks import avi_intervals
from jepamine.data.video_index import load_av, video_index
from tests.data import written_videos

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
from av.bitstream import BitStreamFilterContext

av = load_av()
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
