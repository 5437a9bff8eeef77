"""Numbers with their meaning: "with a radius of 2", "3 units wide", "vertices (0, 0), (3, 0) and (0, 4)"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from jepamine.manim.text.lexicon import lexicon
from jepamine.manim.text.reading import Span

#: Words before a number -> what it measures; those of several words first.
_BEFORE_NUMBER: dict[tuple[str, ...], str] = {
    ("side", "length"): "side", ("sides", "of", "length"): "side", ("edge", "length"): "side",
    ("side", "lengths"): "side", ("edges", "of", "length"): "side", ("side",): "side", ("sides",): "side",
    ("font", "size"): "font_size", ("fontsize",): "font_size", ("font_size",): "font_size",
    ("inner", "radius"): "inner_radius", ("outer", "radius"): "radius", ("radius",): "radius",
    ("corner", "radius"): "corner_radius", ("radii",): "radius",
    ("diameter",): "diameter", ("width",): "width", ("height",): "height", ("length",): "length",
    ("base",): "width", ("stroke", "width"): "stroke_width", ("thickness",): "stroke_width",
    ("opacity",): "opacity", ("angle",): "angle", ("size",): "size", ("scale",): "scale",
}  # fmt: skip
#: What may be given for several objects at once: "circles of radius 1, 2 and 3".
LISTED = ("radius", "side", "diameter", "width", "height", "length", "font_size")
#: Words after a number -> what it measures.
_AFTER_NUMBER = {
    "wide": "width", "tall": "height", "high": "height", "long": "length", "across": "width",
    "degrees": "angle", "degree": "angle", "deg": "angle",
    "seconds": "seconds", "second": "seconds", "secs": "seconds", "sec": "seconds", "s": "seconds",
    "sided": "sides", "sides": "sides", "corners": "sides", "pointed": "points",
    "vertices": "vertex_count", "nodes": "vertex_count",
    "pt": "font_size", "times": "factor", "percent": "percent",
}  # fmt: skip
#: Units of length; each is drawn as one unit of Manim's.
_UNITS = (
    "unit", "units", "cm", "centimeter", "centimeters", "centimetre", "centimetres", "m", "meter", "meters",
    "metre", "metres", "inch", "inches", "in.",
)  # fmt: skip
#: A number before one of these is one of its own.
_ENDS = {(word,) for word in _AFTER_NUMBER}
_COUNTED = ("noun", "colour", "trait", "form", "forms")
_LINKS = ("of", "is", "to", "equal", "about", "a", "an", "the", "=", "with", "by", "set", "exactly")
_LEADS = ("with", "of", "having", "has", "have", "whose", "at", "its", "by")
_ARTICLES = ("a", "an", "the")


@dataclass(frozen=True)
class Quantity:
    """A number with its meaning, in place of the tokens `start` up to `end`."""

    name: str
    value: Any
    start: int
    end: int


@dataclass
class Words:
    """Tokens as (kind, value, text) in lower case, for the patterns of quantities."""

    kinds: Sequence[str]
    values: Sequence[Any]
    texts: Sequence[str]
    spans: Sequence[Span] = field(default_factory=list)

    def number(self, place: int) -> float | None:
        """Return the number at a place, None without one."""
        if 0 <= place < len(self.kinds) and self.kinds[place] in ("count", "number"):
            value = self.values[place]
            return float(value) if value is not None else None
        return None

    def text(self, place: int) -> str:
        """Return the word at a place, "" outside."""
        return self.texts[place] if 0 <= place < len(self.texts) else ""


def quantity(words: Words, place: int) -> Quantity | None:
    """Return the quantity that begins at a token, None without one."""
    for pattern in _PATTERNS:
        found = pattern(words, place)
        if found is not None:
            return found
    return None


def _leads(words: Words, place: int) -> int:
    """Return the place after "with a" before a quantity."""
    start = place
    while words.text(place) in _LEADS:
        place += 1
    # "A 5-sided polygon": its article is the polygon's.
    return place + (place > start and words.text(place) in _ARTICLES)


def _named(words: Words, start: int) -> Quantity | None:
    place = _leads(words, start)
    place += place == start and words.text(place) in _ARTICLES
    bare = words.text(start - 1) in ("a", "an") and words.text(start - 2) not in _LEADS
    if words.text(place) == "angle" and (bare or words.text(start) in ("a", "an")):
        # "A line and an angle of 30 degrees": an object.
        return None
    for length in (3, 2, 1):
        key = tuple(words.text(place + ahead) for ahead in range(length))
        name = _BEFORE_NUMBER.get(key)
        if name is None:
            continue
        after = place + length
        while words.text(after) in _LINKS and words.number(after) is None:
            after += 1
        value = words.number(after)
        if value is None:
            return None
        after += 1
        listed, end = _further(words, after, value)
        if len(listed) > 1 and name in LISTED:
            return Quantity(name, listed, start, end)
        while words.text(after) in (*_UNITS, "degrees"):
            after += 1
        return Quantity(name, value, start, after)
    return None


def _further(words: Words, after: int, first: float) -> tuple[tuple[float, ...], int]:
    """Return the numbers of "1, 2 and 3", and where they end; one alone if what follows is counted."""
    found, end, place = [first], after, after
    while words.text(place) in (",", "and", *_UNITS) or (place > end and words.number(place) is not None):
        if (value := words.number(place)) is not None:
            found.append(value)
            end = place + 1
        place += 1
    while words.text(end) in _UNITS:
        end += 1
    # "A circle of radius 2 and 3 squares", "of width 4 and 2 units tall".
    word = (words.text(end),)
    counted = any(kind in _COUNTED for kind, _ in lexicon().get(word, ())) or word in _ENDS
    return ((first,), after) if counted else (tuple(found), end)


def _counted(words: Words, start: int) -> Quantity | None:
    """Parse "3 units wide", "45 degrees", "2 seconds", "5 sided", "2 unit radius"."""
    place = _leads(words, start)
    value = words.number(place)
    if value is None:
        return None
    after = place + 1
    if words.text(after) in ("%", "percent") and words.text(after + 1) in ("opacity", "opaque"):
        return Quantity("opacity", value, start, after + 2)
    units = words.text(after) in _UNITS
    after += units
    name = _AFTER_NUMBER.get(words.text(after)) or (
        _BEFORE_NUMBER.get((words.text(after),))
        if units or words.text(after) in ("radius", "diameter")
        else None
    )
    if name == "sides" and words.text(after) == "sides" and words.text(after + 1) == "of":
        return None
    if name is None:
        return Quantity("units", value, start, after) if units and start == place else None
    if place > start and name in ("seconds", "factor"):
        return None
    return Quantity(name, value, start, after + 1)


def _vertices(words: Words, start: int) -> Quantity | None:
    place = _leads(words, start)
    if words.text(place) in ("vertices", "corners", "points", "endpoints", "ends"):
        place += 1
        while words.text(place) in ("at", "are", ":", "the"):
            place += 1
        points, names = [], []
        while words.text(place) in (",", "and") or _point_at(words, place):
            if words.kinds[place] == "point":
                points.append(words.values[place])
            elif words.text(place) not in (",", "and"):
                names.append(words.text(place).upper())
            place += 1
        if len(points) >= 2:
            # A comma or "and" after the last belongs to what follows.
            while words.kinds[place - 1] != "point":
                place -= 1
            if len(names) == len(points):
                return Quantity("named_vertices", (tuple(points), names), start, place)
            return Quantity("vertices", tuple(points), start, place)
    return None


def _point_at(words: Words, place: int) -> bool:
    """Return whether a point, or the letter that names one, is at a place."""
    kinds = [*words.kinds[place : place + 2], "", ""]
    letter = len(words.text(place)) == 1 and words.text(place).isalpha()
    return kinds[0] == "point" or (letter and kinds[1] == "point")


def _turned(words: Words, start: int) -> Quantity | None:
    place = start
    if words.text(place) not in ("rotated", "turned", "tilted"):
        return None
    place += 1 + (words.text(place + 1) in ("by", "at", "through"))
    value = words.number(place)
    if value is None or words.text(place + 1) not in ("degrees", "degree", "deg"):
        return None
    place += 2
    sign = 1.0
    if words.text(place) in ("clockwise", "counterclockwise", "anticlockwise"):
        sign = -1.0 if words.text(place) == "clockwise" else 1.0
        place += 1
    return Quantity("turned", sign * value, start, place)


def _radians(words: Words, start: int) -> Quantity | None:
    """Parse "pi/4", "2 pi radians" as an angle in degrees."""
    place = start
    factor = words.number(place)
    place += factor is not None
    if words.text(place) not in ("pi", "\u03c0"):
        return None
    place += 1
    divisor = words.number(place + 1) if words.text(place) == "/" else None
    place += 2 if divisor else 0
    if words.text(place) in ("radians", "rad"):
        place += 1
    elif words.text(start - 1) not in ("by", "angle", "rotate", "of"):
        return None
    return Quantity("angle", 180.0 * (1 if factor is None else factor) / (divisor or 1), start, place)


def _parallel(words: Words, start: int) -> Quantity | None:
    """Parse "parallel sides 6 and 4" of a trapezoid."""
    place = _leads(words, start)
    place += place == start and words.text(place) in _ARTICLES
    if words.text(place) != "parallel" or words.text(place + 1) != "sides":
        return None
    place += 2
    while words.text(place) in (*_LINKS, "length", "lengths", ":"):
        place += 1
    first, second = words.number(place), words.number(place + 2)
    if first is None or second is None or words.text(place + 1) not in ("and", ","):
        return None
    return Quantity("bases", (max(first, second), min(first, second)), start, place + 3)


_PATTERNS: tuple[Callable[[Words, int], Quantity | None], ...] = (
    _vertices,
    _parallel,
    _radians,
    _turned,
    _named,
    _counted,
)
