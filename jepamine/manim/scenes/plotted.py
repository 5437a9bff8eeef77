"""Makers of texts, number lines, axes and planes.

They take long to make, so they come in a few wordings, whose objects the engine keeps and copies; scale and
colour make the rest of the difference.
"""

from __future__ import annotations

import numpy as np

from jepamine.manim.engine.style import Style, number, pick, text_of, turned
from jepamine.manim.scenes.captions import LABELS, LETTERS


def text(rng: np.random.Generator, size: float, style: Style) -> str:
    content = pick(rng, LABELS) if rng.random() < 0.85 else pick(rng, LETTERS)
    scale = float(np.clip(rng.normal(0.75, 0.15) * min(size / 1.5, 1.4), 0.5, 1.4))
    return turned(rng, text_of(content, style.color, scale), 0.06)


def number_line(rng: np.random.Generator, size: float, style: Style) -> str:
    half = int(rng.integers(2, 6))
    low = 0 if rng.random() < 0.3 else -half
    tip = ", include_tip=True" if rng.random() < 0.2 else ""
    code = f"NumberLine(x_range=[{low}, {half}, 1], length=5{tip})"
    return _resized(code, 5, 1.6 * size, style.color)


def axes(rng: np.random.Generator, size: float, style: Style) -> str:
    right, top = int(rng.integers(3, 7)), int(rng.integers(2, 5))
    left, bottom = (-right, -top) if rng.random() < 0.4 else (0, 0)
    height = int(rng.choice([3, 4]))
    tips = "" if rng.random() < 0.4 else ", tips=False"
    ranges = f"x_range=[{left}, {right}, 1], y_range=[{bottom}, {top}, 1]"
    return _resized(f"Axes({ranges}, x_length=5, y_length={height}{tips})", 5, 1.5 * size, style.color)


def number_plane(rng: np.random.Generator, size: float, style: Style) -> str:
    columns = int(rng.integers(2, 6))
    rows = int(rng.integers(1, columns + 1))
    ranges = f"x_range=[-{columns}, {columns}, 1], y_range=[-{rows}, {rows}, 1]"
    return _resized(
        f"NumberPlane({ranges})", 2 * columns, 1.6 * size, "WHITE" if rng.random() < 0.5 else style.color
    )


def _resized(code: str, width: float, wanted: float, color: str) -> str:
    painted = f".set_color({color})" if color != "WHITE" else ""
    scale = number(wanted / width)
    return f"{code}{painted}" + (f".scale({scale})" if scale != "1" else "")
