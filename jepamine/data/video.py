"""Decode frames of a video by time, on demand; nothing is written to disk."""

from __future__ import annotations

import contextlib
import struct
from bisect import bisect_right
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jepamine.data.counted_frames import numbered
from jepamine.data.counted_frames import places as _places
from jepamine.data.video_index import VideoIndex, load_av, open_video, video_errors, video_index
from jepamine.errors import UserError
from jepamine.places import Moment

if TYPE_CHECKING:
    from PIL import Image

# A frame counts as shown from half a millisecond before its own time on: containers that count in
# milliseconds round the times of frame rates like 30 per second.
EARLY = 500
# How far forward frames are decoded and dropped rather than sought, and how far before the wanted time seeks
# go, one after the other, until the first frame decoded is early enough.
AHEAD = 2_000_000
SEEKS = (0, 2_000_000, 20_000_000)
# Decoders that fill what they cannot decode from the frame before, and do not say so. With a thread per frame
# the error of one is that of another packet.
FILLED = {"mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v2", "msmpeg4v3", "h263", "wmv1", "wmv2", "flv1"}
# AV_PICTURE_TYPE_B
BIDIRECTIONAL = 3
# Signs of a display matrix (a, b, c, d) -> how Pillow turns the stored picture upright.
UPRIGHT = {
    (-1, 0, 0, 1): "FLIP_LEFT_RIGHT",
    (1, 0, 0, -1): "FLIP_TOP_BOTTOM",
    (-1, 0, 0, -1): "ROTATE_180",
    (0, 1, -1, 0): "ROTATE_270",
    (0, -1, 1, 0): "ROTATE_90",
    (0, 1, 1, 0): "TRANSPOSE",
    (0, -1, -1, 0): "TRANSVERSE",
}


class Video:
    """The reader `video`: a stream of a video file, read forward from its last frame.

    `stream` is its index (None: the largest stream); errors call the file `name`.
    """

    def __init__(self, path: Path, stream: int | None, name: str) -> None:
        self.path, self._stream, self.name = path, stream, name
        self.index = video_index(path, stream)
        self.times, self.end = self.index.times, self.index.end
        self._reader: _Reader | None = None
        self._places: list[int | None] = []

    def image(self, microseconds: int) -> Image.Image:
        """Return the frame shown at `microseconds`, RGB, upright.

        Raises UserError if it cannot be decoded or the video ends before that time; never another frame.
        """
        moment = Moment(Path(self.name), microseconds, self._stream)
        with video_errors(self.path):
            if self._reader is None:
                self._reader = _Reader(self.path, self._stream, self.index, self._places)
                self._places = self._reader.places
            return self._reader.image(moment)

    def close(self) -> None:
        """Close the file; another `image` opens it again."""
        if self._reader is not None:
            self._reader.container.close()
            self._reader = None


class _Decoded(NamedTuple):
    """A decoded frame, its time in microseconds, and whether all that it depends on was decoded too."""

    time: int
    frame: Any
    sound: bool


