"""Expressions for closed figures."""

from __future__ import annotations

from collections.abc import Set
from math import cos, pi, sin, tau

from jepamine.manim.engine.style import number
from jepamine.manim.generators.code import Paint, fitted, least, near
from jepamine.manim.layouts import Object
from jepamine.manim.text.solve.sizes import corners_of

#: A ring's inner radius over its outer one.
RING = 0.6


def circle(item: Object, traits: Set[str], paint: Paint) -> str:
    """A circle, stretched only where its box is plainly no square."""
    code = f"Circle({paint.after(f'radius={number(_mean(item) / 2)}')})"
    return code if near(item.width, item.height) else fitted(code, item, width=True, height=True)


def square(item: Object, traits: Set[str], paint: Paint) -> str:
    """A square, as `circle`."""
    code = f"Square({paint.after(f'side_length={number(_mean(item))}')})"
    return code if near(item.width, item.height) else fitted(code, item, width=True, height=True)


def rectangle(item: Object, traits: Set[str], paint: Paint) -> str:
    """A rectangle."""
    return f"Rectangle({paint.after(_sides(item))})"


def ellipse(item: Object, traits: Set[str], paint: Paint) -> str:
    """An ellipse."""
    return f"Ellipse({paint.after(_sides(item))})"


def _sides(item: Object) -> str:
    return f"width={number(max(item.width, 0.02))}, height={number(max(item.height, 0.02))}"


def triangle(item: Object, traits: Set[str], paint: Paint) -> str:
    """A triangle on its side, equilateral where its box allows it."""
    radius = least(item.height) / 1.5
    code = f"Triangle({paint.after(f'radius={number(radius)}')})"
    return fitted(code, item, width=not near(item.width, 3**0.5 * radius))


def star(item: Object, traits: Set[str], paint: Paint) -> str:
    """A star of five points, regular where its box allows it."""
    radius = least(item.height) / (1 + cos(pi / 5))
    code = f"Star({paint.after(f'outer_radius={number(radius)}')})"
    return fitted(code, item, width=not near(item.width, 2 * radius * sin(tau / 5)))


def polygon(item: Object, traits: Set[str], paint: Paint) -> str:
    """A polygon of as many corners as the traits say, else six."""
    corners = corners_of(frozenset(traits))
    turns = [(pi / 2 if corners % 2 else 0.0) + tau * place / corners for place in range(corners)]
    wide, high = (max(map(part, turns)) - min(map(part, turns)) for part in (cos, sin))
    radius = least(item.height) / high
    code = f"RegularPolygon({paint.after(f'n={corners}, radius={number(radius)}')})"
    return fitted(code, item, width=not near(item.width, radius * wide))


def dot(item: Object, traits: Set[str], paint: Paint) -> str:
    """A dot."""
    return f"Dot({paint.after(f'radius={number(max(_mean(item) / 2, 0.03))}', fill=False)})"


def annulus(item: Object, traits: Set[str], paint: Paint) -> str:
    """A ring."""
    outer = _mean(item) / 2
    radii = f"inner_radius={number(RING * outer)}, outer_radius={number(outer)}"
    code = f"Annulus({paint.after(radii, fill=False)})"
    return code if near(item.width, item.height) else fitted(code, item, width=True, height=True)


def _mean(item: Object) -> float:
    return least((item.width + item.height) / 2)
