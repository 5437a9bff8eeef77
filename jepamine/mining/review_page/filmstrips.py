"""A clip's filmstrip: the frames shown, and these as JPEG pictures that fit a byte budget."""

from __future__ import annotations

import base64
import io
import math
import threading
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from PIL import Image

from jepamine.data.clips import Clip
from jepamine.data.drives import frame_times, unit_of
from jepamine.data.frames import Frames
from jepamine.data.manifest_lines import cameras_of
from jepamine.errors import UserError
from jepamine.places import Moment

# Used if a manifest has no times.
FRAMES_PER_SECOND = 8
# A gap in a clip is visible, but no viewer waits for minutes.
LONGEST = 2.0
SHORTEST = 1 / 120


@dataclass(frozen=True)
class Span:
    """Tubelets `first` to `last` of a clip, and the frames shown of them; all numbers from 0."""

    first: int
    last: int
    frames: tuple[int, ...]


def views(clip: Clip) -> int:
    """Return the number of cameras of a clip's moments; its frames are those of one after the other."""
    return max(len(cameras_of(clip.line, clip.place)), 1)


def spans(clip: Clip, most: int) -> list[Span]:
    """Return the cells of a strip that shows at most `most` frames; several cameras are one frame a moment.

    A cell is a tubelet with all its frames, or, of a clip with more frames than `most`, a run of tubelets
    with the first frame of them.
    """
    frames, tubelets = len(clip.frames) // views(clip), clip.tubelets // views(clip)
    size = frames // tubelets
    if frames <= most:
        return [
            Span(number, number, tuple(range(number * size, (number + 1) * size)))
            for number in range(tubelets)
        ]
    count = min(most, tubelets)
    edges = [round(number * tubelets / count) for number in range(count + 1)]
    return [Span(start, end - 1, (start * size,)) for start, end in pairwise(edges)]


def seconds(clip: Clip) -> tuple[list[float], bool]:
    """Return (how long each frame of a clip is shown, in seconds; whether the manifest has the times).

    Several cameras are one frame a moment. A frame is shown until the next one's time, the last one as long
    as most are; none longer than LONGEST. Without times that rise from frame to frame all are shown as long
    as FRAMES_PER_SECOND implies.
    """
    count = len(clip.frames) // views(clip)
    times = frame_times(clip)[:count]
    unit = 1.0 if isinstance(clip.frames[0], Moment) else unit_of([times]).microseconds
    gaps = [(later - earlier) * unit / 1e6 for earlier, later in pairwise(times)]
    if not gaps or min(gaps) <= 0:
        return [1 / FRAMES_PER_SECOND] * count, False
    return [min(max(gap, SHORTEST), LONGEST) for gap in (*gaps, median(gaps))], True


# (longest side in pixels, JPEG quality) from the best to the smallest. Quality is reduced first, down to 32
# or so: on street frames shown large, that looks better than fewer pixels; below it colours turn wrong.
LADDER = (
    (720, 80),
    (720, 70),
    (640, 66),
    (640, 56),
    (576, 52),
    (576, 44),
    (512, 42),
    (512, 36),
    (480, 34),
    (448, 32),
    (416, 32),
    (384, 31),
    (320, 31),
    (256, 30),
    (192, 30),
    (128, 30),
    (96, 28),
)
LARGEST = LADDER[0][0]
SAMPLE = 4
PREFIX = "data:image/jpeg;base64,"


