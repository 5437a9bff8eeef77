"""Convert any image into a frame for a layout predictor: 16:9, dark, of its size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.data.frames import decode
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Layout, Object

# A background lighter than this, of 255, is paper: Manim draws on black.
LIGHT = 128
#: The longest side of an image, in pixels; larger ones are refused before decoding.
LONGEST = 8192


def frame_of(content: bytes, size: tuple[int, int], name: str = "image") -> NDArray[np.uint8]:
    """Convert an image file's content into a frame: RGB uint8 (H, W, 3), `size` being (H, W).

    Other shapes than 16:9 get margins in the colour of their own edge; a light background is inverted, as
    for a sketch. Raises UserError for a damaged or too large image.
    """
    image = decode(content, name, longest=LONGEST)
    pixels = np.asarray(image)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    ground = np.median(edge, axis=0)
    if ground.mean() > LIGHT:
        image, ground = Image.fromarray(255 - pixels), 255 - ground
    height, width = size
    scale = min(width / image.width, height / image.height)
    inner = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    frame = Image.new("RGB", (width, height), tuple(int(value) for value in ground))
    resized = image.resize(inner, Image.Resampling.BICUBIC)
    frame.paste(resized, ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return np.asarray(frame)


# A pixel this far from the background, of 255 in one channel, is painted; the most painted ones of a box are
# those that antialiasing did not thin out.
PAINTED, FULLEST = 50, 0.2
# Boxes extend this far beyond an object, in units: a stroke has a width.
MARGIN = 0.06


def coloured(layout: Layout, frame: NDArray[np.uint8]) -> Layout:
    """Add the main colour of each object's pixels to a layout without colours; frame uint8 (H, W, 3)."""
    ground = np.median(frame.reshape(-1, 3), axis=0)
    apart = np.abs(frame.astype(np.int16) - ground).max(axis=2)
    return Layout(tuple(_coloured(item, frame, apart) for item in layout.objects))


def _coloured(item: Object, frame: NDArray[np.uint8], apart: NDArray[np.float64]) -> Object:
    if item.color is not None:
        return item
    height, width = apart.shape
    down, across = height / FRAME_HEIGHT, width / FRAME_WIDTH
    left = int((item.x - item.width / 2 - MARGIN + FRAME_WIDTH / 2) * across)
    right = int((item.x + item.width / 2 + MARGIN + FRAME_WIDTH / 2) * across) + 1
    top = int((FRAME_HEIGHT / 2 - item.y - item.height / 2 - MARGIN) * down)
    bottom = int((FRAME_HEIGHT / 2 - item.y + item.height / 2 + MARGIN) * down) + 1
    box = (slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0)))
    painted = apart[box] >= PAINTED
    if not painted.any():
        return item
    strength = apart[box][painted]
    fullest = strength >= np.quantile(strength, 1 - FULLEST)
    red, green, blue = np.median(frame[box][painted][fullest], axis=0).astype(int)
    return replace(item, color=f"#{red:02X}{green:02X}{blue:02X}")
