"""The boxes of a parsed description, as linear expressions of the unknowns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from jepamine.manim.text.reading import Group, Reading, Ref
from jepamine.manim.text.solve.linear_program import Linear, constant
from jepamine.manim.text.solve.sizes import Size, size_of


@dataclass(frozen=True)
class Box:
    """A box in units: centre, and half of width and height."""

    x: Linear
    y: Linear
    half_width: Linear
    half_height: Linear

    @property
    def left(self) -> Linear:
        """Return its left edge."""
        return self.x - self.half_width

    @property
    def right(self) -> Linear:
        """Return its right edge."""
        return self.x + self.half_width

    @property
    def bottom(self) -> Linear:
        """Return its lower edge."""
        return self.y - self.half_height

    @property
    def top(self) -> Linear:
        """Return its upper edge."""
        return self.y + self.half_height

    def at(self, values: Linear) -> tuple[float, float, float, float]:
        """Return (x, y, half width, half height) for these values of the variables."""
        x, y, half_width, half_height = (
            float(part @ values) for part in (self.x, self.y, self.half_width, self.half_height)
        )
        return x, y, half_width, half_height


@dataclass(frozen=True)
class Unit:
    """What moves and grows as one: a group, or a single object; `gaps` are those of its columns and rows."""

    members: Ref
    box: Box
    scale: Linear
    sizes: tuple[Size, ...]
    gaps: tuple[Linear, ...] = ()


@dataclass(frozen=True)
class Boxes:
    """The units in the order of their first members, the box of each item, and the number of variables."""

    units: tuple[Unit, ...]
    items: dict[int, Box]
    variables: int

    def of(self, ref: Ref) -> list[Box]:
        """Return the boxes that a statement about `ref` applies to: a whole group's, else each item's."""
        for unit in self.units:
            if len(ref) > 1 and set(unit.members) == set(ref):
                return [unit.box]
        return [self.items[place] for place in ref]


def boxes_of(reading: Reading) -> Boxes:
    """Return the boxes of a parsed description."""
    sizes = [size_of(item) for item in reading.items]
    grouped = {place: group for group in reading.groups for place in group.members}
    groups = [
        grouped.get(place, Group(1, 1, (place,)))
        for place in range(len(sizes))
        if place not in grouped or place == min(grouped[place].members)
    ]
    # Centre, scale and two gaps of each.
    variables = 5 * len(groups)
    rows = iter(np.eye(variables + 1)[:-1])
    units: list[Unit] = []
    items: dict[int, Box] = {}
    for group in groups:
        unit, cells = _unit(group, [sizes[member] for member in group.members], lambda: next(rows))
        units.append(unit)
        items |= cells
    return Boxes(tuple(units), items, variables)


def _unit(group: Group, sizes: list[Size], variable: Callable[[], Linear]) -> tuple[Unit, dict[int, Box]]:
    x, y, scale, across, down = (variable() for _ in range(5))
    cells = [divmod(number, group.columns) for number in range(len(sizes))]

    def widest(line: int, axis: int) -> Linear:
        """Return the width of a column (axis 1), or the height of a row (axis 0)."""
        own = [size for cell, size in zip(cells, sizes, strict=True) if cell[axis] == line]
        if axis:
            fixed = constant(max(size.fixed_width for size in own), scale)
            return max(size.width for size in own) * scale + fixed
        fixed = constant(max(size.fixed_height for size in own), scale)
        return max(size.height for size in own) * scale + fixed

    widths = [widest(column, 1) for column in range(group.columns)]
    heights = [widest(row, 0) for row in range(group.rows)]
    width = np.sum(widths, axis=0) + (group.columns - 1) * across
    height = np.sum(heights, axis=0) + (group.rows - 1) * down
    box = Box(x, y, width / 2, height / 2)
    lefts = list(accumulate(widths, lambda edge, side: edge + side + across, initial=box.left))
    tops = list(accumulate(heights, lambda edge, side: edge - side - down, initial=box.top))
    own = {
        member: Box(
            lefts[column] + widths[column] / 2,
            tops[row] - heights[row] / 2,
            (size.width * scale + constant(size.fixed_width, scale)) / 2,
            (size.height * scale + constant(size.fixed_height, scale)) / 2,
        )
        for member, (row, column), size in zip(group.members, cells, sizes, strict=True)
    }
    gaps = tuple(gap for gap, lines in ((across, group.columns), (down, group.rows)) if lines > 1)
    return Unit(group.members, box, scale, tuple(sizes), gaps), own
