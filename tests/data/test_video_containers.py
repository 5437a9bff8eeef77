"""Every frame of every container by its own time, whatever its index, clock or order of frames."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from jepamine.data.recordings import Recordings
from jepamine.data.video_index import choose_stream, video_index
from jepamine.errors import UserError
from jepamine.places import Moment

av = pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")

COUNT, RATE = 30, 10
GREYS = [20 + 7 * number for number in range(COUNT)]


def add_footage(container, codec: str, options: dict[str, str], size=(64, 96)):
    stream = container.add_stream(codec, rate=RATE, options=options)
    stream.height, stream.width = size
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    stream.gop_size = 7
    return stream


def fill(container, stream, greys=GREYS) -> None:
    for number, grey in enumerate(greys):
        frame = av.VideoFrame.from_ndarray(
            np.full((stream.height, stream.width, 3), grey, np.uint8), format="rgb24"
        )
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def write(path: Path, codec: str, options: dict[str, str]) -> Path:
    with av.open(str(path), "w") as container:
        fill(container, add_footage(container, codec, options))
    return path


def grey_at(videos: Recordings, path: Path, microseconds: int, stream: int | None = None) -> int:
    image = videos.image(Moment(path, microseconds, stream))
    return round(float(np.asarray(image, dtype=np.float64).mean()))


def decoded_in_order(path: Path) -> list[float]:
    """Return the mean grey of each frame, by PyAV's own decoding from start to end."""
    with av.open(str(path)) as container:
        return [float(frame.to_ndarray(format="rgb24").mean()) for frame in container.decode(video=0)]


CONTAINERS = [
    ("a.mp4", "libx264", {"bf": "2"}),
    ("a.mov", "libx264", {"bf": "0"}),
    ("a.mkv", "libx264", {"bf": "3"}),
    ("a.ts", "libx264", {"bf": "2"}),
    ("a.m2ts", "libx264", {"bf": "2"}),
    ("b.ts", "libx264", {"bf": "0"}),
    ("one-gop.ts", "libx264", {"bf": "2", "keyint": "250", "g": "250"}),
    ("a.mpg", "mpeg2video", {"bf": "2"}),
    ("a.avi", "libx264", {"bf": "2"}),
    ("a.wmv", "libx264", {"bf": "2"}),
    ("b.mpg", "libx264", {"bf": "0"}),
    ("c.mpg", "mpeg4", {"bf": "2"}),
    ("b.avi", "mpeg4", {}),
    ("c.avi", "mjpeg", {}),
    ("a.webm", "libvpx", {}),
    ("a.h264", "libx264", {"bf": "2"}),
    ("a.flv", "libx264", {"bf": "2"}),
]


@pytest.mark.parametrize(("name", "codec", "options"), CONTAINERS, ids=[name for name, *_ in CONTAINERS])
@pytest.mark.parametrize("order", ["forward", "backward", "shuffled"])
def test_the_frame_of_a_time_is_that_frame_in_any_order(name, codec, options, order, tmp_path):
    numbered = list(range(COUNT))
    asked = {
        "forward": numbered,
        "backward": numbered[::-1],
        "shuffled": np.random.default_rng(1).permutation(COUNT).tolist(),
    }[order]
    path, videos = write(tmp_path / name, codec, options), Recordings()
    greys, times = decoded_in_order(path), video_index(path).times
    assert len(greys) == len(times) == COUNT
    shown = [grey_at(videos, path, times[number]) for number in asked]
    assert shown == [round(greys[number]) for number in asked]


@pytest.mark.parametrize("name", ["a.ts", "a.m2ts", "a.mpg", "a.mkv", "a.mp4", "a.flv"])
def test_jumps_over_many_seconds_and_back_lead_to_the_frame_of_the_time(name, tmp_path):
    # 16 s, a key frame every 4 s: further than frames are read on without a seek.
    greys = [20 + number for number in range(160)]
    with av.open(str(tmp_path / name), "w") as container:
        stream = add_footage(container, "libx264", {"bf": "3", "sc_threshold": "0"})
        stream.gop_size = 40
        fill(container, stream, greys)
    times, videos = video_index(tmp_path / name).times, Recordings()
    own = decoded_in_order(tmp_path / name)
    asked = [0, 155, 3, 120, 41, 39, 159, 80, 79, 81, 1]
    assert [grey_at(videos, tmp_path / name, times[number]) for number in asked] == [
        round(own[number]) for number in asked
    ]


@pytest.mark.parametrize("name", ["a.ts", "a.mkv"])
def test_a_recording_that_begins_between_key_frames_is_sought_from_its_first_key_frame(name, tmp_path):
    whole, part = tmp_path / f"whole-{name}", tmp_path / name
    write(whole, "libx264", {"bf": "0"})
    with av.open(str(whole)) as source, av.open(str(part), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(source.streams.video[0])):
            if number >= 3 and packet.size:
                packet.stream = stream
                target.mux(packet)
    index, videos = video_index(part), Recordings()
    own = decoded_in_order(whole)[COUNT - len(index.times) :]
    order = [5, 0, len(own) - 1, 2, 1]
    assert index.undecodable == 4
    assert [grey_at(videos, part, index.times[number]) for number in order] == [
        round(own[number]) for number in order
    ]


@pytest.mark.parametrize(("codec", "frames"), [("libx264", "0"), ("libx264", "2"), ("mpeg4", "0")])
def test_recordings_joined_end_to_end_follow_one_another(tmp_path, codec, frames):
    part = write(tmp_path / "part.ts", codec, {"bf": frames}).read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(part + part)
    index, videos = video_index(joined), Recordings()
    assert len(index.times) == 2 * COUNT
    assert all(after > before for before, after in zip(index.times, index.times[1:], strict=False))
    assert index.note == f"{joined}: its clock restarts; 2 joined recordings are placed one after another"
    shown = [grey_at(videos, joined, index.times[number]) for number in (0, COUNT - 1, COUNT, 2 * COUNT - 1)]
    assert np.abs(np.array(shown) - [GREYS[0], GREYS[-1], GREYS[0], GREYS[-1]]).max() <= 3


