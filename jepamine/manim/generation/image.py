"""Convert any image to the kind of frame a layout predictor was trained on, and read objects' colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.data.images import decode
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Layout, Object

# A background lighter than this (of 255) is paper; it is inverted, as Manim draws on black.
LIGHT = 128
#: The longest side of an image in pixels; larger ones are refused before they are decoded.
LONGEST = 8192
# A pixel that differs from the background by this much (of 255) in a channel is painted. Of a box's painted
# pixels the most different fifth gives the colour: antialiasing has not faded them.
PAINTED, STRONGEST = 50, 0.2
# Boxes are widened by this margin, in units: they leave out the width of strokes.
MARGIN = 0.06


def frame_of(content: bytes, size: tuple[int, int], name: str = "image") -> NDArray[np.uint8]:
    """Return the image in a file's content as a frame: RGB uint8 (H, W, 3), where `size` is (H, W).

    Images that are not 16:9 get margins in the colour of their edge; images on a light background, such as
    sketches, are inverted. Raises UserError if the content is not a whole image, or is too large.
    """
    image = decode(content, name, longest=LONGEST)
    pixels = np.asarray(image)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    background = np.median(edge, axis=0)
    if background.mean() > LIGHT:
        image, background = Image.fromarray(255 - pixels), 255 - background
    height, width = size
    scale = min(width / image.width, height / image.height)
    inner = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    frame = Image.new("RGB", (width, height), tuple(int(value) for value in background))
    resized = image.resize(inner, Image.Resampling.BICUBIC)
    frame.paste(resized, ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return np.asarray(frame)


def with_colours(layout: Layout, frame: NDArray[np.uint8]) -> Layout:
    """Return the layout with each missing colour read from the frame, uint8 (H, W, 3)."""
    background = np.median(frame.reshape(-1, 3), axis=0)
    difference = np.abs(frame.astype(np.int16) - background).max(axis=2)
    return replace(layout, objects=tuple(_with_colour(item, frame, difference) for item in layout.objects))


def _with_colour(item: Object, frame: NDArray[np.uint8], difference: NDArray[np.float64]) -> Object:
    if item.color is not None:
        return item
    height, width = difference.shape
    down, across = height / FRAME_HEIGHT, width / FRAME_WIDTH
    left = int((item.x - item.width / 2 - MARGIN + FRAME_WIDTH / 2) * across)
    right = int((item.x + item.width / 2 + MARGIN + FRAME_WIDTH / 2) * across) + 1
    top = int((FRAME_HEIGHT / 2 - item.y - item.height / 2 - MARGIN) * down)
    bottom = int((FRAME_HEIGHT / 2 - item.y + item.height / 2 + MARGIN) * down) + 1
    box = (slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0)))
    painted = difference[box] >= PAINTED
    if not painted.any():
        return item
    strength = difference[box][painted]
    strongest = strength >= np.quantile(strength, 1 - STRONGEST)
    red, green, blue = np.median(frame[box][painted][strongest], axis=0).astype(int)
    return replace(item, color=f"#{red:02X}{green:02X}{blue:02X}")
