"""Which objects of a scene in which things happen are a `VGroup`: rows, and what changes as one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from jepamine.manim.generators.camera_view import Step
from jepamine.manim.generators.motions import Motions
from jepamine.manim.layouts import Box, Layout, Object
from jepamine.manim.scenes.composition import names_for
from jepamine.manim.scenes.description import bounds, find_groups
from jepamine.manim.scenes.phrases import NOUNS
from jepamine.manim.text.reading import Reading, Ref

#: What leads an object along a curve, or out of its box on the way.
_CURVED = ("rotate", "orbit", "follow", "swap")


def groups_of(motions: Motions) -> dict[Ref, str]:
    """Return (places in drawing order) -> variable; `motions` is the same scene, written without groups.

    Manim draws a group above all else as soon as it moves, so what is drawn after a member must not meet it.
    """
    layout, order = motions.layout, motions.order
    found = [tuple(sorted(ref, key=order.index)) for ref in (*_rows(layout), *_changing(motions.reading))]
    apart = [ref for ref in dict.fromkeys(found) if _is_apart(ref, motions)]
    names = names_for([_noun([layout.objects[place] for place in ref]) for ref in apart])
    return dict(zip(apart, names, strict=True))


def needed(groups: Mapping[Ref, str], lines: Sequence[str], played: Sequence[str]) -> dict[Ref, str]:
    """Return the groups that the lines of the animations use, or that are arranged in one of `lines`."""
    text = "\n".join([*played, *(line for line in lines if ").arrange" in line)])
    return {ref: name for ref, name in groups.items() if re.search(rf"\b{name}\b", text)}


def _rows(layout: Layout) -> list[Ref]:
    places = {id(item): place for place, item in enumerate(layout.objects)}
    return [tuple(places[id(item)] for item in group.members) for group in find_groups(layout.objects)]


def _changing(reading: Reading) -> list[Ref]:
    """Return the objects that events name together; of what stays two, each is changed on its own."""
    return [
        event.subject
        for event in reading.events
        if len(set(event.subject)) > 1 and event.verb in ("show", "hide", "move", "recolor")
    ]


def _noun(members: Sequence[Object]) -> str:
    types = {item.type for item in members}
    return NOUNS[types.pop()][0][1].replace(" ", "_") if len(types) == 1 else "group"


def _is_apart(ref: Ref, motions: Motions) -> bool:
    """Return whether nothing that is drawn after a member of a group ever meets one of them."""
    names, steps = motions.names, motions.steps
    first = min(_appears(place, motions) for place in ref)
    others = [place for place in motions.order if place not in ref and _appears(place, motions) > first]
    curved = {place for e in motions.reading.events if e.verb in _CURVED for place in e.subject}
    if others and curved & {*ref, *others}:
        return False
    pairs = [*pairwise(steps), *((steps[:1] * 2,) if steps else ())]
    return not any(
        _meet(_swept(names[one], *pair), _swept(names[other], *pair))
        for pair in pairs
        for one in ref
        for other in others
    )


def _appears(place: int, motions: Motions) -> tuple[int, int]:
    """Return a key that sorts by when an object is first shown, then by the drawing order."""
    name = motions.names[place]
    step = next((n for n, step in enumerate(motions.steps) if name in step.shown), len(motions.steps))
    return step, motions.order.index(place)


def _swept(name: str, before: Step, after: Step) -> Box | None:
    seen = [step.shown[name] for step in (before, after) if name in step.shown]
    return bounds(seen) if seen else None


def _meet(a: Box | None, b: Box | None) -> bool:
    if a is None or b is None:
        return False
    return 2 * abs(a[0] - b[0]) < a[2] + b[2] and 2 * abs(a[1] - b[1]) < a[3] + b[3]
