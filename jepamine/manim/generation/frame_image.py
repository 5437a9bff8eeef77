"""An image that someone sends, as the frame that a layout run reads, and the colours of what is in it."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.data.images import decode
from jepamine.manim.engine.palette import PALETTE
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
# Channels that differ by less (of 255) are a grey: of a rendered frame, and of ink, which light tints.
GREY, INK = 12, 60
# A grey of a rendered frame that is lighter than this is white.
WHITE = 243
# Manim's colour for a pen, by its hue in degrees, below: a dark green pen is nearer to a teal than to GREEN
# in red, green and blue.
PENS = (
    (15, "RED"),
    (40, "ORANGE"),
    (68, "YELLOW"),
    (152, "GREEN"),
    (180, "TEAL"),
    (255, "BLUE"),
    (295, "PURPLE"),
    (340, "PINK"),
    (361, "RED"),
)


@dataclass(frozen=True)
class FrameImage:
    """A frame, RGB uint8 (H, W, 3), and whether it is the inverse of an image on a light ground; `sharp` is
    the same in the image's own resolution.
    """

    pixels: NDArray[np.uint8]
    on_paper: bool
    sharp: Image.Image


def frame_of(content: bytes, size: tuple[int, int], name: str = "image") -> FrameImage:
    """Return the image in a file's content as a frame of `size` (H, W).

    Images that are not 16:9 get margins in the colour of their edge; images on a light background, such as
    sketches, are inverted. Raises UserError if the content is not a whole image, or is too large.
    """
    image = decode(content, name, longest=LONGEST)
    pixels = np.asarray(image)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    background = np.median(edge, axis=0)
    on_paper = bool(background.mean() > LIGHT)
    if on_paper:
        image, background = Image.fromarray(255 - pixels), 255 - background
    height, width = size
    scale = min(width / image.width, height / image.height)
    inner = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    ground = tuple(int(value) for value in background)
    frame = _centred(image.resize(inner, Image.Resampling.BICUBIC), size, ground)
    sharp = _centred(image, (round(height / scale), round(width / scale)), ground)
    return FrameImage(np.asarray(frame), on_paper, sharp)


def _centred(image: Image.Image, size: tuple[int, int], ground: tuple[int, ...]) -> Image.Image:
    """Return the image in the middle of a ground of `size` (H, W)."""
    height, width = size
    frame = Image.new("RGB", (width, height), ground)
    frame.paste(image, ((width - image.width) // 2, (height - image.height) // 2))
    return frame


def with_colours(layout: Layout, frame: FrameImage) -> Layout:
    """Return the layout with each missing colour read from the image, as sharp as it is: in a small frame
    the ground fades thin strokes.

    Pens on paper become Manim's colour of that name, and black or grey ones white, as on a blackboard.
    """
    background = np.median(frame.pixels.reshape(-1, 3), axis=0)
    return replace(layout, objects=tuple(_with_colour(item, frame, background) for item in layout.objects))


def _with_colour(item: Object, frame: FrameImage, background: NDArray[np.float64]) -> Object:
    window = window_of(item, frame.sharp, MARGIN)
    if item.color is not None or window is None:
        return item
    pixels = np.asarray(window)
    difference = np.abs(pixels.astype(np.int16) - background).max(axis=2)
    painted = difference >= PAINTED
    if not painted.any():
        return item
    strength = difference[painted]
    strongest = strength >= np.quantile(strength, 1 - STRONGEST)
    colour = np.median(pixels[painted][strongest], axis=0).astype(int)
    return replace(item, color=_pen(255 - colour) if frame.on_paper else _paint(colour))


def window_of(item: Object, image: Image.Image, margin: float) -> Image.Image | None:
    """Return what an image of the whole frame shows of an object's box, `margin` units wider on all sides;
    None if that is outside of the frame.
    """
    across, down = image.width / FRAME_WIDTH, image.height / FRAME_HEIGHT
    left = int((item.x - item.width / 2 - margin + FRAME_WIDTH / 2) * across)
    right = int((item.x + item.width / 2 + margin + FRAME_WIDTH / 2) * across) + 1
    top = int((FRAME_HEIGHT / 2 - item.y - item.height / 2 - margin) * down)
    bottom = int((FRAME_HEIGHT / 2 - item.y + item.height / 2 + margin) * down) + 1
    box = max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height)
    return image.crop(box) if box[0] < box[2] and box[1] < box[3] else None


def _pen(colour: NDArray[np.int64]) -> str:
    """Return Manim's colour for a pen's, RGB (3,), on paper."""
    if colour.max() - colour.min() < INK:
        return PALETTE["WHITE"][0]
    hue = 360 * colorsys.rgb_to_hsv(*(float(value) / 255 for value in colour))[0]
    return PALETTE[next(name for below, name in PENS if hue < below)][0]


def _paint(colour: NDArray[np.int64]) -> str:
    """Return a colour of a rendered frame, RGB (3,); compression tints its greys."""
    if colour.max() - colour.min() < GREY:
        grey = round(float(colour.mean()))
        colour = np.full(3, 255 if grey >= WHITE else grey)
    return _hex(colour)


def _hex(colour: NDArray[np.int64]) -> str:
    red, green, blue = (int(value) for value in colour)
    return f"#{red:02X}{green:02X}{blue:02X}"
