"""Relations and places as rules on boxes: hard constraints, and wishes for a good look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.manim.text.reading import Place
from jepamine.manim.text.solve.box_expressions import Box
from jepamine.manim.text.solve.linear_program import Linear, Rule, at_least, at_most, wish


@dataclass(frozen=True)
class Strictness:
    """`gap` and `edge` are the smallest distances between objects, and to the frame's edge, in units.

    `shrink` is how far objects may shrink below their size words, `drawn` whether what is inside a figure
    stays within its outline (else its box), `further` whether "left of" also means further left than higher
    or lower, `deep` whether objects that cover one another do so clearly, and keep their size.
    """

    gap: float
    edge: float
    shrink: float
    drawn: bool
    further: bool
    deep: bool


#: From what looks best to what is still true.
STRICT = (
    Strictness(0.25, 0.3, 1.0, drawn=True, further=True, deep=True),
    Strictness(0.2, 0.25, 0.6, drawn=True, further=True, deep=False),
    Strictness(0.15, 0.2, 0.35, drawn=False, further=True, deep=False),
    Strictness(0.15, 0.2, 0.35, drawn=False, further=False, deep=False),
)


Rules = list[Rule]
#: Weights of the parts of a good layout, from what gives way first.
NEAR, CENTRED, PLACED, ALIGNED, SIZED = 1.0, 2.0, 4.0, 8.0, 40.0
#: type -> the inner part of its box: shares of half its width and height, how far the middle is
#: below the box's centre as a share of half its height.
_INSIDES = {
    "circle": (0.66, 0.66, 0.0),
    "ellipse": (0.66, 0.66, 0.0),
    "polygon": (0.64, 0.62, 0.0),
    "triangle": (0.44, 0.42, 0.46),
    "star": (0.34, 0.3, 0.05),
    "annulus": (0.4, 0.4, 0.0),
    "square": (0.85, 0.85, 0.0),
    "rectangle": (0.88, 0.84, 0.0),
    "axes": (0.9, 0.9, 0.0),
    "number_plane": (0.9, 0.9, 0.0),
}
# What lengths may lose when rounded, in units.
_ROUNDED = 0.02
# How far touching objects overlap at least, rounded or not, in units.
_TOUCH = 0.04
# Distance of a centre from the lines between the frame's fields, in units.
_WELL = 0.06
_OPPOSITE = {"right": "left", "above": "below"}


def relation(how: str, a: Box, b: Box, strict: Strictness, *, alone: bool, label: bool) -> Rules:
    """Place `a` left of, right of, above or below `b`.

    `alone` is whether it is the only relation of the two, `label` whether one of them labels the other.
    """
    if how in _OPPOSITE:
        return relation(_OPPOSITE[how], b, a, strict, alone=alone, label=label)
    if how == "left":
        gap, along, across = b.left - a.right, b.x - a.x, a.y - b.y
    else:
        gap, along, across = b.bottom - a.top, b.y - a.y, a.x - b.x
    rules = [at_least(gap, strict.gap), wish(gap, strict.gap if label else 2 * strict.gap, NEAR)]
    if alone:
        rules.append(wish(across, 0.0, ALIGNED))
        if strict.further:
            rules += [at_least(along, across), at_least(along, -across)]
    return rules


def inside(a: Box, b: Box, type_: str | None, strict: Strictness) -> Rules:
    """Place `a` inside `b`, a figure of a type, or None for a group."""
    width, height, low = _INSIDES.get(type_ or "", (1.0, 1.0, 0.0)) if strict.drawn else (1.0, 1.0, 0.0)
    middle = b.y - low * b.half_height
    return [
        at_least(b.x + width * b.half_width - a.right, _ROUNDED),
        at_least(a.left - b.x + width * b.half_width, _ROUNDED),
        at_least(middle + height * b.half_height - a.top, _ROUNDED),
        at_least(a.bottom - middle + height * b.half_height, _ROUNDED),
        wish(a.x, b.x, ALIGNED),
        wish(a.y, middle, ALIGNED),
    ]


def upon(a: Box, b: Box, upright: bool) -> Rules:
    """Place `a`, a dot or a row of them, on the stroke `b`, between its ends."""
    if upright:
        return [
            wish(a.y, b.y, NEAR),
            *_level(a.x, b.x),
            at_least(b.top - a.top, 0.0),
            at_least(a.bottom - b.bottom, 0.0),
        ]
    return [
        wish(a.x, b.x, NEAR),
        *_level(a.y, b.y),
        at_least(b.right - a.right, 0.0),
        at_least(a.left - b.left, 0.0),
    ]


def resting(a: Box, b: Box) -> Rules:
    """Place `a` on top of the level line `b`, between its ends, without a gap."""
    return [
        *_level(a.bottom, b.top),
        wish(a.x, b.x, ALIGNED),
        at_least(b.right - a.x, 0.0),
        at_least(a.x - b.left, 0.0),
    ]


def level(boxes: Sequence[Box], upright: bool) -> Rules:
    """Place the centres on one level line, or on an upright one."""
    centres = [box.x if upright else box.y for box in boxes]
    return [rule for first, second in pairwise(centres) for rule in _level(first, second)]


def _level(first: Linear, second: Linear) -> Rules:
    return [at_least(first - second, 0.0), at_most(first - second, 0.0)]


def overlap(a: Box, b: Box, strict: Strictness) -> list[Rules]:
    """Return the ways in which `a` and `b` can partly overlap: shifted to a side, or crosswise."""
    depth = 0.15 if strict.deep else 0.05
    # A level line and a word can only be required to meet.
    across = [*_meet(a, b, depth, _TOUCH), wish(a.y, b.y, NEAR)]
    along = [*_meet(a, b, _TOUCH, depth), wish(a.x, b.x, NEAR)]
    wide, high = (a.half_width + b.half_width) / 2, (a.half_height + b.half_height) / 2
    return [
        [*across, *_shifted(a.left, a.right, b.left, b.right, depth), wish(a.x - b.x, wide, NEAR)],
        [*across, *_shifted(b.left, b.right, a.left, a.right, depth), wish(b.x - a.x, wide, NEAR)],
        [*along, *_shifted(b.bottom, b.top, a.bottom, a.top, depth), wish(b.y - a.y, high, NEAR)],
        [*along, *_shifted(a.bottom, a.top, b.bottom, b.top, depth), wish(a.y - b.y, high, NEAR)],
        _crossed(a, b, depth),
        _crossed(b, a, depth),
    ]


def _meet(a: Box, b: Box, across: float, along: float) -> Rules:
    return [
        at_least(b.right - a.left, across),
        at_least(a.right - b.left, across),
        at_least(b.top - a.bottom, along),
        at_least(a.top - b.bottom, along),
    ]


def _shifted(low: Linear, high: Linear, other_low: Linear, other_high: Linear, depth: float) -> Rules:
    return [at_least(high - other_high, depth), at_least(low - other_low, depth)]


def _crossed(a: Box, b: Box, depth: float) -> Rules:
    """Place `a` across `b`, extending beyond its left and its right."""
    return [
        at_least(b.left - a.left, depth),
        at_least(a.right - b.right, depth),
        at_least(a.bottom - b.bottom, depth),
        at_least(b.top - a.top, depth),
        wish(a.x, b.x, NEAR),
        wish(a.y, b.y, NEAR),
    ]


def apart(a: Box, b: Box, gap: float, values: Linear) -> list[tuple[float, Rules]]:
    """Return the ways to separate two boxes: (how far they would have to move now, rules)."""
    x, y, width, height = a.at(values)
    other_x, other_y, other_width, other_height = b.at(values)
    across, up = width + other_width + gap, height + other_height + gap
    return [
        (across - (other_x - x), [at_least(b.left - a.right, gap)]),
        (across - (x - other_x), [at_least(a.left - b.right, gap)]),
        (up - (y - other_y), [at_least(a.bottom - b.top, gap)]),
        (up - (other_y - y), [at_least(b.bottom - a.top, gap)]),
    ]


def in_frame(box: Box, edge: float) -> Rules:
    """Keep the box inside the frame."""
    return [
        at_least(box.left, edge - FRAME_WIDTH / 2),
        at_most(box.right, FRAME_WIDTH / 2 - edge),
        at_least(box.bottom, edge - FRAME_HEIGHT / 2),
        at_most(box.top, FRAME_HEIGHT / 2 - edge),
    ]


def placed(place: Place, box: Box, strict: Strictness) -> Rules:
    """Place the box's centre in its field of the frame, or at its point."""
    if place.point is not None:
        pairs = zip((box.x, box.y), place.point, strict=True)
        return [rule for centre, value in pairs for rule in (at_least(centre, value), at_most(centre, value))]
    rules: Rules = []
    axes = (
        (place.column, FRAME_WIDTH, box.x, box.half_width, 0.33),
        (place.row, FRAME_HEIGHT, box.y, box.half_height, 0.35),
    )
    for field, side, centre, half, share in axes:
        if field == 0:
            most = side / 6 - _WELL
            rules += [at_most(centre, most), at_least(centre, -most), wish(centre, 0.0, PLACED)]
        elif field is not None:
            rules.append(at_least(field * centre, side / 6 + _WELL))
            if place.corner:
                rules.append(wish(field * centre + half, side / 2 - 2 * strict.edge, PLACED))
            else:
                rules.append(wish(field * centre, share * side, PLACED))
        else:
            rules.append(wish(centre, 0.0, NEAR))
    return rules
