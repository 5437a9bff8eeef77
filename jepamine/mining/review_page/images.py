"""The pictures of clips: a strip within its budget, and a thumbnail."""

from __future__ import annotations

import threading
from contextlib import nullcontext

from PIL import Image

from jepamine.data.clips import Clip
from jepamine.data.frames import Frames
from jepamine.data.video import Moment
from jepamine.errors import UserError
from jepamine.mining.review_page.filmstrip import Span, spans
from jepamine.mining.review_page.pictures import Picture, fitted, shrunk

# Characters of a clip's frames and of one thumbnail, as data URIs. A page may take 300 kB a clip; the rest is
# for words and, on a page of a single clip, for style and script.
STRIP = 220_000
THUMBNAIL = 8_000
THUMBNAIL_SIDE = 208
# More frames than this are too small to be worth having.
FRAMES = 64
# Of a bar in the plot of tubelets.
BAR = 24


class Pictures:
    """Reads frames and makes pictures of them, in any thread."""

    def __init__(self) -> None:
        # Whole images are asked for only: the size is not used.
        self._frames = Frames((1, 1), keep=0)
        self._video = threading.Lock()

    def strip(self, clip: Clip) -> tuple[list[Span], list[Picture]]:
        """The cells of a clip's strip, and a picture of every frame in them.

        Fewer frames are shown where not all fit into STRIP. Raises UserError where a frame cannot be read.
        """
        most = min(FRAMES, len(clip.frames))
        images: dict[int, Image.Image] = {}
        while most:
            cut = spans(clip, most)
            wanted = [number for span in cut for number in span.frames]
            images = self._read(clip, [number for number in wanted if number not in images]) | images
            pictures = fitted([images[number] for number in wanted], STRIP - BAR * clip.tubelets)
            if pictures is not None:
                return cut, pictures
            most //= 2
        raise UserError(f"{clip.place}: {len(clip.frames)} frames are too many to be shown")

    def thumbnail(self, clip: Clip) -> Picture | None:
        """A small picture of a clip's middle; None where it cannot be read."""
        try:
            [image] = self._read(clip, [len(clip.frames) // 2]).values()
        except UserError:
            return None
        found = fitted([shrunk(image, THUMBNAIL_SIDE)], THUMBNAIL)
        return found[0] if found else None

    def _read(self, clip: Clip, numbers: list[int]) -> dict[int, Image.Image]:
        # A video is read forward: two threads that took turns would seek for each frame.
        with self._video if isinstance(clip.frames[0], Moment) else nullcontext():
            return {number: shrunk(self._frames[clip.frames[number]].image()) for number in numbers}
