"""Damaged and cut videos say so; whole ones say nothing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jepamine.data.frame_pace import first_off_pace, holes, off_decoding_pace, off_pace
from jepamine.data.video_index import load_av, video_index

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()
EVEN = [40_000 * number for number in range(12)]


def write(path: Path, codec: str = "libx264", times: list[int] | None = None, **options: str) -> Path:
    """Encode frames at `times` (in 1/25 s; by default 24 one after the other), a key frame every 6."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options={"bf": "0", **options})
        stream.height, stream.width, stream.pix_fmt, stream.gop_size = 64, 96, "yuv420p", 6
        for number, time in enumerate(times or range(24)):
            pixels = np.full((64, 96, 3), 20 + 4 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def cut(path: Path, name: str, part: float) -> Path:
    """Write the first `part` of a file's bytes to a file `name` beside it."""
    content = path.read_bytes()
    copy = path.with_name(name)
    copy.write_bytes(content[: int(len(content) * part)])
    return copy


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        *((name, "libx264") for name in ("a.mp4", "a.mov", "a.mkv", "a.flv", "a.ts", "a.m2ts", "a.avi")),
        *((name, "mpeg4") for name in ("b.mp4", "b.avi", "b.wmv", "b.mkv")),
        ("a.mpg", "mpeg2video"),
        ("b.flv", "flv"),
        ("c.h264", "libx264"),
        ("a.webm", "libvpx"),
    ],
)
@pytest.mark.parametrize("frames", ["2", "0"])
def test_whole_files_have_no_sign_of_damage(tmp_path, name, codec, frames):
    options = {} if codec in ("libvpx", "flv") else {"bf": frames}
    assert "damaged" not in video_index(write(tmp_path / name, codec, **options)).note


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.ts", "a.m2ts"])
def test_a_camera_that_drops_frames_has_no_sign_of_damage(tmp_path, name):
    times = [0, 1, 2, 4, 5, 9, 10, 11, 12, 20, 21, 22, 23, 24, 26]
    assert "damaged" not in video_index(write(tmp_path / name, times=times)).note


def test_an_mkv_that_ends_before_its_header_says_so(tmp_path):
    note = video_index(cut(write(tmp_path / "a.mkv"), "cut.mkv", 0.8)).note
    assert "0.960 s by its header" in note


def test_an_flv_that_ends_before_its_header_says_so(tmp_path):
    note = video_index(cut(write(tmp_path / "a.flv"), "cut.flv", 0.5)).note
    assert "s by its header" in note


@pytest.mark.parametrize(
    ("frames", "stated", "damaged"),
    [
        ("0", 25, True),
        ("2", 25, True),
        ("0", 24, False),
        # What FFmpeg leaves in a header that it cannot go back to.
        ("0", 1 << 30, False),
    ],
)
def test_an_avi_counts_its_frames_in_its_header(tmp_path, frames, stated, damaged):
    path = write(tmp_path / "a.avi", bf=frames)
    content = path.read_bytes()
    at = content.find(b"vids") + 32
    assert int.from_bytes(content[at : at + 4], "little") == 24
    path.write_bytes(content[:at] + stated.to_bytes(4, "little") + content[at + 4 :])
    assert (f"{stated} frames by its header" in video_index(path).note) is damaged


@pytest.mark.parametrize("name", ["a.ts", "a.m2ts", "a.mpg"])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_frame_that_a_camera_left_out_is_no_sign_and_one_that_was_lost_is(tmp_path, name, codec):
    times = [time for time in range(25) if time != 8]
    options = {"x265-params": "log-level=none:bframes=0"} if codec == "libx265" else {}
    left_out = video_index(write(tmp_path / name, codec, times=times, **options))
    assert (left_out.note, len(left_out.times)) == ("", 24)
    # Without numbers, nothing says that it was left out.
    note = video_index(write(tmp_path / "b.ts", "mpeg4", times=times)).note
    assert "where the even pace of the others has one" in note


@pytest.mark.parametrize("times", [[0, *range(2, 24)], [*range(23), 24]])
def test_a_first_or_last_frame_alone_beside_a_hole_has_a_wrong_time(tmp_path, times):
    note = video_index(write(tmp_path / "a.ts", times=times)).note
    assert "where the even pace of the others has one" in note


@pytest.mark.parametrize("name", ["a.mp4", "raw.avi", "a.ts"])
def test_a_bare_stream_with_a_containers_name_says_so(tmp_path, name):
    raw = write(tmp_path / "a.h264")
    raw.rename(tmp_path / name)
    assert "it is a bare h264 stream without a clock" in video_index(tmp_path / name).note


