"""Write an expression for one Manim object of each of the 20 types, drawn at random.

The caller moves the object to its place.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jepamine.manim.engine.style import Maker, Style, number, pick, text_of, turned, vector
from jepamine.manim.scenes.words import LABELS, LETTERS


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


def _resized(code: str, width: float, target: float, color: str) -> str:
    painted = f".set_color({color})" if color != "WHITE" else ""
    scale = number(target / width)
    return f"{code}{painted}" + (f".scale({scale})" if scale != "1" else "")


def line(rng: np.random.Generator, size: float, style: Style) -> str:
    return f"Line({_along(rng, 1.2 * size)}, {style.line()})"


def dashed_line(rng: np.random.Generator, size: float, style: Style) -> str:
    dash = float(rng.choice([0.15, 0.2, 0.25]))
    length = max(1.2 * size, 8 * dash)
    return f"DashedLine({_along(rng, length)}, dash_length={number(dash)}, {style.line()})"


def arrow(rng: np.random.Generator, size: float, style: Style) -> str:
    return f"Arrow({_along(rng, 1.2 * size)}, buff=0, {style.line()})"


def double_arrow(rng: np.random.Generator, size: float, style: Style) -> str:
    return f"DoubleArrow({_along(rng, max(1.2 * size, 1.2))}, buff=0, {style.line()})"


def _along(rng: np.random.Generator, length: float) -> str:
    """Return start and end of a stroke: level, upright or slanting."""
    turn = float(rng.choice([0.0, np.pi / 2, np.pi, rng.uniform(0, 2 * np.pi), rng.uniform(0, 2 * np.pi)]))
    return f"ORIGIN, {vector(length * np.cos(turn), length * np.sin(turn))}"


def arc(rng: np.random.Generator, size: float, style: Style) -> str:
    span = int(rng.integers(14, 54)) * 5
    # A short piece of a circle needs a larger one to be as large as the rest.
    radius = 0.55 * size / min(np.sin(np.radians(min(span, 180)) / 2), 1)
    start = int(rng.integers(72)) * 5
    angles = f"start_angle={start} * DEGREES, angle={span} * DEGREES"
    return f"Arc(radius={number(radius)}, {angles}, {style.line()})"


def function_graph(rng: np.random.Generator, size: float, style: Style) -> str:
    half = round(0.75 * size, 1)
    low, high = -half, half
    tall = number(rng.uniform(0.3, 0.8))
    waves = number(rng.uniform(2.6, 4.2) / half)
    kinds = {
        "sine": (f"{tall} * np.sin({waves} * x)", low, high),
        "cosine": (f"{tall} * np.cos({waves} * x)", low, high),
        "parabola": (f"{number(rng.choice([-1, 1]) * rng.uniform(0.8, 1.3) / half)} * x**2", low, high),
        "cubic": (
            f"{number(rng.uniform(0.9, 1.2) / half**2)} * (x**3 - {number(0.75 * half**2)} * x)",
            low,
            high,
        ),
        "bell": (f"{number(0.5 + 0.6 * half)} * np.exp(-{number(4 / half**2)} * x**2)", low, high),
        "growth": (f"0.1 * np.exp({number(2.6 / (2 * half))} * x)", 0.0, 2 * half),
        "root": (f"{number(rng.uniform(0.7, 1.1))} * np.sqrt(x)", 0.0, 2 * half),
    }
    body, low, high = kinds[pick(rng, sorted(kinds))]
    return f"FunctionGraph(lambda x: {body}, x_range=[{number(low)}, {number(high)}, 0.1], {style.line()})"


def brace(rng: np.random.Generator, size: float, style: Style) -> str:
    length = max(1.3 * size, 0.9)
    side = pick(rng, ["UP", "DOWN", "LEFT", "RIGHT"])
    along = (0.0, length / 2) if side in ("LEFT", "RIGHT") else (length / 2, 0.0)
    ends = f"{vector(-along[0], -along[1])}, {vector(*along)}"
    color = f", color={style.color}" if style.color != "WHITE" else ""
    return f"BraceBetweenPoints({ends}, direction={side}{color})"


def circle(rng: np.random.Generator, size: float, style: Style) -> str:
    return f"Circle(radius={number(max(size / 2, 0.35))}, {style.area()})"


def square(rng: np.random.Generator, size: float, style: Style) -> str:
    return turned(rng, f"Square(side_length={number(0.85 * size)}, {style.area()})", 0.35)


def rectangle(rng: np.random.Generator, size: float, style: Style) -> str:
    long, short = size, size / rng.uniform(1.4, 2.8)
    width, height = (long, short) if rng.random() < 0.7 else (short, long)
    sides = f"width={number(width)}, height={number(height)}, {style.area()}"
    if rng.random() < 0.25:
        return f"RoundedRectangle(corner_radius={number(min(0.3 * short, 0.3))}, {sides})"
    return turned(rng, f"Rectangle({sides})", 0.25)


def triangle(rng: np.random.Generator, size: float, style: Style) -> str:
    if rng.random() < 0.5:
        style = _thin(style, 4)
        return turned(rng, f"Triangle(radius={number(0.55 * size)}, {style.area()})", 0.4)
    turns = rng.uniform(0, 2 * np.pi) + np.array([0, 2.1, 4.2]) + rng.uniform(-0.35, 0.35, 3)
    return _polygon(turns, np.full(3, 0.55 * size), _thin(style))


def ellipse(rng: np.random.Generator, size: float, style: Style) -> str:
    short = size / rng.uniform(1.4, 2.4)
    return turned(rng, f"Ellipse(width={number(size)}, height={number(short)}, {style.area()})", 0.6)


def dot(rng: np.random.Generator, size: float, style: Style) -> str:
    return f"Dot(radius={number(rng.uniform(0.08, 0.18))}, color={style.color})"


def star(rng: np.random.Generator, size: float, style: Style) -> str:
    style = _thin(style)
    corners = int(rng.choice([5, 5, 5, 6, 7]))
    radius = 0.52 * size
    inner = radius * (rng.uniform(0.42, 0.5) if corners == 5 else rng.uniform(0.48, 0.56))
    shape = f"n={corners}, outer_radius={number(radius)}, inner_radius={number(inner)}"
    return turned(rng, f"Star({shape}, {style.area()})", 0.4)


def polygon(rng: np.random.Generator, size: float, style: Style) -> str:
    corners = int(rng.integers(5, 9))
    if rng.random() < 0.6:
        shape = f"RegularPolygon(n={corners}, radius={number(0.52 * size)}, {style.area()})"
        return turned(rng, shape, 0.4)
    corners = min(corners, 6)
    even = np.arange(corners) * 2 * np.pi / corners
    turns = rng.uniform(0, 2 * np.pi) + even + rng.uniform(-0.25, 0.25, corners)
    return _polygon(turns, 0.52 * size * rng.uniform(0.8, 1, corners), style)


def annulus(rng: np.random.Generator, size: float, style: Style) -> str:
    outer = max(0.52 * size, 0.4)
    inner = outer * rng.uniform(0.4, 0.75)
    opacity = "" if style.fill in (0.0, 1.0) else f", fill_opacity={number(style.fill)}"
    return (
        f"Annulus(inner_radius={number(inner)}, outer_radius={number(outer)}, color={style.color}{opacity})"
    )


def _polygon(turns: np.ndarray, radii: np.ndarray, style: Style) -> str:
    points = [
        vector(float(radius * np.cos(turn)), float(radius * np.sin(turn)))
        for turn, radius in zip(turns, radii, strict=True)
    ]
    return f"Polygon({', '.join(points)}, {style.area()})"


def _thin(style: Style, most: int = 3) -> Style:
    # The miter of a thick stroke would reach far out of a sharp corner, which the box does not.
    return replace(style, stroke=min(style.stroke, most))


#: By type, in the order of `layouts.TYPES`.
MAKERS: dict[str, Maker] = {
    "circle": circle,
    "square": square,
    "rectangle": rectangle,
    "triangle": triangle,
    "ellipse": ellipse,
    "dot": dot,
    "star": star,
    "polygon": polygon,
    "line": line,
    "dashed_line": dashed_line,
    "arrow": arrow,
    "double_arrow": double_arrow,
    "arc": arc,
    "annulus": annulus,
    "text": text,
    "number_line": number_line,
    "axes": axes,
    "number_plane": number_plane,
    "function_graph": function_graph,
    "brace": brace,
}
