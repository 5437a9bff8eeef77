"""Manim's `get_critical_point`, faster with the same result: it took a fifth of a scene's time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np


@contextlib.contextmanager
def quicker(manim: Any) -> Iterator[None]:
    """Let Manim find corners, edges and centres by whole arrays instead of point by point, and undo it."""
    kind = manim.VMobject
    slow, own = kind.get_critical_point, vars(kind).get("get_critical_point")

    def get_critical_point(self: Any, direction: Any) -> Any:
        ends = []
        for member in self.get_family():
            points = member.points
            if len(points) == 1:
                ends.append(points)
            elif len(points) % 4 or not isinstance(member, kind):
                return slow(self, direction)
            elif len(points):
                # A cubic curve is start, two handles, end; its box is that of the ends, as Manim sees it.
                ends += [points[::4], points[3::4]]
        if not ends:
            return slow(self, direction)
        every = np.concatenate(ends)
        low, high = every.min(axis=0), every.max(axis=0)
        side = np.asarray(direction)
        return np.where(side < 0, low, np.where(side > 0, high, (low + high) / 2))

    kind.get_critical_point = get_critical_point
    try:
        yield
    finally:
        if own is None:
            del kind.get_critical_point
        else:
            kind.get_critical_point = own
