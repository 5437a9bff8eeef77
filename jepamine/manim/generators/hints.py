"""Read how objects look, beyond their boxes, from the description and the layout."""

from __future__ import annotations

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.parse import read
from jepamine.manim.text.reading import Item, Reading

# Types that are drawn as outlines by default.
_OUTLINED = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon")
# An object that covers less than this share of another need not be filled.
_VISIBLE = 0.9


def read_if_possible(description: str) -> Reading | None:
    """Parse a description that only adds to a layout: return None if it cannot be parsed."""
    try:
        return read(description)
    except UserError:
        return None


def traits_of(layout: Layout, reading: Reading | None) -> list[frozenset[str]]:
    """Return the traits of each object that the description gives; none without a description."""
    places = described(layout, reading)
    return [
        reading.items[place].traits if reading is not None and place is not None else frozenset()
        for place in places
    ]


def described(layout: Layout, reading: Reading | None) -> list[int | None]:
    """Return for each object the place of the item that describes it, None without one.

    An object is matched with the first described one that has its type and text, and its colour if possible.
    """
    if reading is None:
        return [None] * len(layout.objects)
    unmatched = list(range(len(reading.items)))
    places: list[int | None] = []
    for item in layout.objects:
        candidates = [place for place in unmatched if _matches(item, reading.items[place])]
        candidates.sort(key=lambda place: reading.items[place].color != item.color)
        if candidates:
            unmatched.remove(candidates[0])
        places.append(candidates[0] if candidates else None)
    if len(places) == len(reading.items) and all(map(_matches, layout.objects, reading.items)):
        # The description's own layout: in the same order.
        return list(range(len(places)))
    return places


def is_filled(layout: Layout, index: int, traits: frozenset[str]) -> bool:
    """Return whether an object is filled: its traits say so, or it is drawn over a partly hidden object."""
    item = layout.objects[index]
    if "semicircle" in traits:
        return "filled" in traits
    if item.type not in _OUTLINED or "outlined" in traits:
        return False
    return "filled" in traits or any(
        below.z < item.z and below.visible < _VISIBLE and _overlap(item, below) for below in layout.objects
    )


def _matches(item: Object, candidate: Item) -> bool:
    return item.type == candidate.type and (item.text is None or item.text == candidate.text)


def _overlap(a: Object, b: Object) -> bool:
    return abs(a.x - b.x) < (a.width + b.width) / 2 and abs(a.y - b.y) < (a.height + b.height) / 2
