"""Makers of strokes: lines, arrows, arcs, graphs, braces."""

from __future__ import annotations

import numpy as np

from jepamine.manim.engine.style import Style, number, pick, vector


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
    """Start and end of a stroke: level, upright or slanting."""
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
