"""The result of parsing a description: objects, groups, relations and places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from jepamine.manim.layouts import Colour, Type

#: One or several objects, by their indices in `Reading.items`: a whole group, or objects mentioned together.
Ref = tuple[int, ...]
#: "left" means entirely left of, and further left than higher or lower; the other sides likewise. "front" and
#: "behind" overlap partly, "beside" is next to on any side.
How = Literal["left", "right", "above", "below", "inside", "front", "behind", "beside"]


@dataclass(frozen=True)
class Span:
    """Words of the description, from character `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Item:
    """One object of a description; `color` is "#RRGGBB", None if not given.

    `traits` are further words: "small", "large", "filled", "outlined", "title", "label", a direction
    ("left", "right", "up", "down", "diagonal", "vertical", "horizontal"), a number of corners ("5" to "8")
    or the shape of a curve ("cosine", "parabola"), or one of `kinds.KINDS`. `measures` are (name, value): a
    number such as ("radius", 2.0), points ("vertices"), a "function", "data".
    """

    type: Type
    text: str | None = None
    color: Colour | None = None
    traits: frozenset[str] = frozenset()
    measures: tuple[tuple[str, Any], ...] = ()

    def measure(self, name: str) -> Any:
        """Return a number, a list of points or other content that the description gives; None without it."""
        return dict(self.measures).get(name)


@dataclass(frozen=True)
class Group:
    """Objects in `rows` x `columns`, in reading order."""

    rows: int
    columns: int
    members: Ref


@dataclass(frozen=True)
class Relation:
    """`subject` is placed `how` relative to `other`."""

    how: How
    subject: Ref
    other: Ref
    span: Span


@dataclass(frozen=True)
class Place:
    """`subject` is in a field of the frame's 3 x 3, (column, row) as in `scenes.phrases.PLACES`.

    A side without the other axis, such as "in the upper half", has None there. `corner` is as far out as
    possible. `point` is an exact place in units instead.
    """

    subject: Ref
    column: int | None
    row: int | None
    span: Span
    corner: bool = False
    point: tuple[float, float] | None = None


Verb = Literal[
    "show",
    "hide",
    "move",
    "rotate",
    "scale",
    "transform",
    "recolor",
    "highlight",
    "follow",
    "orbit",
    "wait",
    "swap",
    "camera",
]


@dataclass(frozen=True)
class Event:
    """Something that happens to objects, after what comes before it, or together with that.

    `value` depends on the verb: of "move" (what, value), such as ("by", (x, y)), ("to", (x, y)), ("place",
    (column, row)) or ("next to", (side, ref)); degrees; a factor; a colour; an animation's name for "show",
    "hide" and "highlight"; of "camera" ("in", "out", "to" or "follow", factor, point, way). `about` is what
    it turns about: ("side", (column, row)) of itself, or ("to", (x, y)). `colour` is that of a highlight.
    `other` are what it turns into, follows or orbits. `seen` is the
    number of items that the description had named before it.
    """

    verb: Verb
    subject: Ref
    value: Any
    span: Span
    other: Ref = ()
    together: bool = False
    seconds: float | None = None
    seen: int = 0
    about: tuple[str, tuple[float, float]] | None = None
    colour: Colour | None = None


@dataclass(frozen=True)
class NotUnderstood:
    """Words that were ignored, or understood only in part, and why."""

    text: str
    span: Span
    reason: str


@dataclass(frozen=True)
class Reading:
    """The parsed description. Each object is in at most one group.

    `joined` are (a stroke, where it begins, where it ends): it reaches from edge to edge of the two.
    """

    description: str
    items: tuple[Item, ...]
    groups: tuple[Group, ...] = ()
    relations: tuple[Relation, ...] = ()
    places: tuple[Place, ...] = ()
    background: Colour | None = None
    events: tuple[Event, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = field(default=())
    joined: tuple[tuple[int, int, int], ...] = ()
