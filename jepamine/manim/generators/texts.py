"""The expression for a text."""

from __future__ import annotations

import json
from collections.abc import Set

from jepamine.manim.engine.style import number
from jepamine.manim.generators.code import Paint, fitted, least
from jepamine.manim.layouts import Object
from jepamine.manim.text.solve.sizes import text_extent

#: What a text whose words are not known says: the one nearest in shape is taken.
UNKNOWN_TEXTS = ("A", "Text", "Some text", "A line of text", "A longer line of text")
#: Manim breaks a text in two that is wider than this in units, in frames of 256 pixels; wider frames later.
LONG_TEXT = 8.0


def text(item: Object, traits: Set[str], paint: Paint) -> str:
    """A text as wide as its box, or as high where it is short; unknown words fill the box exactly."""
    shape = least(item.width) / least(item.height)
    known = item.text is not None
    content = item.text or min(UNKNOWN_TEXTS, key=lambda text: abs(_aspect(text) - shape))
    # What is printable is readable as it is.
    quoted = json.dumps(content, ensure_ascii=not content.isprintable())
    natural = text_extent(content)[0]
    if natural > LONG_TEXT:
        quoted += f", font_size={max(round(48 * LONG_TEXT / natural), 6)}"
    code = f"Text({paint.after(quoted, fill=False)})"
    if not known:
        return fitted(code, item, width=True, height=True)
    upright = shape < 0.7 and _aspect(content) > 1.4
    if upright:
        return f"{code}.rotate(90 * DEGREES).scale_to_fit_height({number(least(item.height))})"
    if _aspect(content) > 1.5:
        return f"{code}.scale_to_fit_width({number(least(item.width))})"
    return f"{code}.scale_to_fit_height({number(least(item.height))})"


def _aspect(text: str) -> float:
    width, height = text_extent(text)
    return width / height
