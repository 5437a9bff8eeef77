"""Times of MOV and MKV that contradict the numbers of the pictures."""

from __future__ import annotations

from functools import partial

import pytest

from jepamine.data.video_index import load_av
from tests.data import written_videos

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()
QUIET = {"x265-params": "log-level=none"}
write = partial(written_videos.write, frames=24)
changed = written_videos.changed


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
