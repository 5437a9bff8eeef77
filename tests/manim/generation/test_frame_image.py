"""Images as frames, and the colours of objects in them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from jepamine.errors import UserError
from jepamine.manim.generation.frame_image import FrameImage, frame_of, with_colours
from jepamine.manim.layouts import Layout, Object


def png(pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_frame_of_the_right_size_is_unchanged():
    pixels = np.zeros((9, 16, 3), np.uint8)
    pixels[4, 8] = (250, 10, 20)
    assert (frame_of(png(pixels), (9, 16)).pixels == pixels).all()


def test_a_narrow_image_gets_margins_in_the_colour_of_its_edge():
    pixels = np.full((18, 18, 3), (10, 20, 30), np.uint8)
    pixels[6:12, 6:12] = 200
    frame = frame_of(png(pixels), (18, 32)).pixels
    assert frame.shape == (18, 32, 3)
    assert frame[9, 16].tolist() == [200, 200, 200]
    assert (frame[:, :7] == (10, 20, 30)).all()
    assert (frame[:, -7:] == (10, 20, 30)).all()


def test_light_backgrounds_are_inverted():
    pixels = np.full((9, 16, 3), 255, np.uint8)
    pixels[4, 4:12] = 0
    frame = frame_of(png(pixels), (9, 16)).pixels
    assert (frame[0] == 0).all()
    assert (frame[4, 4:12] == 255).all()


def huge() -> bytes:
    """Return a PNG of a few bytes whose header claims 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "image: not an image"),
        (b"hello", "image: not an image"),
        (png(np.arange(90 * 160 * 3).reshape(90, 160, 3))[:-60], "image: damaged or truncated"),
        (png(np.zeros((1, 9000, 3))), "image: 9000 x 1 pixels are too many; the limit is 8192 per side"),
        (huge(), "image: too large to be a frame"),
    ],
    ids=["empty", "text", "cut", "long", "bomb"],
)
def test_unusable_images_are_errors(content, message):
    with pytest.raises(UserError, match=message):
        frame_of(content, (144, 256))


def test_missing_colours_are_read_from_pixels_and_known_ones_kept():
    frame = np.zeros((72, 128, 3), np.uint8)
    frame[30:42, 20:40] = (252, 98, 85)
    # An edge that is half as bright does not count.
    frame[29, 20:40] = (126, 49, 42)
    x, y = (30 - 64) / 9, 0.0
    red = Object("square", x, y, 0, 20 / 9, 12 / 9)
    coloured = with_colours(
        Layout((red, Object("dot", 3, 0, 1, 1, 1), Object("dot", x, y, 2, 1, 1, color="#000001"))),
        FrameImage(frame, False, Image.fromarray(frame)),
    )
    assert [item.color for item in coloured.objects] == ["#FC6255", None, "#000001"]


def test_an_object_outside_of_the_frame_has_no_colour():
    frame = np.full((72, 128, 3), 9, np.uint8)
    (item,) = with_colours(
        Layout((Object("dot", 40, 30, 0, 1, 1),)), FrameImage(frame, False, Image.fromarray(frame))
    ).objects
    assert item.color is None


@pytest.mark.parametrize(
    ("pen", "colour"),
    [
        ((200, 30, 40), "#FC6255"),  # it was inverted to a cyan
        ((20, 120, 60), "#83C167"),
        ((30, 60, 170), "#58C4DD"),
        ((40, 42, 50), "#FFFFFF"),  # ink
        ((120, 115, 110), "#FFFFFF"),  # pencil
    ],
)
def test_a_pen_on_paper_has_manims_colour_of_its_name_and_ink_is_white(pen, colour):
    sheet = np.full((72, 128, 3), (246, 243, 236), np.uint8)
    sheet[30:42, 20:40] = pen
    frame = frame_of(png(sheet), (72, 128))
    (item,) = with_colours(Layout((Object("square", (30 - 64) / 9, 0.0, 0, 20 / 9, 12 / 9),)), frame).objects
    assert (frame.on_paper, item.color) == (True, colour)


@pytest.mark.parametrize(
    ("paint", "colour"),
    [((250, 252, 248), "#FFFFFF"), ((138, 134, 136), "#888888"), ((88, 196, 221), "#58C4DD")],
)
def test_greys_that_compression_tinted_are_greys(paint, colour):
    frame = np.zeros((72, 128, 3), np.uint8)
    frame[30:42, 20:40] = paint
    seen = Layout((Object("square", (30 - 64) / 9, 0.0, 0, 20 / 9, 12 / 9),))
    assert with_colours(seen, FrameImage(frame, False, Image.fromarray(frame))).objects[0].color == colour


def test_a_colour_is_read_from_the_image_as_sharp_as_it_is():
    sharp = np.zeros((360, 640, 3), np.uint8)
    sharp[179:181, 280:360] = (88, 196, 221)  # a thin line
    frame = frame_of(png(sharp), (72, 128))
    assert frame.pixels.max() < 150
    line = Layout((Object("line", 0.0, 0.0, 0, 80 / 45, 0.0),))
    assert with_colours(line, frame).objects[0].color == "#58C4DD"
