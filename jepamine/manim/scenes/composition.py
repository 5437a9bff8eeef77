"""Compose objects in one frame, one after the other: an expression, the object it builds, and its box."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from math import hypot
from typing import Any

import numpy as np

from jepamine.manim.engine.boxes import span
from jepamine.manim.engine.engine import Engine
from jepamine.manim.engine.style import vector
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, MAX_OBJECTS
from jepamine.manim.scenes.grounds import BLACK, Ground

#: Distance of objects from the frame's edge, in units.
MARGIN = 0.2
# The least share of an object's width and height that must be in the frame.
LEAST_INSIDE = 0.4
#: (left, bottom, right, top) in units.
Span = tuple[float, float, float, float]
WHOLE: Span = (
    -FRAME_WIDTH / 2 + MARGIN,
    -FRAME_HEIGHT / 2 + MARGIN,
    FRAME_WIDTH / 2 - MARGIN,
    FRAME_HEIGHT / 2 - MARGIN,
)


class DoesNotFit(Exception):
    """What was drawn leaves the frame or overlaps another object: draw again."""


@dataclass(frozen=True)
class Part:
    """One object: its name and expression in the scene's code, its type, and the Manim object."""

    name: str
    type: str
    code: str
    mobject: Any
    span: Span


@dataclass
class Composition:
    """The objects of a scene so far, in drawing order."""

    engine: Engine
    parts: list[Part] = field(default_factory=list)
    # Names that the next expression may refer to.
    known: dict[str, Any] = field(default_factory=dict)
    ground: Ground = BLACK
    limit: int = MAX_OBJECTS
    #: In a crowded scene objects may overlap, and texts may be equal.
    crowded: bool = False
    #: Objects may reach beyond the frame; their boxes end there.
    clipped: bool = False
    #: The font of texts, "" for Manim's own.
    font: str = ""

    def add(self, name: str, type_: str, code: str, *, on: tuple[str, ...] = ()) -> Part:
        """Add what an expression builds; it may refer to earlier objects by name.

        Raises DoesNotFit if it leaves the frame or its box meets that of an object not named in `on`.
        """
        mobject = self.engine.evaluate(code, self.known)
        return self._keep(name, type_, code, mobject, on)

    def put(
        self, name: str, type_: str, code: str, rng: np.random.Generator, *, gap: float = 0.2, tries: int = 30
    ) -> Part:
        """Add an object at a free place, at least `gap` units from all others.

        Raises DoesNotFit if no free place was found.
        """
        mobject = self.engine.evaluate(code, self.known)
        drawn = extent_of(mobject)
        centre = mobject.get_center()
        room = (WHOLE[0] - drawn[0], WHOLE[1] - drawn[1], WHOLE[2] - drawn[2], WHOLE[3] - drawn[3])
        if room[0] > room[2] or room[1] > room[3]:
            raise DoesNotFit
        for _ in range(tries):
            move = np.array([rng.uniform(room[0], room[2]), rng.uniform(room[1], room[3])])
            place = shifted(drawn, *move)
            if not any(meet(place, part.span, gap) for part in self.parts):
                return self.put_at(name, type_, code, mobject, (centre[:2] + move).tolist())
        raise DoesNotFit

    def place(self, name: str, type_: str, code: str, place: list[float]) -> Part:
        """Add an object with its centre at (x, y); its code refers to none. Raises DoesNotFit as `add`."""
        return self.put_at(name, type_, code, self.engine.again(code), place)

    def put_at(
        self, name: str, type_: str, code: str, mobject: Any, place: list[float], *, on: tuple[str, ...] = ()
    ) -> Part:
        """Add `mobject`, which `code` built, with its centre at (x, y)."""
        point = vector(*place)
        mobject.move_to(self.engine.evaluate(point, {}))
        return self._keep(name, type_, f"{code}.move_to({point})", mobject, on)

    def named(self, name: str) -> Part:
        """Return the object of that name."""
        (part,) = (part for part in self.parts if part.name == name)
        return part

    def extent(self, code: str) -> Span:
        """Return the span of what an expression builds, without adding it; it refers to no other."""
        return extent_of(self.engine.again(code))

    def name_by_type(self) -> None:
        """Rename all objects by their types; none must refer to another."""
        names = names_for([part.type for part in self.parts])
        self.parts = [replace(part, name=name) for part, name in zip(self.parts, names, strict=True)]

    def _clip(self, drawn: Span) -> Span:
        """Return what is inside the frame. Raises DoesNotFit if it is not most of it along each axis."""
        if not self.clipped or inside(drawn, WHOLE):
            return drawn
        half = (FRAME_WIDTH / 2, FRAME_HEIGHT / 2)
        low = [max(drawn[axis], -half[axis]) for axis in (0, 1)]
        high = [min(drawn[axis + 2], half[axis]) for axis in (0, 1)]
        if any(
            high[axis] - low[axis] < LEAST_INSIDE * (drawn[axis + 2] - drawn[axis]) or high[axis] < low[axis]
            for axis in (0, 1)
        ):
            raise DoesNotFit
        return low[0], low[1], high[0], high[1]

    def _keep(self, name: str, type_: str, code: str, mobject: Any, on: tuple[str, ...]) -> Part:
        part = Part(name, type_, code, mobject, self._clip(extent_of(mobject)))
        if (
            len(self.parts) == self.limit
            or name in self.known
            or not (self.clipped or inside(part.span, WHOLE))
        ):
            raise DoesNotFit
        if not self.crowded and any(
            meet(part.span, other.span) for other in self.parts if other.name not in on
        ):
            raise DoesNotFit
        # Two texts with the same words could not be told apart in a description.
        text = getattr(mobject, "original_text", None)
        if (
            text
            and not self.crowded
            and any(getattr(other.mobject, "original_text", None) == text for other in self.parts)
        ):
            raise DoesNotFit
        self.parts.append(part)
        self.known[name] = mobject
        return part


def extent_of(mobject: Any) -> Span:
    """Return the span of an object. Raises DoesNotFit if it draws nothing."""
    drawn = span(mobject)
    if drawn is None:
        raise DoesNotFit
    return drawn


def shifted(box: Span, right: float, up: float) -> Span:
    """Move a span."""
    return box[0] + right, box[1] + up, box[2] + right, box[3] + up


def meet(a: Span, b: Span, gap: float = 0.0) -> bool:
    """Return whether two spans overlap, or are nearer than `gap`."""
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] + gap and b[1] < a[3] + gap


def near(a: Span, b: Span, least: float = 0.5) -> bool:
    """Return whether the centres of two spans are less than `least` units apart."""
    return hypot(a[0] + a[2] - b[0] - b[2], a[1] + a[3] - b[1] - b[3]) < 2 * least


def inside(a: Span, b: Span) -> bool:
    """Return whether span `a` is inside `b`."""
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def names_for(types: list[str]) -> list[str]:
    """Return names for a scene's code: the type, numbered if it occurs more than once."""
    count = Counter(types)
    counts: Counter[str] = Counter()
    names = []
    for type_ in types:
        counts[type_] += 1
        names.append(type_ if count[type_] == 1 else f"{type_}_{counts[type_]}")
    return names
