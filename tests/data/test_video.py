"""Frames of a video by time."""

from __future__ import annotations

import builtins
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jepamine.data.frames import Frames
from jepamine.data.recordings import Recordings, recorded_times
from jepamine.data.video_index import load_av
from jepamine.errors import UserError
from jepamine.places import Moment
from tests.data.written_videos import noisy

# Thirty a second, then a gap, then slow, then fast: a variable frame rate.
TIMES = [0, 33, 67, 100, 133, 400, 433, 467, 900, 950, 960, 1000, 1033, 1067, 1100]


@pytest.fixture
def video(tmp_path: Path, write_video) -> tuple[Path, list[int]]:
    path = tmp_path / "drive.mp4"
    return path, write_video(path, TIMES)


def grey(videos: Recordings, path: Path, milliseconds: float) -> int:
    return round(float(np.asarray(videos.image(Moment(path, round(milliseconds * 1000)))).mean()))


def test_frame_times_are_the_packets_own_to_a_millisecond(video):
    import av

    path, _ = video
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
        said = sorted(float(packet.pts * packet.time_base) for packet in packets)
    times, end = recorded_times(path)
    assert [round(time / 1000) for time in times] == TIMES == [round(1000 * time) for time in said]
    assert end > times[-1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.integers(0, 1100), min_size=1, max_size=6))
def test_in_any_order_the_frame_that_is_shown_at_a_time_comes(video, asked):
    path, greys = video
    videos = Recordings()
    for time in asked:
        shown = max(index for index, start in enumerate(TIMES) if start <= time)
        assert grey(videos, path, time) == greys[shown]


def test_a_frame_counts_half_a_millisecond_early(video):
    path, greys = video
    assert grey(Recordings(), path, 399.6) == greys[5]
    assert grey(Recordings(), path, 399.4) == greys[4]


def test_a_time_after_the_end_is_reported(video):
    path, _ = video
    with pytest.raises(UserError, match=r"drive.mp4#t=2.000000: the video ends at 1.11. s$"):
        Recordings().image(Moment(path, 2_000_000))


def test_the_digest_hangs_on_content_and_time(video, tmp_path):
    path, _ = video
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(path.read_bytes())
    videos = Recordings()
    assert videos.digest(Moment(path, 5)) == videos.digest(Moment(copy, 5)) != videos.digest(Moment(path, 6))


def test_frames_give_a_videos_pixels_at_the_size_asked(video):
    path, greys = video
    frames = Frames((24, 40))
    moments = [frames[Moment(path, 1000 * time)] for time in TIMES[:4]]
    pixels = frames.pixels(moments)
    assert (pixels.shape, pixels.dtype) == ((4, 24, 40, 3), np.uint8)
    assert [round(float(frame.mean())) for frame in pixels] == greys[:4]
    assert moments[0].image().size == (96, 64)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no such file"), (b"no video at all", "cannot be read: "), (b"", "cannot be read: ")],
)
def test_what_is_not_a_video_is_reported(content, message, tmp_path):
    load_av()
    path = tmp_path / "x.mp4"
    if content is not None:
        path.write_bytes(content)
    for read in (lambda: recorded_times(path), lambda: Recordings().image(Moment(path, 0))):
        with pytest.raises(UserError, match=f"video {path}: {message}"):
            read()


def test_a_damaged_video_is_reported_or_read(video):
    path, _ = video
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"drive\.mp4"):
        Recordings().image(Moment(path, 1_000_000))


def test_without_pyav_one_line_says_how_to_install_it(monkeypatch, tmp_path):
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name == "av":
            raise ImportError(name)
        return real(name, *rest, **more)

    load_av.cache_clear()
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UserError, match=r"^video requires PyAV: pip install -e '.\[video\]'$"):
        recorded_times(tmp_path / "x.mp4")


def test_damage_that_h264_tells_one_thread_of_is_an_error_with_any_number_of_them(tmp_path):
    av, path = load_av(), tmp_path / "a.mp4"
    content = noisy(path, "libx264")
    with av.open(str(path)) as container:
        second = [packet for packet in container.demux() if packet.size][1]
    found = 0
    for at in range(second.pos + 100, second.pos + second.size, 20):
        path.write_bytes(content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :])
        with av.open(str(path)) as container:
            container.streams.video[0].codec_context.thread_count = 1
            corrupt = [frame.time for frame in container.decode(video=0) if frame.is_corrupt]
        for time in corrupt:
            found += 1
            with pytest.raises(UserError, match="damaged, cannot be decoded"):
                Recordings().image(Moment(path, round(1_000_000 * time)))
    assert found
