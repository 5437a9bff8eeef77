"""Outlines of texts and formulas from the fonts in Matplotlib's wheel: fast, and the same on every machine.

Manim's own Text takes 18 ms for a wording, its MathTex half a second and a LaTeX installation; with some ten
texts in a frame that is nearly all the time of a scene. Sizes are those of Manim's classes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Fonts of texts: sans serif and serif as Pango picks them, Computer Modern as LaTeX does, and for code.
FONTS = ("DejaVu Sans", "DejaVu Serif", "cmr10", "STIXGeneral", "DejaVu Sans Mono", "cmss10")
# Units of an em of 48 points: Text("H") of DejaVu Sans is 0.486 units high, MathTex("H") 0.340.
EM, EM_OF_TEX = 0.6666, 0.498
# The distance of lines in ems.
LEADING = 1.2
# Characters that Computer Modern's fonts in Matplotlib hold.
_PLAIN = {*map(chr, range(32, 127))} - set('"<>\\_{|}') | {"\n"}


@lru_cache
def classes(font: str) -> dict[str, Callable[..., Any]]:
    """Return what stands in for Manim's classes of texts: `Text`, in one of `FONTS`, and `MathTex`."""

    # Functions, as Manim copies what objects refer to, and cannot copy a partial one.
    def text(content: str, *, weight: str = "NORMAL", slant: str = "NORMAL", **style: Any) -> Any:
        chosen = "STIXGeneral" if font.startswith("cm") and not set(content) <= _PLAIN else font
        em = EM_OF_TEX if chosen.startswith("cm") else EM
        lines = [
            _line(line, chosen, weight == "BOLD", slant == "ITALIC") * em for line in content.split("\n")
        ]
        for number, line in enumerate(lines):
            line[:, 1] -= number * LEADING * em
        return _drawn(lines, content, **style)

    def formula(tex: str, **style: Any) -> Any:
        return _drawn([_formula(tex) * EM_OF_TEX], tex, **style)

    return {"Text": text, "MathTex": formula}


def _drawn(lines: list[NDArray[np.float64]], content: str, *, font_size: float = 48, **style: Any) -> Any:
    from manim import ORIGIN, WHITE, VMobject

    whole: Any = _sized()()
    for line in lines:
        part = VMobject(stroke_width=0, fill_opacity=1, fill_color=WHITE, stroke_color=WHITE)
        part.points = line * (font_size / 48)
        whole.add(part)
    whole.original_text, whole.points_per_em = content, font_size
    whole.move_to(ORIGIN)
    return whole.set_color(style["color"]) if "color" in style else whole


@lru_cache
def _sized() -> Any:
    """Return the class of texts: a group whose `font_size` scales it, as DecimalNumber sets it."""
    from manim import VGroup

    def size(self: Any) -> float:
        return float(self.points_per_em)

    def resize(self: Any, value: float) -> None:
        self.scale(value / self.points_per_em)
        self.points_per_em = value

    return type("Outlined", (VGroup,), {"font_size": property(size, resize)})


@lru_cache(maxsize=4096)
def _formula(tex: str) -> NDArray[np.float64]:
    from matplotlib.textpath import TextPath

    path = TextPath((0, 0), f"${tex}$", size=1, prop=_font("cmr10", False, False))
    return cubics(path.vertices, path.codes)


@lru_cache(maxsize=4096)
def _glyph(character: str, font: str, bold: bool, italic: bool) -> tuple[NDArray[np.float64], float]:
    """Return the outline of a character, and how far the next one is, in ems."""
    from matplotlib.textpath import TextToPath

    reader = TextToPath()
    chosen = _font(font, bold, italic)
    advance = reader.get_text_width_height_descent(f"{character}|", chosen, False)[0]
    advance -= reader.get_text_width_height_descent("|", chosen, False)[0]
    size = chosen.get_size_in_points()
    vertices, codes = reader.get_text_path(chosen, character)
    return cubics(np.asarray(vertices) / reader.FONT_SCALE, np.asarray(codes)), advance / size


def _line(content: str, font: str, bold: bool, italic: bool) -> NDArray[np.float64]:
    """Return the outline of a line of text: glyphs beside one another, without kerning."""
    outlines, right = [np.empty((0, 3))], 0.0
    for character in content:
        outline, advance = _glyph(character, font, bold, italic)
        outlines.append(outline + np.array([right, 0, 0]))
        right += advance
    return np.concatenate(outlines)


@lru_cache
def _font(font: str, bold: bool, italic: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    if font.startswith("cm"):
        family = "cmti10" if italic else "cmb10" if bold else font
        return FontProperties(family=family, math_fontfamily="cm")
    return FontProperties(
        family=font, weight="bold" if bold else "normal", style="italic" if italic else "normal"
    )


def cubics(vertices: NDArray[np.float64], codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Convert a path of Matplotlib to cubic Bezier curves as Manim keeps them: (curves * 4, 3)."""
    curves: list[NDArray[np.float64]] = []
    here = start = np.zeros(2)
    place = 0
    while place < len(codes):
        code = int(codes[place])
        if code == 1:
            here = start = vertices[place]
        elif code == 3:
            control, end = vertices[place], vertices[place + 1]
            curves.append(
                np.stack([here, here + 2 / 3 * (control - here), end + 2 / 3 * (control - end), end])
            )
            here = end
            place += 1
        else:
            end = start if code == 79 else vertices[place]
            if not np.array_equal(here, end):
                curves.append(here + np.linspace(0, 1, 4)[:, None] * (end - here))
            here = end
        place += 1
    points = np.concatenate(curves) if curves else np.empty((0, 2))
    return np.hstack([points, np.zeros((len(points), 1))])
