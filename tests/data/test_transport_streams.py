"""Packets of transport streams that no writer makes are told; whole, cut and joined streams are not."""

from __future__ import annotations

import pytest

from jepamine.data.container_structure import broken_at
from jepamine.data.video_index import load_av, video_index
from tests.data.written_videos import noisy

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()
SIZES = {"a.ts": 188, "a.m2ts": 192}
# What FFmpeg calls the packets of its first video stream.
VIDEO = {"a.ts": b"\x01\x00", "a.m2ts": b"\x10\x11"}


def written(path, codec="libx264") -> bytes:
    """Write 8 frames to `path`, 10 a second, and return its content."""
    return noisy(path, codec, rate=25 if codec == "mpeg2video" else 10, most=60)


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
@pytest.mark.parametrize("name", SIZES)
def test_whole_joined_and_cut_streams_are_in_order(tmp_path, name, codec):
    path, size = tmp_path / name, SIZES[name]
    content = written(path, codec)
    for stream in (content, content + content, content[20 * size :], content[50:], b"\0" * 3 + content):
        path.write_bytes(stream)
        assert broken_at(path, "mpegts") is None


def packets(content: bytes, name: str) -> list[int]:
    """Return where the packets of the video are."""
    size = SIZES[name]
    starts = range(size - 188, len(content), size)
    return [at for at in starts if bytes([content[at + 1] & 31, content[at + 2]]) == VIDEO[name]]


@pytest.mark.parametrize("which", [0, -1])
@pytest.mark.parametrize(
    ("byte", "mask"), [(0, 1), (1, 0x80), (3, 0x30), (1, 4)], ids=["sync", "damaged", "content", "stream"]
)
@pytest.mark.parametrize("name", SIZES)
def test_a_damaged_head_of_the_first_or_last_packet_is_told(tmp_path, name, byte, mask, which):
    content = bytearray(written(tmp_path / name))
    at = packets(content, name)[which] + byte
    content[at] = content[at] & ~mask if mask == 0x30 else content[at] ^ mask
    (tmp_path / name).write_bytes(content)
    assert "its elements do not follow from each other at byte" in video_index(tmp_path / name).note


@pytest.mark.parametrize("name", SIZES)
def test_a_packet_that_says_it_begins_a_frame_does(tmp_path, name):
    content = bytearray(written(tmp_path / name))
    begins = [at for at in packets(content, name) if content[at + 1] & 0x40][-1]
    start = content.find(b"\0\0\1", begins)
    content[start + 2] ^= 8
    (tmp_path / name).write_bytes(content)
    size = SIZES[name]
    assert broken_at(tmp_path / name, "mpegts") == begins // size * size


@pytest.mark.parametrize(("byte", "mask"), [(3, 0x10), (4, 0x40)], ids=["kind", "length"])
@pytest.mark.parametrize("name", SIZES)
def test_a_frame_of_another_kind_or_length_than_its_stream_has_is_reported(tmp_path, name, byte, mask):
    content = bytearray(written(tmp_path / name))
    begin = [at for at in packets(content, name) if content[at + 1] & 0x40][2]
    start = content.find(b"\0\0\1", begin)
    content[start + byte] ^= mask
    (tmp_path / name).write_bytes(content)
    size = SIZES[name]
    assert broken_at(tmp_path / name, "mpegts") == begin // size * size


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("added", [b"\x12\x34", b""])
def test_bytes_between_packets_and_a_cut_packet_are_told(tmp_path, name, added):
    content = written(tmp_path / name)
    at = 30 * SIZES[name]
    (tmp_path / name).write_bytes(content[:at] + added + content[at : -1 if not added else None])
    assert broken_at(tmp_path / name, "mpegts") is not None
