"""Where an object is that went along a path: at its last point, which for a closed one is its first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import cos, pi, radians, sin

import numpy as np

from jepamine.manim.generators.expressions import RING
from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item
from jepamine.manim.text.typed_formulas import values

_Point = tuple[float, float]
_NUMBER = r"-?\d+(?:\.\d+)?"
_POINT = re.compile(rf"\[({_NUMBER}), ({_NUMBER}), 0\]|ORIGIN")
_SHAPE = re.compile(
    r" = (?:(?P<polygon>Polygon)|(?P<regular>RegularPolygon|Triangle|Star)|(?P<box>Square|Rectangle)|"
    r"(?P<stroke>Line|DashedLine|Arrow|DoubleArrow)|(?P<sector>Sector)|(?P<arc>Arc))\((?P<given>.*)"
)
_TURN = re.compile(rf"\.rotate\(({_NUMBER}) \* DEGREES\)")


def path_end(path: Object, look: Item, line: str) -> _Point:
    """Return where a path ends, in units; `line` is its assignment in the code."""
    code, ends = look.measure("function"), look.measure("range") or _plotted(line)
    right, top = path.x + path.width / 2, path.y + path.height / 2
    if path.type == "function_graph" and code is not None and ends is not None:
        heights = values(code, np.linspace(float(ends[0]), float(ends[1]), 401))
        low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
        share = (float(heights[-1]) - low) / (high - low) if high > low else 0.5
        return right, path.y + (share - 0.5) * path.height
    if path.type == "function_graph" and code is None and "parabola" not in look.traits:
        # One period about its middle: sines end where they cross it, cosines at their lowest.
        return right, path.y - path.height / 2 * ("cosine" in look.traits)
    if path.type in ("circle", "ellipse"):
        return right, path.y
    if path.type == "annulus":
        # Around the outer circle, then around the inner one.
        return path.x + float(_named(line, "inner_radius") or RING * path.width / 2), path.y
    if "heart" in look.traits:
        # It begins in its notch.
        return path.x, path.y + 0.259 * path.height
    shape = _shape(line)
    if shape is None:
        return (right, top) if path.type != "polygon" else (path.x, top)
    points, end = _turned(*shape, line)
    across, up = zip(*points, strict=True)
    # Written where it is easiest, then moved: what counts is where the end is in its box.
    return path.x + end[0] - (min(across) + max(across)) / 2, path.y + end[1] - (min(up) + max(up)) / 2


def _shape(line: str) -> tuple[list[_Point], _Point] | None:
    """Return the corners, or points on the curve, of what a line of code draws, and where it ends."""
    match = _SHAPE.search(line)
    if match is None:
        return None
    given = match["given"]
    points = [(float(one[1] or 0), float(one[2] or 0)) for one in _POINT.finditer(given.split(").")[0])]
    if match["polygon"] and points:
        return points, points[0]
    if match["stroke"] and len(points) == 2:
        return points, points[1]
    if match["box"]:
        width = _named(given, "side_length", "width") or 2.0
        height = _named(given, "side_length", "height") or 2.0
        corners = [(x * width / 2, y * height / 2) for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
        return corners, corners[0]
    radius = _named(given, "outer_radius", "radius") or 1.0
    if match["regular"]:
        usual = {"Triangle": 3.0, "Star": 5.0}.get(match["regular"], 6.0)
        count = int(_named(given, "n") or usual)
        # Manim's: a star and an odd number of corners begin at the top.
        first = pi / 2 if count % 2 or match["regular"] == "Star" else 0.0
        corners = _on_circle(radius, [first + 2 * pi * corner / count for corner in range(count)])
        return corners, corners[0]
    if match["arc"] or match["sector"]:
        start = radians(_named(given, "start_angle") or 0)
        angle = pi if "angle=PI" in given else radians(_named(given, "angle") or 90)
        points = _on_circle(radius, [start + angle * step / 180 for step in range(181)])
        return ([*points, (0.0, 0.0)], (0.0, 0.0)) if match["sector"] else (points, points[-1])
    return None


def _on_circle(radius: float, angles: Sequence[float]) -> list[_Point]:
    return [(radius * cos(angle), radius * sin(angle)) for angle in angles]


def _named(given: str, *names: str) -> float | None:
    found = re.search(rf"\b(?:{'|'.join(names)})=({_NUMBER})", given)
    return float(found[1]) if found else None


def _plotted(line: str) -> _Point | None:
    """Return the range over which a line of code plots a function."""
    found = re.search(rf"x_range=\[({_NUMBER}), ({_NUMBER})", line)
    return (float(found[1]), float(found[2])) if found else None


def _turned(points: list[_Point], end: _Point, line: str) -> tuple[list[_Point], _Point]:
    turn = _TURN.search(line)
    if turn is None:
        return points, end
    across, up = cos(radians(float(turn[1]))), sin(radians(float(turn[1])))
    turned = [(x * across - y * up, x * up + y * across) for x, y in [*points, end]]
    return turned[:-1], turned[-1]
