"""What two objects do with each other: change places, move towards each other or apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import copysign

from jepamine.manim.engine.style import vector
from jepamine.manim.generators.turns import GAP
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Object
from jepamine.manim.text.reading import Event

#: What is kept free at the edge of the frame, in units.
EDGE = 0.1


def swapped(event: Event, now: dict[int, Object], names: Mapping[int, str]) -> str:
    """Return the animation in which two objects change places, and note in `now` where they are after it."""
    first, second = event.subject
    one, other = now[first], now[second]
    now |= {first: replace(one, x=other.x, y=other.y), second: replace(other, x=one.x, y=one.y)}
    return f"Swap({names[first]}, {names[second]})"


def mutual(event: Event, now: dict[int, Object], names: Mapping[int, str]) -> list[str]:
    """Return the animations of two objects that move towards each other or apart, like `swapped`.

    None if one of them is not there.
    """
    if not set(event.subject) <= set(now):
        return []
    first, second = event.subject
    how, far = event.value
    across, up = (
        _towards(now[first], now[second]) if how == "towards" else _apart(now[first], now[second], far)
    )
    animations = []
    for place, sign in ((first, 1), (second, -1)):
        now[place] = replace(now[place], x=now[place].x + sign * across, y=now[place].y + sign * up)
        animations.append(f"{names[place]}.animate.shift({vector(sign * across, sign * up)})")
    return animations


def _towards(one: Object, other: Object) -> tuple[float, float]:
    """Return how far the first of two moves, (x, y), until they nearly touch; the second comes too."""
    free, across, up = _between(one, other)
    step = max((free - GAP) / 2, 0.0)
    return step * across, step * up


def _apart(one: Object, other: Object, far: float) -> tuple[float, float]:
    """Return how far the first of two moves away, (x, y): `far`, and both stay inside of the frame."""
    _, across, up = _between(one, other)
    room = [
        FRAME_WIDTH / 2 - abs(each.x) - each.width / 2
        if across
        else FRAME_HEIGHT / 2 - abs(each.y) - each.height / 2
        for each in (one, other)
    ]
    step = max(min(far, *(space - EDGE for space in room)), 0.0)
    return -step * across, -step * up


def _between(one: Object, other: Object) -> tuple[float, float, float]:
    """Return the free space between two objects, and the direction of the second: across or up."""
    across, up = other.x - one.x, other.y - one.y
    beside = abs(across) - (one.width + other.width) / 2
    above = abs(up) - (one.height + other.height) / 2
    return (beside, copysign(1.0, across), 0.0) if beside >= above else (above, 0.0, copysign(1.0, up))
