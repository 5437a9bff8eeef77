"""The lines of a scene in which things happen, and where everything is after each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jepamine.manim.engine.style import number, vector
from jepamine.manim.generators.belongings import Company, belongings, is_label
from jepamine.manim.generators.camera_view import Camera, Step
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.pairs import mutual, swapped
from jepamine.manim.generators.paths import path_end
from jepamine.manim.generators.styles import Shown, Style, in_groups, lines_of
from jepamine.manim.generators.turns import SIDES, at_once, orbited, target, turned, turning
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.scenes.description import bounds
from jepamine.manim.text.reading import Event, Reading, Ref

#: A group that moves less, in units, is there already: its members go to the place each on its own.
_STILL = 0.1


@dataclass
class Motions:
    """Writes `lines`; `steps` has one entry for each `play` and `wait`; `order` is that of drawing.

    `groups` are the variables of objects that are shown and changed as one, by their places in that order.
    `made` are the assignments of objects by their variables.
    """

    layout: Layout
    reading: Reading
    names: Mapping[int, str]
    style: Style
    order: Sequence[int]
    made: Mapping[str, str]
    groups: Mapping[Ref, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    playing: list[str] = field(default_factory=list)  # the animations of the last `play`
    # Where everything is now, and what is gone for good.
    now: dict[int, Object] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    company: Company = field(init=False)
    camera: Camera = field(init=False)

    def __post_init__(self) -> None:
        self.company = Company(self.layout, self.reading, self.names)
        self.camera = Camera(self.reading, self.names)

    def write(self) -> None:
        """Write all events, each after the objects that were named before it."""
        events = self.reading.events
        waiting = {place for event in events if event.verb == "show" for place in event.subject}
        waiting |= {
            place for place in belongings(self.reading, tuple(waiting)) if is_label(self.reading, place)
        }
        waiting |= {place for event in events if event.verb == "transform" for place in event.other}
        for number_, event in enumerate(events):
            # What moves together must be there before the first of it moves.
            seen = event.seen
            for later in events[number_ + 1 :]:
                if not later.together:
                    break
                seen = max(seen, later.seen)
            self._show([place for place in self._before(seen) if place not in waiting])
            self._event(event)
        self._show([place for place in self.order if place not in waiting])
        if not self.lines[-1].startswith("self.wait"):
            self._add("self.wait()", set())

    def final(self) -> tuple[Layout, dict[str, int]]:
        """Return the layout at the end, and variable -> place in it."""
        places = sorted(self.now)
        objects = tuple(replace(self.camera.view.see(self.now[place]), z=z) for z, place in enumerate(places))
        return Layout(objects), {self.names[place]: z for z, place in enumerate(places)}

    def _before(self, seen: int) -> list[int]:
        """Return the first `seen` items in their order, each after the axes that it is drawn on."""
        items = self.reading.items
        there = {place for place in self.order if place < seen}
        there |= {axes for place in there if (axes := items[place].measure("axes")) is not None}
        there |= {part[0] for place in there if (part := items[place].measure("part")) is not None}
        return sorted(there, key=self.order.index)

    def _show(self, places: list[int]) -> None:
        places = [place for place in places if place not in self.now and place not in self.gone]
        parts = in_groups(places, self._shown, self.groups)
        lines = lines_of(self.style, "simple", [shown for shown, _ in parts])
        for line in (line for line in lines if not line.startswith("self.wait")):
            named = places if self.style in ("write-on", "static") else list(parts.pop(0)[1]) if parts else []
            self.now |= {place: self.layout.objects[place] for place in named}
            if line.startswith("self.add("):
                self.lines.append(line)
            else:
                self._add(line, set(named))

    def _shown(self, place: int) -> Shown:
        bent = "curved" in self.reading.items[place].traits
        return Shown(self.names[place], self.layout.objects[place].type, curved=bent)

    def _add(self, line: str, moving: set[int]) -> None:
        self.lines.append(line)
        self.playing = [line.removeprefix("self.play(").removesuffix(")")]
        self.camera.keep_up(self.now)
        shown = {self.names[place]: self.camera.view.see(item) for place, item in self.now.items()}
        self.steps.append(Step(shown, frozenset(self.names[place] for place in moving)))

    def _event(self, event: Event) -> None:
        if event.verb == "wait":
            return self._add(f"self.wait({number(event.seconds or 1)})", set())
        before = dict(self.now)
        if event.verb == "camera":
            parts = self.camera.filmed(event, self.now, self.lines, self.steps)
        elif event.verb == "swap":
            there = set(event.subject) <= set(self.now)
            parts = [swapped(event, self.now, self.names)] if there else []
        else:
            parts = self._animations(event)
        parts += self.company.go_along(event, before, self.now, self.gone)
        moving = {*event.subject, *event.other, *belongings(self.reading, event.subject), *self.company.bound}
        moving |= set(self.names) if event.verb == "camera" or self.camera.view.follows is not None else set()
        if not (animations := [part for part in parts if part is not None]):
            return None
        time = f", run_time={number(event.seconds)}" if event.seconds else ""
        if event.together and self.lines and self.lines[-1].startswith("self.play("):
            last, step = self.lines.pop(), self.steps.pop()
            seconds = last.removesuffix(")").partition(", run_time=")[2]
            names = [self._group(event.subject) or "", *(self.names[place] for place in event.subject)]
            animations = at_once(self.playing, animations, names)
            time = f", run_time={seconds}" if seconds else time
            moving |= {place for place, name in self.names.items() if name in step.moving}
        turns, played = turning(animations)
        self.lines += [*self.camera.trails(event), *self.company.taken_updaters(), *turns]
        self._add(f"self.play({', '.join(played)}{time})", moving)
        self.playing = animations
        return None

    def _group(self, subject: Ref) -> str | None:
        return self.groups.get(tuple(sorted(subject, key=self.order.index)))

    def _animations(self, event: Event) -> list[str | None]:
        """Return the animations of all objects of an event: one, where they are a group and change alike."""
        group = self._group(event.subject)
        if event.verb == "move" and event.value[0] in ("towards", "apart"):
            return list(mutual(event, self.now, self.names))
        if event.verb == "move" and len(event.subject) > 1 and event.value[0] != "number":
            there = [place for place in event.subject if place in self.now]
            if there and (parts := self._moved(event, there, group)):
                return parts
        whole = event.verb != "hide" or all(place in self.now for place in event.subject)
        parts_ = [self._animation(event, index, place) for index, place in enumerate(event.subject)]
        if group is None or not whole or event.verb not in ("show", "hide", "recolor"):
            return parts_
        alike = {
            re.sub(rf"\b{self.names[place]}\b", group, part or "")
            for place, part in zip(event.subject, parts_, strict=True)
        }
        one = len(alike) == 1 and all(a.startswith(("FadeIn", "FadeOut", f"{group}.animate")) for a in alike)
        return [*alike] if one else parts_

    def _moved(self, event: Event, there: Sequence[int], group: str | None) -> list[str | None]:
        """Return the animations of objects that keep their places among each other; none if they stay."""
        x, y, width, height = bounds([self.now[place] for place in there])
        box = replace(self.now[there[0]], x=x, y=y, width=width, height=height)
        call, to_x, to_y = target(event, box, self._there, self.reading, self.names)
        across, up = to_x - x, to_y - y
        if abs(across) + abs(up) < _STILL:
            return []
        for place in there:
            item = self.now[place]
            self.now[place] = replace(item, x=item.x + across, y=item.y + up)
        if group is not None and len(there) == len(event.subject):
            return [f"{group}.animate.{call}"]
        return [f"{self.names[place]}.animate.shift({vector(across, up)})" for place in there]

    def _animation(self, event: Event, index: int, place: int) -> str | None:
        """Return the animation of one object, and note where it is after it."""
        name = self.names[place]
        if event.verb == "show":
            self.now[place] = self.layout.objects[place]
            if event.about is not None:
                across, up = event.about[1]
                return f"FadeIn({name}, shift=3 * {SIDES.get((-across, -up), 'RIGHT')})"
            return f"FadeIn({name})" if event.value == "FadeIn" else self._shown(place).animation()
        if (item := self.now.get(place)) is None:
            return None
        match event.verb:
            case "hide":
                self._drop(place)
                return f"{event.value}({name})"
            case "move":
                call, x, y = target(event, item, self._there, self.reading, self.names)
                self.now[place] = replace(item, x=x, y=y)
                return f"{name}.animate.{call}"
            case "rotate" if event.about is None and (owner := self._centre_of(place)) is not None:
                code, self.now[place] = orbited(item, name, event, self._there(owner), self.names[owner])
                return code
            case "rotate":
                code, self.now[place] = turned(item, name, event)
                return code
            case "scale":
                sides = {"width": event.value * item.width, "height": event.value * item.height}
                self.now[place] = replace(item, **sides)
                return f"{name}.animate.scale({number(event.value)})"
            case "recolor":
                return f"{name}.animate.set_color({Paint(event.value).name()})"
            case "transform":
                return self._transform(event, event.other[index], place, item)
            case "orbit":
                goal = self.now.get(event.other[0], self.layout.objects[event.other[0]])
                code, self.now[place] = orbited(item, name, event, goal, self.names[event.other[0]])
                return code
            case "follow":
                path, line = event.other[0], self.made.get(self.names[event.other[0]], "")
                there = self.now.get(path, self.layout.objects[path])
                x, y = path_end(there, self.reading.items[path], line)
                self.now[place] = replace(item, x=x, y=y)
                along = self.names[path]
                if " = DashedLine(" in line or " = Arrow(" in line or " = DoubleArrow(" in line:
                    # Only the dashes have points, and the shaft ends at the tip.
                    along = f"Line({along}.get_start(), {along}.get_end())"
                return f"MoveAlongPath({name}, {along})"
        tone = f", color={Paint(event.colour).name()}" if event.colour else ""
        return f"{event.value}({name}{tone})"

    def _centre_of(self, place: int) -> int | None:
        """Return the circle whose radius an object is: a radius turns about the centre."""
        part = self.reading.items[place].measure("part")
        return int(part[0]) if part is not None and part[1] == "radius" else None

    def _there(self, place: int) -> Object:
        return self.now.get(place, self.layout.objects[place])

    def _drop(self, place: int) -> None:
        del self.now[place]
        self.gone.add(place)

    def _transform(self, event: Event, other: int, place: int, item: Object) -> str:
        target = self.layout.objects[other]
        # What was introduced as its new form takes its place; what was there before keeps its own.
        here = replace(target, x=item.x, y=item.y) if other >= event.seen else target
        self._drop(place)
        self.now[other], goal = here, self.names[other]
        if (here.x, here.y) != (target.x, target.y):
            goal += f".move_to({self.names[place]})"
        return f"ReplacementTransform({self.names[place]}, {goal})"