def test_a_lost_unit_of_a_raw_stream_says_so(tmp_path):
    raw = write(tmp_path / "a.h264")
    units = raw.read_bytes().split(b"\0\0\0\1")
    pictures = [number for number, unit in enumerate(units) if unit[:1] and unit[0] & 31 == 1]
    lost = tmp_path / "b.h264"
    lost.write_bytes(b"\0\0\0\1".join(unit for number, unit in enumerate(units) if number != pictures[1]))
    assert "1 frames are missing by the numbers that they have in the stream" in video_index(lost).note


@pytest.mark.parametrize(
    ("times", "found"),
    [
        (EVEN, []),
        ([*EVEN[:5], EVEN[5] + 5_000, *EVEN[6:]], [EVEN[5] + 5_000]),
        # Rounded to milliseconds, by a camera's own uneven clock, and after a pause.
        ([0, 33_000, 67_000, 100_000, 133_000, 167_000, 200_000], []),
        ([0, 38_000, 84_000, 117_000, 165_000, 199_000, 245_000, 280_000], []),
        ([*EVEN[:5], *(time + 5_000 for time in EVEN[5:])], []),
        (EVEN[:4], []),
    ],
)
def test_one_frame_off_an_even_pace_is_found(times, found):
    assert off_pace(times) == found


@pytest.mark.parametrize(
    ("times", "found"),
    [
        (EVEN, []),
        ([*EVEN[:5], *EVEN[6:]], [EVEN[5]]),
        ([*EVEN[:5], *EVEN[8:]], [EVEN[5]]),
        ([time for number, time in enumerate(EVEN) if number % 3], []),
        ([0, 38_000, 84_000, 117_000, 165_000, 199_000, 245_000, 280_000], []),
        ([], []),
    ],
)
def test_a_hole_in_an_even_pace_is_found(times, found):
    assert holes(times) == found


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ([0, 40, 80, 120, 160, 200, 240], []),
        ([30, 40, 80, 120, 160, 200, 240], [30]),
        ([-60, 40, 80, 120, 160, 200, 240], [-60]),
        # Two whole frames are missing; another step differs, too; too few steps.
        ([-80, 40, 80, 120, 160, 200, 240], []),
        ([30, 40, 80, 120, 150, 200, 240], []),
        ([30, 40, 80, 120, 160], []),
    ],
)
def test_a_first_frame_that_alone_is_off_an_even_pace_is_found(times, found):
    thousand = [1000 * time for time in times]
    assert first_off_pace(thousand) == [1000 * time for time in found]


@pytest.mark.parametrize(
    ("times", "decoded", "found"),
    [
        (EVEN, EVEN, []),
        ([*EVEN[:11], EVEN[11] + 20_000], EVEN, [EVEN[11] + 20_000]),
        ([EVEN[0] - 256_000, *EVEN[1:]], EVEN, [EVEN[0] - 256_000]),
        # Rounded to milliseconds; a camera that left out a frame or has an uneven clock; too few frames.
        ([time + 1_000 * (time % 3) for time in EVEN], EVEN, []),
        ([*EVEN[:8], *EVEN[9:]], [*EVEN[:7], *EVEN[8:]], []),
        ([*EVEN[:11], EVEN[11] + 20_000], [*EVEN[:11], EVEN[11] + 20_000], []),
        ([0, 30_000, 130_000, 140_000, 220_000, 230_000, 260_000], EVEN[:7], []),
        ([0, 40_000, 90_000], EVEN[:3], []),
    ],
)
def test_a_frame_off_the_even_pace_of_decoding_is_found(times, decoded, found):
    assert off_decoding_pace(times, decoded) == found


@pytest.mark.parametrize("step", [256, 1 << 20])
@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_a_last_frame_whose_time_alone_is_damaged_says_so(tmp_path, name, step):
    content = write(tmp_path / name, bf="2").read_bytes()
    with av.open(str(tmp_path / name)) as container:
        shown = [packet.pts for packet in container.demux() if packet.size]
    # How much later than they are decoded frames are shown: (count of frames, time).
    at = content.find(b"ctts") + 12
    number = shown.index(max(shown)) - int.from_bytes(content[at : at + 4])
    while number >= 0:
        at += 8
        number -= int.from_bytes(content[at : at + 4])
    later = int.from_bytes(content[at + 4 : at + 8]) + step
    (tmp_path / name).write_bytes(content[: at + 4] + later.to_bytes(4) + content[at + 8 :])
    assert "is off the even pace at which frames are decoded" in video_index(tmp_path / name).note


def test_a_first_frame_of_flv_whose_time_alone_is_damaged_says_so(tmp_path):
    content = write(tmp_path / "a.flv", bf="2").read_bytes()
    # The first picture: a key frame of H.264, then how much later than it is decoded it is shown (ms).
    at = content.find(b"\x17\1") + 2
    assert int.from_bytes(content[at : at + 3]) == 80
    (tmp_path / "a.flv").write_bytes(content[:at] + (30).to_bytes(3) + content[at + 3 :])
    note = video_index(tmp_path / "a.flv").note
    assert "the frame at 0.030 s is off the even pace at which frames are decoded" in note
