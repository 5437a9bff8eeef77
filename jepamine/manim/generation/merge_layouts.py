"""Merge a description and an image of one scene: places from the image, meaning from the description."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

import numpy as np

from jepamine.errors import UserError
from jepamine.manim.layouts import MAX_OBJECTS, Layout, Object
from jepamine.manim.text.reading import Place, Reading, Span
from jepamine.manim.text.solve.arrange import arrange

# The cost of a different type, in units of distance: more than half a frame, less than all of it, so that a
# misread type does not send an object to the other side. Types easily confused cost less.
OTHER_TYPE, KIN_TYPE = 9.0, 3.0
KIN = (
    {"circle", "ellipse", "annulus", "dot"},
    {"square", "rectangle", "polygon"},
    {"triangle", "polygon", "star"},
    {"line", "dashed_line", "arrow", "double_arrow", "number_line"},
    {"axes", "number_plane"},
    {"arc", "function_graph", "brace"},
)
# Weight of a place that the description leaves open: it only distinguishes twins.
OPEN = 0.1
# Described objects are placed where the image shows nothing: clear of every figure, as far as possible.
NOWHERE = Span(0, 0)


def joined(reading: Reading, seen: Layout) -> tuple[Layout, list[str]]:
    """Return (the layout of the described objects, at the places seen; what did not fit together, in words).

    Described and seen objects are paired so that types agree and distances to where the description alone
    would put them are smallest. A pair has the box from the image, and type, text and colour as described.
    Objects described but not seen are placed around the others by the description; objects seen but not
    described are kept. Raises UserError if the description contradicts itself.
    """
    described = arrange(reading)
    pairs = _pairs(reading, described, seen)
    objects = {
        item: _both(described.objects[item], seen.objects[place]) for item, place in sorted(pairs.items())
    }
    missing = [item for item in range(len(described.objects)) if item not in pairs]
    notes = []
    if missing:
        placed = _around(reading, objects, described)
        objects |= {item: placed.objects[item] for item in missing}
        notes.append(f"not seen in the image, placed by the description: {_names(described, missing)}")
    extra = [place for place in range(len(seen.objects)) if place not in pairs.values()]
    kept = extra[: MAX_OBJECTS - len(objects)]
    if extra:
        notes.append(f"seen in the image, not described: {_names(seen, extra)}")
    if len(kept) < len(extra):
        notes.append(f"dropped, as a layout holds {MAX_OBJECTS} objects: {_names(seen, extra[len(kept) :])}")
    found = [objects[item] for item in range(len(described.objects))] + [
        seen.objects[place] for place in kept
    ]
    # One drawing order: that of the image first, then what covers it by the description.
    ranks = np.argsort([item.z for item in found], kind="stable").argsort()
    return Layout(tuple(replace(item, z=int(z)) for item, z in zip(found, ranks, strict=True))), notes


def _pairs(reading: Reading, described: Layout, seen: Layout) -> dict[int, int]:
    """Return index in `wanted` -> index in `seen`."""
    from scipy.optimize import linear_sum_assignment

    relation: set[int] = set().union(
        *(first.subject for first in reading.places),
        *(first.subject + first.other for first in reading.relations),
        *(first.members for first in reading.groups),
    )
    costs = np.zeros((len(described.objects), len(seen.objects)))
    for place, item in enumerate(described.objects):
        weight = 1.0 if place in relation else OPEN
        for second, object_ in enumerate(seen.objects):
            far = hypot(item.x - object_.x, item.y - object_.y)
            costs[place, second] = weight * far + _unlike(item.type, object_.type)
    return {int(item): int(place) for item, place in zip(*linear_sum_assignment(costs), strict=True)}


def _unlike(a: str, b: str) -> float:
    if a == b:
        return 0.0
    return KIN_TYPE if any({a, b} <= kin for kin in KIN) else OTHER_TYPE


def _both(described: Object, seen: Object) -> Object:
    return replace(seen, type=described.type, text=described.text, color=described.color or seen.color)


def _around(reading: Reading, fixed: dict[int, Object], alone: Layout) -> Layout:
    """Return the layout with the objects of `fixed` in place; that of the description alone if there is no
    solution.
    """
    points = [Place((item,), None, None, NOWHERE, point=(seen.x, seen.y)) for item, seen in fixed.items()]
    # A statement about two seen objects is settled by the image.
    relations = [
        relation for relation in reading.relations if not set(relation.subject + relation.other) <= set(fixed)
    ]
    groups = [group for group in reading.groups if not set(group.members) & set(fixed)]
    places = [relation for relation in reading.places if not set(relation.subject) & set(fixed)]
    try:
        return arrange(
            replace(
                reading,
                groups=tuple(groups),
                relations=tuple(relations),
                places=(*points, *places),
            )
        )
    except UserError:
        return alone


def _names(layout: Layout, places: list[int]) -> str:
    return ", ".join(
        f"{item.type} '{item.text}'" if item.text else item.type
        for item in (layout.objects[place] for place in places)
    )
