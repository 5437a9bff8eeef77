"""What an event says of its objects: where they are before it, their colours, their sizes."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from jepamine.manim.text.motion_events import Said, event_of
from jepamine.manim.text.reading import Place, Ref, Span

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse


#: How far, in units, something is from the point that it goes around.
AROUND = 2.0


def meant(story: Discourse, verb: str, word: str, said: Said) -> tuple[str, Any] | None:
    """Return (the event's verb, its value), as `event_of`; sizes are compared with those before it."""
    if said.size is None and said.first_size is None:
        return event_of(verb, word, said)
    return _resized(story, verb, said) if said.size is not None and said.subject else None


def _resized(story: Discourse, verb: str, said: Said) -> tuple[str, Any] | None:
    """Return the scaling of "grows from radius 1 to radius 3"; None if it has another size before that.

    Without a size to begin with, it begins with half of the last one, or twice of it where it shrinks.
    """
    assert said.size is not None
    (name, last), subject = said.size, said.subject
    scaled = [event for event in story.events if event.verb == "scale" and event.subject == subject]
    grown = prod(event.value for event in scaled)
    known = [story.things.items[place].measure(name) for place in subject]
    sizes = {value * grown for value in known if value is not None}
    other, first = said.first_size or (name, min(sizes, default=last * (2 if verb == "shrink" else 0.5)))
    if other != name or sizes - {first} or not (first > 0 and last > 0):
        return None
    if not sizes:
        story.things.measure(subject, name, first / grown)
    return "scale", last / first


def prepare(story: Discourse, kind: str, ref: Ref, said: Said, span: Span) -> None:
    """Say where objects are, and which colour they have, before something happens to them."""
    placed = [one.subject for one in story.relations] + [one.subject for one in story.places]
    if kind == "orbit" and not any(set(ref) & set(subject) for subject in placed):
        story.relate("right", ref, said.other, span)
    if kind == "rotate" and said.circling and said.goal is not None and ref not in placed:
        x, y = said.goal[1]
        story.places.append(Place(ref, None, None, span, point=(x + AROUND, y)))
    if said.first_colour is not None and kind in ("recolor", "transform"):
        bare = tuple(place for place in ref if story.things.items[place].color is None)
        story.things.paint(bare, said.first_colour)
    if kind == "transform" and said.colour is not None:
        story.things.paint(said.other, said.colour)
    if said.begin is not None and kind == "move" and ref not in placed:
        story.places.append(Place(ref, *said.begin, span))
    if kind == "move" and said.goal is not None and said.goal[0] == "towards" and not placed:
        # Far enough from each other that it is seen.
        story.places += [Place(ref[n : n + 1], side, 0, span) for n, side in enumerate((-1, 1))]
    if said.start is not None and kind == "move" and ref not in placed and not _moved(story, ref):
        story.places.append(Place(ref, None, None, span, point=said.start))


def _moved(story: Discourse, ref: Ref) -> bool:
    return any(set(event.subject) & set(ref) for event in story.events if event.verb != "show")


def pivot(said: Said) -> tuple[str, tuple[float, float]] | None:
    """Return what something turns about: a side or corner of its own, or a point of the frame."""
    if said.goal is None:
        return None
    what, value = said.goal
    if what == "place" and any(value):
        return "side", (value[0], value[1])
    return ("to", value) if what == "to" else None


def appears(story: Discourse, ref: Ref, said: Said, span: Span) -> None:
    """Place what appears "below it", "at the top"."""
    goal = said.goal or ("", None)
    what: str = goal[0]
    value: Any = goal[1]
    if what in ("next to", "onto"):
        for how in said.sides:
            story.relate(how, ref, value if what == "onto" else value[1], span)
    elif what == "place":
        story.places.append(Place(ref, value[0], value[1], span))
    elif what == "to":
        story.places.append(Place(ref, None, None, span, point=value))
    elif said.way is not None:
        story.places.append(Place(ref, int(said.way[0]), int(said.way[1]), span))
