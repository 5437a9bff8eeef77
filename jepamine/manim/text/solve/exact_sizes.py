"""The size of objects whose numbers a description gives."""

from __future__ import annotations

from math import cos, pi, radians, sin

from jepamine.manim.text.kinds import equilateral
from jepamine.manim.text.reading import Item

#: The circumference's extent of a regular polygon or a star is that of its corners.
_STAR = (1.902, 1.809)


def exact_size(item: Item, usual: tuple[float, float]) -> tuple[float, float] | None:
    """Return width and height in units if the measures of an object decide them, else None.

    `usual` is the size without them; a single side keeps its proportion, where there is one.
    """
    size = _by_type(item, usual)
    turned = item.measure("turned")
    if turned is None:
        return size
    width, height = size or usual
    if item.type in ("circle", "dot", "annulus"):
        return size
    across, along = abs(cos(radians(turned))), abs(sin(radians(turned)))
    return width * across + height * along, width * along + height * across


def corners_at(sides: int, radius: float) -> list[tuple[float, float]]:
    """Return the corners of a regular polygon as Manim draws it."""
    start = pi / 2 if sides % 2 else 0.0
    return [
        (radius * cos(start + 2 * pi * n / sides), radius * sin(start + 2 * pi * n / sides))
        for n in range(sides)
    ]


def extent(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the width and height of points."""
    xs, ys = zip(*points, strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)


def _by_type(item: Item, usual: tuple[float, float]) -> tuple[float, float] | None:
    get = item.measure
    if get("vertices") is not None:
        return extent(list(get("vertices")))
    if get("ends") is not None:
        return extent(list(get("ends")))
    radius = get("radius") or (get("diameter") / 2 if get("diameter") else None)
    width, height, side, length = get("width"), get("height"), get("side"), get("length")
    if radius and item.type in ("circle", "annulus", "dot"):
        return 2 * radius, 2 * radius
    if radius and item.type == "star":
        return _STAR[0] * radius, _STAR[1] * radius
    if item.type == "polygon" and (sides := _sides(item)) and (radius or side):
        return extent(corners_at(sides, radius or side / (2 * sin(pi / sides))))
    if item.type == "square" and (one := side or width or height or length or get("size")):
        return one, one
    if item.type == "triangle" and (side or length) and "right_angled" not in item.traits:
        return equilateral(side or length)
    if item.type in ("line", "dashed_line", "arrow", "double_arrow", "number_line") and length:
        return (0.0, length) if item.traits & {"vertical", "up", "down"} else (length, 0.0)
    if radius and item.type == "arc":
        if "semicircle" in item.traits:
            return 2 * radius, radius
        angle = get("angle") or 180.0
        half = radians(angle) / 2
        wide = 2 * radius * (sin(half) if half < pi / 2 else 1.0)
        return (radius, radius) if item.traits & {"sector", "quarter"} else (wide, radius * (1 - cos(half)))
    if width and height:
        return width, height
    if width or height:
        if item.type in ("circle", "square"):
            return (width or height,) * 2
        return (width, usual[1]) if width else (usual[0], height)
    return None


def _sides(item: Item) -> int | None:
    return next((int(trait) for trait in sorted(item.traits) if trait.isdigit()), None)
