"""Packs and packets of MPEG program streams: whole files, and damaged lengths."""

from __future__ import annotations

import pytest

from jepamine.data.program_streams import broken_program
from jepamine.data.video_index import video_index
from tests.data.written_videos import write

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")


@pytest.fixture
def whole(tmp_path):
    """Return (a sound file, its content)."""
    return tmp_path / "a.mpg", write(tmp_path / "a.mpg", "mpeg2video", frames=8, noise=255)


def test_whole_joined_and_padded_streams_are_in_order(whole):
    path, content = whole
    for stream in (content, content + content, content + b"\0" * 99, b"\0" * 9 + content):
        path.write_bytes(stream)
        assert broken_program(path) is None


@pytest.mark.parametrize("kind", [b"\xe0", b"\xba"], ids=["packet", "pack"])
def test_a_damaged_begin_is_found_where_it_is(whole, kind):
    path, content = whole
    at = content.find(b"\0\0\1" + kind, 1000)
    path.write_bytes(content[: at + 2] + b"\x03" + content[at + 3 :])
    assert broken_program(path) == at
    assert f"its elements do not follow from each other at byte {at}" in video_index(path).note


def test_a_damaged_length_is_found_at_what_it_leads_to(whole):
    path, content = whole
    at = content.find(b"\0\0\1\xe0")
    length = 6 + int.from_bytes(content[at + 4 : at + 6])
    path.write_bytes(content[: at + 5] + bytes([content[at + 5] ^ 0x10]) + content[at + 6 :])
    assert broken_program(path) in (at + length - 16, at + length + 16)


def test_an_end_within_a_packet_is_found_at_its_begin(whole):
    path, content = whole
    last = content.rfind(b"\0\0\1\xe0")
    path.write_bytes(content[: last + 20])
    assert broken_program(path) == last