@dataclass(frozen=True)
class Picture:
    """A JPEG and its size in pixels."""

    jpeg: bytes
    width: int
    height: int

    @property
    def uri(self) -> str:
        """Return the picture as a data URI."""
        return PREFIX + base64.b64encode(self.jpeg).decode()

    @property
    def uri_length(self) -> int:
        """Return the length of `uri`, in characters."""
        return len(PREFIX) + -(-len(self.jpeg) // 3) * 4


def shrunk(image: Image.Image, side: int = LARGEST) -> Image.Image:
    """Scale an image down so that its longest side is at most `side` pixels; a small one is unchanged."""
    scale = side / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(round(length * scale), 1) for length in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def fitted(images: Sequence[Image.Image], budget: int) -> list[Picture] | None:
    """Encode RGB images as pictures whose data URIs together take at most `budget` characters.

    All get the same step of LADDER, the best that fits; None if not even the last does.
    """
    if not images:
        return []
    # A few of the frames determine the step; all of them are encoded once or twice only.
    sample = images[:: -(-len(images) // SAMPLE)]
    room = budget * len(sample) / len(images)

    def fits(step: tuple[int, int]) -> bool:
        return sum(_encoded(image, *step).uri_length for image in sample) <= room

    for step in LADDER[bisect_left(LADDER, True, key=fits) :]:
        pictures = [_encoded(image, *step) for image in images]
        if sum(picture.uri_length for picture in pictures) <= budget:
            return pictures
    return None


def _encoded(image: Image.Image, side: int, quality: int) -> Picture:
    small = shrunk(image, side)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
    return Picture(file.getvalue(), *small.size)


# Characters of a clip's frames and of one thumbnail, as data URIs. A page may take 300 kB per clip; the
# rest is for text and, on a page of a single clip, for style and script.
STRIP = 220_000
THUMBNAIL = 8_000
THUMBNAIL_SIDE = 208
# More frames than this are too small to be useful.
FRAMES = 64
# Of a bar in the plot of tubelets.
BAR = 24


class Pictures:
    """A reader of frames that makes pictures of them, in any thread."""

    def __init__(self) -> None:
        # Only whole images are read: the size is not used.
        self._frames = Frames((1, 1), keep=0)
        self._video = threading.Lock()

    def strip(self, clip: Clip) -> tuple[list[Span], list[Picture]]:
        """Return the cells of a clip's strip, and a picture of every frame in them.

        Several cameras are side by side, in the order of the line. Fewer frames are shown if not all fit into
        STRIP. Raises UserError if a frame cannot be read.
        """
        most = min(FRAMES, len(clip.frames) // views(clip))
        images: dict[int, Image.Image] = {}
        while most:
            cut = spans(clip, most)
            numbers = [number for span in cut for number in span.frames]
            images = self._read(clip, [number for number in numbers if number not in images]) | images
            pictures = fitted([images[number] for number in numbers], STRIP - BAR * clip.tubelets)
            if pictures is not None:
                return cut, pictures
            most //= 2
        raise UserError(f"{clip.place}: {len(clip.frames)} frames are too many to show")

    def thumbnail(self, clip: Clip) -> Picture | None:
        """Return a small picture of a clip's middle; None if it cannot be read."""
        try:
            [image] = self._read(clip, [len(clip.frames) // views(clip) // 2]).values()
        except UserError:
            return None
        images = fitted([shrunk(image, THUMBNAIL_SIDE)], THUMBNAIL)
        return images[0] if images else None

    def _read(self, clip: Clip, numbers: list[int]) -> dict[int, Image.Image]:
        # A video is read forward: two threads taking turns would seek for each frame.
        with self._video if isinstance(clip.frames[0], Moment) else nullcontext():
            return {number: self._moment(clip, number) for number in numbers}

    def _moment(self, clip: Clip, number: int) -> Image.Image:
        count = len(clip.frames) // views(clip)
        images = [self._frames[frame].image() for frame in clip.frames[number::count]]
        return shrunk(images[0] if len(images) == 1 else side_by_side(images))


def side_by_side(images: Sequence[Image.Image]) -> Image.Image:
    """Return RGB images as one, each in a tile of the first one's shape: up to three in a row, else rows."""
    columns = math.ceil(math.sqrt(len(images))) if len(images) > 3 else len(images)
    width, height = shrunk(images[0], LARGEST // columns).size
    whole = Image.new("RGB", (width * columns, height * -(-len(images) // columns)))
    for place, image in enumerate(images):
        scale = min(width / image.width, height / image.height)
        size = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
        left = place % columns * width + (width - size[0]) // 2
        top = place // columns * height + (height - size[1]) // 2
        whole.paste(image.resize(size, Image.Resampling.LANCZOS), (left, top))
    return whole
