"""The numbers that pictures have in their streams: a second clock, in which a lost picture leaves a hole."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jepamine.data.picture_order import PictureOrder, missing_pictures
from jepamine.data.video_index import load_av

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()
QUIET = "log-level=none"
STREAMS = {
    "H.264 with start codes": ("a.ts", "libx264", {"bf": "2"}),
    "H.264 with sizes": ("a.mp4", "libx264", {"bf": "2"}),
    "H.264 without B-frames, counted in decoding order": ("a.mkv", "libx264", {"bf": "0"}),
    "H.264 of the high profile": ("b.mp4", "libx264", {"bf": "3", "profile": "high"}),
    "HEVC with start codes": ("a.hevc", "libx265", {"x265-params": QUIET}),
    "HEVC with sizes": ("b.mov", "libx265", {"x265-params": QUIET}),
    "MPEG-2": ("a.mpg", "mpeg2video", {"bf": "2"}),
}


def packets(path: Path, codec: str, options: dict[str, str]) -> tuple[PictureOrder, list[bytes]]:
    """Encode 24 frames, a key frame every 12, and return the reader of their numbers and their packets."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.height, stream.width, stream.pix_fmt, stream.gop_size = 64, 96, "yuv420p", 12
        for number in range(24):
            pixels = np.full((64, 96, 3), 20 + 4 * number, np.uint8)
            pixels[:, 3 * number : 3 * number + 6] = 250
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        context = video.codec_context
        order = PictureOrder(context.codec.canonical_name, context.extradata)
        return order, [bytes(packet) for packet in container.demux(video) if packet.size]


@pytest.mark.parametrize("kind", STREAMS)
def test_whole_streams_miss_nothing_and_a_picture_that_is_taken_out_is_missed(tmp_path, kind):
    name, codec, options = STREAMS[kind]
    order, whole = packets(tmp_path / name, codec, options)
    numbers = [order.number(packet) for packet in whole]
    assert len(set(numbers)) == 24
    assert None not in numbers
    assert missing_pictures(numbers, order.codec) == 0
    # One that is neither the first nor the last of its sequence, in the order of display.
    step = 2 if "H.264" in kind and "decoding" not in kind else 1
    within = next(
        number for number in numbers if {(number[0], number[1] + by) for by in (-step, step)} <= set(numbers)
    )
    assert missing_pictures([number for number in numbers if number != within], order.codec) == 1


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ([(0, 0), (0, 2), (0, 4), (0, 6)], 0),
        ([(0, 0), (0, 2), (0, 6), (0, 8)], 1),
        ([(0, 0), (0, 1), (0, 2), (0, 6), (0, 7), (0, 8)], 3),
        # Each sequence counts anew, and the first and last pictures of one may be cut away.
        ([(0, 5), (0, 6), (0, 7), (1, 0), (1, 1), (1, 2)], 0),
        ([(0, 0), None, (0, 1), (0, 2)], 0),
        # A clock set anew, and numbers that are never even.
        ([(0, 0), (0, 1), (0, 2), (0, 200), (0, 201)], 0),
        ([(0, 0), (0, 1), (0, 4), (0, 9), (0, 16)], 0),
        ([None, None], 0),
        ([], 0),
    ],
)
def test_holes_in_even_numbers_are_counted(numbers, missing):
    assert missing_pictures(numbers, "h264") == missing


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [([(0, 0), (0, 2)], 1), ([(0, 0), (0, 1), (0, 3)], 1), ([(0, 0), (0, 1)], 0), ([(0, 3), (0, 4)], 0)],
)
@pytest.mark.parametrize("codec", ["hevc", "mpeg2video"])
def test_few_pictures_of_hevc_and_mpeg2_are_numbered_one_by_one(codec, numbers, missing):
    assert missing_pictures(numbers, codec) == missing


@pytest.mark.parametrize("kind", ["H.264 of the high profile", "HEVC with start codes"])
def test_a_packet_with_a_slice_of_another_picture_is_counted(tmp_path, kind):
    name, codec, options = STREAMS[kind]
    order, whole = packets(tmp_path / name, codec, options)
    for packet in whole[:3]:
        order.number(packet)
    assert order.crowded == 0
    assert order.number(whole[3] + whole[4]) is not None
    assert order.crowded == 1


@pytest.mark.parametrize(
    ("structures", "crowded"), [([3, 3], 1), ([1, 3], 1), ([1, 2], 0), ([2, 1], 0), ([3], 0)]
)
def test_a_packet_of_mpeg2_holds_one_picture_or_its_two_fields(structures, crowded):
    head = b"\0\0\1\0\0\x57\xff\xf8\0\0\1\xb5\x8f\xff"
    slices = b"\x41\x80\0\0\1\1" + bytes(range(100, 120))
    order = PictureOrder("mpeg2video", None)
    order.number(b"".join(head + bytes([0xF0 | structure]) + slices for structure in structures))
    assert order.crowded == crowded


def test_numbers_go_on_where_their_low_bits_begin_anew(tmp_path):
    order, _ = packets(tmp_path / "a.ts", "libx264", {"bf": "2"})
    placed = [order._placed(low, 4, first=number == 0) for number, low in enumerate([0, 6, 12, 2, 15, 4])]
    assert [place for _, place in placed] == [0, 6, 12, 18, 15, 20]


@pytest.mark.parametrize("codec", ["h264", "hevc", "mpeg2video", "vp9", "mjpeg"])
@pytest.mark.parametrize("packet", [b"", b"\0\0\1", bytes(range(256)), b"\0\0\1\x65" + b"\xff" * 50])
def test_what_is_no_picture_has_no_number(codec, packet):
    assert PictureOrder(codec, None).number(packet) is None
    assert PictureOrder(codec, b"\1" + bytes(40)).number(packet) is None
