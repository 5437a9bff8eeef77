"""Drawing styles, and code as an author would type it: shared by the makers of expressions."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from jepamine.manim.engine.palette import DRAWN

Option = TypeVar("Option")
# Thinner lines vanish in a frame of 256 pixels.
STROKES = (3, 4, 4, 4, 5, 6)


@dataclass(frozen=True)
class Style:
    """Names of Manim's colours, `fill` an opacity, `stroke` a stroke width in Manim's units."""

    color: str
    fill: float = 0.0
    stroke: int = 4
    border: str | None = None

    def line(self) -> str:
        """Return the keywords of an object that is a stroke."""
        return f"color={self.color}" + (f", stroke_width={self.stroke}" if self.stroke != 4 else "")

    def area(self) -> str:
        """Return the keywords of an object that can be filled."""
        if not self.fill:
            return self.line()
        fill = f"fill_opacity={number(self.fill)}"
        stroke = f", stroke_width={self.stroke}" if self.stroke != 4 else ""
        if self.border:
            return f"color={self.border}, fill_color={self.color}, {fill}{stroke}"
        return f"color={self.color}, {fill}{stroke}"


#: Writes an expression for an object about `size` units large, near the origin: (rng, size, style) -> code.
Maker = Callable[[np.random.Generator, float, Style], str]


def number(value: float) -> str:
    """Format a number as an author would type it: at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def vector(*values: float) -> str:
    """Format a point or direction as an author would type it."""
    return f"[{', '.join(map(number, [*values, 0.0][:3]))}]"


def pick(rng: np.random.Generator, options: Sequence[Option]) -> Option:
    """Draw one of several options."""
    return options[int(rng.integers(len(options)))]


def draw_style(rng: np.random.Generator, color: str | None = None) -> Style:
    """Draw a style: outline, wash or solid fill; sometimes with a white border."""
    color = color or pick(rng, DRAWN)
    fill = float(rng.choice([0.0, 0.0, 0.3, 0.5, 0.8, 1.0]))
    border = "WHITE" if fill >= 0.5 and color != "WHITE" and rng.random() < 0.2 else None
    return Style(color, fill, int(rng.choice(STROKES)), border)


def turned(rng: np.random.Generator, code: str, share: float = 0.5) -> str:
    """Return the expression, in a share of cases rotated by a multiple of 5 degrees."""
    if rng.random() >= share:
        return code
    return f"{code}.rotate({int(rng.integers(1, 36)) * 5} * DEGREES)"


def text_of(content: str, color: str = "WHITE", scale: float = 1.0, bold: bool = False) -> str:
    """Return a text expression; its size by `scale`, so that equal texts share their glyphs."""
    keywords = [f'"{content}"', *(["weight=BOLD"] if bold else [])]
    if color != "WHITE":
        keywords.append(f"color={color}")
    size = f".scale({number(scale)})" if number(scale) != "1" else ""
    return f"Text({', '.join(keywords)}){size}"


#: The name of the class in the source.
CLASS = "GeneratedScene"


def scene_code(objects: Sequence[tuple[str, str]]) -> str:
    """Return the source for objects (name, expression), in their drawing order.

    `manim scene.py GeneratedScene` renders it.
    """
    lines = [f"{name} = {code}" for name, code in objects]
    added = ", ".join(name for name, _ in objects)
    body = "\n".join([*lines, f"self.add({added})"])
    return (
        "from manim import *\n\n\n"
        f"class {CLASS}(Scene):\n"
        "    def construct(self):\n"
        f"{textwrap.indent(body, ' ' * 8)}\n"
    )
