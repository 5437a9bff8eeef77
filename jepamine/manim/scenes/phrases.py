"""The words of descriptions: each has one meaning only, so that a description can be parsed back."""

from __future__ import annotations

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Box

#: type -> its names, (one, several) each; the first is the usual one.
NOUNS: dict[str, tuple[tuple[str, str], ...]] = {
    "circle": (("circle", "circles"),),
    "square": (("square", "squares"),),
    "rectangle": (("rectangle", "rectangles"),),
    "triangle": (("triangle", "triangles"),),
    "ellipse": (("ellipse", "ellipses"), ("oval", "ovals")),
    "dot": (("dot", "dots"), ("point", "points")),
    "star": (("star", "stars"),),
    "polygon": (("polygon", "polygons"),),
    "line": (("line", "lines"), ("straight line", "straight lines")),
    "dashed_line": (("dashed line", "dashed lines"),),
    "arrow": (("arrow", "arrows"),),
    "double_arrow": (("double arrow", "double arrows"), ("double-headed arrow", "double-headed arrows")),
    "arc": (("arc", "arcs"),),
    "annulus": (("annulus", "annuli"), ("ring", "rings")),
    "text": (("text", "texts"),),
    "number_line": (("number line", "number lines"),),
    "axes": (("set of axes", "sets of axes"), ("coordinate system", "coordinate systems")),
    "number_plane": (("number plane", "number planes"), ("coordinate grid", "coordinate grids")),
    "function_graph": (("function graph", "function graphs"), ("curve", "curves")),
    "brace": (("brace", "braces"), ("curly brace", "curly braces")),
}

#: (column, row), each -1, 0 or 1, right and up -> phrases for that place in the frame.
PLACES: dict[tuple[int, int], tuple[str, ...]] = {
    (-1, 1): ("at the top left", "in the upper left"),
    (0, 1): ("at the top",),
    (1, 1): ("at the top right", "in the upper right"),
    (-1, 0): ("on the left",),
    (0, 0): ("in the centre", "in the middle"),
    (1, 0): ("on the right",),
    (-1, -1): ("at the bottom left", "in the lower left"),
    (0, -1): ("at the bottom",),
    (1, -1): ("at the bottom right", "in the lower right"),
}

#: relation -> its phrases.
RELATIONS: dict[str, tuple[str, ...]] = {
    "left": ("left of", "to the left of"),
    "right": ("right of", "to the right of"),
    "above": ("above",),
    "below": ("below", "under"),
    "inside": ("inside", "within"),
    "front": ("in front of", "partly covering"),
    "behind": ("behind", "partly covered by"),
}

COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
#: A figure whose longer side is at most the first of these is small, at least the second large (units).
SMALL, LARGE = 0.9, 3.2
# Boxes that overlap by no more than this only touch, in units.
TOUCH = 0.01
#: Types whose size is mentioned.
SIZED = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon", "annulus")


def place_of(box: Box) -> tuple[int, int]:
    """Return which of the frame's 3 x 3 fields a box's centre is in: (column, row), a key of `PLACES`."""
    return _third(box[0], FRAME_WIDTH), _third(box[1], FRAME_HEIGHT)


def _third(value: float, side: float) -> int:
    return (value > side / 6) - (value < -side / 6)


def relation(a: Box, b: Box) -> str | None:
    """Return how box `a` is placed to box `b`: "left", "right", "above", "below", "inside", "overlap", or
    None.

    Left means entirely left, and further left than higher or lower.
    """
    right, up = a[0] - b[0], a[1] - b[1]
    apart_x = abs(right) - (a[2] + b[2]) / 2
    apart_y = abs(up) - (a[3] + b[3]) / 2
    if apart_x < -TOUCH and apart_y < -TOUCH:
        wider, higher = b[2] / 2 + TOUCH, b[3] / 2 + TOUCH
        within = abs(right) + a[2] / 2 <= wider and abs(up) + a[3] / 2 <= higher
        return "inside" if within else "overlap"
    if apart_x >= -TOUCH and abs(right) >= abs(up):
        return "right" if right > 0 else "left"
    if apart_y >= -TOUCH and abs(up) >= abs(right):
        return "above" if up > 0 else "below"
    return None


def article(words: str) -> str:
    """Return the words with "a" or "an" before them."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def quoted(text: str) -> str:
    """Return a text in quotes that it does not contain; line breaks become spaces."""
    flat = " ".join(text.split())
    if "'" not in flat:
        return f"'{flat}'"
    return '"' + flat.replace('"', "'") + '"'


def listed(words: list[str]) -> str:
    """Join words as an English list."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
