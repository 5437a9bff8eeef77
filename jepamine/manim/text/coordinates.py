"""Points of a description on the axes that it has: "axes with a dot at (1, 2)".

On axes a point is in their units, not in those of the frame: a part "coordinates" of the axes.
"""

from __future__ import annotations

from dataclasses import replace

from jepamine.manim.text.discourse import Discourse
from jepamine.manim.text.kinds import KINDS
from jepamine.manim.text.links import STROKES
from jepamine.manim.text.reading import Event

AXES = ("axes", "number_plane")


def on_axes(story: Discourse) -> None:
    """Bind the points of dots, and the ends of strokes, to the only axes; and where such a dot moves to."""
    items = story.things.items
    axes = [place for place, item in enumerate(items) if item.type in AXES and not item.traits & KINDS]
    if len(axes) != 1:
        return
    bound = set()
    for stated in list(story.places):
        if stated.point is None or len(stated.subject) != 1:
            continue
        (place,) = stated.subject
        ends = items[place].measure("ends") if items[place].type in STROKES else None
        points = ends or ((stated.point,) if items[place].type == "dot" else None)
        if points:
            story.things.measure((place,), "part", (axes[0], "coordinates", points))
            story.places.remove(stated)
            bound.add(place)
    story.events = [
        _moved(event, axes[0]) if set(event.subject) <= bound else event for event in story.events
    ]


def _moved(event: Event, axes: int) -> Event:
    if event.verb == "move" and event.value[0] == "to":
        return replace(event, value=("coordinates", (axes, event.value[1])))
    return event
