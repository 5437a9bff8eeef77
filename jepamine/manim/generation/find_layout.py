"""Find the layout for a request: from its description, its image, prepared as frames are, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.manim.generation.frame_image import frame_of, with_colours
from jepamine.manim.generation.merge_layouts import merge_layouts
from jepamine.manim.generation.read_words import with_words
from jepamine.manim.generation.request import Request
from jepamine.manim.generation.tidy import DRAWN, RENDERED, tidy
from jepamine.manim.generators.hints import read_if_possible
from jepamine.manim.layouts import Layout
from jepamine.manim.text.parse import read
from jepamine.manim.text.reading import NotUnderstood, Reading, Span
from jepamine.manim.text.solve.arrange import arrange

#: Of descriptions with less than this share understood, most give a picture of something else.
LEAST_UNDERSTOOD = 0.6


@dataclass(frozen=True)
class LayoutReader:
    """A layout run. `read_frame` takes a frame, RGB uint8 (H, W, 3) of `size` (H, W); `read_text` a
    description, of which it uses the CLIP features.
    """

    size: tuple[int, int]
    read_frame: Callable[[NDArray[np.uint8]], Layout]
    read_text: Callable[[str], Layout]


@dataclass(frozen=True)
class FoundLayout:
    """A layout, its source, its confidence (0 to 1), the parsed description (None if there is none that can
    be parsed) and the parts of the description that were ignored; `brief` is what the generator planned.
    """

    layout: Layout
    source: str
    confidence: float
    reading: Reading | None
    not_understood: tuple[NotUnderstood, ...] = ()
    brief: str = ""


def find_layout(request: Request, reader: LayoutReader | None) -> FoundLayout:
    """Return the layout for a request.

    Raises UserError if the request has neither description nor image, if the layout run it needs is missing,
    or if no layout can be found.
    """
    described = bool(request.description.strip())
    if request.layout == "text" and not described:
        raise UserError("the layout is to come from the description, which is empty")
    if request.layout == "image" and request.image is None:
        raise UserError("the layout is to come from an image, and none is given")
    if request.layout == "clip-text":
        return _from_clip_text(request, reader)
    if request.image is None or request.layout == "text":
        if not described:
            raise UserError("describe the scene, give an image of it, or both")
        reading = read(request.description)
        share = understood_share(reading)
        if share < LEAST_UNDERSTOOD and not request.anyway:
            raise UserError(_too_little(reading, share))
        return FoundLayout(arrange(reading), "text", share, reading, reading.not_understood)
    if reader is None:
        raise UserError(
            "reading a layout from an image needs a trained layout run: name it with --run NAME; "
            "train one with jepamine run recipes/manim.toml"
        )
    # Imports torch, which a layout run needs too.
    from jepamine.manim.layout_model.full_size import at_full_size

    frame = frame_of(request.image, reader.size)
    seen = at_full_size(reader.read_frame(frame.pixels), np.asarray(frame.sharp), reader.size[1])
    seen = with_colours(seen, frame)
    seen, unread = with_words(seen, frame.sharp)
    seen = tidy(seen, DRAWN if frame.on_paper else RENDERED)
    if request.layout == "image" or not described:
        if not seen.objects:
            raise UserError("the layout run finds no object in the image")
        notes = tuple(_notes(request, seen, *unread))
        return FoundLayout(
            seen, "image", _mean_confidence(seen), read_if_possible(request.description), notes
        )
    reading = read(request.description)
    layout, mismatches = merge_layouts(reading, seen)
    not_understood = (*reading.not_understood, *_notes(request, seen, *mismatches))
    return FoundLayout(layout, "image and text", _mean_confidence(layout), reading, not_understood)


def _notes(request: Request, seen: Layout, *reasons: str) -> list[NotUnderstood]:
    more = ["the image shows more objects than the layout run returns"] if seen.more else []
    return [NotUnderstood(request.description, Span(0, 0), reason) for reason in (*reasons, *more)]


def _from_clip_text(request: Request, reader: LayoutReader | None) -> FoundLayout:
    if reader is None or not request.description.strip():
        raise UserError("'clip-text' needs a description and a layout run over CLIP: name it with --run NAME")
    layout = reader.read_text(request.description)
    if not layout.objects:
        raise UserError("the layout run finds no object in this description; use --layout text")
    return FoundLayout(layout, "clip-text", _mean_confidence(layout), read_if_possible(request.description))


def _mean_confidence(layout: Layout) -> float:
    return float(np.mean([item.confidence for item in layout.objects])) if layout.objects else 0.0


def _too_little(reading: Reading, share: float) -> str:
    nouns = [
        f"{item.type.replace('_', ' ')} '{item.text}'" if item.text else item.type.replace("_", " ")
        for item in reading.items
    ]
    missed = "; ".join(f"'{item.text}': {item.reason}" for item in reading.not_understood[:5])
    return (
        f"only {share:.0%} of the description is understood: {', '.join(nouns) or 'no object'}; "
        f"not: {missed}. Rephrase that, or pass --anyway for a scene of what is understood"
    )


def understood_share(reading: Reading) -> float:
    """Return the share of a description's characters that was understood."""
    missed = sum(item.span.end - item.span.start for item in reading.not_understood)
    return max(1 - missed / max(len(reading.description.strip()), 1), 0.0)
