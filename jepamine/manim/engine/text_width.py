"""Set texts on a canvas as wide as a film's, however small the frame that is measured or painted."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

#: Pango wraps lines at the width in pixels; at Manim's own qualities, texts agree from this size on.
CANVAS = {"pixel_width": 1920, "pixel_height": 1080}


def set_texts_at_full_width(manim: Any) -> None:
    """Let `Text` and `MarkupText` wrap their lines where Manim would at its default quality; permanent."""
    for kind in (manim.Text, manim.MarkupText):
        kind._text2svg = _on_canvas(manim, kind._text2svg)


def _on_canvas(manim: Any, draw: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(draw)
    def wide(*given: Any, **named: Any) -> Any:
        with manim.tempconfig(CANVAS):
            return draw(*given, **named)

    return wide
