"""Where an object goes: to a place, around a point, along a path; the code, and where it is afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import cos, radians, sin

from jepamine.manim.engine.style import number, vector
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Object
from jepamine.manim.text.reading import Event, Reading, Ref
from jepamine.manim.text.solve.graphs import on_scale
from jepamine.manim.text.solve.part_boxes import number_at

# Manim's distance of `next_to`, and ours from the edge of the frame, in units.
GAP, _EDGE = 0.25, 0.5
SIDES: dict[tuple[float, float], str] = {(-1, 0): "LEFT", (1, 0): "RIGHT", (0, 1): "UP", (0, -1): "DOWN"}
_SIDE_POINTS: dict[tuple[float, float], str] = {
    (-1, 0): "get_left()",
    (1, 0): "get_right()",
    (0, 1): "get_top()",
    (0, -1): "get_bottom()",
    (-1, 1): "get_corner(UL)",
    (1, 1): "get_corner(UR)",
    (-1, -1): "get_corner(DL)",
    (1, -1): "get_corner(DR)",
}


def turned(item: Object, name: str, event: Event) -> tuple[str, Object]:
    """Return the rotation of an object about its centre, about a side or corner of its own, or a point."""
    angle = f"angle={number(event.value)} * DEGREES"
    if event.about is None:
        return f"Rotate({name}, {angle})", item
    what, (across, up) = event.about
    if what == "side":
        x, y = item.x + across * item.width / 2, item.y + up * item.height / 2
        point = f"{name}.{_SIDE_POINTS[across, up]}"
    else:
        x, y, point = across, up, vector(across, up)
    return f"Rotate({name}, {angle}, about_point={point})", _around(item, x, y, event.value)


def orbited(item: Object, name: str, event: Event, goal: Object, other: str) -> tuple[str, Object]:
    """Return the rotation of an object about another one, whose variable is `other`."""
    angle = f"angle={number(event.value)} * DEGREES"
    code = f"Rotate({name}, {angle}, about_point={other}.get_center())"
    return code, _around(item, goal.x, goal.y, event.value)


def _around(item: Object, x: float, y: float, degrees: float) -> Object:
    turn, across, up = radians(degrees), item.x - x, item.y - y
    return replace(
        item,
        x=x + across * cos(turn) - up * sin(turn),
        y=y + across * sin(turn) + up * cos(turn),
    )


#: `animate` goes from the first to the last state the short way: of a larger turn, in degrees, it shows less.
_MOST_ANIMATED = 179.0
_TURNING = re.compile(r"(\w+)\.animate\.(.*?)\.?rotate\((-?[\d.]+) \* DEGREES\)\.?(.*)")


def turning(animations: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return lines, and animations that show whole turns beside other changes of the same object.

    An animation without such a turn stays as it is.
    """
    lines, played = [], []
    for animation in animations:
        match = _TURNING.fullmatch(animation)
        if match is None or abs(float(match[3])) <= _MOST_ANIMATED:
            played.append(animation)
            continue
        name, turn = match[1], f"{match[3]} * DEGREES"
        calls = ".".join(part for part in (match[2], match[4]) if part)
        lines.append(f"{name}_start, {name}_goal = {name}.copy(), {name}.copy().{calls}")
        between = f"moved.interpolate({name}_start, {name}_goal, alpha).rotate(alpha * {turn})"
        played.append(f"UpdateFromAlphaFunc({name}, lambda moved, alpha: {between})")
    return lines, played


_TURN = re.compile(r"Rotate\((\w+), angle=([^,()]+)\)")


def at_once(playing: Sequence[str], more: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the animations of one `play`: those of the same object, by its variable, are one."""
    result = list(playing)
    for animation in more:
        for place, before in enumerate(result):
            chained = [code for name in names if name and (code := _chain(before, animation, name))]
            if chained:
                result[place] = chained[0]
                break
        else:
            result.append(animation)
    return result


def _chain(first: str, second: str, name: str) -> str | None:
    """Return one animation for two of the same object at the same time; None if they are not of one object.

    Manim plays the last of two animations of an object only.
    """
    calls = []
    for code in (first, second):
        turn = _TURN.fullmatch(code)
        if turn is not None and turn[1] == name:
            calls.append(f"rotate({turn[2]})")
        elif code.startswith(f"{name}.animate.") and ", " not in re.sub(r"\[[^\]]*\]|\([^()]*\)", "", code):
            calls.append(code.removeprefix(f"{name}.animate."))
        else:
            return None
    return f"{name}.animate.{'.'.join(calls)}"


def target(
    event: Event, item: Object, there: Callable[[int], Object], reading: Reading, names: Mapping[int, str]
) -> tuple[str, float, float]:
    """Return the call that moves an object, and where it is then; `there` says where others are now."""
    what, value = event.value
    if what == "by":
        return f"shift({vector(*value)})", item.x + value[0], item.y + value[1]
    if what == "to":
        return f"move_to({vector(*value)})", value[0], value[1]
    if what == "number":
        line = there(value[0])
        x = number_at(reading.items[value[0]], line, value[1])
        return f"move_to({names[value[0]]}.n2p({number(value[1])}))", x, line.y
    if what == "coordinates":
        x, y = on_scale(reading, value[0], there(value[0]), value[1])
        return f"move_to({names[value[0]]}.c2p({', '.join(map(number, value[1]))}))", x, y
    if what == "place":
        x = value[0] * (FRAME_WIDTH / 2 - item.width / 2 - _EDGE)
        y = value[1] * (FRAME_HEIGHT / 2 - item.height / 2 - _EDGE)
        return f"move_to({vector(x, y)})", x, y
    other: Ref = value if what == "onto" else value[1]
    goal = there(other[0])
    if what == "onto":
        return f"move_to({names[other[0]]})", goal.x, goal.y
    across, up = value[0]
    x = goal.x + across * ((goal.width + item.width) / 2 + GAP)
    y = goal.y + up * ((goal.height + item.height) / 2 + GAP)
    return f"next_to({names[other[0]]}, {SIDES[value[0]]})", x, y
