"""What touches circles: "a circle inscribed in a square", "a triangle in a circle of radius 2", tangents.

The circle of an inscribed figure is a part of it: it touches the sides or goes through the corners. Where the
size of the circle is given, the figure gets the size that goes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import atan2, cos, degrees, isclose, pi, sqrt
from typing import Protocol

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.figure_parts import OUTLINES, corner_count, has_part
from jepamine.manim.text.phrase import NounPhrase, starts_behind
from jepamine.manim.text.reading import Item, Ref, Span
from jepamine.manim.text.referents import Referents

#: Side of a circle -> its angle in degrees.
_ANGLES = {"right": 0.0, "above": 90.0, "left": 180.0, "below": 270.0}
_SIZES = ("radius", "diameter", "side", "width", "height", "length", "size", "vertices")
#: The sides of a rectangle in a circle of radius 1.
_WIDE, _HIGH = 1.6, 1.2


class Statements(Protocol):
    """The part of a `Discourse` that is changed here."""

    cursor: Cursor
    things: Referents

    def relate(self, how: str, subject: Ref, other: Ref, span: Span) -> None:
        """Record a relation between objects."""
        ...


def inscribe(story: Statements, inner: Ref, outer: Ref, span: Span) -> None:
    """Say that an object is inscribed in another; what is no circle and figure with corners is noted."""
    items = story.things.items
    if len(inner) == len(outer) == 1:
        pairs = ((inner[0], outer[0], "incircle"), (outer[0], inner[0], "circumcircle"))
        for circle, figure, name in pairs:
            if items[circle].type != "circle" or items[figure].type not in OUTLINES:
                continue
            if items[circle].measure("part") or not has_part(story.things, figure, name):
                continue
            if _sized(story.things, circle, figure, name):
                return story.things.measure((circle,), "part", (figure, name, 0))
            story.cursor.miss(span, "the sizes of the two do not go together")
            return story.relate("inside", inner, outer, span)
    story.cursor.miss(span, "only circles and figures with corners are inscribed exactly")
    return story.relate("inside", inner, outer, span)


def _sized(things: Referents, circle: int, figure: int, name: str) -> bool:
    """Give a figure the size that goes with its circle's; return whether there is one."""
    item, look = things.items[circle], things.items[figure]
    radius = item.measure("radius") or (item.measure("diameter") or 0) / 2
    if not radius:
        return not any(item.measure(one) for one in _SIZES)
    wanted = _sizes(look, corner_count(things, figure), radius, name)
    given = {one: look.measure(one) for one in _SIZES if look.measure(one)}
    if given:
        return all(one in wanted and isclose(wanted[one], given[one], rel_tol=0.02) for one in given)
    for one, value in wanted.items():
        things.measure((figure,), one, value)
    return bool(wanted)


def _sizes(look: Item, corners: int, radius: float, name: str) -> dict[str, float]:
    """Return the measures of a figure whose circle has a radius; none for one that has several such forms."""
    outside = name == "incircle"
    match look.type:
        case "square":
            return {"side": round(radius * (2 if outside else sqrt(2)), 4)}
        case "triangle" if "right_angled" not in look.traits:
            return {"side": round(radius * sqrt(3) * (2 if outside else 1), 4)}
        case "rectangle" if not outside:
            return {"width": _WIDE * radius, "height": _HIGH * radius}
        case "polygon":
            return {"radius": round(radius / cos(pi / corners) if outside else radius, 4)}
    return {}


def touched(
    cursor: Cursor, phrase: NounPhrase, named: Ref | None, thing: Callable[[], Ref]
) -> tuple[Ref | None, float | None]:
    """Parse "to the circle at its top" behind a tangent; return the circle and where it touches, in degrees.

    Either is None if it is not said; `thing` parses a noun phrase.
    """
    turn = phrase.measures.pop("angle", None)
    for lead in ("to", "at", "of", "at"):
        if lead == "at":
            turn = _point_of_circle(cursor) if turn is None else turn
        elif named is None and cursor.at(lead) and cursor.peek(1).kind == "pronoun":
            cursor.place += 2
        elif named is None and cursor.at(lead) and starts_behind(cursor):
            cursor.next()
            named = thing()
    return named, turn


def _point_of_circle(cursor: Cursor) -> float | None:
    """Parse "at its top", "at the rightmost point", "at 45 degrees"; None, and nothing read, otherwise."""
    start = cursor.place
    cursor.skip("filler", "at", "article")
    part = cursor.peek()
    if part.kind in ("side", "place") and any(part.value[:2]):
        degrees_ = degrees(atan2(part.value[1] or 0, part.value[0] or 0)) % 360
    elif part.kind == "relation" and part.value[0] in _ANGLES and cursor.peek(1).kind == "pronoun":
        degrees_ = _ANGLES[part.value[0]]
        cursor.next()
    elif part.kind == "measure" and part.value[0] == "angle":
        degrees_ = float(part.value[1])
    else:
        cursor.place = start
        return None
    cursor.next()
    if cursor.peek().text.lower() in ("point", "side", "end"):
        cursor.next()
    return degrees_
