"""The readers `mcap`, `bag` and `db3`: a topic of images in a log, by log time."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from jepamine.data.images import image_size
from jepamine.data.logs.message_images import compressed, encoded, raw
from jepamine.data.logs.sources import IMAGES, Source, log_errors, open_source
from jepamine.data.picture_order import PictureOrder
from jepamine.data.picture_shapes import changes_between, coded_shape
from jepamine.data.video import EARLY, upright
from jepamine.data.video_index import load_av, video_errors
from jepamine.errors import UserError, did_you_mean
from jepamine.places import File, Moment, file_of

if TYPE_CHECKING:
    from PIL import Image

# Messages of a video that are decoded and dropped rather than sought.
NEAR = 50
# Names of codecs in messages -> FFmpeg's, where they differ.
CODECS = {"h265": "hevc"}


def image_topics(path: Path, name: str) -> list[str]:
    """Return the topics of a log that have images. Raises UserError, with `name`, if it cannot be read."""
    source = open_source(path, name)
    topics = sorted(topic for topic, kind in source.topics.items() if kind in IMAGES)
    source.close()
    return topics


class Log:
    """A topic of a log; errors call the file `name`. A time is that at which a message was logged."""

    def __init__(self, path: Path, stream: str | int | None, name: str) -> None:
        self._source: Source | None = None
        self._video: _Video | None = None
        if not isinstance(stream, str):
            raise UserError(f"video {name}: is a log, not a video: jepamine manifest mcap makes clips of it")
        self.path, self.topic, self.name = path, stream, name
        source = self._opened()
        kind = source.topics.get(stream)
        if kind not in IMAGES:
            topics = sorted(topic for topic, its in source.topics.items() if its in IMAGES)
            source.close()
            what = f"topic '{stream}' has no images but {kind}" if kind else f"no topic '{stream}'"
            raise UserError(
                f"log {name}: {what}{did_you_mean(stream, topics)}; topics of images: "
                f"{', '.join(topics) or 'none'}"
            )
        self.kind = kind
        self._stamps: list[int] = []
        # Numbers of the messages from which a video can be decoded.
        self._keys: list[int] = []
        try:
            self._scan(source)
        finally:
            self.close()
        if not self._stamps:
            raise UserError(f"log {name}: topic '{stream}' has no message")
        self.times = [stamp // 1000 for stamp in self._stamps]
        steps = [after - before for before, after in pairwise(self.times)]
        self.end = self.times[-1] + max(round(median(steps)) if steps else 0, 1)

    def _scan(self, source: Source) -> None:
        with log_errors(self.name):
            for number, (stamp, message) in enumerate(source.messages(self.topic, None, None)):
                self._stamps.append(stamp)
                video = self.kind == "CompressedVideo"
                if video and is_key(bytes(message.data), str(message.format), number):
                    self._keys.append(number)

    def _opened(self) -> Source:
        if self._source is None:
            self._source = open_source(self.path, self.name)
        return self._source

    def image(self, microseconds: int) -> Image.Image:
        """Return the image of the last message logged by `microseconds`, RGB.

        Raises UserError if it cannot be decoded, or the time is before the first or after the last one.
        """
        place: File = file_of(self.name)
        name = f"frame {Moment(place, microseconds, self.topic)}"
        number = bisect_right(self.times, microseconds + EARLY) - 1
        if number < 0 or microseconds >= self.end:
            span = f"{self.times[0] / 1e6:.6f} to {self.end / 1e6:.6f} s"
            raise UserError(f"{name}: the topic has images from {span}")
        with log_errors(self.name):
            if self.kind == "CompressedVideo":
                return self._decoded(number, name)
            message = self._message(number)
        return compressed(message, name) if self.kind == "CompressedImage" else raw(message, name)

    def resized(self, step: int) -> list[int]:
        """Return the times from which on images have another size, looking at each `step`-th and the last.

        Of a video at all key frames. Raises UserError if a message cannot be read.
        """
        with log_errors(self.name):
            if self.kind == "CompressedVideo":
                changes = changes_between(
                    len(self._keys), 1, lambda keys: self._sizes([self._keys[key] for key in keys])
                )
                return [self.times[self._keys[key]] for key in changes]
            return [self.times[number] for number in changes_between(len(self.times), step, self._sizes)]

    def _sizes(self, numbers: Sequence[int]) -> list[tuple[int, ...] | None]:
        return [self._size(number) for number in numbers]

    def _size(self, number: int) -> tuple[int, ...] | None:
        message = self._message(number)
        if self.kind == "CompressedImage":
            return image_size(io.BytesIO(encoded(message)))
        if self.kind != "CompressedVideo":
            return int(message.width), int(message.height)
        codec = CODECS.get(str(message.format), str(message.format))
        order = PictureOrder(codec, None)
        order.number(bytes(message.data))
        return order.shape or coded_shape(codec, bytes(message.data))

    def _message(self, number: int) -> Any:
        stamp = self._stamps[number]
        # Several messages may have one time: the last of them counts, as it hides the others.
        found = [message for _, message in self._opened().messages(self.topic, stamp, stamp + 1)]
        return found[-1]

    def _decoded(self, number: int, name: str) -> Image.Image:
        with video_errors(self.path):
            if self._video is None or not self._video.next <= number < self._video.next + NEAR:
                before = [key for key in self._keys if key <= number]
                if not before:
                    raise UserError(f"{name}: no key frame before it, so it cannot be decoded")
                self._video = _Video(str(self._message(before[-1]).format), before[-1])
            frame = None
            while frame is None and self._video.next < len(self._stamps):
                frame = self._video.feed(bytes(self._message(self._video.next).data), number)
            frame = frame or self._video.flush(number)
            if self._video.flushed or frame is None:
                self._video = None
            if frame is None:
                raise UserError(f"{name}: damaged, cannot be decoded")
            return upright(frame)

    def close(self) -> None:
        """Close the file; another `image` opens it again."""
        if self._source is not None:
            self._source.close()
        self._source = self._video = None

    def __del__(self) -> None:
        # Frames that are no longer needed are dropped, with the recordings behind them.
        self.close()


class _Video:
    """A decoder of CompressedVideo; `next` is the number of the next message that it needs."""

    def __init__(self, kind: str, first: int) -> None:
        av = load_av()
        self._packet = av.Packet
        self._codec = av.CodecContext.create(CODECS.get(kind, kind), "r")
        self._codec.thread_count = 1  # with more, frames come later
        self.next, self.flushed = first, False
        self._found: dict[int, Any] = {}

    def feed(self, data: bytes, wanted: int) -> Any:
        packet = self._packet(data)
        packet.pts = packet.dts = self.next
        self.next += 1
        self._found |= {frame.pts: frame for frame in self._codec.decode(packet)}
        self._found = {number: frame for number, frame in self._found.items() if number >= wanted}
        return self._found.pop(wanted, None)

    def flush(self, wanted: int) -> Any:
        if not self.flushed:
            self._found |= {frame.pts: frame for frame in self._codec.decode(None)}
        self.flushed = True
        return self._found.pop(wanted, None)


def is_key(data: bytes, kind: str, number: int) -> bool:
    """Return whether a video can be decoded from message `number` on.

    By the NAL units (Annex B) of H.264 and H.265; other videos only from their first message.
    """
    if kind not in ("h264", "h265"):
        return number == 0
    at = data.find(b"\x00\x00\x01")
    while at >= 0 and at + 3 < len(data):
        head = data[at + 3]
        if (head & 31) == 5 if kind == "h264" else 16 <= (head >> 1 & 63) <= 21:
            return True
        at = data.find(b"\x00\x00\x01", at + 3)
    return False
