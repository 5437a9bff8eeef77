"""What the camera sees while it moves: the code of its animations, and where objects are in the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jepamine.manim.engine.style import number, vector
from jepamine.manim.generators.code import Paint
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Object
from jepamine.manim.scenes.description import bounds
from jepamine.manim.text.reading import Event, Reading

FRAME = "self.camera.frame"
#: The line before the first animation of the camera.
SAVE = f"{FRAME}.save_state()"
#: The share of the picture for what the camera zooms in on, and how much closer it goes without that.
_SHARE, _STEP = 0.4, 2.0
#: How wide a view is that is narrowed to a small object, in units.
_LEAST = 4.0


@dataclass(frozen=True)
class Step:
    """What is shown after one `play` or `wait`, by variable; `moving` are those that change during it."""

    shown: Mapping[str, Object]
    moving: frozenset[str]


@dataclass(frozen=True)
class View:
    """The camera's frame: its centre and width in units; it follows the object at place `follows`."""

    x: float = 0.0
    y: float = 0.0
    width: float = FRAME_WIDTH
    follows: int | None = None

    def see(self, item: Object) -> Object:
        """Return an object as it is in the picture."""
        scale = FRAME_WIDTH / self.width
        if (self.x, self.y, scale) == (0.0, 0.0, 1.0):
            return item
        return replace(
            item,
            x=(item.x - self.x) * scale,
            y=(item.y - self.y) * scale,
            width=item.width * scale,
            height=item.height * scale,
        )

    def after(self, event: Event, aim: list[Object], name: str | None) -> tuple[str, View]:
        """Return the animation of an event of the camera and the view after it.

        `aim` is what it is aimed at, `name` its variable if it has one and stays where it is.
        """
        kind, factor, point, way = event.value
        if kind == "out" and not aim and factor is None and self.width < FRAME_WIDTH:
            return f"Restore({FRAME})", View()
        x, y, width = self.x, self.y, self.width
        calls = []
        if kind == "in":
            width = width / factor if factor else self._narrowed(aim)
        elif kind == "out":
            width *= factor or _STEP
        if width != self.width:
            calls.append(f"set(width={number(width)})")
        if aim:
            x, y, *_ = bounds(aim)
            calls.append(f"move_to({name or vector(x, y)})")
        elif point is not None:
            x, y = point
            calls.append(f"move_to({vector(x, y)})")
        elif way is not None:
            x, y = x + way[0], y + way[1]
            calls.append(f"shift({vector(*way)})")
        return f"{FRAME}.animate.{'.'.join(calls)}", View(x, y, width)

    def _narrowed(self, aim: list[Object]) -> float:
        """Return the width of a view that is filled by objects to a good part, and narrower than this one."""
        if not aim:
            return self.width / _STEP
        _, _, wide, high = bounds(aim)
        fitting = max(wide, high * FRAME_WIDTH / FRAME_HEIGHT) / _SHARE
        return min(max(fitting, _LEAST), self.width / 1.5)


@dataclass
class Camera:
    """Follows the view through a scene; `drawn` are the objects whose trails have begun."""

    reading: Reading
    names: Mapping[int, str]
    view: View = field(default_factory=View)
    drawn: set[int] = field(default_factory=set)

    def filmed(
        self, event: Event, now: Mapping[int, Object], lines: list[str], steps: list[Step]
    ) -> list[str | None]:
        """Return the animation of the camera; one that follows an object has lines of its own instead."""
        aim = [now[place] for place in event.subject if place in now]
        before = len(lines) - (event.together and bool(steps) and lines[-1].startswith("self.play("))
        if event.value[0] == "follow":
            if aim:
                follow = f"{FRAME}.add_updater(lambda frame: frame.move_to({self.names[event.subject[0]]}))"
                lines[before:before] = [follow, f"self.add({FRAME})"]
                self.view = replace(self.view, x=aim[0].x, y=aim[0].y, follows=event.subject[0])
            if aim and before < len(lines) - 2:
                shown = {self.names[place]: self.view.see(item) for place, item in now.items()}
                steps[-1] = Step(shown, frozenset(self.names.values()))
            return []
        name = self.names[event.subject[0]] if len(event.subject) == 1 else None
        # Where it is while it moves is not where it will be.
        moves = event.together and bool(steps) and name in steps[-1].moving
        if SAVE not in lines:
            lines.insert(before, SAVE)
        code, self.view = self.view.after(event, aim, None if moves else name)
        return [code]

    def keep_up(self, now: Mapping[int, Object]) -> None:
        """Move the view to the object that it follows."""
        if self.view.follows is not None and self.view.follows in now:
            followed = now[self.view.follows]
            self.view = replace(self.view, x=followed.x, y=followed.y)

    def trails(self, event: Event) -> list[str]:
        """Return the lines of trails that begin with an event."""
        lines = []
        for place in event.subject if event.verb in ("move", "follow", "orbit", "swap") else ():
            if (colour := self.reading.items[place].measure("trail")) is None or place in self.drawn:
                continue
            self.drawn.add(place)
            name = self.names[place]
            tone = Paint(colour).name() if colour else "YELLOW"
            lines.append(f"{name}_path = TracedPath({name}.get_center, stroke_color={tone})")
            lines.append(f"self.add({name}_path)")
        return lines
