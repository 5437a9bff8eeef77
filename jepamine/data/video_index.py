"""Open videos and list the times of their frames, from the packets alone.

Times are whole microseconds on the video's own clock, the one of its packets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from jepamine.data.counted_frames import counted_stamps
from jepamine.data.packet_scan import Packet, scan
from jepamine.data.picture_shapes import resized_at
from jepamine.data.unread_ends import unread_ends
from jepamine.data.video_damage import damage
from jepamine.errors import MissingPackageError, UserError, first_line
from jepamine.utils.files import require_regular

# AV_DISPOSITION_ATTACHED_PIC: cover art, which is not footage.
COVER_ART = 0x400
# Formats without a signature, of karaoke discs and text art: FFmpeg takes arbitrary bytes for them.
NOT_FOOTAGE = {"cdg", "tty", "bin", "xbin", "adf", "idf"}
LOGS = {b"\x89MCAP0": "an MCAP log", b"#ROSBAG": "a ROS bag", b"SQLite format 3": "a ROS 2 bag (SQLite)"}
# A clock that falls back by more than this many microseconds was restarted: files joined end to end.
RESTART = 250_000


@dataclass(frozen=True)
class VideoIndex:
    """Times of a video stream's frames: `times` rise, in display order; `end` is when the last frame ends.

    `counted`: frames are matched to `times` by number, because the container has no usable times. `offsets`:
    microseconds to add to the clock of each of several joined recordings. `note` says what was assumed.
    `undecodable`: the number of frames before the first key frame, which are not in `times`. `unsought`:
    seeks give frames wrong times. From the times `resized` on frames have another size.
    """

    times: list[int]
    end: int
    counted: bool = False
    offsets: tuple[int, ...] = (0,)
    note: str = ""
    undecodable: int = 0
    unsought: bool = False
    resized: tuple[int, ...] = ()

    @property
    def sequential(self) -> bool:
        """Whether the stream can only be read from its start: a seek could not be checked."""
        return self.counted or self.unsought or len(self.offsets) > 1


def video_index(path: Path, stream: int | None = None) -> VideoIndex:
    """Return the index of a video stream (None: the largest). Raises UserError as `open_video` does."""
    container, video = open_video(path, stream)
    with contextlib.closing(container), video_errors(path):
        found = scan(container, video)
        first = next((number for number, packet in enumerate(found.packets) if packet.key), 0)
        # Frames before the first key frame cannot be decoded; those that an edit list cuts away have one.
        undecodable = sum(not packet.discard for packet in found.packets[:first])
        shown = [packet for packet in found.packets[first:] if not packet.discard]
        index = replace(_index(path, container, video, shown), undecodable=undecodable)
        clock = not index.counted and len(index.offsets) == 1
        joined = found.order.joined()
        if not joined and container.format.name in ("h264", "hevc"):
            # Without a clock, nothing else tells of a picture that is lost at the end of a sequence.
            joined = unread_ends(load_av(), path, [packet.key for packet in found.packets])
        signs = damage(path, container, video, found, clock=clock, joined=joined)
        stamps = [packet.pts for packet in shown] if clock else list(range(len(shown)))
        resized = resized_at([packet.shape for packet in shown], stamps, index.times)
        note = "\n".join(filter(None, (index.note, _cut_away(path, found.packets), signs)))
        return replace(index, note=note, resized=resized)


def _cut_away(path: Path, packets: Sequence[Packet]) -> str:
    """Return what is said of frames that an edit list cuts away: on purpose, or by damage."""
    count = sum(packet.discard for packet in packets)
    frames = "1 frame is" if count == 1 else f"{count} frames are"
    return f"{path}: {frames} cut away by its edit list" if count else ""


def _index(path: Path, container: Any, video: Any, shown: Sequence[Packet]) -> VideoIndex:
    spans = [(packet.pts, packet.dts, packet.duration) for packet in shown]
    if not spans:
        raise UserError(f"{path}: contains no frame")
    rate = Fraction(video.average_rate or video.guessed_rate or 25)
    base = video.time_base * 1_000_000
    form, reordered = container.format.name, bool(video.codec_context.has_b_frames)
    if (stamps := counted_stamps(form, reordered, spans, 1 / (rate * video.time_base))) is not None:
        times = [round(stamp * base) for stamp in stamps]
        known = any(pts is not None for pts, _, _ in spans)
        note = "" if known else f"{path}: has no timestamps; {float(rate):g} frames per second assumed"
        return VideoIndex(times, times[-1] + round(1_000_000 / rate), counted=True, note=note)
    # After a seek, frames of program streams may have times of their neighbours (MPEG-4, interlaced MPEG-2).
    return replace(_timed(path, spans, base, rate), unsought=form == "mpeg")


def _timed(
    path: Path, spans: list[tuple[int | None, int | None, int]], base: Fraction, rate: Fraction
) -> VideoIndex:
    """Return the index of packets (pts, dts, duration) with display times, `base` microseconds a unit."""
    starts = [
        number
        for number, ((_, before, _), (_, after, _)) in enumerate(pairwise(spans), 1)
        if before is not None and after is not None and (before - after) * base > RESTART
    ]
    times: list[int] = []
    offsets: list[int] = []
    end = 0
    for start, stop in zip([0, *starts], [*starts, len(spans)], strict=True):
        timed = [(pts, duration) for pts, _, duration in spans[start:stop] if pts is not None]
        if not timed:
            continue
        offsets.append(end - round(min(timed)[0] * base) if offsets else 0)
        times += sorted({round(pts * base) + offsets[-1] for pts, _ in timed})
        pts, duration = max(timed)
        end = round(pts * base + (duration * base or 1_000_000 / rate)) + offsets[-1]
    note = ""
    if len(offsets) > 1:
        note = f"{path}: its clock restarts; {len(offsets)} joined recordings are placed one after another"
    return VideoIndex(times, end, offsets=tuple(offsets), note=note)


def open_video(path: Path, stream: int | None = None) -> tuple[Any, Any]:
    """Return (container, video stream): the stream with index `stream`, else the largest; never cover art.

    Raises UserError if PyAV is missing or the file has no such stream that can be decoded.
    """
    av = load_av()
    with video_errors(path):
        require_regular(path, f"video {path}")
        _refuse_logs(path)
        container = av.open(str(path), options={"protocol_whitelist": "file"})
        if container.format.name in NOT_FOOTAGE:
            container.close()
            raise UserError(f"video {path}: not a video")
        videos = footage_streams(container)
        if not videos:
            raise UserError(f"{path}: contains no video stream that can be decoded")
        if stream is None:
            return container, max(videos, key=lambda video: (video.width * video.height, -video.index))
        for video in videos:
            if video.index == stream:
                return container, video
        raise UserError(f"{path}: no video stream {stream}; streams: {describe_streams(videos)}")


def _refuse_logs(path: Path) -> None:
    """Raise UserError for a recording of messages, which may hold video but is not one."""
    with path.open("rb") as file:
        head = file.read(16)
    for start, kind in LOGS.items():
        if head.startswith(start):
            raise UserError(f"video {path}: is {kind}, not a video; jepamine manifest mcap makes clips of it")


def choose_stream(path: Path, stream: int | None) -> tuple[int | None, str]:
    """Return (the index that manifest lines must name, a notice) for the stream `stream` (None: the largest).

    The index is None, and the notice empty, for a file with one video stream.
    """
    container, video = open_video(path, stream)
    with contextlib.closing(container):
        videos = footage_streams(container)
        if len(videos) == 1:
            return None, ""
        note = f"{path}: {len(videos)} video streams: {describe_streams(videos)}; reading {video.index}"
        return video.index, note + ("" if stream is not None else ", the largest (--stream chooses)")


def footage_streams(container: Any) -> list[Any]:
    """Return the video streams that can be decoded; cover art counts only where there is nothing else."""
    videos = [video for video in container.streams.video if video.codec_context is not None]
    footage = [video for video in videos if not int(video.disposition) & COVER_ART]
    return footage or videos


def describe_streams(videos: list[Any]) -> str:
    """Return the index and size of video streams, as text."""
    return ", ".join(f"{video.index} ({video.width} x {video.height})" for video in videos)


@cache
def load_av() -> Any:
    """Return the module `av` (PyAV). Raises UserError that says how to install it."""
    try:
        import av
    except ImportError:
        raise MissingPackageError("video requires PyAV: pip install -e '.[video]'") from None
    # Nothing on stderr: what matters arrives as an exception. Any other level makes FFmpeg's threads call
    # back into Python, and a codec that is freed meanwhile waits for them with the GIL held: a deadlock.
    av.logging.set_level(None)
    return av


@contextlib.contextmanager
def video_errors(path: Path) -> Iterator[None]:
    """Turn errors of reading the video `path` into UserErrors."""
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"video {path}: no such file") from None
    # PyAV's errors derive from several built-in ones, depending on FFmpeg's reason.
    except (load_av().FFmpegError, OSError, ValueError, LookupError, RuntimeError) as error:
        # FFmpeg's own numbers mean nothing to a reader.
        reason = getattr(error, "strerror", None) or first_line(error)
        raise UserError(f"video {path}: cannot be read: {reason}") from None
