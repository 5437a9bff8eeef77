"""Frames as JPEG pictures that fit into a number of bytes."""

from __future__ import annotations

import base64
import io
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

# (longest side in pixels, JPEG quality) from the best to the smallest. Quality goes first, down to 32 or so:
# seen on street frames shown large, that looks better than fewer pixels, and below it colours turn wrong.
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
        """The picture as a data URI."""
        return PREFIX + base64.b64encode(self.jpeg).decode()

    @property
    def uri_length(self) -> int:
        """The length of `uri`, in characters."""
        return len(PREFIX) + -(-len(self.jpeg) // 3) * 4


def shrunk(image: Image.Image, side: int = LARGEST) -> Image.Image:
    """The image with its longest side at most `side` pixels, its shape kept; a small one as it is."""
    scale = side / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(round(length * scale), 1) for length in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def fitted(images: Sequence[Image.Image], budget: int) -> list[Picture] | None:
    """RGB images as pictures whose data URIs together take at most `budget` characters.

    All get the same step of LADDER, the best that fits; None where not even the last does.
    """
    if not images:
        return []
    # A few of the frames tell the step; all of them are encoded once or twice only.
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
