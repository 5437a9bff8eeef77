"""Words of texts in images: what Tesseract reads, and what is said of texts that it does not read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from jepamine.manim.generation import read_words
from jepamine.manim.generation.frame_image import frame_of
from jepamine.manim.generation.read_words import fits, lines_of, page_of, with_words
from jepamine.manim.layouts import FRAME_WIDTH, Layout, Object


def written(
    *texts: tuple[str, float, float], size: int = 44, width: int = 1280
) -> tuple[Image.Image, Layout]:
    """Return a black frame with texts centred at (x, y) in units, and the layout of their boxes."""
    frame = Image.new("RGB", (width, width * 9 // 16))
    pen, font, unit = ImageDraw.Draw(frame), ImageFont.load_default(size), width / FRAME_WIDTH
    items: list[Object] = []
    for content, x, y in texts:
        place = width / 2 + x * unit, frame.height / 2 - y * unit
        pen.text(place, content, (88, 196, 221), font, anchor="mm")
        left, top, right, bottom = (value / unit for value in pen.textbbox(place, content, font, anchor="mm"))
        middle = (left + right) / 2 - FRAME_WIDTH / 2, 4 - (top + bottom) / 2
        items.append(Object("text", *middle, len(items), right - left, bottom - top))
    return frame, Layout(tuple(items))


def test_words_of_texts_are_read_each_in_its_box():
    pytest.importorskip("tesserocr")
    frame, layout = written(("Gradient descent", 0, 3), ("Step 1", -4, 0), ("loss goes down", 3, -2))
    read, notes = with_words(layout, frame)
    assert [item.text for item in read.objects] == ["Gradient descent", "Step 1", "loss goes down"]
    assert notes == []


def test_lines_of_a_paragraph_stay_lines():
    pytest.importorskip("tesserocr")
    frame, layout = written(("first we look\nthen we measure", 0, 0))
    assert [item.text for item in with_words(layout, frame)[0].objects] == ["first we look\nthen we measure"]


def test_words_on_paper_are_read_from_its_inverse():
    pytest.importorskip("tesserocr")
    frame, layout = written(("Triangle", 1, 1))
    paper = Image.fromarray(255 - np.asarray(frame))
    found = frame_of(encoded(paper), (144, 256))
    assert with_words(layout, found.sharp)[0].objects[0].text == "Triangle"


def encoded(image: Image.Image) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_the_frame_keeps_the_images_own_resolution_beside_the_small_one():
    frame = frame_of(encoded(Image.new("RGB", (900, 300), (9, 9, 9))), (144, 256))
    assert (frame.pixels.shape, frame.sharp.size) == ((144, 256, 3), (900, 506))


def test_what_no_reading_is_sure_of_stays_without_words_and_is_noted():
    pytest.importorskip("tesserocr")
    noise = np.random.default_rng(0).integers(0, 256, (360, 640, 3)).astype(np.uint8)
    layout = Layout((Object("text", 0, 0, 0, 3, 1), Object("circle", 3, 0, 1, 1, 1)))
    read, notes = with_words(layout, Image.fromarray(noise))
    assert read == layout
    assert notes == ["the words of a text cannot be read (a formula, or too small or faint)"]


def test_without_the_extra_the_note_names_it(monkeypatch):
    monkeypatch.setattr(read_words, "find_spec", lambda name: None)
    frame, layout = written(("Hello", 0, 0), ("World", 3, 3))
    assert with_words(layout, frame) == (
        layout,
        ["the words of 2 texts are not read: pip install 'jepamine[ocr]'"],
    )


def test_words_that_are_known_are_not_read_again(monkeypatch):
    monkeypatch.setattr(read_words, "tesseract", None)
    layout = Layout((Object("text", 0, 0, 0, 3, 1, text="Hi"), Object("dot", 3, 0, 1, 1, 1)))
    assert with_words(layout, Image.new("RGB", (64, 36))) == (layout, [])


@pytest.mark.parametrize(
    "item", [Object("text", 20, 0, 0, 1, 1), Object("text", 0, 0, 0, 2, 1)], ids=["outside", "nothing drawn"]
)
def test_a_box_that_shows_nothing_has_no_page(item):
    assert page_of(item, Image.new("RGB", (640, 360))) is None


def test_lines_are_counted_by_the_gaps_between_them():
    contrast = np.zeros((20, 30), np.float32)
    contrast[2:7, 3:9] = contrast[10:16, 5] = 1
    assert [lines_of(contrast), lines_of(np.zeros((4, 4), np.float32))] == [2, 1]


@pytest.mark.parametrize(
    ("words", "width", "height", "fit"),
    [
        ("A", 0.4, 0.5, True),
        ("l", 0.1, 0.5, True),
        ("A", 1.57, 0.91, False),  # a fraction and a root, taken for a letter
        ("Step 1: add 3.5", 3.17, 0.4, True),
        ("Step 1: add 3.5", 0.5, 0.4, False),
        ("first line of a text\nand a second one", 5.8, 1.1, True),
    ],
)
def test_words_must_have_the_shape_of_their_box(words, width, height, fit):
    assert fits(words, Object("text", 0, 0, 0, width, height)) is fit
