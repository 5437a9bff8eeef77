"""A picture of which no head is left, at the end of the one before, is found; whole streams have none."""

from __future__ import annotations

import pytest

from jepamine.data.unread_ends import replaced_end, unread_ends
from jepamine.data.video_index import load_av, video_index
from tests.data.written_videos import write

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()
TOLD = "1 frames became the end of the frame before"
X265 = {"x265-params": "scenecut=0:bframes=0:open-gop=0:log-level=none"}
CODECS = [("a.h264", "libx264", {"sc_threshold": "0", "bf": "0"}), ("a.hevc", "libx265", X265)]


def packets(path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux() if packet.size]


def keys(path) -> list[bool]:
    with av.open(str(path)) as container:
        return [packet.is_keyframe for packet in container.demux() if packet.size]


@pytest.mark.parametrize(("name", "codec", "options"), CODECS)
@pytest.mark.parametrize("noise", [0, 255])
def test_whole_streams_have_no_unread_ends(tmp_path, name, codec, options, noise):
    path = tmp_path / name
    write(path, codec, frames=12, noise=noise, **options)
    whole = packets(path)
    # The first sequence without its last picture is shorter than the second, and whole.
    path.write_bytes(b"".join(whole[:5] + whole[6:]))
    assert keys(path).index(True, 1) == 5
    assert unread_ends(av, path, keys(path)) == 0


@pytest.mark.parametrize(("name", "codec", "options"), CODECS)
@pytest.mark.parametrize("lost", [5, 12, 40])
def test_a_picture_without_a_head_is_told_before_a_key_frame_and_not_at_the_end(
    tmp_path, name, codec, options, lost
):
    path = tmp_path / name
    write(path, codec, frames=12, noise=255, **options)
    whole = packets(path)
    key = keys(path).index(True, 1)
    assert key == 6
    path.write_bytes(b"".join([*whole[: key - 1], whole[key - 1][lost:], *whole[key:]]))
    assert len(packets(path)) == len(whole) - 1
    assert unread_ends(av, path, keys(path)) == 1
    assert TOLD in video_index(path).note
    path.write_bytes(b"".join([*whole[:-1], whole[-1][lost:]]))
    assert unread_ends(av, path, keys(path)) == 0


@pytest.mark.parametrize(
    ("codec", "packet", "kept"),
    [
        # What fills up a slice, and what follows it, stays; a sixteenth byte from its end on it is another.
        ("h264", b"\0\0\1\x41" + b"\x55" * 40 + b"\0\0\3\0\0\3\0", 28),
        ("h264", b"\0\0\1\x41" + b"\x55" * 40 + b"\0\0\1\x0c" + b"\xff" * 40, 28),
        ("hevc", b"\0\0\1\x02" + b"\x55" * 40 + b"\0\0\1\x50" + b"\xff" * 40, 28),
        ("h264", b"\0\0\1\x41" + b"\x55" * 796, 700),
    ],
)
def test_the_end_of_the_last_slice_is_replaced(codec, packet, kept):
    other = replaced_end(codec, packet)
    end = packet.rfind(b"\x55") + 1
    assert (len(other), other[:kept], other[end:]) == (len(packet), packet[:kept], packet[end:])
    assert other[kept:end] != packet[kept:end]
    assert b"\0" not in other[kept:end]


@pytest.mark.parametrize("packet", [b"", b"\0\0\1", b"\0\0\1\x41short", b"\0\0\1\x67" + b"\x55" * 100])
def test_what_has_no_slice_or_a_short_one_is_left_alone(packet):
    assert replaced_end("h264", packet) is None
