"""Expressions for number lines, axes, planes and graphs."""

from __future__ import annotations

from collections.abc import Set
from math import tau

from jepamine.manim.engine.style import number
from jepamine.manim.generators.code import Paint, digits, near
from jepamine.manim.layouts import Object


def number_line(item: Object, traits: Set[str], paint: Paint) -> str:
    """A number line with a tick about every 1.6 units; the width of its box is the length of its ticks."""
    long, thick = max(item.width, item.height), min(item.width, item.height)
    half = _steps(long)
    settings = f"x_range=[-{half}, {half}, 1], length={number(max(long, 0.1))}"
    if not near(thick, 0.2) and thick > 0.02:
        settings += f", tick_size={number(thick / 2)}"
    code = f"NumberLine({paint.after(settings, fill=False)})"
    return code if item.width >= item.height else f"{code}.rotate(90 * DEGREES)"


def axes(item: Object, traits: Set[str], paint: Paint) -> str:
    """Axes that cross in the middle of their box."""
    return f"Axes({_plane(item)}, tips=False){paint.set_color()}"


def number_plane(item: Object, traits: Set[str], paint: Paint) -> str:
    """A number plane with its origin in the middle of its box."""
    return f"NumberPlane({_plane(item)}){paint.set_color()}"


def _plane(item: Object) -> str:
    width, height = max(item.width, 0.1), max(item.height, 0.1)
    across, up = _steps(width), _steps(height)
    ranges = f"x_range=[-{across}, {across}, 1], y_range=[-{up}, {up}, 1]"
    return f"{ranges}, x_length={number(width)}, y_length={number(height)}"


def function_graph(item: Object, traits: Set[str], paint: Paint) -> str:
    """A sine wave, or the cosine or parabola that the traits name, as high and wide as its box."""
    width = max(item.width, 0.1)
    half = number(width / 2)
    if "parabola" in traits:
        body = f"{digits(4 * item.height / width**2)} * x**2"
    else:
        wave = "cos" if "cosine" in traits else "sin"
        body = f"{number(item.height / 2)} * np.{wave}({digits(tau / width)} * x)"
    step = "0.1" if width >= 2 else "0.02"
    return f"FunctionGraph({paint.after(f'lambda x: {body}, x_range=[-{half}, {half}, {step}]', fill=False)})"


def _steps(length: float) -> int:
    """How many steps of a scale are drawn to either side of its zero."""
    return min(max(round(length / 1.6), 1), 5)
