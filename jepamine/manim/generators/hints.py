"""Hints from description and layout on an object's look beyond its box."""

from __future__ import annotations

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.parse import read
from jepamine.manim.text.reading import Item

# Types drawn as an outline by default.
_OUTLINED = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon")
# An object that hides less than this of another need not be filled.
_SEEN = 0.9


def traits_of(layout: Layout, description: str) -> list[frozenset[str]]:
    """Return the traits of each object in the description; none if it cannot be parsed.

    An object matches the description's first with its type and text, and if possible its colour.
    """
    try:
        waiting = list(read(description).items)
    except UserError:
        # The layout is sufficient; a description only adds to it.
        waiting = []
    found = []
    for item in layout.objects:
        alike = [other for other in waiting if _same(item, other)]
        best = next((other for other in alike if other.color == item.color), alike[0] if alike else None)
        if best is not None:
            waiting.remove(best)
        found.append(best.traits if best else frozenset())
    return found


def filled(layout: Layout, place: int, traits: frozenset[str]) -> bool:
    """Return whether an object is filled: by its traits, or because it partly hides another."""
    item = layout.objects[place]
    if item.type not in _OUTLINED or "outlined" in traits:
        return False
    return "filled" in traits or any(
        other.z < item.z and other.visible < _SEEN and _meet(item, other) for other in layout.objects
    )


def _same(item: Object, described: Item) -> bool:
    return item.type == described.type and (item.text is None or item.text == described.text)


def _meet(item: Object, second: Object) -> bool:
    across = abs(item.x - second.x) < (item.width + second.width) / 2
    return across and abs(item.y - second.y) < (item.height + second.height) / 2
