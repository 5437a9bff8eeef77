"""The layout of what is asked: from the description, the image, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.manim.generation.image import coloured, frame_of
from jepamine.manim.generation.merge_layouts import joined
from jepamine.manim.generation.request import Asked
from jepamine.manim.layouts import Layout
from jepamine.manim.text.parse import read
from jepamine.manim.text.reading import NotUnderstood, Reading, Span
from jepamine.manim.text.solve.arrange import arrange


@dataclass(frozen=True)
class Eyes:
    """A layout run: `see` gives the layout of a frame RGB uint8 (H, W, 3) of `size` (H, W), `imagine` that of
    a description's CLIP features.
    """

    size: tuple[int, int]
    see: Callable[[NDArray[np.uint8]], Layout]
    imagine: Callable[[str], Layout]


@dataclass(frozen=True)
class Found:
    """A layout, where it is from, how sure it is (0 to 1), and what of the words was left out of account."""

    layout: Layout
    source: str
    confidence: float
    not_understood: tuple[NotUnderstood, ...]


def find_layout(asked: Asked, eyes: Eyes | None) -> Found:
    """Raises UserError where neither is given, what is needed is missing, or nothing can be made of it."""
    described = bool(asked.description.strip())
    if asked.layout == "text" and not described:
        raise UserError("the layout is to come from the description, which is empty")
    if asked.layout == "image" and asked.image is None:
        raise UserError("the layout is to come from an image, and none is given")
    if asked.layout == "clip-text":
        return _imagined(asked, eyes)
    if asked.image is None or asked.layout == "text":
        if not described:
            raise UserError("say what the scene shows: a description, an image, or both")
        reading = read(asked.description)
        return Found(arrange(reading), "text", _understood(reading), reading.not_understood)
    if eyes is None:
        raise UserError(
            "a layout is read from an image by a trained layout run: name it (--run NAME); "
            "jepamine run recipes/manim.toml makes one"
        )
    frame = frame_of(asked.image, eyes.size)
    seen = coloured(eyes.see(frame), frame)
    if asked.layout == "image" or not described:
        if not seen.objects:
            raise UserError("the layout run sees no object in the image")
        return Found(seen, "image", _mean(seen), ())
    reading = read(asked.description)
    layout, told = joined(reading, seen)
    notes = [NotUnderstood(asked.description, Span(0, 0), one) for one in told]
    return Found(layout, "image and text", _mean(layout), (*reading.not_understood, *notes))


def _imagined(asked: Asked, eyes: Eyes | None) -> Found:
    if eyes is None or not asked.description.strip():
        raise UserError("'clip-text' needs a description and a layout run over CLIP: name it (--run NAME)")
    layout = eyes.imagine(asked.description)
    if not layout.objects:
        raise UserError("the layout run sees no object in this description; take --layout text")
    return Found(layout, "clip-text", _mean(layout), ())


def _mean(layout: Layout) -> float:
    return float(np.mean([item.confidence for item in layout.objects])) if layout.objects else 0.0


def _understood(reading: Reading) -> float:
    """The share of a description's characters that was understood."""
    missed = sum(item.span.end - item.span.start for item in reading.not_understood)
    return max(1 - missed / max(len(reading.description.strip()), 1), 0.0)
