"""The size of objects by themselves, before anything is solved: usual ones, and those that are given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import cos, pi, radians, sin
from typing import Any

from jepamine.manim.scenes.phrases import LARGE, SIZED, SMALL
from jepamine.manim.text.kinds import equilateral, kind_of, kind_size
from jepamine.manim.text.reading import Item

#: The points of a star, unless a description gives another number.
STAR = 5


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


def star_extent(item: Item) -> tuple[float, float]:
    """Return the width and height of a star with an outer radius of 1: one of its points is at the top."""
    points = int(item.measure("points") or STAR)
    turns = [pi / 2 + 2 * pi * n / points for n in range(points)]
    return extent([(cos(turn), sin(turn)) for turn in turns])


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
    if (size := get("size")) and item.type in ("circle", "annulus", "dot", "star", "polygon"):
        radius = radius or size / 2
    elif size:
        side = side or size
    if radius and item.type in ("circle", "annulus", "dot"):
        return 2 * radius, 2 * radius
    if radius and item.type == "star":
        across, up = star_extent(item)
        return across * radius, up * radius
    if item.type == "polygon" and (sides := _sides(item)) and (radius or side):
        return extent(corners_at(sides, radius or side / (2 * sin(pi / sides))))
    if item.type == "square" and (one := side or width or height or length):
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


#: Width and height in units of objects of the usual size, horizontal.
_USUAL: dict[str, tuple[float, float]] = {
    "circle": (1.6, 1.6),
    "square": (1.5, 1.5),
    "rectangle": (2.4, 1.3),
    "triangle": (1.56, 1.35),
    "ellipse": (2.4, 1.4),
    "star": (1.71, 1.63),
    "line": (2.6, 0.0),
    "dashed_line": (2.6, 0.0),
    "arrow": (2.2, 0.0),
    "double_arrow": (2.2, 0.0),
    "arc": (2.2, 1.1),
    "annulus": (1.6, 1.6),
    "number_line": (6.0, 0.0),
    "axes": (4.8, 3.2),
    "number_plane": (4.8, 3.2),
    "function_graph": (3.4, 1.2),
    "brace": (2.4, 0.0),
    "dot": (0.0, 0.0),
}
#: Types that can be vertical instead of horizontal.
_LONG = ("line", "dashed_line", "arrow", "double_arrow", "number_line", "brace", "rectangle", "ellipse")
#: The part of its height that does not grow: tips, ticks, a brace's depth; for a dot both sides.
THICKNESS = {"arrow": 0.35, "double_arrow": 0.35, "number_line": 0.2, "brace": 0.28, "dot": 0.2}
#: The usual size of a text, and of a title: Manim's font size over 48.
_TEXT, _TITLE = 0.7, 0.95
#: How much smaller and larger small and large letters are.
_LETTERS = {"small": 0.6, "large": 1.6}
#: The height of a letter A of Manim's in units, at font size 48.
CAPITAL = 0.49
#: The content of a text without one.
PLACEHOLDER = "Text"


@dataclass(frozen=True)
class Size:
    """Width and height in units: each is `scale` times a length, plus a fixed part.

    `least` and `most` bound the scale around 1, without contents.
    """

    width: float
    height: float
    fixed_width: float
    fixed_height: float
    least: float
    most: float


def size_of(item: Item) -> Size:
    """Return the usual size of an object."""
    if (kind := kind_of(item)) is not None:
        width, height = exact_size(item, kind_size(kind, item)) or kind_size(kind, item)
        return Size(width, height, 0.0, 0.0, 1.0, 1.0)
    if item.type == "text":
        scale = _TITLE if "title" in item.traits else _TEXT
        scale *= next((factor for trait, factor in _LETTERS.items() if trait in item.traits), 1.0)
        if (font := item.measure("font_size")) is not None:
            width, height = text_extent(item.text or PLACEHOLDER)
            return Size(font / 48 * width, font / 48 * height, 0.0, 0.0, 1.0, 1.0)
        width, height = text_extent(item.text or PLACEHOLDER)
        if (wide := item.measure("width")) or (high := item.measure("height")):
            scale = wide / width if wide else high / height
            return Size(scale * width, scale * height, 0.0, 0.0, 1.0, 1.0)
        # A line at most as wide as the frame.
        scale = min(scale, 13 / width)
        return Size(scale * width, scale * height, 0.0, 0.0, 0.7, 1.0)
    width, height = _polygon(item) if item.type == "polygon" else _USUAL[item.type]
    if item.type == "star" and item.measure("points"):
        across, up = star_extent(item)
        width, height = 0.9 * across, 0.9 * up
    if (exact := exact_size(item, (width, height))) is not None:
        thick = THICKNESS.get(item.type, 0.0) if item.type != "dot" and 0.0 in exact else 0.0
        across, along = (thick if exact[0] == 0 else 0.0), (thick if exact[1] == 0 else 0.0)
        return Size(*exact, across, along, 1.0, 1.0)
    thick = THICKNESS.get(item.type, 0.0)
    fixed = (thick if item.type == "dot" else 0.0, thick)
    # A brace that points up is horizontal.
    turns = {"left", "right"} if item.type == "brace" else {"up", "down"}
    if item.type in _LONG and item.traits & {"vertical", *turns}:
        width, height, fixed = height, width, fixed[::-1]
    elif item.type in _LONG and "diagonal" in item.traits:
        width, height, fixed = 0.8 * width, 0.6 * width, (0.0, 0.0)
    factor, least, most = _factor(item, max(width, height))
    return Size(factor * width, factor * height, factor * fixed[0], factor * fixed[1], least, most)


def _factor(item: Item, longer: float) -> tuple[float, float, float]:
    """Return (the factor for "small" or "large", the bounds of the scale after it)."""
    if item.type == "brace":
        # As long as what it holds.
        return 1.0, 0.3, 5.0
    if item.type not in SIZED:
        factor = 0.6 if "small" in item.traits else 1.5 if "large" in item.traits else 1.0
        return (factor, 0.6, 1.4) if item.type != "dot" else (factor, 1.0, 1.0)
    if "small" in item.traits:
        return 0.85 * SMALL / longer, 0.6, 1.1
    if "large" in item.traits:
        return 1.1 * LARGE / longer, 0.95, 1.6
    return 1.0, 1.05 * SMALL / longer, 0.95 * LARGE / longer


def _polygon(item: Item) -> tuple[float, float]:
    """Return the extent of a regular polygon of radius 0.9 as Manim draws it: on a side if it can."""
    corners = corners_of(item.traits)
    start = pi / 2 if corners % 2 else 0.0
    turns = [start + 2 * pi * number / corners for number in range(corners)]
    across, along = [cos(turn) for turn in turns], [sin(turn) for turn in turns]
    return 0.9 * (max(across) - min(across)), 0.9 * (max(along) - min(along))


def corners_of(traits: frozenset[str]) -> int:
    """Return the number of a polygon's corners; the default is six."""
    return next((int(trait) for trait in sorted(traits) if trait.isdigit()), 6)


@cache
def _font() -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(100)


@cache
def text_extent(text: str) -> tuple[float, float]:
    """Return about how wide and high Manim draws a text at font size 48, in units.

    Its font depends on the machine; this is Pillow's own, a tenth wider, close to DejaVu Sans.
    """
    font = _font()
    capital = font.getbbox("A")
    left, top, right, bottom = font.getbbox(text)
    unit = CAPITAL / (capital[3] - capital[1])
    return 1.1 * unit * max(right - left, 1), unit * max(bottom - top, 1)
