"""A description and an image of one scene: the image says where, the description says what."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

import numpy as np

from jepamine.errors import UserError
from jepamine.manim.layouts import MAX_OBJECTS, Layout, Object
from jepamine.manim.text.reading import Place, Reading, Span
from jepamine.manim.text.solve.arrange import arrange

# What a type that differs costs, in units of distance: more than half a frame, less than the whole of it, so
# that a misread type does not send an object to the other side. What is easily misread costs less.
OTHER_TYPE, KIN_TYPE = 9.0, 3.0
KIN = (
    {"circle", "ellipse", "annulus", "dot"},
    {"square", "rectangle", "polygon"},
    {"triangle", "polygon", "star"},
    {"line", "dashed_line", "arrow", "double_arrow", "number_line"},
    {"axes", "number_plane"},
    {"arc", "function_graph", "brace"},
)
# A place that the description leaves open counts so much: it only tells twins apart.
OPEN = 0.1
# What is described stands where the image shows nothing: in no figure's way, as far as that goes.
NOWHERE = Span(0, 0)


def joined(reading: Reading, seen: Layout) -> tuple[Layout, list[str]]:
    """(the layout of what is described, where it is seen; what did not fit together, in words).

    Described and seen objects are paired so that types agree and distances to where the description alone
    would put them are least. A pair has the box that was seen, and type, text and colour as described. What
    is described and not seen is placed around the others as the description says; what is seen and not
    described stays as it is. Raises UserError where what is described contradicts itself.
    """
    wanted = arrange(reading)
    pairs = _pairs(reading, wanted, seen)
    objects = {
        item: _both(wanted.objects[item], seen.objects[place]) for item, place in sorted(pairs.items())
    }
    missing = [item for item in range(len(wanted.objects)) if item not in pairs]
    told = []
    if missing:
        placed = _around(reading, objects, wanted)
        objects |= {item: placed.objects[item] for item in missing}
        told.append(f"not seen in the image, placed by the description: {_names(wanted, missing)}")
    extra = [place for place in range(len(seen.objects)) if place not in pairs.values()]
    kept = extra[: MAX_OBJECTS - len(objects)]
    if extra:
        told.append(f"seen in the image, not described: {_names(seen, extra)}")
    if len(kept) < len(extra):
        told.append(f"left out, as a layout holds {MAX_OBJECTS} objects: {_names(seen, extra[len(kept) :])}")
    found = [objects[item] for item in range(len(wanted.objects))] + [seen.objects[place] for place in kept]
    # One drawing order: those of the image first, as they were seen, then what lies on them by description.
    ranks = np.argsort([item.z for item in found], kind="stable").argsort()
    return Layout(tuple(replace(item, z=int(z)) for item, z in zip(found, ranks, strict=True))), told


def _pairs(reading: Reading, wanted: Layout, seen: Layout) -> dict[int, int]:
    """Place in `wanted` -> place in `seen`."""
    from scipy.optimize import linear_sum_assignment

    said: set[int] = set().union(
        *(one.subject for one in reading.places),
        *(one.subject + one.other for one in reading.relations),
        *(one.members for one in reading.groups),
    )
    costs = np.zeros((len(wanted.objects), len(seen.objects)))
    for place, item in enumerate(wanted.objects):
        weight = 1.0 if place in said else OPEN
        for other, object_ in enumerate(seen.objects):
            far = hypot(item.x - object_.x, item.y - object_.y)
            costs[place, other] = weight * far + _unlike(item.type, object_.type)
    return {int(item): int(place) for item, place in zip(*linear_sum_assignment(costs), strict=True)}


def _unlike(a: str, b: str) -> float:
    if a == b:
        return 0.0
    return KIN_TYPE if any({a, b} <= kin for kin in KIN) else OTHER_TYPE


def _both(described: Object, seen: Object) -> Object:
    return replace(seen, type=described.type, text=described.text, color=described.color or seen.color)


def _around(reading: Reading, fixed: dict[int, Object], alone: Layout) -> Layout:
    """The layout with the objects of `fixed` at their places; that of the description alone where it cannot
    be had.
    """
    points = [Place((item,), None, None, NOWHERE, point=(seen.x, seen.y)) for item, seen in fixed.items()]
    # What is said of two that were seen is settled by the image.
    relations = [said for said in reading.relations if not set(said.subject + said.other) <= set(fixed)]
    groups = [group for group in reading.groups if not set(group.members) & set(fixed)]
    places = [said for said in reading.places if not set(said.subject) & set(fixed)]
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
