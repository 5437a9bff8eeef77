"""Frames of a video by time: decoded on demand, never written to disk.

Times are whole microseconds on the video's own clock, that of its packets.
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

# A frame counts as shown from half a millisecond before its own time: containers that count in
# milliseconds round the times of frame rates like 30 per second.
EARLY = 500
# How far forward frames are decoded and dropped rather than sought, and how far before the target time
# successive seeks begin, for files whose own index leads past it.
AHEAD = 2_000_000
SEARCHES = (0, 2_000_000, 20_000_000, 1 << 62)
OPEN = 8


@dataclass(frozen=True)
class Moment:
    """The frame of `video` shown at `microseconds`."""

    video: Path
    microseconds: int

    def __str__(self) -> str:
        # A media fragment, as browsers and players understand it.
        return f"{self.video}#t={self.microseconds / 1e6:.6f}"


class Videos:
    """The last few open videos, each read forward from its position."""

    def __init__(self) -> None:
        # Held for a whole clip: two threads taking turns frame by frame would seek for each.
        self.turn = threading.RLock()
        self._open: OrderedDict[Path, _Reader] = OrderedDict()
        self._digests: dict[Path, bytes] = {}

    def digest(self, moment: Moment) -> bytes:
        """Return the SHA-256 of the video's content and the time. Raises UserError if unreadable."""
        with self.turn:
            if moment.video not in self._digests:
                with _user_errors(moment.video):
                    self._digests[moment.video] = bytes.fromhex(sha256_file(moment.video))
            return hashlib.sha256(
                self._digests[moment.video] + moment.microseconds.to_bytes(8, "little", signed=True)
            ).digest()

    def image(self, moment: Moment) -> Image.Image:
        """Return the frame, RGB, upright.

        Raises UserError if the video is damaged or ends before that time.
        """
        with self.turn, _user_errors(moment.video):
            reader = self._open.pop(moment.video, None) or _Reader(moment.video)
            self._open[moment.video] = reader
            if len(self._open) > OPEN:
                self._open.popitem(last=False)[1].container.close()
            return reader.image(moment)


class _Reader:
    """One open video, positioned between `shown`, the last frame decoded, and `coming`, the next one."""

    def __init__(self, path: Path) -> None:
        self.container, self.stream = open_video(path)
        self.stream.thread_type = "AUTO"
        self.frames: Iterator[Any] = iter(())
        self.shown: Any = None
        self.coming: Any = None

    def image(self, moment: Moment) -> Image.Image:
        target = moment.microseconds + EARLY
        if self.shown is None or not self._time(self.shown) <= target <= self._time(self.shown) + AHEAD:
            self._search(target)
        while self.coming is not None and self._time(self.coming) <= target:
            self._step()
        if self.coming is None:
            end = self._time(self.shown) + self._length(self.shown)
            if target >= end + EARLY:
                raise UserError(f"frame {moment}: the video ends at {end / 1e6:.3f} s")
        upright: Image.Image = self.shown.to_image()
        # The container's rotation; PyAV gives degrees counter-clockwise, as Pillow takes.
        turned = getattr(self.shown, "rotation", 0)
        return upright.rotate(turned, expand=True) if turned else upright

    def _search(self, target: int) -> None:
        start = self.stream.start_time or 0
        for before in SEARCHES:
            offset = max(round((target - before) / 1e6 / self.stream.time_base), start)
            self.container.seek(offset, stream=self.stream)
            self.frames = _rising(self.container.decode(self.stream))
            self.coming = next(self.frames, None)
            self._step()
            if self.shown is not None and (self._time(self.shown) <= target or offset == start):
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
    """Yield the frames except those without a time or after a later one, as some cameras write them."""
    last = None
    for frame in frames:
        if frame.pts is not None and (last is None or frame.pts > last):
            last = frame.pts
            yield frame


def open_video(path: Path) -> tuple[Any, Any]:
    """Return (container, video stream). Raises UserError if PyAV is missing or the file is not a video."""
    av = load_av()
    with _user_errors(path):
        container = av.open(str(path))
        if not container.streams.video:
            raise UserError(f"{path}: contains no video stream")
        return container, container.streams.video[0]


def frame_times(path: Path) -> tuple[list[int], int]:
    """Return (time of every frame, rising; end of the last) in microseconds, from packets, without decoding.

    Raises UserError if the file is not a video or has no frame with a time.
    """
    container, stream = open_video(path)
    with contextlib.closing(container), _user_errors(path):
        spans = [
            (packet.pts, packet.duration or 0)
            for packet in container.demux(stream)
            if packet.pts is not None and not packet.is_discard
        ]
        if not spans:
            raise UserError(f"{path}: none of its frames has a time")
        base = stream.time_base * 1_000_000
        pts, duration = max(spans)
        last = duration * base or 1_000_000 / (stream.average_rate or 1)
        return sorted({round(pts * base) for pts, _ in spans}), round(pts * base + last)


@cache
def load_av() -> Any:
    """Import PyAV. Raises UserError with the install command if it is missing."""
    try:
        import av
    except ImportError:
        raise UserError("video requires PyAV: pip install -e '.[video]'") from None
    return av


@contextlib.contextmanager
def _user_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise UserError(f"video {path}: no such file") from None
    except UserError:
        raise
    # PyAV's errors are OSErrors or ValueErrors, depending on FFmpeg's code.
    except (OSError, ValueError) as error:
        raise UserError(f"video {path}: cannot be read: {first_line(error)}") from None
