"""Makers of closed figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jepamine.manim.engine.style import Style, number, turned, vector


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
    # The miter of a thick stroke would reach far out of a sharp corner, where the box does not.
    return replace(style, stroke=min(style.stroke, most))
