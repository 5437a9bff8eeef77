"""Find rows, columns and grids among the objects of a layout that one phrase can describe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from jepamine.manim.layouts import Box, Object

# How far members of a line may be out of it, in units.
LOOSE = 0.06


@dataclass(frozen=True)
class Group:
    """At least three equal objects in `rows` x `columns`, in reading order."""

    rows: int
    columns: int
    members: tuple[Object, ...]

    @property
    def kind(self) -> str:
        """Return row, column or grid."""
        return "row" if self.rows == 1 else "column" if self.columns == 1 else "grid"


def find_groups(objects: Sequence[Object]) -> list[Group]:
    """Return groups of objects of one type and size, not texts, that evenly fill a row, column or grid."""
    groups = []
    for alike in _alike(objects):
        lines = _lines(alike)
        columns = len(lines[0])
        if len(alike) < 3 or any(len(line) != columns for line in lines):
            continue
        across = [[item.x for item in line] for line in lines]
        if not all(_even(xs) and _near(xs, across[0]) for xs in across):
            continue
        if not _even([line[0].y for line in lines]):
            continue
        groups.append(Group(len(lines), columns, tuple(item for line in lines for item in line)))
    return groups


def bounds(objects: Sequence[Object]) -> Box:
    """Return the box (x, y, width, height) around several objects."""
    left = min(item.x - item.width / 2 for item in objects)
    right = max(item.x + item.width / 2 for item in objects)
    low = min(item.y - item.height / 2 for item in objects)
    high = max(item.y + item.height / 2 for item in objects)
    return (left + right) / 2, (low + high) / 2, right - left, high - low


def _alike(objects: Sequence[Object]) -> list[list[Object]]:
    sets: list[list[Object]] = []
    for item in objects:
        if item.type == "text":
            continue
        for others in sets:
            first = others[0]
            sizes = ((item.width, first.width), (item.height, first.height))
            if first.type == item.type and all(abs(a - b) <= LOOSE for a, b in sizes):
                others.append(item)
                break
        else:
            sets.append([item])
    return sets


def _lines(objects: list[Object]) -> list[list[Object]]:
    """Return objects by line, from the top, each from the left."""
    downwards = sorted(objects, key=lambda item: -item.y)
    heights = {id(item): 0 for item in downwards}
    for above, below in pairwise(downwards):
        heights[id(below)] = heights[id(above)] + (above.y - below.y > LOOSE)
    lines = groupby(downwards, key=lambda item: heights[id(item)])
    return [sorted(line, key=lambda item: item.x) for _, line in lines]


def _even(places: list[float]) -> bool:
    steps = [after - before for before, after in pairwise(places)]
    return not steps or max(steps) - min(steps) <= LOOSE


def _near(places: list[float], others: list[float]) -> bool:
    return all(abs(a - b) <= LOOSE for a, b in zip(places, others, strict=True))
