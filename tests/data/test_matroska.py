"""What Matroska and WebM files say twice of a frame: its track, and the time of key frames."""

from __future__ import annotations

import pytest

from jepamine.data.matroska import read_matroska
from jepamine.data.video_index import load_av, video_index
from tests.data.written_videos import changed, noisy

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "libx264"), ("a.webm", "libvpx-vp9")])
def test_tracks_blocks_and_cues_are_read(tmp_path, name, codec):
    noisy(tmp_path / name, codec)
    found = read_matroska(tmp_path / name)
    assert (found.broken, found.scale, found.tracks) == (None, 1_000_000, {1})
    assert sorted(found.blocks[1]) == list(range(0, 800, 100))
    assert found.cues[0] == (1, 0)
    assert list(found.signs()) == []


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "libx264"), ("a.webm", "libvpx-vp9")])
def test_a_block_of_a_track_that_is_not_in_the_header_is_reported(tmp_path, name, codec):
    content = noisy(tmp_path / name, codec)
    with load_av().open(str(tmp_path / name)) as container:
        at = [packet.pos for packet in container.demux() if packet.size][5]
    note = changed(tmp_path / f"b{name}", content, at, 0x85)
    assert "1 blocks belong to no track of its header" in note


def test_a_first_frame_whose_time_is_not_that_of_the_index_is_reported(tmp_path):
    content = noisy(tmp_path / "a.mkv", "libx264")
    # The first block: its track, its time in the cluster (0), a key frame.
    at = content.find(b"\x81\0\0\x80") + 2
    note = changed(tmp_path / "b.mkv", content, at, 64)
    assert "its index has a frame at 0.000 s, where there is none" in note


def test_a_file_without_an_index_contradicts_nothing(tmp_path):
    content = noisy(tmp_path / "a.webm", "libvpx", live="1")
    assert read_matroska(tmp_path / "a.webm").cues == []
    at = content.find(b"\x81\0\0\x80") + 2
    note = changed(tmp_path / "b.webm", content, at, 64)
    assert "its index has" not in note
    assert "the frame at 0.064 s is off the even pace of the others" in note
    assert "damaged" not in video_index(tmp_path / "a.webm").note


def test_a_frame_without_a_time_is_reported(tmp_path):
    content = noisy(tmp_path / "a.mkv", "libx264")
    with load_av().open(str(tmp_path / "a.mkv")) as container:
        at = [packet.pos for packet in container.demux() if packet.size][5]
    # Its time in the cluster, which becomes negative.
    assert "1 frames have no time" in changed(tmp_path / "b.mkv", content, at + 1, content[at + 1] | 128)
