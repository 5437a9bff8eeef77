"""An image of anybody's as a frame that a layout predictor knows: 16 : 9, dark, of its size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.data.frames import decode

# A ground lighter than this, of 255, is paper: Manim draws on black.
LIGHT = 128
#: The longest side of an image, in pixels; more is refused before it is decoded.
LONGEST = 8192


def frame_of(content: bytes, size: tuple[int, int], name: str = "image") -> NDArray[np.uint8]:
    """The content of an image file as a frame: RGB uint8 (H, W, 3), `size` being (H, W).

    What is not 16 : 9 gets margins in the colour of its own edge; a light ground is turned dark, as on a
    sketch. Raises UserError where it is no whole image, or absurdly large.
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