@pytest.fixture
def two_streams(tmp_path) -> Path:
    """A small preview first, then the footage, whose greys are in reverse."""
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        small = add_footage(container, "libx264", {"bf": "0"}, (32, 48))
        large = add_footage(container, "libx264", {"bf": "0"})
        fill(container, small)
        fill(container, large, GREYS[::-1])
    return path


def test_every_frame_of_a_program_stream_of_key_frames_only_comes_at_its_time(tmp_path):
    """Of several pictures in a packet FFmpeg gives some the time of the next."""
    path, noise = tmp_path / "a.mpg", np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg2video", rate=25, options={"g": "1", "qmin": "8", "qmax": "8"})
        stream.height, stream.width, stream.pix_fmt = 64, 96, "yuv420p"
        for number in range(40):
            pixels = 20 + 5 * number + noise.integers(0, 24, (64, 96, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels.astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    index = video_index(path)
    assert index.note == ""
    assert [after - before for before, after in pairwise(index.times)] == [40_000] * 39
    recordings = Recordings()
    shown = [grey_at(recordings, path, time) for time in index.times]
    assert max(abs(grey - 31 - 5 * number) for number, grey in enumerate(shown)) <= 2


def test_of_several_streams_the_largest_is_read_and_the_others_are_named(two_streams):
    chosen, note = choose_stream(two_streams, None)
    assert chosen == 1
    assert note == (
        f"{two_streams}: 2 video streams: 0 (48 x 32), 1 (96 x 64); reading 1, the largest (--stream chooses)"
    )
    assert abs(grey_at(Recordings(), two_streams, 0) - GREYS[-1]) <= 3


def test_a_stream_can_be_asked_for(two_streams):
    videos = Recordings()
    assert abs(grey_at(videos, two_streams, 0, 0) - GREYS[0]) <= 3
    assert videos.digest(Moment(two_streams, 0, 0)) != videos.digest(Moment(two_streams, 0, 1))
    with pytest.raises(UserError, match=r"no video stream 5; streams: 0 \(48 x 32\), 1 \(96 x 64\)"):
        choose_stream(two_streams, 5)


def test_a_stream_in_a_manifest_line_is_read_and_checked(two_streams, jepamine, tmp_path):
    manifest = tmp_path / "m.jsonl"
    result = jepamine("manifest", "video", two_streams, "--stream", 0, "--output", manifest)
    assert result.exit_code == 0, result.output
    assert '"stream": 0' in manifest.read_text()
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text(manifest.read_text().replace('"stream": 0', '"stream": "front"'))
    result = jepamine("manifest", "audit", wrong)
    assert "'stream' must be the index of a video stream, not 'front'" in result.output


def test_a_damaged_frame_is_an_error_and_never_its_neighbour(tmp_path):
    path = write(tmp_path / "a.mkv", "libx264", {"bf": "0", "g": "30"})
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(bytes(content))
    videos, wrong = Recordings(), 0
    for number in range(COUNT):
        try:
            grey = grey_at(videos, path, number * 1_000_000 // RATE)
        except UserError as error:
            assert str(path) in str(error)
        else:
            wrong += abs(grey - GREYS[number]) > 12
    assert wrong == 0


def test_frames_after_a_cut_between_key_frames_are_all_there(tmp_path):
    """An edit list hides the frames between the key frame and the cut; those after it refer to them."""
    whole, cut = write(tmp_path / "whole.mp4", "libx264", {"bf": "2", "g": "10"}), tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(cut), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        start = round(Fraction(14, RATE) / stream.time_base)
        for packet in source.demux(stream):
            if packet.size and packet.dts >= round(Fraction(8, RATE) / stream.time_base):
                packet.pts, packet.dts, packet.stream = packet.pts - start, packet.dts - start, copy
                target.mux(packet)
    index = video_index(cut)
    assert (len(index.times), index.undecodable) == (COUNT - 14, 0)
    greys = decoded_in_order(cut)
    videos = Recordings()
    shown = [grey_at(videos, cut, time) for time in index.times]
    assert shown == [round(grey) for grey in greys]
    assert abs(shown[0] - GREYS[14]) <= 3


def test_a_raw_stream_that_lost_a_frame_shows_no_frame_at_anothers_place(tmp_path):
    options = {"x265-params": "log-level=none:bframes=0:keyint=7:min-keyint=7:scenecut=0"}
    path = write(tmp_path / "a.hevc", "libx265", options)
    greys = [round(grey) for grey in decoded_in_order(path)]
    with av.open(str(path)) as container:
        starts = [packet.pos for packet in container.demux(video=0) if packet.size]
    content = bytearray(path.read_bytes())
    content[starts[4] + 6] = 255  # in the header of the slice, which cannot be decoded then
    path.write_bytes(content)
    videos, times = Recordings(), video_index(path).times
    assert len(times) == COUNT
    shown = {}
    for number, time in enumerate(times):
        with contextlib.suppress(UserError):
            shown[number] = grey_at(videos, path, time)
    # Two more refer to it; what is up to 16 places from these may have another order.
    assert shown == {number: greys[number] for number in range(23, COUNT)}


def test_an_avi_that_lost_frames_says_so(tmp_path):
    path = write(tmp_path / "a.avi", "mjpeg", {})
    assert video_index(path).note == ""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert f"{path}: damaged or cut: {COUNT} frames by its header, " in video_index(path).note