class _Reader:
    """An open video between `shown`, the last frame decoded, and `coming`, the next.

    `places` are those of counted frames, empty until they are known.
    """

    def __init__(self, path: Path, stream: int | None, index: VideoIndex, places: list[int | None]) -> None:
        self.path, self.index, self._stream, self.places = path, index, stream, places
        self.container: Any = None
        self.alone = False
        self.frames: Iterator[_Decoded] = iter(())
        self.shown: _Decoded | None = None
        self.coming: _Decoded | None = None
        if index.counted and not places:
            self._open()
            numbers = [frame.pts for frame, _ in self._decoded()]
            self.places = _places(
                [-1 if n is None else n for n in numbers if n is None or n >= 0], len(index.times)
            )
        self._start()

    def image(self, moment: Moment) -> Image.Image:
        wanted = moment.microseconds + EARLY
        if wanted >= self.index.end + EARLY:
            raise UserError(f"frame {moment}: the video ends at {self.index.end / 1e6:.3f} s")
        shown = None if self.shown is None else self.shown.time
        sought = shown is None or wanted < shown or (not self.index.sequential and wanted > shown + AHEAD)
        if sought:
            self._seek(wanted)
        frame = self._read_to(wanted)
        if frame is None and sought and not self.index.sequential:
            # After a seek, MPEG-PS gives frames other times than when it is read from its start.
            self._start()
            frame = self._read_to(wanted)
        if frame is None:
            raise UserError(f"frame {moment}: damaged, cannot be decoded")
        return upright(frame)

    def _read_to(self, wanted: int) -> Any:
        """Return the frame that is shown at `wanted`; None if what was decoded is not that of the index."""
        while self.coming is not None and self.coming.time <= wanted:
            self._step()
        if self.shown is None:
            return None
        time, frame, sound = self.shown
        times = self.index.times
        expected = times[max(bisect_right(times, wanted) - 1, 0)]
        # Two fields of an interlaced frame may come as two packets, with a time each.
        tolerance = (self.index.end - times[0]) * 3 // (2 * len(times)) if frame.interlaced_frame else 0
        right = expected - tolerance - EARLY <= time <= max(wanted, expected)
        return frame if right and sound and not frame.is_corrupt else None

    def _start(self) -> None:
        """Read from the start of the file."""
        self._open()
        self._read_on()

    def _open(self) -> None:
        if self.container is not None:
            self.container.close()
        self.container, self.stream = open_video(self.path, self._stream)
        # With a thread per frame FFmpeg may pass a frame of H.264 on before it knows that it is damaged (on a
        # loaded machine in 6 of 40 readings of one file), and names the error of a packet with another.
        self.alone = self.stream.codec_context.name in {*FILLED, "h264"}
        self.stream.thread_type = "SLICE" if self.alone else "AUTO"
        if self.stream.codec_context.name == "h264":
            # With a thread per slice FFmpeg leaves blocks that it cannot decode as they were in memory, and
            # says so of fewer frames.
            self.stream.codec_context.thread_count = 1

    def _read_on(self) -> None:
        self.frames = self._timed(self._decoded())
        self.coming = next(self.frames, None)
        self._step()

    def _seek(self, wanted: int) -> None:
        """Place `shown` at or before `wanted`, if any frame that early can be decoded."""
        for before in () if self.index.sequential else SEEKS:
            if wanted - before <= self.index.times[0]:
                break
            offset = round((wanted - before) / 1e6 / self.stream.time_base)
            with contextlib.suppress(load_av().FFmpegError):
                self.container.seek(offset, stream=self.stream)
                self._read_on()
                # Containers without an index may lead past the time, or to frames that lack their references.
                if self.shown is not None and self.shown.time <= wanted:
                    return
        self._start()

    def _step(self) -> None:
        self.shown, self.coming = self.coming, next(self.frames, None)

    def _decoded(self) -> Iterator[tuple[Any, bool]]:
        """Yield (frame, whether all that it depends on was decoded too)."""
        damage = load_av().error.InvalidDataError
        sound = True
        packets = self.container.demux(self.stream)
        if self.index.counted:
            packets = numbered(packets, self.index.undecodable)
        # Times of packets that gave no frame yet, of those among them from before an error, of damaged ones.
        waiting, before, damaged = set[int | None](), set[int | None](), set[int | None]()
        for packet in packets:
            waiting.add(packet.pts)
            try:
                frames = packet.decode()
            except damage:
                # By its time or place, the index shows which frame is missing.
                damaged.add(packet.pts)
                if sound:
                    sound = False
                    # Where threads decode several frames at once, it may be the error of one that waits.
                    before = waiting - {packet.pts} if self.alone else set()
                continue
            for frame in frames:
                waiting.discard(frame.pts)
                # What the decoder could not read it filled in; other frames refer to all but B-frames.
                if frame.is_corrupt and frame.pict_type != BIDIRECTIONAL:
                    sound, before = False, set()
                    damaged.add(frame.pts)
                # Frames come later than their packets: what comes after an error may be of before.
                sound = sound or (frame.key_frame and frame.pts not in before | damaged)
                yield frame, sound or frame.pts in before

    def _timed(self, frames: Iterator[tuple[Any, bool]]) -> Iterator[_Decoded]:
        """Yield the frames with rising times; those without a time, or after a later one, are dropped."""
        if self.index.counted:
            shown = (each for each in frames if each[0].pts is None or each[0].pts >= 0)
            for place, (frame, sound) in zip(self.places, shown, strict=False):
                if place is not None:
                    yield _Decoded(self.index.times[place], frame, sound)
            return
        base, recording, last, newest = self.stream.time_base * 1_000_000, 0, None, None
        for frame, sound in frames:
            if frame.pts is None:
                continue
            if last is not None and frame.pts < last and recording + 1 < len(self.index.offsets):
                recording += 1
            last = frame.pts
            time = round(Fraction(frame.pts * base)) + self.index.offsets[recording]
            if newest is None or time > newest:
                newest = time
                yield _Decoded(time, frame, sound)


def upright(frame: Any) -> Image.Image:
    """Return a decoded frame as RGB, turned and mirrored as its display matrix says.

    Raises UserError for a pixel format without a faithful 8-bit form.
    """
    if frame.format.name.endswith(("f16le", "f16be", "f32le", "f32be")):
        raise UserError(f"pixel format {frame.format.name} cannot be shown in 8 bits; convert the video")
    image: Image.Image = frame.to_image()
    from PIL import Image as Pillow

    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return image
    a, b, _, c, d, *_ = struct.unpack("<9i", bytes(data))
    longest = max(map(abs, (a, b, c, d)))
    signs = tuple(0 if abs(value) < longest / 2 else (value > 0) - (value < 0) for value in (a, b, c, d))
    if signs in UPRIGHT:
        return image.transpose(Pillow.Transpose[UPRIGHT[signs]])
    # Degrees counter-clockwise, for PyAV as for Pillow.
    return image.rotate(frame.rotation, expand=True) if signs != (1, 0, 0, 1) else image
