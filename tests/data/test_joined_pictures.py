"""A damaged start code joins two pictures of H.264; files without one are not accused."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.data.joined_pictures import JoinedPictures, h264_slice, hevc_slice
from jepamine.data.parameter_sets import Stream
from jepamine.data.video_index import load_av, video_index

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()
TOLD = "1 frames became the end of the frame before"
STREAM = {0: Stream(6, planes=False, frame_bits=4)}


@pytest.fixture(scope="module", params=["0", "2"])
def frames(request):
    """Return the number of B-frames: with some, the last packet leaves a hole in the numbers."""
    return request.param


@pytest.fixture(scope="module")
def content(frames, tmp_path_factory):
    """Return a raw stream of 12 frames, a key frame every 6."""
    path = tmp_path_factory.mktemp("raw") / "a.h264"
    random = np.random.default_rng(3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"bf": frames, "sc_threshold": "0"})
        stream.height, stream.width, stream.pix_fmt, stream.gop_size = 48, 64, "yuv420p", 6
        for number in range(12):
            pixels = random.integers(0, 40, (48, 64, 3)).astype(np.uint8)
            pixels[:, :, 0] += 10 * number
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path.read_bytes()


def note(path, content: bytes) -> str:
    path.write_bytes(content)
    return video_index(path).note


def last_starts(content: bytes) -> tuple[int, int]:
    """Return where the start codes of the last slices before the second key frame and the end are."""
    starts = [at for at in range(len(content)) if content[at : at + 3] == b"\0\0\1"]
    kinds = [content[at + 3] & 31 for at in starts]
    key = kinds.index(5, kinds.index(5) + 1)
    before = max(at for at, kind in zip(starts[:key], kinds[:key], strict=True) if kind == 1)
    return before, starts[-1]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("which", [0, 1])
def test_a_start_code_with_one_damaged_byte_is_told(tmp_path, frames, content, which, place):
    at = last_starts(content)[which] + place
    damaged = content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :]
    assert (TOLD if frames == "0" else "damaged") in note(tmp_path / "b.h264", damaged)


def test_a_whole_stream_has_no_joined_pictures(tmp_path, content):
    assert "damaged" not in note(tmp_path / "b.h264", content)


def picture(head: int, frame: int, low: int, payload: bytes = b"") -> bytes:
    """Return a packet with a slice: first block 0, type 5 (7 in an IDR picture), set of parameters 0."""
    anew = head & 31 == 5
    bits = f"1{'0001000' if anew else '00110'}1{frame:04b}{'1' if anew else ''}{low:06b}1"
    body = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))
    return b"\0\0\1" + bytes([head]) + body + b"\xaa" * 30 + payload


def joined(*packets: bytes) -> int:
    found = JoinedPictures()
    for packet in packets:
        found.add(packet, h264_slice(packet[3:], STREAM), STREAM)
    return found.count(STREAM)


SEQUENCE = (picture(0x65, 0, 0), picture(0x41, 1, 2), picture(0x41, 2, 4))


@pytest.mark.parametrize(
    ("head", "frame", "low", "start", "count"),
    [
        (0x41, 4, 8, b"\0\x40\1", 1),
        # Numbers of another picture, a head that the stream has not, and no start code at all.
        (0x41, 5, 8, b"\0\x40\1", 0),
        (0x41, 4, 12, b"\0\x40\1", 0),
        (0x01, 4, 8, b"\0\x40\1", 0),
        (0x41, 4, 8, b"\x99\x40\x77", 0),
    ],
)
def test_the_head_within_a_picture_has_to_be_that_of_the_next(head, frame, low, start, count):
    hidden = start + picture(head, frame, low)[3:]
    last = picture(0x41, 3, 6, hidden)
    assert joined(*SEQUENCE, last, picture(0x65, 0, 0)) == count
    assert joined(*SEQUENCE, last) == count


def test_what_chance_may_give_among_many_bytes_is_not_told():
    # 2^20 bytes searched: a head of 30 bits is among them in one of 2^10 files.
    filler = b"\xaa" * (1 << 20)
    hidden = b"\0\x40\1" + picture(0x41, 4, 8)[3:]
    begin = (*SEQUENCE, picture(0x41, 3, 6, hidden))
    assert joined(*begin) == 1
    assert joined(*begin, picture(0x65, 0, 0, filler)) == 0


HEVC = {0: Stream(8, planes=False)}


def hevc_picture(kind: int, low: int, payload: bytes = b"") -> bytes:
    """Return a packet with the first slice of a picture: type `kind` (19: IDR), set of parameters 0."""
    bits = f"1{'0' if kind > 15 else ''}1011{'' if kind == 19 else f'{low:08b}'}1"
    body = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))
    return b"\0\0\1" + bytes([kind << 1, 1]) + body + b"\xaa" * 30 + payload


@pytest.mark.parametrize(
    ("kind", "low", "start", "count"),
    [
        (1, 4, b"\0\x40\1", 1),
        (1, 4, b"\0\0\x09", 1),
        # The number of another picture, and a head that the stream has not.
        (1, 77, b"\0\x40\1", 0),
        (8, 4, b"\0\x40\1", 0),
    ],
)
def test_the_head_of_the_next_picture_of_hevc_is_found_before_an_idr_picture_and_at_the_end(
    kind, low, start, count
):
    found = JoinedPictures(hevc_slice)
    last = hevc_picture(1, 3, start + hevc_picture(kind, low)[3:])
    first = hevc_picture(19, 0)
    for packet in (first, hevc_picture(1, 1), hevc_picture(1, 2), last, first, hevc_picture(1, 1), last):
        found.add(packet, hevc_slice(packet[3:], HEVC), HEVC)
    # The last one follows another number than the steps of the stream have.
    assert found.count(HEVC) == count * (2 if low == 4 else 1)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_damaged_start_code_of_hevc_is_told(tmp_path, place):
    random = np.random.default_rng(3)
    quiet = "log-level=none:keyint=6:open-gop=0:bframes=0:repeat-headers=1"
    with av.open(str(tmp_path / "a.hevc"), "w") as container:
        stream = container.add_stream("libx265", rate=25, options={"x265-params": quiet})
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        for _ in range(12):
            pixels = random.integers(0, 40, (48, 64, 3)).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    content = (tmp_path / "a.hevc").read_bytes()
    assert "damaged or cut" not in note(tmp_path / "b.hevc", content)
    starts = [at for at in range(len(content)) if content[at : at + 3] == b"\0\0\1"]
    slices = [at for at in starts if content[at + 3] >> 1 < 32]
    assert len(slices) == 12
    for at in (slices[5] + place, slices[11] + place):
        damaged = content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :]
        assert TOLD in note(tmp_path / "b.hevc", damaged)


def test_a_frame_number_that_h264_leaves_out_is_told(tmp_path, frames, content):
    starts = [at for at in range(len(content)) if content[at : at + 3] == b"\0\0\1"]
    referred = [at for at in starts if content[at + 3] in (0x41, 0x61)]
    lost = referred[1]
    after = starts[starts.index(lost) + 1]
    told = note(tmp_path / "b.h264", content[:lost] + content[after:])
    assert "1 frames are missing by the numbers" in told
