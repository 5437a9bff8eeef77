"""Find objects that are drawn in the colour of what is behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.boxes import camera_span, drawn_parts

#: Colours that differ by less in every channel, 0 to 1, cannot be told apart on a screen.
ALIKE = 0.06
_Colour = NDArray[np.float64]


def unseen(objects: Mapping[str, Any], camera: Any) -> list[str]:
    """Return the names of those that leave no visible paint, in the order in which they are drawn.

    The ground of an object is the last filled one before it that is around it, else the background.
    """
    background = np.array(camera.background_color.to_rgb(), dtype=float)
    grounds: list[tuple[tuple[float, ...], _Colour]] = []
    names = []
    for name, mobject in objects.items():
        parts = [part for part in drawn_parts(mobject) if hasattr(part, "fill_rgbas")]
        span = camera_span(mobject, camera)
        if not parts or span is None:
            continue
        ground = next((colour for around, colour in reversed(grounds) if _within(span, around)), background)
        if all(_like(part, ground) for part in parts):
            names.append(name)
        if len(parts) == 1 and parts[0].get_fill_opacity() > 0.5:
            grounds.append((span, _mixed(parts[0].get_fill_color(), parts[0].get_fill_opacity(), ground)))
    return names


def _like(part: Any, ground: _Colour) -> bool:
    paints = [(part.get_fill_color(), part.get_fill_opacity())]
    if part.get_stroke_width() > 0:
        paints.append((part.get_stroke_color(), part.get_stroke_opacity()))
    return all(
        np.abs(_mixed(colour, opacity, ground) - ground).max() < ALIKE
        for colour, opacity in paints
        if opacity > 0
    )


def _mixed(colour: Any, opacity: float, ground: _Colour) -> _Colour:
    mixed: _Colour = opacity * np.array(colour.to_rgb(), dtype=float) + (1 - opacity) * ground
    return mixed


def _within(span: tuple[float, ...], around: tuple[float, ...]) -> bool:
    left, bottom, right, top = span
    return around[0] <= left and around[1] <= bottom and right <= around[2] and top <= around[3]
