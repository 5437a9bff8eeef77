"""What a description and a layout tell of an object's look beyond its box."""

from __future__ import annotations

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.parse import read
from jepamine.manim.text.reading import Item

# Types that are drawn as an outline where nothing else is said.
_OUTLINED = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon")
# Who hides less than this of another need not be filled.
_SEEN = 0.9


def traits_of(layout: Layout, description: str) -> list[frozenset[str]]:
    """The traits of each object, as the description gives them; none where it cannot be read.

    An object is the first of the description's that has its type and text, and if possible its colour.
    """
    try:
        waiting = list(read(description).items)
    except UserError:
        # The layout stands on its own; a description only adds to it.
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
    """Whether an object is filled: said to be, or drawn over another of which part cannot be seen."""
    item = layout.objects[place]
    if item.type not in _OUTLINED or "outlined" in traits:
        return False
    return "filled" in traits or any(
        other.z < item.z and other.visible < _SEEN and _meet(item, other) for other in layout.objects
    )


def _same(item: Object, other: Item) -> bool:
    return item.type == other.type and (item.text is None or item.text == other.text)


def _meet(item: Object, other: Object) -> bool:
    across = abs(item.x - other.x) < (item.width + other.width) / 2
    return across and abs(item.y - other.y) < (item.height + other.height) / 2
