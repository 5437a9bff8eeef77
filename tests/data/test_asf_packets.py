"""Packets of ASF: whole files, and what a lost or damaged one leaves."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.data.asf_packets import DATA, FIRST_PACKET, broken_asf
from jepamine.data.video_index import video_index
from tests.data.written_videos import write

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
# The size of a packet as FFmpeg writes it, and where the first payload of one begins.
SIZE, PAYLOAD = 3200, 15


@pytest.fixture
def whole(tmp_path):
    """Return (a sound file, its content, the places of its packets)."""
    path = tmp_path / "a.wmv"
    content = write(path, "wmv2", frames=8, noise=255)
    first = content.find(DATA) + FIRST_PACKET
    return path, content, range(first, len(content) - SIZE + 1, SIZE)


def test_a_whole_file_has_no_broken_packet(whole):
    path, _, places = whole
    assert len(places) > 3
    assert broken_asf(path) is None
    assert video_index(path).note == ""


def test_a_lost_packet_leaves_a_hole_at_the_next_one(whole):
    path, content, places = whole
    # The next packet stands in its place; the last one, doubled, keeps the size.
    path.write_bytes(content[: places[1]] + content[places[2] :] + content[-SIZE:])
    assert broken_asf(path) == places[1]
    assert f"its elements do not follow from each other at byte {places[1]}" in video_index(path).note


def test_damaged_fields_of_a_packet_are_found(whole):
    path, content, places = whole
    found = []
    for at in range(places[1] + 3, places[1] + PAYLOAD + 8):
        damaged = bytearray(content)
        damaged[at] ^= 0x55
        path.write_bytes(damaged)
        found.append(broken_asf(path) is not None)
    # All but the times of the packet (6 bytes), of the frame, and the mark of key frames.
    assert np.mean(found) > 0.5
    assert found[0] and found[1]


def test_a_part_of_a_stream_that_is_not_in_the_header_is_found(whole):
    path, content, places = whole
    # The only part of a packet has no count of parts before it.
    at = places[0] + PAYLOAD - 4
    assert content[at] & 0x7F == 1
    path.write_bytes(content[:at] + bytes([content[at] + 16]) + content[at + 1 :])
    assert broken_asf(path) == places[0]


@pytest.mark.parametrize(
    "content", [b"", b"RIFF" * 100, DATA * 9], ids=["empty", "another format", "no header"]
)
def test_files_without_the_two_objects_are_not_judged(tmp_path, content):
    (tmp_path / "a.wmv").write_bytes(content or b"0")
    assert broken_asf(tmp_path / "a.wmv") is None
