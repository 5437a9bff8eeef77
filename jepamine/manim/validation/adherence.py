"""Measure how well executed objects match a layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from jepamine.errors import UserError
from jepamine.manim.layouts import FRAME_WIDTH, Box, Layout
from jepamine.manim.validation.check_answer import Found

HALF, TENTH = 0.5, 0.1


@dataclass(frozen=True)
class Match:
    """Object `index` of the layout is `name` in the code, `error` units away; None if it is missing."""

    index: int
    name: str | None
    error: float | None


@dataclass(frozen=True)
class Adherence:
    """Shares of a layout's objects whose executed ones are within 0.5 and 0.1 units, centre to centre.

    A missing object is within nothing; `mean_error`, in units, is over existing ones, None without any.
    `extra` are executed objects that the layout does not have.
    """

    within_half: float
    within_tenth: float
    mean_error: float | None
    matches: tuple[Match, ...]
    extra: tuple[str, ...]


def match(
    layout: Layout, objects: Sequence[Found], names: Mapping[str, int] | None = None
) -> list[str | None]:
    """Return for each object of a layout the name of the executed object that matches it, None without one.

    `names` gives the match: variable -> index in the layout. Without it pairs are chosen so that types
    agree if they can and the sum of distances is smallest. Raises UserError for an index outside the layout.
    """
    count = len(layout.objects)
    if names is not None:
        matched = {item.name for item in objects if item.shown}
        by_index: list[str | None] = [None] * count
        for name, index in names.items():
            if not 0 <= index < count:
                raise UserError(f"names: {name} refers to object {index} of a layout of {count} objects")
            if name in matched:
                by_index[index] = name
        return by_index
    drawn = [item for item in objects if item.shown]
    if not drawn or not count:
        return [None] * count
    from scipy.optimize import linear_sum_assignment

    costs = np.array([[_cost(wanted.type, wanted.box, item) for item in drawn] for wanted in layout.objects])
    chosen: list[str | None] = [None] * count
    for index, place in zip(*linear_sum_assignment(costs), strict=True):
        chosen[index] = drawn[place].name
    return chosen


def adherence(
    layout: Layout,
    boxes: Mapping[str, Box],
    chosen: Sequence[str | None],
    *,
    tops: Sequence[str] = (),
    so_far: bool = False,
) -> Adherence:
    """Compare a layout with the boxes of the objects that `match` chose for it.

    `tops` are the objects that count as extra if the layout lacks them. `so_far` ignores missing objects.
    """
    matches = []
    for index, (wanted, name) in enumerate(zip(layout.objects, chosen, strict=True)):
        if name is None or name not in boxes:
            if not so_far:
                matches.append(Match(index, None, None))
            continue
        x, y = boxes[name][:2]
        matches.append(Match(index, name, round(hypot(x - wanted.x, y - wanted.y), 4)))
    errors = [match.error for match in matches if match.error is not None]
    count = max(len(matches), 1)
    return Adherence(
        within_half=sum(error <= HALF for error in errors) / count if matches else 1.0,
        within_tenth=sum(error <= TENTH for error in errors) / count if matches else 1.0,
        mean_error=round(sum(errors) / len(errors), 4) if errors else None,
        matches=tuple(matches),
        extra=tuple(name for name in tops if name not in chosen),
    )


def _cost(kind: str, box: Box, item: Found) -> float:
    # A whole frame's width for another type: only if no better one is left. Size distinguishes twins.
    far = hypot(box[0] - item.box[0], box[1] - item.box[1])
    larger = abs(box[2] - item.box[2]) + abs(box[3] - item.box[3])
    other = 0.0 if kind == item.type else FRAME_WIDTH / (1 if item.type else 2)
    return far + 0.1 * larger + other
