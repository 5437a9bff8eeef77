"""Images of anybody's as frames."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from jepamine.errors import UserError
from jepamine.manim.generation.image import frame_of


def png(pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_frame_of_the_right_size_is_left_as_it_is():
    pixels = np.zeros((9, 16, 3), np.uint8)
    pixels[4, 8] = (250, 10, 20)
    assert (frame_of(png(pixels), (9, 16)) == pixels).all()


def test_what_is_not_as_wide_gets_margins_in_the_colour_of_its_edge():
    pixels = np.full((18, 18, 3), (10, 20, 30), np.uint8)
    pixels[6:12, 6:12] = 200
    frame = frame_of(png(pixels), (18, 32))
    assert frame.shape == (18, 32, 3)
    assert frame[9, 16].tolist() == [200, 200, 200]
    assert (frame[:, :7] == (10, 20, 30)).all()
    assert (frame[:, -7:] == (10, 20, 30)).all()


def test_paper_turns_dark_and_ink_light():
    pixels = np.full((9, 16, 3), 255, np.uint8)
    pixels[4, 4:12] = 0
    frame = frame_of(png(pixels), (9, 16))
    assert (frame[0] == 0).all()
    assert (frame[4, 4:12] == 255).all()


def huge() -> bytes:
    """A PNG of a few bytes that says it has 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "image: not an image"),
        (b"hello", "image: not an image"),
        (png(np.arange(90 * 160 * 3).reshape(90, 160, 3))[:-60], "image: damaged or truncated"),
        (png(np.zeros((1, 9000, 3))), "image: 9000 x 1 pixels are too many; the limit is 8192 per side"),
        (huge(), "image: too large"),
    ],
    ids=["empty", "text", "cut", "long", "bomb"],
)
def test_what_is_no_image_is_told(content, said):
    with pytest.raises(UserError, match=said):
        frame_of(content, (144, 256))
