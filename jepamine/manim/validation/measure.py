"""Collect a scene's objects by the names in its code, measure where they are, and find unseen ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.boxes import NOWHERE, background_of, camera_span, colour_of, drawn_parts
from jepamine.manim.engine.object_types import objects_of, words_of
from jepamine.manim.layouts import Box
from jepamine.manim.validation.object_lines import MADE

# The most names in a report: a scene of particles has thousands of objects without names.
MOST, LONGEST = 100, 1000
_SEEN_ALONE = ("ValueTracker", "ComplexValueTracker")


def named(variables: Mapping[str, Any], scene: Any) -> dict[str, Any]:
    """Return objects by name: local variables in the order of the code, members of lists (`dots[0]`),
    `self.` ones.

    An object with several names has the first.
    """
    objects: dict[str, Any] = {}
    seen_ids = {id(getattr(scene.camera, "frame", None))}
    values = [(name, value) for name, value in variables.items() if value is not scene]
    values += [
        (f"self.{name}", value) for name, value in vars(scene).items() if name not in _own_names(scene)
    ]
    for name, mobject in (part for pair in values for part in _mobjects(*pair)):
        if id(mobject) not in seen_ids and len(objects) < MOST:
            seen_ids.add(id(mobject))
            objects[name] = mobject
    return objects


def shown(names: Mapping[str, Any], scene: Any) -> dict[str, Any]:
    """Return those of `names` that the scene draws, and others it draws, as `Circle without a name`."""
    drawn = {
        id(part) for mobject in (*scene.mobjects, *scene.foreground_mobjects) for part in drawn_parts(mobject)
    }
    visible = {
        name: mobject
        for name, mobject in names.items()
        if any(id(part) in drawn for part in drawn_parts(mobject))
    }
    listed = {id(part) for mobject in visible.values() for part in mobject.get_family()}
    for mobject in scene.mobjects:
        parts = {id(part) for part in drawn_parts(mobject)}
        if parts and not parts & listed and len(visible) < MOST:
            name = f"{type(mobject).__name__} without a name"
            count = sum(other == name or other.startswith(f"{name} ") for other in visible)
            visible[f"{name} {count + 1}" if count else name] = mobject
            listed |= parts
    return visible


def box(mobject: Any, camera: Any) -> Box | None:
    """Return (x, y, width, height) as the camera sees it, in units of a 14.222 x 8 frame.

    None if nothing is drawn. Raises ValueError if no point is a finite number.
    """

    drawn = camera_span(mobject, camera)
    if drawn is None:
        if any(not (np.abs(part.points) < NOWHERE).all(axis=1).any() for part in drawn_parts(mobject)):
            raise ValueError(f"{type(mobject).__name__} has no position: its points are not finite numbers")
        return None
    left, bottom, right, top = drawn
    return (left + right) / 2, (bottom + top) / 2, right - left, top - bottom


def boxes(objects: Mapping[str, Any], camera: Any) -> dict[str, list[float]]:
    """Return boxes by name, to a ten-thousandth of a unit, of objects that draw something."""
    measured = {name: box(mobject, camera) for name, mobject in objects.items()}
    return {name: [round(side, 4) + 0.0 for side in result] for name, result in measured.items() if result}


def described(mobject: Any) -> dict[str, Any]:
    """Return {"type", "text", "color", "made"} of an object: no type for a group and for other objects."""
    description = list(objects_of([mobject]))
    kind = (
        description[0][1]
        if len(description) == 1 and description[0][0] is mobject and description[0][2]
        else None
    )
    return {
        "type": kind,
        "text": (words_of(mobject) or "")[:LONGEST] if kind == "text" else None,
        "color": colour_of(mobject),
        "made": getattr(mobject, MADE, None),
    }


def made(objects: Mapping[str, Any]) -> dict[str, Any]:
    """Return name -> the line that makes the object, as `object_lines.made_at`, of those that have one."""
    lines = {name: getattr(mobject, MADE, None) for name, mobject in objects.items()}
    return {name: line for name, line in lines.items() if line is not None}


def memberships(objects: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return for each object the names of the groups that contain it."""
    families = {name: {id(part) for part in mobject.get_family()} for name, mobject in objects.items()}
    return {
        name: [other for other, family in families.items() if other != name and id(mobject) in family]
        for name, mobject in objects.items()
    }


def _mobjects(name: str, value: Any, depth: int = 2) -> Iterator[tuple[str, Any]]:
    # An `animate` passes on every attribute of its object.
    if hasattr(type(value), "get_family") and hasattr(value, "submobjects"):
        if type(value).__name__ not in _SEEN_ALONE:
            yield name, value
    elif depth and isinstance(value, (list, tuple)):
        for place, inner in enumerate(value[:MOST]):
            yield from _mobjects(f"{name}[{place}]", inner, depth - 1)
    elif depth and isinstance(value, dict):
        for key, inner in list(value.items())[:MOST]:
            if isinstance(key, (str, int)):
                yield from _mobjects(f"{name}[{key!r}]", inner, depth - 1)


def _own_names(scene: Any) -> frozenset[str]:
    names: frozenset[str] = scene._jepamine_own_names
    return names


#: Colours that differ by less in every channel, 0 to 1, cannot be told apart on a screen.
ALIKE = 0.06
_Colour = NDArray[np.float64]


def unseen(objects: Mapping[str, Any], camera: Any) -> list[str]:
    """Return the names of those that leave no visible paint, in the order in which they are drawn.

    The ground of an object is the last filled one before it that is around it, else the background.
    """
    background = np.array(background_of(camera))
    grounds: list[tuple[tuple[float, ...], _Colour]] = []
    names = []
    for name, mobject in objects.items():
        parts = [part for part in drawn_parts(mobject) if hasattr(part, "fill_rgbas")]
        span = camera_span(mobject, camera)
        if not parts or span is None:
            continue
        ground = next((colour for around, colour in reversed(grounds) if _within(span, around)), background)
        if all(_like(part, ground) for part in parts):
            names.append(name)
        if len(parts) == 1 and parts[0].get_fill_opacity() > 0.5:
            grounds.append((span, _mixed(parts[0].get_fill_color(), parts[0].get_fill_opacity(), ground)))
    return names


def _like(part: Any, ground: _Colour) -> bool:
    paints = [(part.get_fill_color(), part.get_fill_opacity())]
    if part.get_stroke_width() > 0:
        paints.append((part.get_stroke_color(), part.get_stroke_opacity()))
    return all(
        np.abs(_mixed(colour, opacity, ground) - ground).max() < ALIKE
        for colour, opacity in paints
        if opacity > 0
    )


def _mixed(colour: Any, opacity: float, ground: _Colour) -> _Colour:
    mixed: _Colour = opacity * np.array(colour.to_rgb(), dtype=float) + (1 - opacity) * ground
    return mixed


def _within(span: tuple[float, ...], around: tuple[float, ...]) -> bool:
    left, bottom, right, top = span
    return around[0] <= left and around[1] <= bottom and right <= around[2] and top <= around[3]
