"""Images of messages as RGB: compressed ones, and raw pixels in the encodings of ROS."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.data.images import decode
from jepamine.errors import UserError

# Encoding -> (channels, bits, their order in RGB); OpenCV's types are BGR, as cv_bridge takes them.
PACKED = {
    "rgb8": (3, 8, (0, 1, 2)),
    "8uc3": (3, 8, (2, 1, 0)),
    "bgr8": (3, 8, (2, 1, 0)),
    "rgba8": (4, 8, (0, 1, 2)),
    "bgra8": (4, 8, (2, 1, 0)),
    "8uc4": (4, 8, (2, 1, 0)),
    "rgb16": (3, 16, (0, 1, 2)),
    "bgr16": (3, 16, (2, 1, 0)),
    "mono8": (1, 8, (0, 0, 0)),
    "8uc1": (1, 8, (0, 0, 0)),
    "mono16": (1, 16, (0, 0, 0)),
    "16uc1": (1, 16, (0, 0, 0)),
}
# Encoding -> places of Y, U and V of the first of two pixels in their four bytes.
YUV = {
    "yuv422": (1, 0, 2),
    "uyvy": (1, 0, 2),
    "yuv422_yuy2": (0, 1, 3),
    "yuyv": (0, 1, 3),
}
# Pattern -> the colours (0 red, 1 green, 2 blue) of the first two rows' first two pixels.
BAYER = {"rggb": (0, 1, 1, 2), "bggr": (2, 1, 1, 0), "gbrg": (1, 2, 0, 1), "grbg": (1, 0, 2, 1)}


def encoded(message: Any) -> bytes:
    """Return the image file in a CompressedImage."""
    content = bytes(message.data)
    # A header of compressed_depth_image_transport comes before it.
    return content[12:] if "compressedDepth" in str(message.format) else content


def compressed(message: Any, name: str) -> Image.Image:
    """Return the image of a CompressedImage (JPEG, PNG, WebP), decoded as the same file on disk would be.

    Raises UserError, with `name`, for damaged ones.
    """
    return decode(encoded(message), name)


def raw(message: Any, name: str) -> Image.Image:
    """Return the image of an Image or RawImage; 16 bits are scaled by their full range.

    Raises UserError, with `name`, for other encodings and for data that is too short.
    """
    height, width, encoding = int(message.height), int(message.width), str(message.encoding).lower()
    data = np.frombuffer(bytes(message.data), dtype=np.uint8)
    try:
        if encoding in PACKED:
            channels, bits, order = PACKED[encoding]
            pixels = _samples(message, data, channels, bits)[:, :, order]
        elif encoding in YUV:
            pixels = _yuv(_samples(message, data, 2, 8), YUV[encoding])
        elif encoding.startswith("bayer_") and encoding[6:10] in BAYER and encoding[10:] in ("8", "16"):
            pixels = _bayer(_samples(message, data, 1, int(encoding[10:]))[:, :, 0], BAYER[encoding[6:10]])
        else:
            known = ", ".join([*PACKED, *YUV, "bayer_rggb8 and so on"])
            raise UserError(f"{name}: pixels of encoding '{message.encoding}' are not read; known: {known}")
    except ValueError:
        needs = f"{width} x {height} pixels of {encoding}"
        raise UserError(f"{name}: damaged: {len(data)} bytes are too few for {needs}") from None
    return Image.fromarray(np.ascontiguousarray(pixels))


def _samples(message: Any, data: NDArray[np.uint8], channels: int, bits: int) -> NDArray[np.uint8]:
    """Return samples (height, width, channels), 8 bits. Raises ValueError if there are too few bytes."""
    height, width = int(message.height), int(message.width)
    row = width * channels * bits // 8
    step = int(message.step) or row
    rows = data[: height * step].reshape(height, step)[:, :row]
    if bits == 8:
        return rows.reshape(height, width, channels)
    order = ">u2" if getattr(message, "is_bigendian", 0) else "<u2"
    wide = np.ascontiguousarray(rows).view(order).reshape(height, width, channels)
    # As 16-bit PNGs on disk are scaled.
    return np.round(wide.astype(np.float64) * (255 / 65535)).astype(np.uint8)


def _yuv(pairs: NDArray[np.uint8], places: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return RGB of pixels (height, width, 2) that share U and V in pairs: BT.601, limited range."""
    height, width, _ = pairs.shape
    bytes_of = pairs.reshape(height, width // 2, 4).astype(np.float64)
    y, u, v = places
    luma = 1.164 * (bytes_of[:, :, (y, y + 2)].reshape(height, width) - 16)
    blue, red = (np.repeat(bytes_of[:, :, place] - 128, 2, axis=1) for place in (u, v))
    rgb = np.stack([luma + 1.596 * red, luma - 0.813 * red - 0.391 * blue, luma + 2.018 * blue], axis=2)
    return np.round(rgb.clip(0, 255)).astype(np.uint8)


def _bayer(mosaic: NDArray[np.uint8], pattern: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Return RGB of a mosaic (height, width): each colour is the mean of its nearest samples."""
    from scipy.ndimage import convolve

    kernel = np.array([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]])
    planes = []
    for colour in range(3):
        own = np.zeros(mosaic.shape)
        for place, its in enumerate(pattern):
            if its == colour:
                own[place // 2 :: 2, place % 2 :: 2] = 1
        total = convolve(mosaic * own, kernel, mode="constant")
        planes.append(total / np.maximum(convolve(own, kernel, mode="constant"), 1))
        planes[-1] = np.where(own > 0, mosaic, planes[-1])
    return np.round(np.stack(planes, axis=2)).astype(np.uint8)
