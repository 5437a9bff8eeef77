"""Where the frames of a video or a drive change their size."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from jepamine.data.picture_shapes import changes_between, coded_shape, resized_at
from jepamine.data.recordings import Recordings
from jepamine.data.video_index import load_av, video_index
from jepamine.places import Moment

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()
# Codec -> (format of FFmpeg, suffix, options); files of these formats can be joined end to end.
JOINED = {
    "libx264": ("h264", ".h264", {"bf": "2"}),
    "libx265": ("hevc", ".hevc", {"x265-params": "log-level=none"}),
    "mpeg2video": ("mpeg2video", ".m2v", {"bf": "2"}),
    "mpeg4": ("m4v", ".m4v", {"bf": "0"}),
    "mjpeg": ("mjpeg", ".mjpeg", {}),
    "libsvtav1": ("obu", ".obu", {"preset": "12"}),
}


def encoded(path: Path, codec: str, form: str, size: tuple[int, int], options: dict[str, str]) -> bytes:
    """Encode 24 frames at 25 a second, a key frame every 12."""
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size = 12
        for number in range(24):
            pixels = np.full((*size[::-1], 3), 20 + 4 * number, np.uint8)
            pixels[:, 3 * number : 3 * number + 6] = 250
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()


def joined(folder: Path, codec: str, sizes: list[tuple[int, int]]) -> Path:
    """Write 24 frames of each of `sizes`, one after the other, into a file."""
    form, suffix, options = JOINED[codec]
    parts = [
        encoded(folder / f"{number}{suffix}", codec, form, size, options) for number, size in enumerate(sizes)
    ]
    path = folder / f"both{suffix}"
    path.write_bytes(b"".join(parts))
    return path


@pytest.mark.parametrize("codec", JOINED)
@pytest.mark.parametrize("other", [(192, 96), (96, 48), (96, 60)])
def test_a_stream_says_when_its_frames_get_another_size(tmp_path, codec, other):
    path = joined(tmp_path, codec, [(96, 64), other])
    index = video_index(path)
    assert len(index.times) == 48
    assert index.resized == (index.times[24],)
    recordings = Recordings()
    shown = [recordings.image(Moment(path, index.times[place], None)).size for place in (20, 24)]
    assert shown == [(96, 64), other]
    recordings.close()


@pytest.mark.parametrize("codec", JOINED)
def test_a_stream_of_one_size_has_no_change(tmp_path, codec):
    assert video_index(joined(tmp_path, codec, [(96, 64), (96, 64)])).resized == ()


@pytest.mark.parametrize(("codec", "name"), [("libvpx", "vp8"), ("libvpx-vp9", "vp9"), ("libsvtav1", "av1")])
@pytest.mark.parametrize("size", [(96, 64), (200, 120)])
def test_key_frames_of_webm_say_their_size(tmp_path, codec, name, size):
    encoded(tmp_path / "a.webm", codec, "webm", size, {})
    with av.open(str(tmp_path / "a.webm")) as container:
        keys = [bytes(packet) for packet in container.demux(video=0) if packet.size and packet.is_keyframe]
    assert len(keys) >= 2
    assert {coded_shape(name, key) for key in keys} == {size}


@pytest.mark.parametrize("codec", ["mpeg2video", "mpeg4", "vp8", "vp9", "av1", "mjpeg", "h263"])
@pytest.mark.parametrize("content", [b"", b"\0" * 40, b"\xff" * 40, b"\xff\xd8\xff\xc0"])
def test_a_packet_that_is_none_has_no_size(codec, content):
    assert coded_shape(codec, content) is None


def test_what_has_no_size_is_like_what_is_before():
    times = [10, 20, 30, 40, 50]
    assert resized_at([1, None, 1, None, 2], [0, 1, 2, 3, 4], times) == (50,)
    assert resized_at([None, 1, None, 2, 1], [0, 1, 2, 3, 4], times) == (40, 50)
    # Two packets of one time are one frame.
    assert resized_at([1, 1, 2], [0, 0, 1], times) == (20,)
    assert resized_at([1, 1, 1], [0, 1, 2], times) == ()


@pytest.mark.parametrize(
    ("sizes", "step", "found"),
    [
        ("a" * 21 + "b" * 19, 8, [21]),
        ("a" * 8 + "b" * 8, 8, [8]),
        ("aab" + "c" * 13, 16, [2, 3]),
        ("a" * 15 + "b", 8, [15]),
        ("?" * 4 + "a" * 8 + "b" * 4, 4, [12]),
        ("a" * 40, 8, []),
        ("", 8, []),
        ("a", 8, []),
    ],
)
def test_the_frames_at_which_a_size_begins_are_found_by_halving(sizes, step, found):
    asked = []

    def shape(number):
        asked.append(number)
        return None if sizes[number] == "?" else sizes[number]

    assert changes_between(len(sizes), step, lambda numbers: [shape(number) for number in numbers]) == found
    assert len(asked) <= len(sizes) / step + 2 + 6 * len(found)


def test_no_clip_of_a_video_spans_a_change_of_size(jepamine, tmp_path):
    path, manifest = joined(tmp_path, "libx264", [(96, 64), (192, 96)]), tmp_path / "m.jsonl"
    result = jepamine("manifest", "video", path, "--fps", 25, "--window", 16, "--output", manifest)
    assert result.exit_code == 0, result.output
    assert f"{path}: the size of its frames changes: 1; no clip spans a change\n" in result.stderr
    assert "4 clips (2 of them shorter than 16 frames), 1 scenes, 48 frames\n" in result.stderr
    assert '"size_change": []' in jepamine("manifest", "audit", manifest, "--json").stdout
