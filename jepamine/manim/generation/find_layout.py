"""Find the layout of a request: from the description, the image, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.manim.generation.image import coloured, frame_of
from jepamine.manim.generation.merge_layouts import joined
from jepamine.manim.generation.request import Request
from jepamine.manim.layouts import Layout
from jepamine.manim.text.parse import read
from jepamine.manim.text.reading import NotUnderstood, Reading, Span
from jepamine.manim.text.solve.arrange import arrange


@dataclass(frozen=True)
class LayoutReader:
    """A layout run: `see` predicts the layout of a frame RGB uint8 (H, W, 3) of `size` (H, W), `imagine`
    that of a description's CLIP features.
    """

    size: tuple[int, int]
    see: Callable[[NDArray[np.uint8]], Layout]
    imagine: Callable[[str], Layout]


@dataclass(frozen=True)
class Found:
    """A layout, its source, its confidence (0 to 1), and the words that were ignored."""

    layout: Layout
    source: str
    confidence: float
    not_understood: tuple[NotUnderstood, ...]


def find_layout(asked: Request, reader: LayoutReader | None) -> Found:
    """Find the layout. Raises UserError if the request lacks what is needed, or nothing is found."""
    described = bool(asked.description.strip())
    if asked.layout == "text" and not described:
        raise UserError("the layout should come from the description, which is empty")
    if asked.layout == "image" and asked.image is None:
        raise UserError("the layout should come from an image, and none is given")
    if asked.layout == "clip-text":
        return _imagined(asked, reader)
    if asked.image is None or asked.layout == "text":
        if not described:
            raise UserError("give a description, an image, or both")
        reading = read(asked.description)
        return Found(arrange(reading), "text", _understood(reading), reading.not_understood)
    if reader is None:
        raise UserError(
            "reading a layout from an image requires a trained layout run (--run NAME); "
            "jepamine run recipes/manim.toml trains one"
        )
    frame = frame_of(asked.image, reader.size)
    layout_seen = coloured(reader.see(frame), frame)
    if asked.layout == "image" or not described:
        if not layout_seen.objects:
            raise UserError("the layout run finds no object in the image")
        return Found(layout_seen, "image", _mean(layout_seen), ())
    reading = read(asked.description)
    layout, mismatches = joined(reading, layout_seen)
    notes = [NotUnderstood(asked.description, Span(0, 0), note) for note in mismatches]
    return Found(layout, "image and text", _mean(layout), (*reading.not_understood, *notes))


def _imagined(asked: Request, reader: LayoutReader | None) -> Found:
    if reader is None or not asked.description.strip():
        raise UserError("'clip-text' requires a description and a layout run over CLIP (--run NAME)")
    layout = reader.imagine(asked.description)
    if not layout.objects:
        raise UserError("the layout run finds no object for this description; use --layout text")
    return Found(layout, "clip-text", _mean(layout), ())


def _mean(layout: Layout) -> float:
    return float(np.mean([item.confidence for item in layout.objects])) if layout.objects else 0.0


def _understood(reading: Reading) -> float:
    """Return the share of a description's characters that was understood."""
    missed = sum(item.span.end - item.span.start for item in reading.not_understood)
    return max(1 - missed / max(len(reading.description.strip()), 1), 0.0)
