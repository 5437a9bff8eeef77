"""What goes along with an object: its labels, its parts, the graphs on axes, the strokes that end at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import cos, radians, sin

from jepamine.manim.engine.style import number, vector
from jepamine.manim.generators.styles import Shown
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.reading import Event, Item, Reading, Ref
from jepamine.manim.text.solve.constructions import CIRCLES
from jepamine.manim.text.solve.joined_strokes import WAYS, ends_of, side_of

#: A way, in units, that is none.
_NONE = 0.01


def belongings(reading: Reading, subject: Ref) -> dict[int, int]:
    """Return what belongs to objects -> the one of them that it belongs to; not what is itself a subject."""
    owners = dict(enumerate(map(_owner, reading.items)))
    for relation in reading.relations:
        # "A circle with the text 'hi' inside it": words do not stay behind.
        (place, *more), to = relation.subject, relation.other
        inside = relation.how == "inside" and not more and len(to) == 1
        if inside and owners[place] is None and reading.items[place].type == "text":
            owners[place] = to[0]
    found: dict[int, int] = {}
    for place in owners:
        owner, steps = owners[place], 0
        # The label of a radius belongs to the circle, too.
        while owner is not None and owner not in subject and steps < len(owners):
            owner, steps = owners[owner], steps + 1
        if owner in subject and place not in subject and owner is not None:
            found[place] = owner
    return found


def is_label(reading: Reading, place: int) -> bool:
    """Return whether an object is a label, which is seen no earlier than what it names."""
    part = reading.items[place].measure("part")
    named = part is not None and part[1] in ("label", "corner_label", "side_label")
    return named or (
        reading.items[place].type == "text" and reading.items[place].measure("belongs") is not None
    )


def _owner(item: Item) -> int | None:
    part = item.measure("part")
    if part is not None and part[1] not in ("number", *CIRCLES):
        return int(part[0])
    owner = item.measure("belongs") if item.measure("axes") is None else item.measure("axes")
    return None if owner is None else int(owner)


@dataclass
class Company:
    """Animates what belongs to the subjects of events; an updater keeps what is `bound` at its owner."""

    layout: Layout
    reading: Reading
    names: Mapping[int, str]
    bound: set[int] = field(default_factory=set)
    updaters: list[str] = field(default_factory=list)
    # Stroke -> the side of its start at which it begins.
    sides: dict[int, str] = field(default_factory=dict)

    def go_along(
        self, event: Event, before: Mapping[int, Object], now: dict[int, Object], gone: set[int]
    ) -> list[str]:
        """Return the animations beside that of an event; note in `now` and `gone` where things are then."""
        lines: list[str | None] = []
        for place, owner in belongings(self.reading, event.subject).items():
            name = self.names[place]
            if event.verb == "show" and place not in now and is_label(self.reading, place):
                now[place] = self.layout.objects[place]
                lines.append(Shown(name, now[place].type).animation())
            elif place not in now or owner not in before:
                continue
            elif event.verb == "hide":
                gone.add(place)
                del now[place]
                lines.append(f"{event.value}({name})")
            elif (new := now.get(owner)) is not None:
                carry = Carry(event, before[owner], new, self.names[owner])
                code, now[place] = carry.take(now[place], self.reading.items[place], name)
                if event.verb in ("follow", "orbit") and place not in self.bound:
                    self.updaters.append(carry.updater(before[place], name))
                    self.bound.add(place)
                lines.append(code if place not in self.bound else None)
        self._reach(event, before, now)
        return [line for line in lines if line is not None]

    def _reach(self, event: Event, before: Mapping[int, Object], now: dict[int, Object]) -> None:
        """Keep strokes between objects at the edges of both, where one of them moves or grows."""
        for stroke, first, last in self.reading.joined:
            if stroke in event.subject or not {stroke, first, last} <= now.keys() & before.keys():
                continue
            side = self.sides.get(stroke) or side_of(before[first], before[last])
            still = all(now[place] == before[place] for place in (first, last))
            if side is None or (still and stroke not in self.bound):
                continue
            if stroke not in self.bound:
                ends = f"{self.names[first]}.get_{side}(), {self.names[last]}.get_{WAYS[side][2]}()"
                name = self.names[stroke]
                self.updaters.append(f"{name}.add_updater(lambda part: part.put_start_and_end_on({ends}))")
                self.bound.add(stroke)
                self.sides[stroke] = side
            (x, y), (to_x, to_y) = ends_of(now[first], now[last], side)
            middle = replace(now[stroke], x=(x + to_x) / 2, y=(y + to_y) / 2)
            now[stroke] = replace(middle, width=abs(to_x - x), height=abs(to_y - y))

    def taken_updaters(self) -> list[str]:
        """Return the lines that come before the next animation, once."""
        taken, self.updaters = self.updaters, []
        return taken


@dataclass(frozen=True)
class Carry:
    """An event of an object, where that is before and after it, and its variable.

    Words are neither turned nor scaled with it: they keep their distance.
    """

    event: Event
    old: Object
    new: Object
    owner: str

    def take(self, item: Object, look: Item, name: str) -> tuple[str | None, Object]:
        """Return the animation of something that belongs to the object, and where it is then."""
        across, up = item.x - self.old.x, item.y - self.old.y
        if self.event.verb == "rotate":
            return self._turned(item, look, name)
        if self.event.verb == "scale":
            factor = self.event.value
            if item.type != "text":
                sides = {"width": factor * item.width, "height": factor * item.height}
                placed = replace(item, x=self.new.x + factor * across, y=self.new.y + factor * up, **sides)
                about = f"about_point={self.owner}.get_center()"
                return f"{name}.animate.scale({number(factor)}, {about})", placed
            across += _beyond(across, self.old.width) * (factor - 1) * self.old.width / 2
            up += _beyond(up, self.old.height) * (factor - 1) * self.old.height / 2
        placed = replace(item, x=self.new.x + across, y=self.new.y + up)
        return _shifted(item, placed, name), placed

    def _turned(self, item: Object, look: Item, name: str) -> tuple[str | None, Object]:
        x, y, point = self.old.x, self.old.y, f"{self.owner}.get_center()"
        if self.event.about is not None:
            what, (x, y) = self.event.about
            if what == "side":
                x, y = self.old.x + x * self.old.width / 2, self.old.y + y * self.old.height / 2
            point = vector(x, y)
        turn, across, up = radians(self.event.value), item.x - x, item.y - y
        to_x, to_y = across * cos(turn) - up * sin(turn), across * sin(turn) + up * cos(turn)
        if item.type == "text" and look.measure("part") is None:
            # Below the object, wherever that turns to.
            to_x, to_y = across + self.new.x - self.old.x, up + self.new.y - self.old.y
        placed = replace(item, x=x + to_x, y=y + to_y)
        if item.type == "text":
            return _shifted(item, placed, name), placed
        angle = f"angle={number(self.event.value)} * DEGREES"
        return f"Rotate({name}, {angle}, about_point={point})", placed

    def updater(self, item: Object, name: str) -> str:
        """Return the line that keeps something at its distance from the object all the way."""
        away = vector(item.x - self.old.x, item.y - self.old.y)
        at = f"{self.owner}.get_center()" + (f" + {away}" if away != "[0, 0, 0]" else "")
        return f"{name}.add_updater(lambda part: part.move_to({at}))"


def _shifted(item: Object, placed: Object, name: str) -> str | None:
    across, up = placed.x - item.x, placed.y - item.y
    return f"{name}.animate.shift({vector(across, up)})" if abs(across) + abs(up) > _NONE else None


def _beyond(away: float, side: float) -> int:
    """Return on which side of an object something is: -1 or 1, 0 for next to its middle."""
    return 0 if abs(away) < side / 4 else 1 if away > 0 else -1
