"""Frames of a video by time: decoded when they are asked for, never written to disk.

Times are whole microseconds on the video's own clock, the one that its packets carry.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jepamine.errors import UserError, first_line
from jepamine.utils.files import sha256_file

if TYPE_CHECKING:
    from PIL import Image

# A frame counts as shown from half a millisecond before its own time on: containers that count in
# milliseconds round the times that frame rates like 30 a second give.
EARLY = 500
# How far forward frames are decoded and dropped rather than looked for anew, and how far before the wanted
# time a search begins, one after the other, where a file's own index leads past it.
AHEAD = 2_000_000
SEARCHES = (0, 2_000_000, 20_000_000, 1 << 62)
OPEN = 8


@dataclass(frozen=True)
class Moment:
    """The frame of `video` that is shown at `microseconds`."""

    video: Path
    microseconds: int

    def __str__(self) -> str:
        # A media fragment, as browsers and players understand it.
        return f"{self.video}#t={self.microseconds / 1e6:.6f}"


class Videos:
    """Open videos, the last few of them, each read forward where it stands."""

    def __init__(self) -> None:
        # Held for a whole clip: two threads that took turns frame by frame would seek for each.
        self.turn = threading.RLock()
        self._open: OrderedDict[Path, _Reader] = OrderedDict()
        self._digests: dict[Path, bytes] = {}

    def digest(self, moment: Moment) -> bytes:
        """SHA-256 of the video's content and the time. Raises UserError where it cannot be read."""
        with self.turn:
            if moment.video not in self._digests:
                with _told(moment.video):
                    self._digests[moment.video] = bytes.fromhex(sha256_file(moment.video))
            return hashlib.sha256(
                self._digests[moment.video] + moment.microseconds.to_bytes(8, "little", signed=True)
            ).digest()

    def image(self, moment: Moment) -> Image.Image:
        """The frame, RGB, upright. Raises UserError where the video is damaged or ends before that time."""
        with self.turn, _told(moment.video):
            reader = self._open.pop(moment.video, None) or _Reader(moment.video)
            self._open[moment.video] = reader
            if len(self._open) > OPEN:
                self._open.popitem(last=False)[1].container.close()
            return reader.image(moment)


class _Reader:
    """One open video; it stands between `shown`, the last frame decoded, and `coming`, the one after it."""

    def __init__(self, path: Path) -> None:
        self.container, self.stream = open_video(path)
        self.stream.thread_type = "AUTO"
        self.frames: Iterator[Any] = iter(())
        self.shown: Any = None
        self.coming: Any = None

    def image(self, moment: Moment) -> Image.Image:
        wanted = moment.microseconds + EARLY
        if self.shown is None or not self._time(self.shown) <= wanted <= self._time(self.shown) + AHEAD:
            self._search(wanted)
        while self.coming is not None and self._time(self.coming) <= wanted:
            self._step()
        if self.coming is None:
            end = self._time(self.shown) + self._length(self.shown)
            if wanted >= end + EARLY:
                raise UserError(f"frame {moment}: the video ends at {end / 1e6:.3f} s")
        upright: Image.Image = self.shown.to_image()
        # What the container says of a turned camera; PyAV gives degrees counter-clockwise, as Pillow takes.
        turned = getattr(self.shown, "rotation", 0)
        return upright.rotate(turned, expand=True) if turned else upright

    def _search(self, wanted: int) -> None:
        start = self.stream.start_time or 0
        for before in SEARCHES:
            offset = max(round((wanted - before) / 1e6 / self.stream.time_base), start)
            self.container.seek(offset, stream=self.stream)
            self.frames = _rising(self.container.decode(self.stream))
            self.coming = next(self.frames, None)
            self._step()
            if self.shown is not None and (self._time(self.shown) <= wanted or offset == start):
                return
        raise UserError(f"frame {self.container.name}: no frame can be decoded")

    def _step(self) -> None:
        self.shown, self.coming = self.coming, next(self.frames, None)

    def _time(self, frame: Any) -> int:
        return round(Fraction(frame.pts * self.stream.time_base * 1_000_000))

    def _length(self, frame: Any) -> int:
        if frame.duration:
            return round(Fraction(frame.duration * self.stream.time_base * 1_000_000))
        return round(Fraction(1_000_000 / (self.stream.average_rate or 1)))


def _rising(frames: Iterator[Any]) -> Iterator[Any]:
    """The frames without those that have no time, or come after a later one, as some cameras write them."""
    last = None
    for frame in frames:
        if frame.pts is not None and (last is None or frame.pts > last):
            last = frame.pts
            yield frame


def open_video(path: Path) -> tuple[Any, Any]:
    """(container, its first video stream). Raises UserError where PyAV is missing or the file is no video."""
    av = load_av()
    with _told(path):
        container = av.open(str(path))
        if not container.streams.video:
            raise UserError(f"{path}: holds no video")
        return container, container.streams.video[0]


def frame_times(path: Path) -> tuple[list[int], int]:
    """(time of every frame, rising; end of the last) in microseconds, from the packets: nothing is decoded.

    Raises UserError where the file is no video or holds no frame with a time.
    """
    container, stream = open_video(path)
    with contextlib.closing(container), _told(path):
        spans = [
            (packet.pts, packet.duration or 0)
            for packet in container.demux(stream)
            if packet.pts is not None and not packet.is_discard
        ]
        if not spans:
            raise UserError(f"{path}: no frame of it has a time")
        base = stream.time_base * 1_000_000
        pts, duration = max(spans)
        last = duration * base or 1_000_000 / (stream.average_rate or 1)
        return sorted({round(pts * base) for pts, _ in spans}), round(pts * base + last)


@cache
def load_av() -> Any:
    """PyAV. Raises UserError that says how to install it."""
    try:
        import av
    except ImportError:
        raise UserError("video needs PyAV: pip install -e '.[video]'") from None
    return av


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise UserError(f"video {path}: no such file") from None
    except UserError:
        raise
    # PyAV's errors are OSErrors or ValueErrors, by what FFmpeg says.
    except (OSError, ValueError) as error:
        raise UserError(f"video {path}: cannot be read: {first_line(error)}") from None
