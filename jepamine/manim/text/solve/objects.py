"""Convert solved boxes to the objects of a layout."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from math import floor

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.reading import Reading
from jepamine.manim.text.solve.boxes import Boxes
from jepamine.manim.text.solve.linear_program import Linear

# A tip is a quarter of a short arrow: Manim's max_tip_length_to_length_ratio.
_TIP = 0.25


def objects_of(reading: Reading, boxes: Boxes, values: Linear) -> Layout:
    """Return the layout, from the values of all variables. Raises UserError if covering is circular."""
    order = _drawn(reading)
    objects = []
    for place, item in enumerate(reading.items):
        x, y, half_width, half_height = boxes.items[place].at(values)
        width, height = _down(2 * half_width), _down(2 * half_height)
        if item.type in ("arrow", "double_arrow") and "diagonal" not in item.traits:
            # Arrows that became short have smaller tips.
            long, thick = max(width, height), min(width, height)
            thick = min(thick, _down(_TIP * long))
            width, height = (long, thick) if width >= height else (thick, long)
        objects.append(
            Object(
                type=item.type,
                x=round(x, 2) + 0.0,
                y=round(y, 2) + 0.0,
                z=order[place],
                width=width,
                height=height,
                text=item.text,
                color=item.color,
            )
        )
    return Layout(tuple(objects))


def _down(length: float) -> float:
    """Round a length down to a hundredth."""
    return floor(100 * length + 1e-6) / 100


def _drawn(reading: Reading) -> list[int]:
    """Return each item's place in the drawing order.

    As mentioned, but covering objects after covered ones.
    """
    after: dict[int, set[int]] = {place: set() for place in range(len(reading.items))}
    for relation in reading.relations:
        over, under = relation.subject, relation.other
        if relation.how == "behind":
            over, under = under, over
        if relation.how in ("inside", "front", "behind"):
            for place in over:
                after[place] |= set(under) - {place}
    sorter = TopologicalSorter(after)
    try:
        sorter.prepare()
    except CycleError:
        raise UserError("the description puts each of two objects on the other; leave one out") from None
    order: dict[int, int] = {}
    ready: list[int] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()])
        order[ready[0]] = len(order)
        sorter.done(ready.pop(0))
    return [order[place] for place in range(len(reading.items))]
