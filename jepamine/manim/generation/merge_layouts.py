"""Merge a description and an image of one scene: positions from the image, types and texts from the text."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

import numpy as np

from jepamine.errors import UserError
from jepamine.manim.layouts import MAX_OBJECTS, Layout, Object
from jepamine.manim.text.reading import Place, Reading, Span
from jepamine.manim.text.solve.arrange import arrange

# The cost of a different type, in units of distance: more than half a frame and less than a whole one, so
# that a misread type does not move an object to the other side. Types that are easily confused cost less.
OTHER_TYPE, SIMILAR_TYPE = 9.0, 3.0
SIMILAR_TYPES = (
    {"circle", "ellipse", "annulus", "dot"},
    {"square", "rectangle", "polygon"},
    {"triangle", "polygon", "star"},
    {"line", "dashed_line", "arrow", "double_arrow", "number_line"},
    {"axes", "number_plane"},
    {"arc", "function_graph", "brace"},
)
# The weight of a position that the description does not give: it only breaks ties between equal objects.
UNSTATED = 0.1
NO_SPAN = Span(0, 0)


def merge_layouts(reading: Reading, seen: Layout) -> tuple[Layout, list[str]]:
    """Return the layout of the described objects at their positions in the image, and notes on mismatches.

    Described and seen objects are matched for the least total cost: the distance to where the description
    alone would place them, and a penalty for a different type. A pair gets the seen box and the described
    type, text and colour. Objects that are only described are placed around the others; objects that are
    only seen stay unchanged. Raises UserError if the description contradicts itself.
    """
    described = arrange(reading)
    pairs = _pairs(reading, described, seen)
    objects = {
        item: _merged(described.objects[item], seen.objects[place]) for item, place in sorted(pairs.items())
    }
    missing = [item for item in range(len(described.objects)) if item not in pairs]
    notes = []
    if missing:
        placed = _around(reading, objects, described)
        objects |= {item: placed.objects[item] for item in missing}
        notes.append(f"not seen in the image, placed by the description: {_names(described, missing)}")
    extra = [place for place in range(len(seen.objects)) if place not in pairs.values()]
    limit = max(MAX_OBJECTS, len(seen.objects), len(objects))
    kept = extra[: limit - len(objects)]
    if extra:
        notes.append(f"seen in the image, not described: {_names(seen, extra)}")
    if len(kept) < len(extra):
        notes.append(f"left out, beyond {limit} objects: {_names(seen, extra[len(kept) :])}")
    items = [objects[item] for item in range(len(described.objects))] + [
        seen.objects[place] for place in kept
    ]
    # One drawing order over both: z as seen, then as described.
    ranks = np.argsort([item.z for item in items], kind="stable").argsort()
    merged = tuple(replace(item, z=int(z)) for item, z in zip(items, ranks, strict=True))
    return Layout(merged, more=seen.more or len(kept) < len(extra)), notes


def _pairs(reading: Reading, described: Layout, seen: Layout) -> dict[int, int]:
    """Return the matching: index in `described` -> index in `seen`."""
    from scipy.optimize import linear_sum_assignment

    positioned: set[int] = set().union(
        *(place.subject for place in reading.places),
        *(relation.subject + relation.other for relation in reading.relations),
        *(group.members for group in reading.groups),
    )
    costs = np.zeros((len(described.objects), len(seen.objects)))
    for row, item in enumerate(described.objects):
        weight = 1.0 if row in positioned else UNSTATED
        for column, candidate in enumerate(seen.objects):
            distance = hypot(item.x - candidate.x, item.y - candidate.y)
            costs[row, column] = weight * distance + _type_cost(item.type, candidate.type)
    return {int(row): int(column) for row, column in zip(*linear_sum_assignment(costs), strict=True)}


def _type_cost(a: str, b: str) -> float:
    if a == b:
        return 0.0
    return SIMILAR_TYPE if any({a, b} <= types for types in SIMILAR_TYPES) else OTHER_TYPE


def _merged(described: Object, seen: Object) -> Object:
    return replace(seen, type=described.type, text=described.text, color=described.color or seen.color)


def _around(reading: Reading, fixed: dict[int, Object], alone: Layout) -> Layout:
    """Arrange the description around the objects of `fixed`; without them if that has no solution."""
    points = [Place((item,), None, None, NO_SPAN, point=(seen.x, seen.y)) for item, seen in fixed.items()]
    # The image decides how seen objects relate to one another.
    relations = [
        relation for relation in reading.relations if not set(relation.subject + relation.other) <= set(fixed)
    ]
    groups = [group for group in reading.groups if not set(group.members) & set(fixed)]
    places = [place for place in reading.places if not set(place.subject) & set(fixed)]
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
