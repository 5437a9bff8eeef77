"""What a description was read as: objects, groups, and what is said of how they lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from jepamine.manim.layouts import Colour, Type

#: One or several objects, by their places in `Reading.items`: a whole group, or objects said together.
Ref = tuple[int, ...]
#: "left" means wholly left of, and further left than higher or lower; the other sides likewise. "front" and
#: "behind" overlap partly, "beside" is next to on any side.
How = Literal["left", "right", "above", "below", "inside", "front", "behind", "beside"]


@dataclass(frozen=True)
class Span:
    """Words of the description, from its character `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Item:
    """One object that a description names; `color` is "#RRGGBB", None where nothing is said.

    `traits` are words that say more: "small", "large", "filled", "outlined", "title", "label", a direction
    ("left", "right", "up", "down", "diagonal", "vertical", "horizontal"), a number of corners ("5" to "8") or
    the shape of a curve ("cosine", "parabola").
    """

    type: Type
    text: str | None = None
    color: Colour | None = None
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Group:
    """Objects in `rows` x `columns`, in reading order."""

    rows: int
    columns: int
    members: Ref


@dataclass(frozen=True)
class Relation:
    """`subject` lies `how` to `other`."""

    how: How
    subject: Ref
    other: Ref
    span: Span


@dataclass(frozen=True)
class Place:
    """`subject` lies in a field of the frame's 3 x 3, (column, row) as in `scenes.wording.PLACES`.

    A side without the other axis, such as "in the upper half", has None there. `corner` is as far out as it
    goes. `point` is an exact place in units instead.
    """

    subject: Ref
    column: int | None
    row: int | None
    span: Span
    corner: bool = False
    point: tuple[float, float] | None = None


@dataclass(frozen=True)
class NotUnderstood:
    """Words that were left out of account, or taken for more than they say, and why."""

    text: str
    span: Span
    reason: str


@dataclass(frozen=True)
class Reading:
    """What was read. Each object stands in one group at most."""

    description: str
    items: tuple[Item, ...]
    groups: tuple[Group, ...] = ()
    relations: tuple[Relation, ...] = ()
    places: tuple[Place, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = field(default=())
